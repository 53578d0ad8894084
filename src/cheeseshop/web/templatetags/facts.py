# SPDX-License-Identifier: Apache-2.0
"""What a release says of itself, beside its description."""

import re
from dataclasses import dataclass
from typing import Any

from django import template

register = template.Library()

_MOST_KEYWORDS = 30
_PARTS = " :: "


@dataclass(frozen=True, slots=True)
class Classifier:
    """A classifier, its first part, and what stands behind that."""

    whole: str
    group: str
    label: str


@register.inclusion_tag("web/parts/metadata.html")
def metadata(facts: dict[str, Any]) -> dict[str, Any]:
    """Show licence, keywords, extras and classifiers, with links to the projects that share them."""
    return {
        "facts": facts,
        "keywords": _keywords(str(facts.get("keywords") or "")),
        "classifiers": sorted(map(_classifier, facts.get("classifiers") or ()), key=lambda each: each.group),
    }


def _keywords(text: str) -> list[str]:
    """Take keywords apart: by commas, or by spaces as older tools wrote them."""
    parts = text.split(",") if "," in text else re.split(r"\s+", text)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))[:_MOST_KEYWORDS]


def _classifier(text: str) -> Classifier:
    group, _, label = text.partition(_PARTS)
    return Classifier(text, group, label or group)
