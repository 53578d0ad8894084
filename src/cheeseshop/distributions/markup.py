# SPDX-License-Identifier: Apache-2.0
"""Calls of the renderers that turn markup into sanitised HTML, without any limit of time."""

from typing import Final

from cheeseshop.distributions import source_code

SOURCE: Final = "source"
DIFFERENCE: Final = "difference"


def render_markup(text: str, kind: str, variant: str) -> str | None:
    """Return `text` of the media type `kind` as sanitised HTML, or None where it does not render.

    `variant` is the Markdown flavour, "GFM" or "CommonMark". Two kinds are ours: `SOURCE`, source code of a file that
    `variant` names, and `DIFFERENCE`, between two texts.
    """
    if kind == SOURCE:
        return source_code.highlight(text, variant)
    if kind == DIFFERENCE:
        return source_code.difference(text)
    if kind == "text/markdown":
        from readme_renderer import markdown  # noqa: PLC0415 - each renderer loads a parser of its own

        html = markdown.render(text, variant=variant)
    elif kind == "text/plain":
        from readme_renderer import txt  # noqa: PLC0415 - each renderer loads a parser of its own

        html = txt.render(text)
    else:
        from readme_renderer import rst  # noqa: PLC0415 - each renderer loads a parser of its own

        html = rst.render(text)
    return str(html) if html is not None else None
