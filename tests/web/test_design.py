# SPDX-License-Identifier: Apache-2.0
"""The design's promises: text that can be read, nothing inline, errors that say what to do."""

import re
from itertools import product
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError
from django.test import Client

from cheeseshop.catalog import queries

CSS = Path(queries.__file__).parent.parent / "web" / "static" / "web" / "site.css"
PAGES = ["/", "/search/", "/legacy/", "/dev/components/", "/nothing/here"]


def palettes() -> dict[str, dict[str, str]]:
    """The custom properties of each colour scheme, the dark one's over the light one's."""
    light, dark = (
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", CSS.read_text(), re.DOTALL)
    )
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXTS = ["ink", "quiet", "accent", "good", "warning", "danger"]


@pytest.mark.parametrize(("scheme", "text", "ground"), list(product(["light", "dark"], TEXTS, ["paper", "raised"])))
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    palette = palettes()[scheme]
    assert contrast(palette[text], palette[ground]) >= 4.5


def test_colours_are_named_once_and_only_there() -> None:
    rules = re.sub(r":root \{.*?\}", "", CSS.read_text(), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules) == []


def test_the_layout_has_no_left_or_right() -> None:
    assert (
        re.findall(r"(?:margin|padding|border|inset)-(?:left|right)|(?<![-a-z])(?:left|right)\s*:", CSS.read_text())
        == []
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_inline_and_nothing_is_fetched_elsewhere(client: Client, path: str) -> None:
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.select("style, [style]") == []
    assert [script for script in page.find_all("script") if not script.get("src") or script.get_text()] == []
    assert [tag.name for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)] == []
    fetched = [
        tag.get("src") or tag.get("href") for tag in page.select("script, img, link:not([rel=alternate], [rel=search])")
    ]
    assert fetched
    assert all(str(address).startswith("/static/") for address in fetched)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_landmarks_and_labels(client: Client, path: str) -> None:
    page = BeautifulSoup(client.get(path).content, "html.parser")
    assert page.html is not None
    assert page.html["lang"] == "en"
    assert len(page.find_all("h1")) == 1
    assert page.select_one("a[href='#main']") is not None
    assert page.select_one("main#main") is not None
    labels = {label["for"] for label in page.select("label[for]")}
    assert {field["id"] for field in page.select("input:not([type=hidden])")} <= labels
    identifiers = [tag["id"] for tag in page.select("[id]")]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.django_db
def test_a_form_tells_its_errors_at_the_top_and_at_the_field(client: Client) -> None:
    page = BeautifulSoup(client.get("/dev/components/").content, "html.parser")
    wrong = page.select("form.form input[aria-invalid=true]")
    assert [field["id"] for field in wrong] == ["id_name", "id_reason"]
    assert [field["id"] for field in page.select("[autofocus]")] == ["id_name"]
    assert wrong[0]["value"] == "-a-"
    assert [link["href"] for link in page.select(".summary a")] == ["#id_name", "#id_reason"]
    known = {tag["id"] for tag in page.select("[id]")}
    for field in wrong:
        described = str(field["aria-describedby"]).split()
        assert set(described) <= known
        assert any(name.endswith("_error") for name in described)


@pytest.mark.django_db
def test_a_database_that_is_away_is_a_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_limit: int = 20) -> None:
        raise OperationalError("the connection was refused")

    monkeypatch.setattr(queries, "newest_releases", away)
    answer = client.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Try again" in answer.content.decode()
    assert "refused" not in answer.content.decode()


@pytest.mark.django_db
def test_our_own_failure_is_a_500_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "newest_releases", lambda: 1 // 0)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert "Something failed on our side" in answer.content.decode()
    assert "ZeroDivision" not in answer.content.decode()
