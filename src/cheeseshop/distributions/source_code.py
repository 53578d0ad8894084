# SPDX-License-Identifier: Apache-2.0
"""Source code as highlighted HTML, and what changed between two texts, without any limit of time.

Run by ``RenderChild``, which has one: regular expressions of highlighters and the comparison of hostile texts can take
for ever.
"""

import difflib
import json
from html import escape

LINE_PREFIX = "L"
"""Each line is a ``<span>`` whose id is this, a hyphen and its number from 1."""


def highlight(text: str, filename: str) -> str:
    """Return a text as HTML, a span a line, coloured by classes where its language is known by the file's name."""
    from pygments import highlight as colour  # noqa: PLC0415 - loads hundreds of modules
    from pygments.formatters import HtmlFormatter  # noqa: PLC0415 - as above
    from pygments.lexers import TextLexer, get_lexer_for_filename  # noqa: PLC0415 - as above
    from pygments.util import ClassNotFound  # noqa: PLC0415 - as above

    try:
        lexer = get_lexer_for_filename(filename, stripnl=False, ensurenl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False, ensurenl=False)
    return _by_lines(str(colour(text, lexer, HtmlFormatter(nowrap=True))))


def plain(text: str) -> str:
    """Return a text as HTML in the same form without colours."""
    return _by_lines(escape(text))


def _by_lines(html: str) -> str:
    """Put each line into a span; the highlighter closes its own at the end of each."""
    lines = html.removesuffix("\n").split("\n")
    return "".join(f'<span id="{LINE_PREFIX}-{n}">{line}\n</span>' for n, line in enumerate(lines, 1))


def difference(texts: str) -> str:
    """Return what changed between two texts, which come as a JSON array, as HTML: a span a line, by kind.

    Empty where nothing that a reader sees changed.
    """
    before, after = json.loads(texts)
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=3, lineterm="")
    kinds = {"+": "ins", "-": "del", "@": "place"}
    shown = [line for line in lines if not line.startswith(("--- ", "+++ "))]
    return "".join(f'<span class="{kinds.get(line[:1], "same")}">{escape(line)}\n</span>' for line in shown)
