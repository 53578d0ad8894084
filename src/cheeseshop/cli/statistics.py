# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop stats``: count downloads, and ask what was counted."""

import argparse
import json
import os
import sys
from dataclasses import asdict

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Refusal
from cheeseshop.storage import open_store

_NICE = 10
_MOST_ROWS = 100_000


def count(options: argparse.Namespace) -> int:
    """Count what the workers wrote since the last time."""
    if options.nice:
        os.nice(_NICE)
    setup()
    from cheeseshop.stats.flows.count import count_downloads  # noqa: PLC0415 - needs Django
    from cheeseshop.stats.raw.choice import open_raw  # noqa: PLC0415 - as above

    store = open_store()
    outcome = count_downloads(store, open_raw(store))
    if options.json:
        print(json.dumps(asdict(outcome)))
    else:
        print(f"{outcome.downloads} downloads counted.")
        if outcome.dropped or outcome.damaged:
            print(f"{outcome.dropped} were dropped by busy workers, {outcome.damaged} lines could not be read.")
    return 0


def ingest_log(options: argparse.Namespace) -> int:
    """Read what is new in the log of a server in front of this index."""
    setup()
    from cheeseshop.stats.flows import ingest  # noqa: PLC0415 - needs Django

    try:
        outcome = ingest.ingest_log(open_store(), options.file)
    except OSError as error:
        raise Refusal(f"{options.file} can't be read: {error.strerror}.") from error
    if options.json:
        print(json.dumps(asdict(outcome)))
    else:
        print(f"{outcome.downloads} downloads in {outcome.lines} new lines; the next counting counts them.")
    return 0


def query(options: argparse.Namespace) -> int:
    """Answer a SELECT: as columns parted by tabs, or as JSON. Says so where there are more rows than are shown."""
    if not 1 <= options.limit <= _MOST_ROWS:
        raise Refusal(f"--limit is {options.limit}; it is from 1 to {_MOST_ROWS}.")
    setup()
    from cheeseshop.stats.raw.choice import open_raw  # noqa: PLC0415 - needs Django

    found = open_raw(open_store()).query(options.statement, options.limit + 1)
    rows = found.rows[: options.limit]
    more = len(found.rows) > len(rows)
    if options.json:
        print(json.dumps({"columns": found.columns, "rows": rows, "more": more}, default=str))
        return 0
    print("\t".join(map(_shown, found.columns)))
    for row in rows:
        print("\t".join(map(_shown, row)))
    if more:
        print(f"There are more than these {len(rows)} rows; see --limit.", file=sys.stderr)
    return 0


def send(options: argparse.Namespace) -> int:
    """Send everything that is kept to ClickHouse anew."""
    setup()
    from cheeseshop.stats.flows.send import send_everything  # noqa: PLC0415 - needs Django
    from cheeseshop.stats.raw.choice import open_raw  # noqa: PLC0415 - as above

    store = open_store()
    days = send_everything(store, open_raw(store))
    print(json.dumps({"days": days}) if options.json else f"{days} days sent.")
    return 0


def _shown(value: object) -> str:
    """Return a value on one line: what clients call themselves must not steer a terminal."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
