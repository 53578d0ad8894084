# SPDX-License-Identifier: Apache-2.0
"""The methods, called as the standard library's client calls them."""

import xmlrpc.client
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.catalog.flows.remove import remove_project
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.mirrors import queries
from cheeseshop.storage import Store
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


def call(client: Client, method: str, *arguments: object, path: str = "/pypi") -> Any:
    body = xmlrpc.client.dumps(arguments, method, allow_none=True)
    reply = client.post(path, body, content_type="text/xml")
    assert (reply.status_code, reply["content-type"]) == (200, "text/xml; charset=utf-8")
    return xmlrpc.client.loads(reply.content)[0][0]


@pytest.fixture
def filled(shop: Store) -> Store:
    token = make_token(make_user())
    for built in (build_wheel("demo", "1.0"), build_sdist("demo", "1.0"), build_wheel("other", "0.1")):
        assert upload(shop, token, built).status == 200
    return shop


@pytest.mark.parametrize("path", ["/pypi", "/pypi/", "/RPC2"])
def test_the_serial_rises_with_every_change(client: Client, filled: Store, path: str) -> None:
    before = call(client, "changelog_last_serial", path=path)
    assert upload(filled, make_token(make_user("bob")), build_wheel("third", "1.0")).status == 200
    after = call(client, "changelog_last_serial", path=path)
    changes = call(client, "changelog_since_serial", before)
    assert [(c[0], c[1], c[3]) for c in changes] == [
        ("third", None, "create"),
        ("third", None, "add Owner bob"),
        ("third", "1.0", "new release"),
        ("third", "1.0", "add py3 file third-1.0-py3-none-any.whl"),
    ]
    assert [c[4] for c in changes] == list(range(before + 1, after + 1))
    assert abs(changes[0][2] - now().timestamp()) < 60
    assert call(client, "changelog_since_serial", after) == []


def test_changes_come_in_bounded_numbers(client: Client, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_CHANGES", 3)
    everything: list[Any] = []
    while found := call(client, "changelog_since_serial", everything[-1][4] if everything else 0):
        assert len(found) <= 3
        everything += found
    assert len(everything) == call(client, "changelog_last_serial")


def test_names_come_with_their_serials(client: Client, filled: Store) -> None:
    found = call(client, "list_packages_with_serial")
    assert found == dict(Project.objects.values_list("name", "last_serial"))
    project = Project.objects.get(name="other")
    remove_project(project.pk, "alice")
    assert list(call(client, "list_packages_with_serial")) == ["demo"]
    assert call(client, "changelog_since_serial", 0)[-1][3] == "remove project"


def test_roles_are_told_both_ways(client: Client, filled: Store) -> None:
    ProjectRole.objects.create(
        project=Project.objects.get(name="demo"), user=make_user("bob"), role=Role.MAINTAINER.value
    )
    assert call(client, "package_roles", "DEMO") == [["Owner", "alice"], ["Maintainer", "bob"]]
    assert call(client, "user_packages", "Alice") == [["Owner", "demo"], ["Owner", "other"]]
    assert call(client, "user_packages", "bob") == [["Maintainer", "demo"]]
    assert call(client, "package_roles", "none") == call(client, "user_packages", "nobody") == []


def test_what_is_not_public_is_told_to_nobody(client: Client, filled: Store) -> None:
    Project.objects.filter(name="other").update(visibility="private")
    assert {c[0] for c in call(client, "changelog_since_serial", 0)} == {"demo"}
    Project.objects.filter(name="demo").update(quarantined_at=now())
    assert call(client, "package_roles", "demo") == call(client, "user_packages", "alice") == []
    assert call(client, "package_roles", "other") == []


@pytest.mark.parametrize("method", ["search_nothing", "system.listMethods", "__class__", "run"])
def test_unknown_methods_are_a_fault(client: Client, shop: Store, method: str) -> None:
    with pytest.raises(xmlrpc.client.Fault, match="not found"):
        call(client, method)


@pytest.mark.parametrize("method", ["list_packages", "release_data", "package_releases", "system.multicall"])
def test_retired_methods_say_what_to_use(client: Client, shop: Store, method: str) -> None:
    with pytest.raises(xmlrpc.client.Fault, match=r"RuntimeError: .*no longer supported") as told:
        call(client, method, "demo", "1.0")
    assert told.value.faultCode == -32500


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("changelog_since_serial", ("1",)),
        ("changelog_since_serial", (True,)),
        ("changelog_since_serial", ()),
        ("changelog_since_serial", (-1,)),
        ("changelog_last_serial", (1,)),
        ("package_roles", (1,)),
        ("package_roles", (None,)),
        ("user_packages", ([],)),
    ],
)
def test_wrong_arguments_are_the_clients_error(
    client: Client, shop: Store, method: str, arguments: tuple[object, ...]
) -> None:
    with pytest.raises(xmlrpc.client.Fault, match="client error") as told:
        call(client, method, *arguments)
    assert told.value.faultCode == -32602


def test_too_many_calls_are_a_fault(client: Client, shop: Store, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"xmlrpc": "2/h/ip"}  # type: ignore[attr-defined]
    for _ in range(2):
        assert call(client, "changelog_last_serial") == 0
    with pytest.raises(xmlrpc.client.Fault, match=r"HTTPTooManyRequests: .*in 3[56]"):
        call(client, "changelog_last_serial")


def test_a_get_is_no_call(client: Client, shop: Store) -> None:
    assert client.get("/RPC2").status_code == 405
    assert client.get("/pypi").status_code == 301
