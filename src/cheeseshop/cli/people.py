# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop user`` and ``cheeseshop token``."""

import argparse
import json
import sys
from datetime import UTC, datetime

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing


def create_user(options: argparse.Namespace) -> int:
    """Create a person from the options and the password on standard input."""
    setup()
    from cheeseshop.accounts.flows.create_user import NewUser, create_user  # noqa: PLC0415 - Django must be set up first

    password = sys.stdin.readline().rstrip("\n")
    user = create_user(NewUser(options.name, options.email, password, options.verified, options.superuser))
    if options.json:
        print(json.dumps({"id": str(user.id), "username": user.username}))
    else:
        print(f"Created user {user.username}.", file=sys.stderr)
    return 0


def set_password(options: argparse.Namespace) -> int:
    """Set a person's password from standard input."""
    setup()
    from cheeseshop.accounts.flows.passwords import set_password  # noqa: PLC0415 - Django must be set up first
    from cheeseshop.accounts.queries import user_named  # noqa: PLC0415 - as above

    user = user_named(options.name)
    if user is None or not user.is_active:
        raise Missing(f"There is no user {options.name!r}.")
    set_password(user, sys.stdin.readline().rstrip("\n"))
    print(f"Set the password of {user.username}; all their sessions ended.", file=sys.stderr)
    return 0


def create_token(options: argparse.Namespace) -> int:
    """Create a token and print it, alone, on standard output."""
    setup()
    from cheeseshop.accounts.queries import user_named  # noqa: PLC0415 - Django must be set up first
    from cheeseshop.tokens.flows import TokenRequest, create_token  # noqa: PLC0415 - as above

    user = user_named(options.user)
    if user is None:
        raise Missing(f"There is no user {options.user!r}; `cheeseshop user create` makes one.")
    description = options.description or f"made by command on {datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
    request = TokenRequest(
        user,
        description,
        tuple(options.project),
        options.expires,
        issued_by_administrator=True,
        actions=tuple(options.action),
        networks=tuple(options.network),
    )
    print(create_token(request))
    return 0
