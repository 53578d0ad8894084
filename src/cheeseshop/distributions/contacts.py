# SPDX-License-Identifier: Apache-2.0
"""The people whom core metadata names, and how it says to reach them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from typing import Any

_MOST = 20
_LONGEST = 2000
# No quoting, no comments, no letters beyond ASCII: two that look alike must not count as equal.
_PLAIN = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]{1,253}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody whom metadata names. ``name`` or ``address`` may be empty; an address is plain and in lower case."""

    role: str
    name: str
    address: str = ""


def contacts_in(facts: Mapping[str, Any]) -> list[Contact]:
    """Return authors, then maintainers. ``Author-Email`` may hold several, each with a name of its own."""
    found: list[Contact] = []
    for role, key in (("Author", "author"), ("Maintainer", "maintainer")):
        named, mails = str(facts.get(key) or "")[:_LONGEST], str(facts.get(f"{key}_email") or "")[:_LONGEST]
        people = [Contact(role, name.strip(), _plain(mail)) for name, mail in getaddresses([mails]) if name or mail]
        if named and len(people) == 1 and not people[0].name:
            people = [Contact(role, named, people[0].address)]
        elif named:
            people.insert(0, Contact(role, named))
        found += [person for person in people if person.name or person.address]
    return list(dict.fromkeys(found))[:_MOST]


def _plain(address: str) -> str:
    return address.lower() if _PLAIN.fullmatch(address) else ""
