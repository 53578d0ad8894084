# SPDX-License-Identifier: Apache-2.0
"""Links of descriptions: how many for how many words, and where they lead."""

from pathlib import Path

import pytest

from cheeseshop.scanning.descriptions import links_of, look_at_links, read_domains
from cheeseshop.scanning.findings import Findings

LINK = '<a href="https://example.org/{0}" rel="nofollow">number {0}</a> '
BADGE = '<a href="https://example.org/{0}"><img src="a.png"></a> '


def rules(html: str, *others: str, bad: frozenset[str] = frozenset()) -> list[str]:
    found = Findings()
    look_at_links(links_of(html), list(others), bad, found)
    assert {each.kind for each in found.all()} <= {"spam"}
    return [each.rule for each in found.all()]


def many(what: str, count: int) -> str:
    return "".join(what.format(number) for number in range(count))


def test_many_links_for_few_words_are_odd() -> None:
    assert rules(many(LINK, 15)) == ["link-density"]
    assert rules(many(LINK, 14)) == []
    assert rules(many(LINK, 20) + "word " * 160) == []
    assert rules(many(BADGE, 40)) == []
    assert rules(many('<a href="#part">part</a>', 100)) == []


@pytest.mark.parametrize("address", ["https://bit.ly/a", "HTTP://WWW.TinyURL.com/a", "//t.co/a"])
def test_shorteners(address: str) -> None:
    assert rules(f'<p>It is <a href="{address}">here</a>.</p>') == ["shortened-link"]
    assert rules("", address) == ["shortened-link"]


def test_domains_of_a_list_and_what_is_below_them(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(
        "casino.example # spam\n\nB\u00fccher.example\nnot a domain\nxn--bcher-kva.example.\n"
    )
    bad = read_domains(tmp_path / "list")
    assert bad == {"casino.example", "xn--bcher-kva.example"}
    for address in ("https://casino.example", "https://a.b.casino.example/x", "https://b\u00fccher.example"):
        assert rules("", address, bad=bad) == ["prohibited-domain"], address
    for address in ("https://notcasino.example", "https://example", "https://[bad", "mailto:a@casino.example", ""):
        assert rules("", address, bad=bad) == [], address


def test_hostile_html_takes_no_time() -> None:
    assert rules("<a href='https://example.org'>" * 200_000) == []
    assert rules("<" * 1_000_000) == []
