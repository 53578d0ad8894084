# SPDX-License-Identifier: Apache-2.0
"""What holds of every name: what is allowed is ASCII, one name has one look-alike form, and words stay in bounds."""

from hypothesis import example, given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from stdlib_list import short_versions, stdlib_list

from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.names import check_project_name, is_stdlib_name, ultranormalize
from cheeseshop.distributions.stdlib_more import MORE

ALLOWED = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,40}[A-Za-z0-9])?", fullmatch=True)


@given(st.text(max_size=60))
@example("\u212aelvin")  # lower-cases to an ASCII k
@example("\u0130stanbul")  # lower-cases to two characters
@example("\uff46lask")
@example("name\n")
def test_what_is_allowed_is_plain_ascii(text: str) -> None:
    try:
        check_project_name(text)
    except DistributionRefused:
        return
    assert text.isascii()
    assert text.isprintable()
    assert ultranormalize(canonicalize_name(text, validate=True)) == ultranormalize(text)


@given(ALLOWED)
def test_the_look_alike_form_does_not_change_any_more(name: str) -> None:
    once = ultranormalize(name)
    assert ultranormalize(once) == once
    assert set(once).isdisjoint("lioLIO._-")
    assert once == once.lower()


@given(ALLOWED, st.data())
def test_confusion_of_any_characters_gives_the_same_form(name: str, data: st.DataObject) -> None:
    confused = "".join(data.draw(st.sampled_from(_like(character))) for character in name)
    assert ultranormalize(confused) == ultranormalize(name)


def _like(character: str) -> str:
    for group in ("lLiI1", "oO0"):
        if character in group:
            return group
    if character in "._-":
        return "._-"
    return character.lower() + character.upper()


@given(st.text(max_size=60))
def test_letters_beyond_ascii_never_become_others(text: str) -> None:
    assert [c for c in ultranormalize(text) if not c.isascii()] == [c for c in text if not c.isascii()]


@given(
    st.sampled_from(
        sorted({m for v in short_versions for m in stdlib_list(v)} | {m for ms in MORE.values() for m in ms})
    ),
    st.data(),
)
def test_modules_of_the_standard_library_in_every_spelling(module: str, data: st.DataObject) -> None:
    parts = module.split(".")
    prefix = ".".join(parts[: data.draw(st.integers(1, len(parts)))]).strip("._")
    if prefix:
        spelt = "".join(data.draw(st.sampled_from(["-", "_", ".", "--"])) if c in "._-" else c for c in prefix)
        assert is_stdlib_name(spelt.upper() if data.draw(st.booleans()) else spelt)
