# SPDX-License-Identifier: Apache-2.0
"""Searches by XML-RPC, as ``pip search`` and older programs ask them."""

from collections.abc import Iterator

from cheeseshop.discovery import classes
from cheeseshop.discovery.asked import LONGEST
from cheeseshop.discovery.engines import Question, engine
from cheeseshop.discovery.searching import MOST_CLASSIFIERS, Hit, Search, hits
from cheeseshop.discovery.searching import search as find
from cheeseshop.mirrors.protocol import CLIENT_ERROR, Fault, answer

MOST_HITS = 100
MOST_BROWSED = 10_000

_MOST_QUESTIONS = 5
_AT_ONCE = 500
_OPERATORS = ("and", "or")


def search(fields: dict[str, object], operator: str = "and") -> bytes:
    """Find projects by words in any of the fields named: they are searched together here, whatever their names.

    ``or`` finds what has the words of one field, ``and`` what has those of all.

    Raises:
        Fault: for another operator, and for words that are no text or too long.
    """
    if operator not in _OPERATORS:
        raise Fault(CLIENT_ERROR, "client error; the operator is 'and' or 'or'")
    wanted = list(dict.fromkeys(_texts(fields)))
    questions = wanted[:_MOST_QUESTIONS] if operator == "or" else [" ".join(wanted)]
    if any(len(question) > LONGEST for question in questions):
        raise Fault(CLIENT_ERROR, f"client error; search for at most {LONGEST} characters")
    places = dict.fromkeys(place for text in questions if text for place in find(Search(text)).places[:MOST_HITS])
    return answer([_told(at, hit) for at, hit in enumerate(hits(list(places)[:MOST_HITS])) if hit.version])


def _texts(fields: dict[str, object]) -> Iterator[str]:
    for value in fields.values():
        texts = value if isinstance(value, list) else [value]
        words = [each for each in texts if isinstance(each, str)]
        if len(words) != len(texts):
            raise Fault(CLIENT_ERROR, "client error; what is searched for is text, or a list of texts")
        if text := " ".join(words).strip():
            yield text


def _told(at: int, hit: Hit) -> dict[str, object]:
    return {"name": hit.name, "version": hit.version, "summary": hit.summary, "_pypi_ordering": at}


def browse(classifiers: list[object]) -> bytes:
    """List name and version of projects whose release has all of these classifiers, and not only some below them.

    Raises:
        Fault: for classifiers that are no text, or too many.
    """
    wanted = [each for each in classifiers if isinstance(each, str)]
    if len(wanted) != len(classifiers) or len(wanted) > MOST_CLASSIFIERS:
        raise Fault(CLIENT_ERROR, f"client error; name at most {MOST_CLASSIFIERS} classifiers, as texts")
    if not wanted:
        return answer([])
    found = engine().find(Question((), tuple(classes.exact_key(each) for each in wanted)), MOST_BROWSED)
    places = [each.place for each in found]
    parts = (places[at : at + _AT_ONCE] for at in range(0, len(places), _AT_ONCE))
    named = [[hit.name, hit.version] for part in parts for hit in hits(part) if hit.version]
    return answer(sorted(named))
