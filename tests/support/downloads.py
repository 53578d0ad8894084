# SPDX-License-Identifier: Apache-2.0
"""Downloads as workers write them, for tests that count."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from uuid import uuid4

from cheeseshop.catalog.models import File
from cheeseshop.core.clock import now
from cheeseshop.edge_contract.downloads import SUFFIX, Places, encode
from cheeseshop.stats.flows.count import Outcome, count_downloads
from cheeseshop.stats.raw.choice import open_raw
from cheeseshop.storage import Store

PIP = (
    'pip/25.3 {"ci":null,"cpu":"x86_64","distro":{"id":"bookworm","name":"Debian GNU/Linux","version":"12"},'
    '"implementation":{"name":"CPython","version":"3.12.1"},"installer":{"name":"pip","version":"25.3"},'
    '"python":"3.12.1","system":{"name":"Linux","release":"6.1"}}'
)
UV = (
    'uv/0.9.5 {"installer":{"name":"uv","version":"0.9.5","subcommand":["sync"]},"python":"3.13.0",'
    '"implementation":{"name":"CPython","version":"3.13.0"},"distro":null,"system":{"name":"Darwin","release":"24"},'
    '"cpu":"arm64","openssl_version":null,"setuptools_version":null,"rustc_version":null,"ci":true}'
)


def key_of(filename: str) -> str:
    """The key of a file that was uploaded."""
    return File.objects.get(filename=filename).blob_key


def second_of(day: date) -> int:
    """A second in the middle of a day."""
    return int(datetime.combine(day, time(12, 30), UTC).timestamp())


def write_segment(store: Store, counts: dict[tuple[str, str], int], day: date | None = None, dropped: int = 0) -> None:
    """Write a finished segment: how often each file (by name) was fetched by each client."""
    places = Places(store.stats)
    places.prepare()
    told: dict[bytes, dict[str, int]] = {}
    for (filename, agent), count in counts.items():
        told.setdefault(agent.encode(), {})[key_of(filename)] = count
    write_lines(store, [encode(told, dropped, second_of(day or now().date()))])


def write_lines(store: Store, lines: Iterable[bytes]) -> None:
    """Write a finished segment as it is."""
    places = Places(store.stats)
    places.prepare()
    (places.segments / f"{uuid4().hex}{SUFFIX}").write_bytes(b"".join(lines))


def count(store: Store) -> Outcome:
    """Count what was written."""
    return count_downloads(store, open_raw(store))
