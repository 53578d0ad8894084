# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop project``: limits of a project, and names that no new project may take."""

import argparse
import json
import sys

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing
from cheeseshop.core.sizes import in_words, parse_size

ACTOR = "administrator"


def limit(options: argparse.Namespace) -> int:
    """Set the limits that are given, publish, and print what holds now."""
    setup()
    from cheeseshop.catalog.flows.set_limits import set_limits  # noqa: PLC0415 - needs Django
    from cheeseshop.catalog.models import Project  # noqa: PLC0415 - as above
    from cheeseshop.publishing.managing import follow  # noqa: PLC0415 - as above
    from cheeseshop.quotas.flows import limits_now  # noqa: PLC0415 - as above

    found = Project.objects.filter(normalized_name=_normalized(options.name)).first()
    if found is None:
        raise Missing(f"There is no project named {options.name}.")
    sizes = [text and parse_size(text) for text in (options.file_size, options.total_size)]
    if any(size is not None for size in sizes):
        follow(set_limits(found.pk, *sizes, actor=ACTOR))
        found.refresh_from_db()
    present = limits_now(found)
    if options.json:
        told = {"file_size": present.file_size, "total_size": present.total_size, "used": found.total_size}
        print(json.dumps({"name": found.name} | told))
    else:
        print(f"{found.name}: {present}; {in_words(found.total_size)} are used.")
    return 0


def prohibit(options: argparse.Namespace) -> int:
    """Refuse a name to new projects from now on."""
    setup()
    from cheeseshop.catalog.models import ProhibitedName  # noqa: PLC0415 - needs Django

    name = _normalized(options.name)
    ProhibitedName.objects.update_or_create(normalized_name=name, defaults={"comment": options.comment[:500]})
    print(f"{name} is refused to new projects from now on.", file=sys.stderr)
    return 0


def allow(options: argparse.Namespace) -> int:
    """Take a prohibition back."""
    setup()
    from cheeseshop.catalog.models import ProhibitedName  # noqa: PLC0415 - needs Django

    name = _normalized(options.name)
    if not ProhibitedName.objects.filter(normalized_name=name).delete()[0]:
        raise Missing(f"{name} is not in the list; see `cheeseshop project prohibited`.")
    print(f"{name} is allowed again.", file=sys.stderr)
    return 0


def prohibited(options: argparse.Namespace) -> int:
    """Print the names that no new project may take."""
    setup()
    from cheeseshop.catalog.models import ProhibitedName  # noqa: PLC0415 - needs Django

    rows = ProhibitedName.objects.order_by("normalized_name").values("normalized_name", "comment")
    names = [{"name": row["normalized_name"], "comment": row["comment"]} for row in rows]
    if options.json:
        print(json.dumps(names))
        return 0
    for row in names:
        print(f"{row['name']}  {row['comment']}".rstrip())
    return 0


def _normalized(name: str) -> str:
    """Return a name as rows have it.

    Raises:
        Refusal: when it is none.
    """
    from packaging.utils import canonicalize_name  # noqa: PLC0415 - the command starts without it

    from cheeseshop.catalog.names import check_form  # noqa: PLC0415 - needs Django

    check_form(name)
    return canonicalize_name(name)
