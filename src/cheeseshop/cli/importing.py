# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop import``: a folder of distributions, with a progress bar; run again, it goes on where it stopped."""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing, Refusal

_ENDINGS = (".whl", ".tar.gz", ".zip")


def import_folder(options: argparse.Namespace) -> int:
    """Import every distribution below a folder. What is here already is passed over. Returns 1 if any was refused."""
    setup()
    from rich.console import Console  # noqa: PLC0415 - costs time that other subcommands need not pay
    from rich.progress import Progress  # noqa: PLC0415 - as above

    from cheeseshop.accounts.queries import user_named  # noqa: PLC0415 - Django must be set up first
    from cheeseshop.publishing.importing import import_file  # noqa: PLC0415 - as above

    user = user_named(options.user)
    if user is None:
        raise Missing(f"There is no user {options.user!r}; `cheeseshop user create` makes one.")
    folder = Path(options.folder)
    if not folder.is_dir():
        raise Missing(f"{folder} is not a folder.")
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.name.endswith(_ENDINGS))
    counts = {"new": 0, "same": 0, "refused": 0}
    with Progress(console=Console(stderr=True), disable=options.json) as progress:
        bar = progress.add_task("Importing", total=len(paths))
        for path in paths:
            outcome, reason = _import_one(partial(import_file, user=user, legacy=options.legacy), path)
            counts[outcome] += 1
            if options.json:
                print(json.dumps({"file": path.name, "outcome": outcome, "reason": reason}), flush=True)
            elif reason:
                progress.console.print(f"{path.name}: {reason}", markup=False, soft_wrap=True)
            progress.advance(bar)
    print("{new} new, {same} here already, {refused} refused".format(**counts), file=sys.stderr)
    return 1 if counts["refused"] else 0


def _import_one(import_file: Callable[[Path], str], path: Path) -> tuple[str, str]:
    try:
        return import_file(path), ""
    except Refusal as refusal:
        return "refused", refusal.message
