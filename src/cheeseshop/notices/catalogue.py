# SPDX-License-Identifier: Apache-2.0
"""Which texts a site has of its own. Some are shipped with words that hold for any index; the others begin empty."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_SHIPPED = Path(__file__).parent / "defaults"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text: its key, its title, what it is for, and its address; without one it is a part of other pages."""

    key: str
    title: str | Promise
    purpose: str | Promise
    path: str = ""

    @property
    def view_name(self) -> str:
        """The name of its route."""
        return f"text-{self.key}"


PIECES = (
    Piece("terms", _("Terms of use"), _("What holds between this index and whoever uses it."), "policy/terms/"),
    Piece("privacy", _("Privacy"), _("What is known about people here, why, and for how long."), "policy/privacy/"),
    Piece("acceptable-use", _("Acceptable use"), _("What may be published, and what not."), "policy/acceptable-use/"),
    Piece("code-of-conduct", _("Code of conduct"), _("How people treat each other here."), "policy/code-of-conduct/"),
    Piece("trademarks", _("Trademarks"), _("Whose names and marks are whose."), "trademarks/"),
    Piece("security", _("Security"), _("How to report a hole, and what protects people."), "security/"),
    Piece("credits", _("Credits"), _("Who made what this index stands on."), "credits/"),
    Piece("sponsors", _("Sponsors"), _("Who pays for this index."), "sponsors/"),
    Piece("donate", _("Donate"), _("How to give something."), "donate/"),
    Piece("supporters", _("Supporters"), _("A few lines at the foot of every page, such as thanks to sponsors.")),
)
BY_KEY = {piece.key: piece for piece in PIECES}


@cache
def shipped(key: str) -> str:
    """Return the text that is shipped under a key, as Markdown with placeholders; empty where there is none."""
    path = _SHIPPED / f"{key}.md"
    return path.read_text("utf-8") if path.is_file() else ""
