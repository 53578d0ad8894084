# SPDX-License-Identifier: Apache-2.0
import pytest

from cheeseshop.distributions import DistributionRefused, render_description
from cheeseshop.distributions.render_child import RenderChild, RenderingAborted

MARKDOWN = "text/markdown"


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_nothing_renders_to_nothing(text: str | None):
    assert render_description(text, MARKDOWN) == ""


@pytest.mark.parametrize(
    ("text", "content_type", "html"),
    [
        ("a *b*", MARKDOWN, "<em>b</em>"),
        ("~~b~~", f"{MARKDOWN}; variant=GFM", "<del>b</del>"),
        ("~~b~~", f"{MARKDOWN}; charset=UTF-8; variant=CommonMark", "~~b~~"),
        ("a *b*", "text/x-rst", "<em>b</em>"),
        ("a *b*", None, "<em>b</em>"),
        ("a *b* <i>\nc", "text/plain", "a *b* &lt;i&gt;<br>\nc".replace("\n", "")),
        ("```python\nimport os\n```", MARKDOWN, '<span class="kn">import</span>'),
        (".. code:: python\n\n  import os\n", "text/x-rst", '<span class="kn">import</span>'),
        ("long " * 2000 + "*b*", MARKDOWN, "<em>b</em>"),
    ],
)
def test_markup_is_rendered(text: str, content_type: str | None, html: str):
    assert html in render_description(text, content_type)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "<iframe src='https://evil.example'></iframe>",
        "<style>body{display:none}</style>",
        "<a href='data:text/html,x'>a</a>",
        "<form action='https://evil.example'><input name=password></form>",
        "<svg onload=alert(1)>",
    ],
)
@pytest.mark.parametrize("padding", ["", "x " * 3000], ids=["here", "child"])
def test_html_is_sanitised(text: str, padding: str):
    html = render_description(f"{text}\n\n{padding}", MARKDOWN).lower()
    for danger in ("<script", " onerror", 'href="javascript', "<iframe", "<style", "data:text", "<form", "<svg"):
        assert danger not in html


@pytest.mark.parametrize("text", ["Title\n=\n\n:nosuchrole:`x`", ".. nosuch::\n\n   x", "`unclosed", "|missing|_"])
def test_broken_rst_is_refused(text: str):
    with pytest.raises(DistributionRefused, match="failed to render in the default format") as refusal:
        render_description(text, None)
    assert refusal.value.field == "description"


def test_rst_reads_no_files():
    with pytest.raises(DistributionRefused, match="failed to render"):
        render_description(".. include:: /etc/passwd\n", "text/x-rst")
    with pytest.raises(DistributionRefused, match="failed to render"):
        render_description(".. raw:: html\n\n   <b>x</b>\n", "text/x-rst")


def test_too_long_to_render():
    with pytest.raises(DistributionRefused, match="failed to render for 'text/plain'"):
        render_description("x" * (5 << 20), "text/plain")


def test_text_that_takes_for_ever_is_given_up_and_the_next_is_rendered():
    child = RenderChild()
    with pytest.raises(RenderingAborted):
        child.render(">" * 300_000, MARKDOWN, "GFM", time_limit=0.2)
    assert child.render("*b*", MARKDOWN, "GFM") == "<p><em>b</em></p>\n"
    child.close()


def test_child_that_went_away_is_replaced():
    child = RenderChild()
    child.render("a", MARKDOWN, "GFM")
    assert child.process is not None
    child.process.terminate()
    child.process.wait()
    assert child.render("*b*", MARKDOWN, "GFM") == "<p><em>b</em></p>\n"
    child.close()
