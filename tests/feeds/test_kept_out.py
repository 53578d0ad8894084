# SPDX-License-Identifier: Apache-2.0
"""Projects of new accounts are kept out of search engines for the days that are set, and no others."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
MARK = '<meta name="robots" content="noindex">'


def kept_out(client: Client, name: str = "demo") -> bool:
    marked = [MARK in client.get(f"/project/{name}/{tab}").content.decode() for tab in ("", "1.0/files/")]
    listed = f"/project/{name}/<" in client.get("/1.sitemap.xml").content.decode()
    assert marked == [not listed] * 2
    return not listed


@pytest.fixture
def demo(shop: Store, monkeypatch: pytest.MonkeyPatch) -> Project:
    conf = replace(current.settings(), noindex_days=7)
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert upload(shop, make_token(make_user()), build_wheel("demo", "1.0")).status == 200
    return Project.objects.get()


def test_a_new_accounts_project_is_kept_out_until_the_account_is_old_enough(client: Client, demo: Project) -> None:
    assert kept_out(client)
    User.objects.update(date_joined=now() - timedelta(days=7, seconds=1))
    assert not kept_out(client)


def test_one_owner_of_old_is_enough(client: Client, demo: Project) -> None:
    other = make_user("bob")
    role = ProjectRole.objects.create(project=demo, user=other, role=Role.MAINTAINER)
    User.objects.filter(pk=other.pk).update(date_joined=now() - timedelta(days=30))
    assert kept_out(client)
    ProjectRole.objects.filter(pk=role.pk).update(role=Role.OWNER)
    assert not kept_out(client)


def test_a_project_that_is_old_itself_is_not_hidden_by_a_new_owner(client: Client, demo: Project) -> None:
    Project.objects.update(created_at=now() - timedelta(days=8))
    assert not kept_out(client)


def test_by_default_nothing_is(client: Client, demo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), noindex_days=0)
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert not kept_out(client)
