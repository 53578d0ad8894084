# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop quarantine``: put into quarantine, clear, list."""

import argparse
import json
from uuid import UUID

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing, Refusal

_BY = "administrator"


def add(options: argparse.Namespace) -> int:
    """Put a project, a release or a file into quarantine, and print the case's identity."""
    setup()
    from cheeseshop.moderation.forms import Hold  # noqa: PLC0415 - needs Django
    from cheeseshop.moderation.models import Case  # noqa: PLC0415 - as above
    from cheeseshop.publishing.quarantining import Order, hold  # noqa: PLC0415 - as above

    form = Hold(vars(options) | {"filename": options.file})
    if not form.is_valid():
        raise Refusal(" ".join(str(told) for errors in form.errors.values() for told in errors))
    hold(Order(form.held, options.reason, _BY, options.evidence))
    of = {"project_id": form.held.project, "version": form.held.version, "filename": form.held.filename}
    print(Case.objects.get(cleared_at=None, **of).pk)
    return 0


def clear(options: argparse.Namespace) -> int:
    """Take something out of quarantine."""
    setup()
    from cheeseshop.publishing.quarantining import clear as clear_case  # noqa: PLC0415 - needs Django

    try:
        case = UUID(options.case)
    except ValueError as error:
        raise Missing(f"{options.case} is no case; see `cheeseshop quarantine list`.") from error
    clear_case(case, options.note, _BY)
    return 0


def listed(options: argparse.Namespace) -> int:
    """Print what is in quarantine, oldest first."""
    setup()
    from cheeseshop.moderation.models import Case  # noqa: PLC0415 - needs Django

    rows = [
        {"case": str(each.pk), "title": each.title, "since": each.held_at.isoformat(), "by": each.held_by,
         "reason": each.reason}
        for each in Case.objects.filter(cleared_at=None).order_by("id")
    ]  # fmt: skip
    if options.json:
        print(json.dumps(rows))
    else:
        told = (f"{row['case']}  {row['title']}  since {row['since']} by {row['by']}: {row['reason']}" for row in rows)
        print("\n".join(told) or "Nothing is in quarantine.")
    return 0
