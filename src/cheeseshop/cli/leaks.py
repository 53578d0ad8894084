# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop token disclose``: revoke the tokens that a text holds."""

import argparse
import json
import sys

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Refusal

LARGEST = 64 * 1024 * 1024


def disclose_tokens(options: argparse.Namespace) -> int:
    """Read a text from standard input, revoke every live token in it, and say which these were."""
    setup()
    from cheeseshop.leaks.flows import Place, revoke_in_text  # noqa: PLC0415 - Django must be set up first

    raw = sys.stdin.buffer.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise Refusal(f"The text has more than {LARGEST // 1024**2} MiB; send it in parts.")
    revoked = revoke_in_text(raw.decode("utf-8", "replace"), Place(options.url, "an administrator of this index"))
    if options.json:
        print(json.dumps({"revoked": [{"description": each.description, "owner": each.owner} for each in revoked]}))
        return 0
    for each in revoked:
        print(f"Revoked the token {each.description!r} of {each.owner or 'a trusted publisher'}.")
    if not revoked:
        print("There is no token in this text that works here.", file=sys.stderr)
    return 0
