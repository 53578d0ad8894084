# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop advisories load`` and ``fetch``: read known vulnerabilities."""

import argparse
import json
import sys

from cheeseshop.config.boot import setup


def load(options: argparse.Namespace) -> int:
    """Read records from a folder, an archive or a file."""
    setup()
    from cheeseshop.advisories.flows import load as load_records  # noqa: PLC0415 - needs Django
    from cheeseshop.advisories.sources import records_in  # noqa: PLC0415 - needs Django

    return _tell(load_records(records_in(options.path)), as_json=options.json)


def fetch(options: argparse.Namespace) -> int:
    """Fetch an archive of records, and read it."""
    setup()
    from cheeseshop.advisories.fetching import fetch as fetch_archive  # noqa: PLC0415 - needs Django

    return _tell(fetch_archive(options.url), as_json=options.json)


def _tell(told: object, *, as_json: bool) -> int:
    from cheeseshop.advisories.flows import Loaded  # noqa: PLC0415 - needs Django

    assert isinstance(told, Loaded)  # noqa: S101 - for the type checker, which the late import keeps from knowing
    if as_json:
        counts = {"new": told.new, "changed": told.changed, "unchanged": told.unchanged}
        print(json.dumps(counts | {"refused": told.refused, "projects": sorted(told.projects)}))
    else:
        for reason in told.refused[:20]:
            print(f"refused: {reason}", file=sys.stderr)
        print(
            f"{told.new} new, {told.changed} changed, {told.unchanged} unchanged, {len(told.refused)} refused;"
            f" {len(told.projects)} projects here are concerned."
        )
    return 1 if told.refused and not (told.new or told.changed or told.unchanged) else 0
