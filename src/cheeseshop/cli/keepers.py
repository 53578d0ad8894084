# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop user roles``, ``freeze``, ``unfreeze``, ``disable``, ``enable`` and ``reset-factors``."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing

if TYPE_CHECKING:
    from cheeseshop.accounts.models import User

RESTRAINTS = {
    "freeze": "stop an account for a time: sessions end, tokens are refused",
    "unfreeze": "let a frozen account go on",
    "disable": "close an account",
    "enable": "open a closed account again",
    "reset-factors": "remove somebody's second factors and recovery codes",
}


def add_parsers(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the actions to ``cheeseshop user``."""
    roles = actions.add_parser("roles", help="show, give or take somebody's roles on the site")
    roles.add_argument("name")
    roles.add_argument(
        "--give",
        action="append",
        default=[],
        metavar="ROLE",
        help="administrator, support, moderator, auditor or observer",
    )
    roles.add_argument("--take", action="append", default=[], metavar="ROLE")
    roles.add_argument("--reason", default="by command")
    roles.add_argument("--json", action="store_true")
    roles.set_defaults(run=show_or_change_roles)
    for name, meaning in RESTRAINTS.items():
        each = actions.add_parser(name, help=meaning)
        each.add_argument("name")
        each.add_argument("--reason", required=True, help="what the person reads")
        each.set_defaults(run=restrain, action=name)


def _found(name: str) -> "User":
    from cheeseshop.accounts.queries import user_named  # noqa: PLC0415 - Django must be set up first

    user = user_named(name)
    if user is None:
        raise Missing(f"There is no user {name!r}.")
    return user


def show_or_change_roles(options: argparse.Namespace) -> int:
    """Give and take what is asked for, and print the roles that somebody has."""
    setup()
    from cheeseshop.access.site_roles import site_roles  # noqa: PLC0415 - Django must be set up first
    from cheeseshop.administration.commands import change_roles  # noqa: PLC0415 - as above

    user = _found(options.name)
    roles = site_roles(user)
    if options.give or options.take:
        roles = change_roles(user, options.give, options.take, options.reason)
    print(json.dumps(roles) if options.json else f"{user.username}: {', '.join(roles) or 'no role on the site'}")
    return 0


def restrain(options: argparse.Namespace) -> int:
    """Do to an account what the action says."""
    setup()
    from cheeseshop.administration.commands import restrain_user  # noqa: PLC0415 - Django must be set up first

    user = _found(options.name)
    restrain_user(options.action, user, options.reason)
    print(f"{options.action}: done, {user.username}.", file=sys.stderr)
    return 0
