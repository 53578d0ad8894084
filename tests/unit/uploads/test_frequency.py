# SPDX-License-Identifier: Apache-2.0
"""How many files and projects accounts and addresses may send in an hour, and new accounts above all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.rates.models import Count
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    def change(**settings: object) -> None:
        changed = replace(current.settings(), require_2fa_for_upload=False, **settings)  # type: ignore[arg-type]
        monkeypatch.setattr(current, "settings", lambda: changed)

    return change


def sent(store: Store, token: str, count: int, name: str = "demo") -> list[int]:
    return [upload(store, token, build_wheel(name, f"{n}.0")).status for n in range(count)]


@pytest.mark.parametrize("limit", ["uploads_per_hour_user", "uploads_per_hour_address", "new_account_uploads_per_hour"])
def test_files_are_limited_by_the_hour(store: Store, configure: Configure, limit: str) -> None:
    configure(**{limit: 2})
    token = make_token(make_user(), administrator=False)
    assert sent(store, token, 2) == [200, 200]
    reply = upload(store, token, build_wheel("demo", "9.0"))
    assert reply.status == 429
    assert "Too many files were uploaded" in reply.body
    assert 0 < int(dict(reply.headers)["retry-after"]) <= 3601
    assert File.objects.count() == 2
    Count.objects.update(window=0)
    assert upload(store, token, build_wheel("demo", "9.0")).status == 200


def test_accounts_do_not_share_their_limit(store: Store, configure: Configure) -> None:
    configure(uploads_per_hour_user=1)
    for name in ("alice", "bob"):
        assert sent(store, make_token(make_user(name), administrator=False), 2, name) == [200, 429]


def test_an_account_that_is_old_enough_has_the_general_limit(store: Store, configure: Configure) -> None:
    configure(new_account_uploads_per_hour=1, new_account_projects_per_hour=1, new_account_days=3)
    token = make_token(make_user(), administrator=False)
    User.objects.update(date_joined=now() - timedelta(days=3, seconds=1))
    assert sent(store, token, 3) == [200] * 3
    assert upload(store, token, build_wheel("other", "1.0")).status == 200


def test_a_new_account_creates_fewer_projects(store: Store, configure: Configure) -> None:
    configure(new_account_projects_per_hour=2)
    token = make_token(make_user(), administrator=False)
    assert [upload(store, token, build_wheel(f"p{n}", "1.0")).status for n in range(3)] == [200, 200, 429]
    configure(new_account_projects_per_hour=0)
    assert upload(store, token, build_wheel("p2", "1.0")).status == 200


def test_an_administrators_token_has_no_limit_and_none_costs_nothing(store: Store, configure: Configure) -> None:
    configure(uploads_per_hour_user=1, uploads_per_hour_address=1, new_account_uploads_per_hour=1)
    assert sent(store, make_token(make_user()), 3) == [200] * 3
    configure(uploads_per_hour_user=0, uploads_per_hour_address=0, new_account_uploads_per_hour=0)
    assert sent(store, make_token(make_user("bob"), administrator=False), 3, "other") == [200] * 3
    assert not Count.objects.exists()
