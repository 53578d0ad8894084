# SPDX-License-Identifier: Apache-2.0
"""Fast password hashes, a scanner whose child ends with the module, and an index of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cheeseshop.core import current
from cheeseshop.core.settings import Settings
from cheeseshop.scanning.looking import Wanted
from cheeseshop.scanning.scanner import Outcome, Scanner
from cheeseshop.storage import Store, open_store
from tests.support.factories import SITE
from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick"]

Scan = Callable[..., Outcome]


@pytest.fixture(scope="module")
def scanner() -> Iterator[Scanner]:
    made = Scanner(1024)
    yield made
    made.close()


@pytest.fixture
def scan(scanner: Scanner, tmp_path: Path) -> Scan:
    """Scan a distribution that was built, by lists that are given."""

    def look(built: tuple[str, bytes], rules: str = "", hashes: str = "", project: str = "demo") -> Outcome:
        path = tmp_path / "bytes"
        path.write_bytes(built[1])
        return scanner.scan(Wanted(str(path), built[0], project, "0" * 64, rules, hashes, 30))

    return look


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Change settings for a test."""

    def change(**changes: object) -> Settings:
        conf = replace(current.settings(), data=tmp_path / "var", url=SITE, **changes)
        monkeypatch.setattr(current, "settings", lambda: conf)
        return conf

    return change


@pytest.fixture
def shop(configured: Callable[..., Settings]) -> Store:
    configured()
    made = open_store()
    made.prepare()
    return made


def rules_of(outcome: Outcome) -> list[str]:
    return [each.rule for each in outcome.findings]
