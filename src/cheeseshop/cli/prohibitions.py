# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop user prohibit``, ``allow`` and ``prohibited``: usernames and e-mail domains that are refused."""

import argparse
import json
import sys

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing


def prohibit(options: argparse.Namespace) -> int:
    """Refuse a username or a domain from now on. Who has it keeps it."""
    setup()
    from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedUsername  # noqa: PLC0415 - needs Django

    told = {"comment": options.comment}
    if options.name:
        ProhibitedUsername.objects.update_or_create(name=options.name.lower(), defaults=told)
    else:
        ProhibitedDomain.objects.update_or_create(domain=options.domain.lower().strip("."), defaults=told)
    print(f"{options.name or options.domain} is refused from now on.", file=sys.stderr)
    return 0


def allow(options: argparse.Namespace) -> int:
    """Take a prohibition back."""
    setup()
    from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedUsername  # noqa: PLC0415 - needs Django

    if options.name:
        removed, _ = ProhibitedUsername.objects.filter(name=options.name.lower()).delete()
    else:
        removed, _ = ProhibitedDomain.objects.filter(domain=options.domain.lower().strip(".")).delete()
    if not removed:
        raise Missing(f"{options.name or options.domain} is not in the list; see `cheeseshop user prohibited`.")
    print(f"{options.name or options.domain} is allowed again.", file=sys.stderr)
    return 0


def prohibited(options: argparse.Namespace) -> int:
    """Print both lists."""
    setup()
    from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedUsername  # noqa: PLC0415 - needs Django

    names = list(ProhibitedUsername.objects.order_by("name").values("name", "comment"))
    domains = list(ProhibitedDomain.objects.order_by("domain").values("domain", "comment"))
    if options.json:
        print(json.dumps({"names": names, "domains": domains}))
        return 0
    for name in names:
        print(f"name   {name['name']}  {name['comment']}")
    for domain in domains:
        print(f"domain {domain['domain']}  {domain['comment']}")
    return 0
