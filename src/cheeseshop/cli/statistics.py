# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop stats``: count downloads, and ask what was counted."""

import argparse
import json
import os
from dataclasses import asdict

from cheeseshop.config.boot import setup
from cheeseshop.storage import open_store

_NICE = 10


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
