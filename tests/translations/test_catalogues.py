# SPDX-License-Identifier: Apache-2.0
"""The catalogues hold what the sources mark, are well made, and are compiled as they are written."""

import gettext
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from cheeseshop.web.translations import count_texts, count_translated, progress
from tests.support.messages import CATALOGUES, compile_catalogue, extract

needs_gettext = pytest.mark.skipif(
    shutil.which("msgfmt") is None, reason="GNU gettext is not installed: apt install gettext (`make test` does)"
)
CODES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<!--")


def source_of(code: str) -> Path:
    return CATALOGUES / to_locale(code) / "LC_MESSAGES" / "django.po"


def texts_of(compiled: Path) -> dict[object, str]:
    """What a compiled catalogue holds, whichever version of gettext compiled it."""
    with compiled.open("rb") as file:
        found = dict(gettext.GNUTranslations(file)._catalog)
    found.pop("", None)
    return found


@needs_gettext
@pytest.mark.parametrize("code", CODES)
def test_a_catalogue_is_well_formed_and_compiled_as_written(code: str, tmp_path: Path) -> None:
    assert compile_catalogue(source_of(code), tmp_path / "made.mo") == ""
    assert texts_of(source_of(code).with_suffix(".mo")) == texts_of(tmp_path / "made.mo"), "run `make messages`"


@needs_gettext
def test_a_lost_placeholder_is_found(tmp_path: Path) -> None:
    bad = '#, python-format\nmsgid "%(count)s files"\nmsgstr "Dateien"\n'
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (tmp_path / "bad.po").write_text(header + bad, "utf-8")
    assert "count" in compile_catalogue(tmp_path / "bad.po", tmp_path / "bad.mo")


@needs_gettext
def test_the_catalogues_hold_what_the_sources_mark_and_nothing_else(tmp_path: Path) -> None:
    made = shutil.copytree(CATALOGUES, tmp_path / "locale")
    extract(made)
    changed = [
        str(each.relative_to(made))
        for each in [made / "django.pot", *made.rglob("*.po")]
        if each.read_bytes() != (CATALOGUES / each.relative_to(made)).read_bytes()
    ]
    assert changed == [], "run `make messages`"


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_guessed_or_left_over(code: str) -> None:
    lines = source_of(code).read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("#~") or re.match("#,.*fuzzy", line)] == []


@pytest.mark.parametrize("code", CODES)
def test_a_translation_brings_no_markup_of_its_own(code: str) -> None:
    """A translated text goes into pages as it is, so that a tag in one would be ours."""
    plurals: dict[object, str] = {}
    wrong = []
    for key, told in texts_of(source_of(code).with_suffix(".mo")).items():
        text = key[0] if isinstance(key, tuple) else str(key)
        allowed = set(_TAG.findall(text)) | set(_TAG.findall(plurals.get(text, "")))
        if not set(_TAG.findall(told)) <= allowed:
            wrong.append(text)
    assert wrong == []


def test_progress_is_counted_from_the_catalogues() -> None:
    texts = count_texts((CATALOGUES / "django.pot").read_text("utf-8"))
    found = {each.code: each for each in progress()}
    assert list(found) == [code for code, _ in settings.LANGUAGES]
    assert found["en"].percent == 100
    assert {each.texts for each in found.values()} == {texts}
    assert found["de"].translated > 0
    for code in CODES:
        keys = texts_of(source_of(code).with_suffix(".mo"))
        assert found[code].translated == len({key[0] if isinstance(key, tuple) else key for key in keys})


def test_what_is_no_catalogue_is_not_counted() -> None:
    with pytest.raises(ValueError, match="no compiled catalogue"):
        count_translated(b"\x00" * 28)
