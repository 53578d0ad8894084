# SPDX-License-Identifier: Apache-2.0
"""An index with a project, and a program that receives its webhooks."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.storage import Store, open_store
from tests.support.actors import Visitor, member
from tests.support.archives import build_wheel
from tests.support.factories import SITE, make_token, upload
from tests.support.quick_accounts import no_limits, quick
from tests.support.receiver import Receiver, receiver

__all__ = ["no_limits", "quick"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE, webhook_networks="127.0.0.0/8, ::1")
    monkeypatch.setattr(current, "settings", lambda: conf)
    return open_store()


@pytest.fixture
def owner(shop: Store) -> Visitor:
    user, visitor = member()
    visitor.token = make_token(user)  # type: ignore[attr-defined]
    assert upload(shop, visitor.token, build_wheel("demo", "1.0")).status == 200  # type: ignore[attr-defined]
    return visitor


@pytest.fixture
def project(owner: Visitor) -> Project:
    return Project.objects.get(normalized_name="demo")


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiver() as listening:
        yield listening
