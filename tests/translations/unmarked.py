# SPDX-License-Identifier: Apache-2.0
"""Finds texts for people in a template that no translator would ever see.

A template is read as Django's lexer reads it. What stands in ``translate`` and ``blocktranslate`` is marked, tags and
variables are opaque, and what remains is HTML: its text nodes and the attributes that people read must hold no words.
Literals given to components and filters must be wrapped: ``{% button _("Yank release") %}``.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, Token, TokenType
from django.utils.text import smart_split

NAMES = {  # of things, which are the same in every language
    "AGPL", "API", "APIs", "BLAKE2b-256", "CSV", "Cheeseshop", "GitHub", "GitLab", "HTML", "HTTPS", "ID", "JSON", "JWT",
    "MD5", "OIDC", "OSV", "OpenAPI", "OpenID", "Connect", "PEP", "PyPI", "Python", "RSS", "SBOM", "SHA-256", "SHA256",
    "SPDX", "security.txt", "Sigstore", "TOTP", "URI", "URL", "UTC", "WebAuthn", "XML-RPC",
    "pip", "twine", "uv", "wheel", "sdist",
}  # fmt: skip
_READ = {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "label"}
_NO_TEXT = {"code", "kbd", "pre", "samp", "script", "style"}
_TAGS = {  # which arguments of a tag people read: by their number, and by their name
    "badge": (1, "text"), "button": (0, "verb"), "code": (1, "label"), "empty": (0, 1, "title", "text"),
    "notice": (1, 2, "title", "text"), "table": (0, "caption"), "tabs": (1, "label"),
}  # fmt: skip
_ANY_NAME = {"include", "with", "blocktranslate"}
_FILTERS = ("default", "default_if_none", "yesno", "add", "pluralize", "join")
_LITERAL = r"""(?:"[^"]*"|'[^']*')"""
_FILTERED = re.compile(rf"\|({'|'.join(_FILTERS)})(?::({_LITERAL}))?(?![a-z_])")
_WORD = re.compile(r"[^\W\d_][\w.+-]*[^\W_]")
_OPAQUE = "\ue000"


def unmarked(source: str) -> list[str]:
    """Return the texts of a template that are not marked, each with the number of its line."""
    found: list[tuple[int, str]] = []
    html: list[str] = []
    for token, is_marked in _read(source):
        if token.token_type is TokenType.TEXT:
            html.append("\n" * token.contents.count("\n") if is_marked else token.contents)
        else:
            html.append(_OPAQUE + "\n" * token.contents.count("\n"))
            found += [(token.lineno or 0, each) for each in _literals(token)]
    reader = _Reader()
    reader.feed("".join(html))
    reader.close()
    return [f"{line}: {text}" for line, text in sorted(found + reader.found)]


def _read(source: str) -> Iterator[tuple[Token, bool]]:
    """Yield a template's tokens, each with whether it is marked, and none that is a comment."""
    marked = commented = False
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.token_type is TokenType.BLOCK else ""
        commented = (commented or name == "comment") and name != "endcomment"
        marked = (marked or name in {"blocktranslate", "blocktrans"}) and name not in {
            "endblocktranslate",
            "endblocktrans",
        }
        if not commented and token.token_type is not TokenType.COMMENT:
            yield token, marked


def _literals(token: Token) -> Iterator[str]:
    """Yield the literals of a tag or variable that people read and that are not wrapped in ``_()``."""
    for name, literal in _FILTERED.findall(token.contents):
        if name == "pluralize" or (literal and _are_words(literal[1:-1]) and not _is_technical(literal[1:-1])):
            yield f"|{name}:{literal}"
    if token.token_type is not TokenType.BLOCK:
        return
    tag, *arguments = list(smart_split(token.contents))
    for number, argument in enumerate(arguments):
        key, given, value = argument.partition("=") if re.match(r"[a-z_]+=", argument) else ("", "", argument)
        literal = re.match(_LITERAL, value)
        if literal is None or not _are_words(literal.group()[1:-1]):
            continue
        read = _TAGS.get(tag, ())
        if (key if given else number) in read or (tag in _ANY_NAME and given and _is_sentence(literal.group()[1:-1])):
            yield argument


def _are_words(text: str) -> bool:
    """Tell whether a text says something that is not a name of a thing."""
    return any(each not in NAMES for each in _WORD.findall(text))


def _is_sentence(text: str) -> bool:
    """Tell whether a value looks as if it were for people: ``danger`` and ``warning`` do not."""
    return not _is_technical(text) and (" " in text.strip() or text[:1].isupper())


def _is_technical(text: str) -> bool:
    """Tell whether a text is a piece of a command or an address."""
    return bool(re.search(r"[/=]|--", text))


class _Reader(HTMLParser):
    """Collects the words of HTML, each with its line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NO_TEXT:
            self._within.append(tag)
        kinds = {value for name, value in attrs if name == "type"}
        for name, value in attrs:
            if name in _READ or (name == "value" and tag == "input" and kinds & {"submit", "button"}):
                self._note(value or "", f'{name}="{value}"')

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self._note(data, data)

    def _note(self, words: str, shown: str) -> None:
        words = words.replace(_OPAQUE, " ")
        if _are_words(words):
            above = words[: len(words) - len(words.lstrip())].count("\n")
            self.found.append((self.getpos()[0] + above, " ".join(shown.replace(_OPAQUE, " ").split())))
