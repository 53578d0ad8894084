# SPDX-License-Identifier: Apache-2.0
"""Links and pictures of descriptions."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.core import current
from cheeseshop.descriptions.shown import shown
from cheeseshop.descriptions.signing import opened, proxied
from cheeseshop.distributions.rendering import render_description

GITHUB = [("Homepage", "https://example.org/"), ("Source", "https://github.com/ada/engine.git")]


def page(text: str, urls: object = GITHUB) -> str:
    return shown(render_description(text, "text/markdown"), urls)  # type: ignore[arg-type]


def pictures(html: str) -> list[str | None]:
    return [opened(*found) for found in re.findall(r'src="/image/([0-9a-f]+)/([0-9a-f]+)"', html)]


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("docs/use.md", "https://github.com/ada/engine/blob/HEAD/docs/use.md"),
        ("/LICENSE", "https://github.com/ada/engine/blob/HEAD/LICENSE"),
        ("./a.md#part", "https://github.com/ada/engine/blob/HEAD/a.md#part"),
        ("https://example.com/x?a=1", "https://example.com/x?a=1"),
        ("mailto:ada@example.org", "mailto:ada@example.org"),
        ("#part", "#user-content-part"),
        ("../../../evil/repo", None),
        ("//evil.example/x", None),
    ],
)
def test_links_lead_into_the_repository_or_where_they_say(link: str, leads_to: str | None) -> None:
    html = page(f"[text]({link})")
    found = re.search(r'href="([^"]*)"', html)
    assert (found.group(1) if found else None) == leads_to
    assert "text" in html
    assert html.count("javascript") == 0


def test_links_say_that_strangers_wrote_them() -> None:
    assert 'rel="nofollow ugc noopener"' in page("[text](https://example.com/)")


def test_without_a_known_repository_relative_links_are_text() -> None:
    for urls in ([], [("Source", "https://git.example.org/ada/engine")], [("Source", "https://github.com/ada")],
                 [("Source", "http://github.com/a/b")], [("Source", "https://[bad/")]):  # fmt: skip
        assert "href" not in page("[text](docs/use.md)", urls)
        assert "src" not in page("![a chart](docs/chart.png)", urls)
        assert 'alt="a chart"' in page("![a chart](docs/chart.png)", urls)


@pytest.mark.parametrize(
    ("url", "raw"),
    [
        ("https://github.com/ada/engine", "https://raw.githubusercontent.com/ada/engine/HEAD/a.png"),
        ("https://www.github.com/ada/engine/tree/main", "https://raw.githubusercontent.com/ada/engine/HEAD/a.png"),
        ("https://gitlab.com/ada/engine", "https://gitlab.com/ada/engine/-/raw/HEAD/a.png"),
        ("https://codeberg.org/ada/engine/", "https://codeberg.org/ada/engine/raw/a.png"),
    ],
)
def test_pictures_come_from_the_repository_through_us(url: str, raw: str) -> None:
    assert pictures(page("![a](a.png)", [("Code", url)])) == [raw]


def test_no_picture_is_asked_of_a_stranger() -> None:
    html = page("![a](https://img.example/x.svg) <img src='http://img.example/y.png'> ![c](data:image/png;base64,AA==)")
    assert pictures(html) == ["https://img.example/x.svg", "http://img.example/y.png"]
    assert not re.search(r'src="(?!/image/)', html)


def test_pictures_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), image_proxy=False)
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert "src" not in page("![a chart](https://img.example/x.svg)")


def test_headings_can_be_linked_to_and_their_links_have_names() -> None:
    html = page("# Use\n\n## Use\n")
    assert html.count('aria-label="Link to this section"') == 2
    assert 'id="user-content-use"' in html


@given(st.text(max_size=200), st.lists(st.tuples(st.text(max_size=10), st.text(max_size=40)), max_size=3))
def test_any_html_is_shown_safely(text: str, urls: list[tuple[str, str]]) -> None:
    for html in (text, f'<a href="{text}">x</a>', f'<img src="{text}">'):
        found = shown(html, urls)
        assert not re.search(r"<script|\son\w+=|javascript:", re.sub("&[^;]*;", "", found), re.IGNORECASE) or (
            "<script" not in found.lower()
        )
        assert not re.search(r'src="(?!/image/)', found)


@given(st.text(max_size=300))
def test_an_address_is_opened_by_its_own_signature_only(address: str) -> None:
    made = proxied(address)
    assert made is not None
    _, _, mac, text = made.split("/")
    assert opened(mac, text) == address.encode("utf-8", "replace").decode()
    assert opened(mac, text + "00") is None
    assert opened(mac[::-1], text) is None or mac == mac[::-1]
    assert opened("\u00e9", text) is None
    assert opened(mac, "zz") is None


def test_too_long_an_address_has_none() -> None:
    assert proxied("https://example.org/" + "a" * 2000) is None
