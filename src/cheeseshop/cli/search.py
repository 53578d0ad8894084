# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop search``: write the index of searches anew."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Refusal

if TYPE_CHECKING:
    from rich.progress import Progress


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = commands.add_parser("search", help="the index that searches read")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    reindex = actions.add_parser("reindex", help="write it anew, while the index is in use")
    reindex.add_argument("--json", action="store_true")
    reindex.set_defaults(run=_reindex)


def _reindex(options: argparse.Namespace) -> int:
    """Look at every project, with a progress bar; write what is not as it should be."""
    setup()
    from rich.console import Console  # noqa: PLC0415 - costs time that other subcommands need not pay
    from rich.progress import Progress  # noqa: PLC0415 - as above

    from cheeseshop.core import current  # noqa: PLC0415 - as above
    from cheeseshop.discovery import indexing  # noqa: PLC0415 - Django must be set up first

    looked = changed = 0
    with Progress(console=Console(stderr=True), disable=options.json) as progress:
        bar = progress.add_task("Indexing", total=indexing.count_names())
        for name in indexing.names_to_index():
            looked += 1
            changed += indexing.index_project(name)
            progress.advance(bar)
        if current.settings().opensearch:
            _fill_server(progress)
    moved = indexing.balance()
    if options.json:
        print(json.dumps({"projects": looked, "changed": changed, "moved": moved}))
    else:
        print(f"{changed} of {looked} projects written anew", file=sys.stderr)
    return 0


def _fill_server(progress: "Progress") -> None:
    """Fill the index of the OpenSearch server too.

    Raises:
        Refusal: when it does not take it.
    """
    from cheeseshop.discovery import indexing, sending  # noqa: PLC0415 - Django must be set up first
    from cheeseshop.discovery.engines.open_search_server import OpenSearchError  # noqa: PLC0415 - as above

    bar = progress.add_task("Sending to OpenSearch", total=indexing.count_names())
    try:
        for sent in sending.send_everything(indexing.names_to_index()):
            progress.advance(bar, sent)
    except OpenSearchError as error:
        raise Refusal(f"{error}. Run this again when it does.") from error
