# SPDX-License-Identifier: Apache-2.0
"""Reading the journal: how far it has come, and which projects it spoke of since."""

from cheeseshop import sql
from cheeseshop.journal.models import Entry

_BATCH = 200  # entries


def last_serial() -> int:
    """Return the serial of the newest change."""
    row = sql.first("SELECT serial FROM journal_serialcounter WHERE id = 1")
    return int(row[0]) if row else 0


def changed_since(serial: int, most: int) -> tuple[dict[str, None], int]:
    """Return the projects that the next entries after ``serial`` speak of, in their order and at most so many.

    Also the serial of the last of these entries, from which to go on; ``serial`` itself where there is none.
    """
    names: dict[str, None] = {}
    entries = Entry.objects.filter(serial__gt=serial).order_by("serial").values_list("serial", "normalized_name")
    for number, name in entries[:_BATCH]:
        if name not in names and len(names) == most:
            break
        names[name] = None
        serial = number
    return names, serial
