# SPDX-License-Identifier: Apache-2.0
"""What forms say is looked up when it is shown, in the language of whoever reads it then."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from django.forms import BaseForm, Field
from django.utils import translation

SOURCES = Path(__file__).parents[2] / "src" / "cheeseshop"
PACKAGES = (
    "accounts", "claims", "flags", "hygiene", "leaks", "manage", "moderation", "notices", "organizations", "publishers",
    "quotas", "tokens", "webhooks",
)  # fmt: skip


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for each in sorted((SOURCES / package).rglob("*.py")):
            if each.name == "forms.py" or each.parent.name == "views" or each.name == "views.py":
                yield import_module(".".join(("cheeseshop", *each.relative_to(SOURCES).with_suffix("").parts)))


def declared() -> dict[str, Field]:
    """Return the fields that classes of ours declare, each by its place."""
    found = {}
    for module in modules():
        for name, each in vars(module).items():
            if isinstance(each, type) and issubclass(each, BaseForm) and each.__module__ == module.__name__:
                fields = getattr(each, "declared_fields", {})
                found |= {f"{module.__name__}.{name}.{field}": it for field, it in fields.items()}
    return found


def words(field: Field) -> Iterator[str]:
    yield from (str(text) for text in (field.label, field.help_text) if text)
    for _, label in getattr(field, "choices", ()):
        yield str(label)


@pytest.mark.parametrize("place", sorted(declared()))
def test_a_forms_words_are_looked_up_when_they_are_shown(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With English words kept at import, whoever reads another language would read these all the same."""
    assert translation.gettext("Name") == "Name"
    monkeypatch.setattr(translation._trans, "gettext", lambda message: f"⟦{message}⟧")
    assert [each for each in words(declared()[place]) if "⟦" not in each] == []
