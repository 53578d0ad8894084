# SPDX-License-Identifier: Apache-2.0
"""From lines of the journal to messages."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cheeseshop.core.clock import iso_microseconds

EVENTS: Mapping[str, str | Promise] = {
    "project.created": _("The project is created"),
    "project.changed": _("Its status changes: archived, deprecated, quarantined, moved"),
    "project.removed": _("The project is deleted"),
    "release.created": _("A release is created"),
    "release.yanked": _("A release is yanked"),
    "release.unyanked": _("A release is offered again"),
    "release.removed": _("A release is deleted"),
    "file.added": _("A file is uploaded"),
    "file.yanked": _("A file is yanked"),
    "file.unyanked": _("A file is offered again"),
    "file.removed": _("A file is deleted"),
    "role.changed": _("Somebody's role is given, changed or taken, or somebody is invited"),
}
"""Each kind of message, with what it tells."""

TEST = "webhook.test"

_EXACT = {
    "create": "project.created",
    "remove project": "project.removed",
    "new release": "release.created",
    "yank release": "release.yanked",
    "unyank release": "release.unyanked",
    "remove release": "release.removed",
}
_WITH_FILE = {
    "remove file ": "file.removed",
    "yank file ": "file.yanked",
    "unyank file ": "file.unyanked",
}
_ROLES = ("add ", "remove ", "change ", "invite ", "revoke_invite ", "accepted ", "declined ")


def event_of(action: str) -> tuple[str, str]:
    """Return the kind of message for a line of the journal, and the file that it is about, if any."""
    if action in _EXACT:
        return _EXACT[action], ""
    for prefix, event in _WITH_FILE.items():
        if action.startswith(prefix):
            return event, action.removeprefix(prefix)
    words = action.split(" ")
    if len(words) == 4 and words[0] == "add" and words[2] == "file":  # noqa: PLR2004 - add, python tag, file, name
        return "file.added", words[3]
    return ("role.changed" if action.startswith(_ROLES) else "project.changed"), ""


def message(event: str, at: datetime, told: Mapping[str, object]) -> str:
    """Write a message: its kind, when it happened, and what happened (Standard Webhooks)."""
    whole = {"type": event, "timestamp": iso_microseconds(at), "data": dict(told)}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
