# SPDX-License-Identifier: Apache-2.0
"""One database's part of ``bench.search``: fill it, wait for a line, ask it, print the figures as JSON."""

import gc
import json
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cheeseshop.config.boot import setup

setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402 - as above

from bench.search_corpus import Corpus, make_corpus  # noqa: E402 - as above
from bench.search_rows import FILLERS, make_updatable, say  # noqa: E402 - as above
from cheeseshop import sql  # noqa: E402 - as above
from cheeseshop.core import current  # noqa: E402 - as above
from cheeseshop.discovery import facets  # noqa: E402 - as above
from cheeseshop.discovery.indexing import index_project  # noqa: E402 - as above
from cheeseshop.discovery.models import Document  # noqa: E402 - as above
from cheeseshop.discovery.searching import NEWEST, Search, meant, page_of, search  # noqa: E402 - as above

_QUESTIONS = 400
_UPDATES = 200
_SAMPLES = 600


def main(projects: int) -> None:
    """Fill, ask, print."""
    current.settings().data.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    corpus = make_corpus()
    began, spent = time.monotonic(), time.process_time()
    if not Document.objects.exists():
        FILLERS[connection.vendor](corpus, projects)
    samples = list(Document.objects.order_by("digest").values_list("name", "summary")[:_SAMPLES])
    _watch_server()
    say(f"filled in {time.monotonic() - began:.0f} s, {time.process_time() - spent:.0f} of them its processor's")
    print("filled", flush=True)
    sys.stdin.readline()  # until nobody else is filling
    gc.collect()
    gc.freeze()  # as every worker does with what it has loaded
    rows = [_row(*each) for each in _questions(corpus, random.Random(2), samples)]
    rows.append(_row("index follows a release", lambda name: int(index_project(name)), make_updatable(_UPDATES)))
    print(json.dumps({"rows": rows, "bytes": _size()}))


_Asked = tuple[str, Callable[[str], int], list[str]]


def _questions(corpus: Corpus, source: random.Random, samples: list[tuple[str, str]]) -> list[_Asked]:
    """Words are asked for as evenly by the logarithm of their rank: common and rare ones alike."""

    def word() -> str:
        return corpus.words[int(math.exp(source.random() * math.log(len(corpus.words)))) - 1]

    heads = [head.split() for _, head in samples if len(set(head.split())) > 2]
    pairs = [" ".join(source.sample(head, 2)) for head in heads]
    frequent = [" ".join(source.sample(corpus.words[:50], 2)) for _ in range(100)]
    names = [name for name, _ in samples]
    groups = ["Topic", "Framework", "License", "Programming Language :: Python"] * 10
    return [
        ("one word", _ask, [word() for _ in range(_QUESTIONS)]),
        ("two words of one summary", _ask, pairs[:_QUESTIONS]),
        ("two words at random", _ask, [f"{word()} {word()}" for _ in range(_QUESTIONS)]),
        ("two of the 50 most frequent words", _ask, frequent),
        ("a phrase of frequent words", lambda q: _ask(f'"{q}"'), frequent),
        ("a whole name", _ask, names[:_QUESTIONS]),
        ("the first three letters of a name", _ask, [name[:3] for name in names[:_QUESTIONS]]),
        ("a classifier", lambda c: _ask("", (c,)), groups),
        ("one word, newest first", lambda q: _ask(q, order=NEWEST), [word() for _ in range(100)]),
        ("fuzzy: a name with a slip", lambda q: len(meant(q)), [_slip(source, name) for name in names[:200]]),
    ]


def _slip(source: random.Random, name: str) -> str:
    at = source.randrange(len(name))
    return name[:at] + source.choice("abcdefghij") + name[at + source.randint(0, 1) :]


def _ask(text: str, classifiers: tuple[str, ...] = (), order: str = "") -> int:
    """Do what the page does."""
    results = search(Search(text, classifiers, order))
    page_of(results, 1)
    facets.groups(results.counts, classifiers)
    return results.total


def _row(title: str, ask: Callable[[str], int], questions: Sequence[str]) -> list[str]:
    waited, worked, found = [], [], []
    for question in [*questions[:5], *questions]:
        began, spent = time.perf_counter(), _processor()
        found.append(ask(question))
        waited.append((time.perf_counter() - began) * 1000)
        worked.append((_processor() - spent) * 1000)
    cells = [f"{figure:.1f}" for times in (worked[5:], waited[5:]) for figure in _percentiles(times)]
    say(f"{title}: {cells}")
    return [title, *cells, f"{sum(found[5:]) / len(found[5:]):,.0f}"]


def _percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def _processor() -> float:
    """Return the processor time of this process, and of the server's that works for it, in seconds."""
    own = time.process_time()
    if _server is None:
        return own
    return own + int(Path(f"/proc/{_server}/schedstat").read_text().split()[0]) / 1e9


def _watch_server() -> None:
    """Note which process works for us on PostgreSQL, if it runs on this machine; it alone, so that all is counted."""
    global _server  # noqa: PLW0603 - there is one connection
    if connection.vendor != "postgresql":
        return
    sql.first("SELECT set_config('max_parallel_workers_per_gather', '0', false)")
    row = sql.first("SELECT pg_backend_pid()")
    if row and Path(f"/proc/{row[0]}/schedstat").exists():
        _server = row[0]


_server: int | None = None


def _size() -> int:
    if connection.vendor == "sqlite":
        return (current.settings().data / "db.sqlite3").stat().st_size
    row = sql.first("SELECT pg_database_size(current_database())")
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main(int(sys.argv[1]))
