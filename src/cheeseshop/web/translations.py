# SPDX-License-Identifier: Apache-2.0
"""How much of the site is translated into each language, read from the catalogues themselves, once."""

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import to_locale

_MAGIC = 0x950412DE
_HEADER_ENTRY = 1  # the entry of the empty text holds the catalogue's own header


@dataclass(frozen=True, slots=True)
class Progress:
    """A language, and how many of the site's texts it has."""

    code: str
    name: str
    translated: int
    texts: int

    @property
    def percent(self) -> int:
        """Whole percents, rounded down: 100 means that nothing is missing."""
        return self.translated * 100 // self.texts if self.texts else 100


@cache
def progress() -> tuple[Progress, ...]:
    """Return every language in the order of the settings. The one that the texts are written in is complete."""
    folder = Path(settings.LOCALE_PATHS[0])
    texts = count_texts((folder / "django.pot").read_text("utf-8"))
    return tuple(
        Progress(code, name, texts if code == settings.LANGUAGE_CODE else _translated(folder, code), texts)
        for code, name in settings.LANGUAGES
    )


def count_texts(template: str) -> int:
    """Count the texts of a template of catalogues; a text with a plural form is one."""
    return sum(line.startswith("msgid ") for line in template.splitlines()) - _HEADER_ENTRY


def count_translated(compiled: bytes) -> int:
    """Count the texts of a compiled catalogue, which holds only those that are translated.

    Raises:
        ValueError: when it is no such catalogue.
    """
    order = "<" if struct.unpack_from("<I", compiled)[0] == _MAGIC else ">"
    magic, _revision, entries = struct.unpack_from(f"{order}III", compiled)
    if magic != _MAGIC:
        raise ValueError("This is no compiled catalogue.")
    return max(0, int(entries) - _HEADER_ENTRY)


def _translated(folder: Path, code: str) -> int:
    return count_translated((folder / to_locale(code) / "LC_MESSAGES" / "django.mo").read_bytes())
