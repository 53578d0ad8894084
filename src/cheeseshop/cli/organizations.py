# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop organization``: applications are listed and decided; organisations are deactivated and activated."""

import argparse
import json
import sys
from typing import Any
from uuid import UUID

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing
from cheeseshop.core.sizes import in_words, parse_size

_BY = "administrator by command"


def listed(options: argparse.Namespace) -> int:
    """Print the organisations, and the applications that wait."""
    setup()
    from cheeseshop.organizations.models import Application, Organization  # noqa: PLC0415 - Django must be set up first

    waiting = Application.objects.filter(state=Application.State.OPEN).select_related("applicant")
    found: dict[str, list[dict[str, Any]]] = {
        "applications": [
            {"id": str(each.pk), "name": each.name, "by": each.applicant.username, "statement": each.statement}
            for each in waiting.order_by("submitted_at")
        ],
        "organizations": [
            {"name": each.name, "kind": each.kind, "active": each.deactivated_at is None}
            for each in Organization.objects.order_by("normalized_name")
        ],
    }
    if options.json:
        print(json.dumps(found))
        return 0
    for each in found["applications"]:
        print(f"application {each['id']}  {each['name']}  by {each['by']}: {each['statement']}")
    for each in found["organizations"]:
        print(f"organization {each['name']}  {each['kind']}{'' if each['active'] else '  deactivated'}")
    return 0


def _application(text: str) -> UUID:
    """Return which application is meant, by its identity or by a name that only one waits for.

    Raises:
        Missing: when that names none, or several.
    """
    from cheeseshop.organizations.models import Application, normalized  # noqa: PLC0415 - needs Django

    try:
        return UUID(text)
    except ValueError:
        rows = Application.objects.filter(state=Application.State.OPEN, normalized_name=normalized(text))
    found = list(rows.values_list("pk", flat=True))
    if len(found) != 1:
        several = "several applications for" if found else "no application for"
        raise Missing(f"There is {several} {text!r}; see `cheeseshop organization list`.")
    return found[0]


def approve(options: argparse.Namespace) -> int:
    """Create the organisation of an application."""
    setup()
    from cheeseshop.organizations.flows import applications  # noqa: PLC0415 - Django must be set up first

    made = applications.approve(_application(options.application), _BY)
    return _tell(options, made.name, "approved")


def decline(options: argparse.Namespace) -> int:
    """Decline an application."""
    setup()
    from cheeseshop.organizations.flows import applications  # noqa: PLC0415 - Django must be set up first

    applications.decline(_application(options.application), options.reason, _BY)
    return _tell(options, options.application, "declined")


def deactivate(options: argparse.Namespace) -> int:
    """Stop everything of an organisation."""
    return _set_active(options, active=False)


def activate(options: argparse.Namespace) -> int:
    """Let an organisation go on."""
    return _set_active(options, active=True)


def limit(options: argparse.Namespace) -> int:
    """Set the limits that are given, and print what holds now."""
    setup()
    from cheeseshop.core import current  # noqa: PLC0415 - Django must be set up first
    from cheeseshop.organizations.flows.settings import set_limits  # noqa: PLC0415 - as above

    sizes = [text and parse_size(text) for text in (options.file_size, options.total_size)]
    found = set_limits(options.name, *sizes, administrator=_BY)
    conf = current.settings()
    file_size = max(conf.max_file_size, found.max_file_size or 0)
    total_size = max(conf.max_project_size, found.max_total_size or 0)
    if options.json:
        print(json.dumps({"name": found.name, "file_size": file_size, "total_size": total_size}))
    else:
        print(f"{found.name}: {in_words(file_size)} a file and {in_words(total_size)} a project.")
    return 0


def _set_active(options: argparse.Namespace, *, active: bool) -> int:
    setup()
    from cheeseshop.organizations.flows.settings import set_active  # noqa: PLC0415 - Django must be set up first

    found = set_active(options.name, active=active, administrator=_BY)
    return _tell(options, found.name, "active" if active else "deactivated")


def _tell(options: argparse.Namespace, name: str, state: str) -> int:
    if options.json:
        print(json.dumps({"name": name, "state": state}))
    else:
        print(f"{name} is {state}.", file=sys.stderr)
    return 0
