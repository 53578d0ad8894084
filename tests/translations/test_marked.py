# SPDX-License-Identifier: Apache-2.0
"""Every text that people read in a template is marked for translation."""

from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.translations.unmarked import unmarked

SOURCES = Path(__file__).parents[2] / "src" / "cheeseshop"

EXEMPT = {
    "administration": "pages of the site's keepers, who work in English",
    "flags/templates/flags/banners.html": "as above",
    "web/templates/web/components.html": "shown to developers only",
}


def is_exempt(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in EXEMPT)


def every_template() -> list[str]:
    return sorted(str(each.relative_to(SOURCES)) for each in SOURCES.rglob("templates/**/*.html"))


def templates() -> list[str]:
    return [each for each in every_template() if not is_exempt(each)]


@pytest.mark.parametrize("path", templates())
def test_every_text_of_a_template_is_marked(path: str) -> None:
    assert unmarked((SOURCES / path).read_text("utf-8")) == []


@pytest.mark.parametrize("path", every_template())
def test_every_template_is_understood(path: str) -> None:
    get_template(path.partition("/templates/")[2])


def test_what_is_checked_and_exempt_exists() -> None:
    assert [each for each in EXEMPT if not (SOURCES / each).exists()] == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["1: Hello"]),
        ("<p>\n{% if x %}Hello {{ name }}{% endif %}</p>", ["2: Hello"]),
        ('<img alt="A wedge">', ['1: alt="A wedge"']),
        ('<input placeholder="{% if x %}Find {{ x }}{% endif %}">', ['1: placeholder=" Find "']),
        ('{% button "Send" "danger" %}', ['1: "Send"']),
        ('{% notice "warning" title="Look here" text=told %}', ['1: title="Look here"']),
        ('{% include "x.html" with caption="All of them" %}', ['1: caption="All of them"']),
        ('{{ name|default:"nobody" }}', ['1: |default:"nobody"']),
        ("{{ n }}{{ n|pluralize }}", ["1: |pluralize:"]),
        ("{% block title %}Search: {{ site_name }}{% endblock %}", ["1: Search:"]),
        ("<p>{% blocktranslate %}One{% endblocktranslate %} two</p>", ["1: two"]),
    ],
)  # fmt: skip
def test_what_is_not_marked_is_found(template: str, found: list[str]) -> None:
    assert unmarked(template) == found


@pytest.mark.parametrize(
    "template",
    [
        '<p>{% translate "Hello" %} {{ name }}, <code>pip install</code> 1.0 &amp; SHA-256</p>',
        "<p>{% blocktranslate count n=n %}One <b>file</b>{% plural %}{{ n }} files{% endblocktranslate %}</p>",
        '{% button _("Send") "danger" %}{% badge "warning" _("yanked") %}{{ n|default:_("none") }}',
        '{% with uv="uv publish --publish-url "|add:site_url %}{% code uv _("uv command") %}{% endwith %}',
        "{# A note #}{% comment %}Another{% endcomment %}<script>let name</script>",
        '<input type="hidden" name="q" value="Word"><a class="quiet name" href="#top">{{ x|date:"Y-m-d" }}</a>',
    ],
)
def test_what_is_marked_or_for_no_reader_is_let_through(template: str) -> None:
    assert unmarked(template) == []
