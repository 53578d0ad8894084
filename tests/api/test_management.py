# SPDX-License-Identifier: Apache-2.0
"""The management API: the same flows as the site's forms, by tokens that name what they may."""

import json
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from pymacaroons import Macaroon

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.config.wsgi import application
from cheeseshop.core.clock import now
from cheeseshop.journal.models import SerialCounter
from cheeseshop.organizations.models import Membership, Organization, Team, TeamMember, TeamRole
from cheeseshop.storage import Store
from cheeseshop.tokens.flows import TokenRequest, create_token
from cheeseshop.tokens.models import Token
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
WHEEL = "demo-1.0-py3-none-any.whl"
ALL = ("upload", "read", "yank", "admin")


@pytest.fixture
def alice(shop: Store, db: None) -> User:
    SerialCounter.objects.get_or_create(id=1)  # a test with transactions of its own empties every table
    user = make_user("alice")
    token = make_token(user)
    for built in (build_wheel("demo", "1.0"), build_sdist("demo", "1.0"), build_wheel("demo", "2.0")):
        assert upload(shop, token, built).status == 200
    return user


def token_for(user: User, *actions: str, projects: tuple[str, ...] = (), by_command: bool = True) -> str:
    name = f"token {Token.objects.count()}"
    return create_token(TokenRequest(user, name, projects, actions=actions, issued_by_administrator=by_command))


def call(token: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
    reply = Client(headers={"authorization": f"Bearer {token}"}).generic(
        method, f"/api/v1{path}", b"" if body is None else json.dumps(body), "application/json"
    )
    return reply.status_code, reply.json()


def test_a_project_is_read_yanked_archived_and_emptied(alice: User) -> None:
    token = token_for(alice, *ALL)
    assert [p["name"] for p in call(token, "GET", "/projects/")[1]] == ["demo"]
    assert call(token, "GET", "/projects/Demo/")[1]["role"] == "Owner"
    assert call(token, "POST", "/projects/demo/releases/1/yank", {"reason": "broken"}) == (
        200,
        {"message": "1.0 is yanked."},
    )
    told = call(token, "GET", "/projects/demo/releases/1.0/")[1]
    assert (told["yanked"], told["yanked_reason"], len(told["files"])) == (True, "broken", 2)
    assert call(token, "POST", "/projects/demo/releases/1.0/unyank")[0] == 200
    assert call(token, "POST", f"/projects/demo/files/{WHEEL}/yank", {})[0] == 200
    assert File.objects.get(filename=WHEEL).yanked_at is not None
    assert call(token, "POST", f"/projects/demo/files/{WHEEL}/unyank")[0] == 200
    assert call(token, "POST", "/projects/demo/status", {"status": "archived", "reason": "done"})[0] == 200
    assert Project.objects.get().status == "archived"
    assert call(token, "DELETE", f"/projects/demo/files/{WHEEL}/")[0] == 200
    assert call(token, "DELETE", "/projects/demo/releases/1.0/")[0] == 200
    assert Release.objects.get().version == "2.0"
    assert call(token, "DELETE", "/projects/demo/")[0] == 200
    assert call(token, "GET", "/projects/demo/")[0] == 404


def test_collaborators_and_tokens(alice: User) -> None:
    bob = make_user("bob")
    token = token_for(alice, *ALL)
    assert call(token, "POST", "/projects/demo/collaborators/", {"username": "bob", "role": "Maintainer"})[0] == 200
    assert call(token, "GET", "/projects/demo/collaborators/")[1] == [
        {"username": "alice", "role": "Owner", "invited": False},
        {"username": "bob", "role": "Maintainer", "invited": True},
    ]
    assert call(token, "DELETE", "/projects/demo/invitations/bob")[0] == 200
    assert call(token, "DELETE", "/projects/demo/invitations/bob")[0] == 404
    assert [each["username"] for each in call(token, "GET", "/projects/demo/collaborators/")[1]] == ["alice"]
    ProjectRole.objects.create(project=Project.objects.get(), user=bob, role=Role.MAINTAINER)
    assert call(token, "POST", "/projects/demo/collaborators/bob", {"role": "Owner"})[0] == 200
    assert call(token, "DELETE", "/projects/demo/collaborators/bob")[0] == 200
    assert call(token, "DELETE", "/projects/demo/collaborators/alice") == (
        409,
        {"message": "alice is the last owner of demo; make somebody else an owner first."},
    )
    listed = call(token, "GET", "/tokens/")[1]
    assert {"description", "actions", "last_used_at"} <= set(listed[0])
    assert "key" not in listed[0]
    assert call(token, "DELETE", f"/tokens/{listed[-1]['id']}")[0] == 200
    assert call(token, "GET", "/tokens/")[0] == 403  # it revoked itself


def test_releases_and_history_are_listed_in_parts(alice: User) -> None:
    token = token_for(alice, "read", "yank")
    call(token, "POST", "/projects/demo/releases/1.0/yank", {"reason": "broken"})
    listed = call(token, "GET", "/projects/demo/releases/")[1]
    told = [(each["version"], each["files"], each["yanked"], each["yanked_reason"]) for each in listed]
    assert told == [("2.0", 1, False, ""), ("1.0", 2, True, "broken")]
    assert sum(each["size"] for each in listed) == Project.objects.get().total_size
    assert [each["version"] for each in call(token, "GET", "/projects/demo/releases/?after=2.0")[1]] == ["1.0"]
    assert call(token, "GET", "/projects/demo/releases/?after=9.0")[0] == 404
    lines = call(token, "GET", "/projects/demo/history/")[1]
    assert [line["action"] for line in (lines[0], lines[-1])] == ["yank release", "create"]
    serials = [line["serial"] for line in lines]
    assert serials == sorted(serials, reverse=True)
    older = call(token, "GET", f"/projects/demo/history/?before={serials[2]}")[1]
    assert older == lines[3:]


def join(user: User, role: str = "Owner") -> Organization:
    acme, _ = Organization.objects.get_or_create(
        name="Acme", normalized_name="acme", display_name="Acme", kind="Company"
    )
    Membership.objects.create(organization=acme, user=user, role=role)
    Team.objects.get_or_create(organization=acme, name="cooks", normalized_name="cooks")
    return acme


def test_organizations_are_read_and_teams_get_roles(alice: User) -> None:
    acme, bob = join(alice), make_user("bob")
    join(bob, "Member")
    token, bobs = token_for(alice, *ALL), token_for(bob, *ALL)
    assert call(token, "POST", "/projects/demo/teams/cooks", {"role": "Owner"})[0] == 404  # it is in no organisation
    Project.objects.update(organization=acme)
    TeamMember.objects.create(team=Team.objects.get(), user=bob)
    assert call(bobs, "GET", "/projects/demo/")[1]["role"] == "Member"
    assert call(bobs, "GET", "/projects/")[1] == []
    assert call(bobs, "POST", "/projects/demo/teams/cooks", {"role": "Owner"})[0] == 403
    assert call(token, "POST", "/projects/demo/teams/COOKS", {"role": "Owner"}) == (
        200,
        {"message": "cooks is Owner now."},
    )
    assert [(p["role"], p["organization"]) for p in call(bobs, "GET", "/projects/")[1]] == [("Owner", "Acme")]
    assert call(bobs, "POST", "/projects/demo/teams/cooks", {"role": "Maintainer"})[0] == 200
    assert call(bobs, "GET", "/projects/demo/teams/")[1] == [{"team": "cooks", "role": "Maintainer"}]
    assert call(bobs, "GET", "/organizations/")[1][0] | {"kind": ""} == {
        "name": "Acme", "display_name": "Acme", "kind": "", "description": "", "url": "", "role": "Member",
        "active": True}  # fmt: skip
    assert call(bobs, "GET", "/organizations/ACME/")[1]["role"] == "Member"
    assert call(bobs, "GET", "/organizations/acme/members/")[1] == [
        {"username": "alice", "role": "Owner"}, {"username": "bob", "role": "Member"}]  # fmt: skip
    assert call(bobs, "GET", "/organizations/acme/teams/")[1] == [
        {"name": "cooks", "members": ["bob"], "projects": {"demo": "Maintainer"}}]  # fmt: skip
    assert call(token, "DELETE", "/projects/demo/teams/cooks")[0] == 200
    assert call(token, "DELETE", "/projects/demo/teams/cooks")[0] == 404
    assert call(token, "GET", "/organizations/a%00b/")[0] == 404
    assert call(token, "DELETE", "/projects/demo/teams/a%00b")[0] == 404


def test_a_service_account_uses_the_api_by_its_team(alice: User) -> None:
    acme = join(alice)
    Project.objects.update(organization=acme)
    bot = User.objects.create(username="Acme.bot", service_of=acme)
    token = token_for(bot, *ALL, by_command=False)
    assert call(token, "GET", "/projects/demo/")[0] == 404
    TeamMember.objects.create(team=Team.objects.get(), user=bot)
    TeamRole.objects.create(team=Team.objects.get(), project=Project.objects.get(), role="Owner")
    assert call(token, "POST", "/projects/demo/releases/1.0/yank", {"reason": "by a machine"})[0] == 200
    assert call(token, "GET", "/organizations/acme/")[0] == 404  # it is no member
    acme.deactivated_at = now()
    acme.save()
    assert call(token, "GET", "/projects/demo/")[0] == 403


NOBODY = "00000000-0000-0000-0000-000000000007"
GITHUB = {"owner": "octo", "repository": "sample", "workflow": "release.yml"}
MATRIX = [
    ("GET", "/projects/demo/publishers/", None, "read"),
    ("POST", "/projects/demo/publishers/", {"issuer": "github", "fields": GITHUB}, "admin"),
    ("DELETE", f"/projects/demo/publishers/{NOBODY}", None, "admin"),
    ("POST", "/projects/demo/publishing", {"only_publishers": False}, "admin"),
    ("GET", "/projects/", None, "read"),
    ("GET", "/projects/demo/", None, "read"),
    ("GET", "/projects/demo/releases/1.0/", None, "read"),
    ("GET", "/projects/demo/releases/", None, "read"),
    ("GET", "/projects/demo/history/", None, "read"),
    ("GET", "/projects/demo/collaborators/", None, "read"),
    ("DELETE", "/projects/demo/invitations/alice", None, "admin"),
    ("POST", "/projects/demo/releases/1.0/yank", {}, "yank"),
    ("POST", "/projects/demo/releases/1.0/unyank", None, "yank"),
    ("POST", f"/projects/demo/files/{WHEEL}/yank", {}, "yank"),
    ("POST", f"/projects/demo/files/{WHEEL}/unyank", None, "yank"),
    ("POST", "/projects/demo/status", {"status": "active"}, "admin"),
    ("POST", "/projects/demo/collaborators/", {"username": "x", "role": "Owner"}, "admin"),
    ("POST", "/projects/demo/collaborators/alice", {"role": "Owner"}, "admin"),
    ("DELETE", "/projects/demo/collaborators/alice", None, "admin"),
    ("DELETE", f"/projects/demo/files/{WHEEL}/", None, "admin"),
    ("DELETE", "/projects/demo/releases/1.0/", None, "admin"),
    ("DELETE", "/projects/demo/", None, "admin"),
    ("GET", "/tokens/", None, "admin"),
    ("GET", "/projects/demo/teams/", None, "read"),
    ("POST", "/projects/demo/teams/cooks", {"role": "Owner"}, "admin"),
    ("DELETE", "/projects/demo/teams/cooks", None, "admin"),
    ("GET", "/organizations/", None, "read"),
    ("GET", "/organizations/acme/", None, "read"),
    ("GET", "/organizations/acme/members/", None, "read"),
    ("GET", "/organizations/acme/teams/", None, "read"),
]


def test_every_call_needs_its_action_and_a_role(alice: User) -> None:
    stranger, helper, insider = make_user("stranger"), make_user("helper"), make_user("insider")
    Project.objects.update(organization=join(alice))
    join(insider, "Member")
    ProjectRole.objects.create(project=Project.objects.get(), user=helper, role=Role.MAINTAINER)
    for method, path, body, needed in MATRIX:
        for actions in ((), ("upload",), *((a,) for a in ("read", "yank", "admin") if a != needed)):
            assert call(token_for(alice, *actions), method, path, body)[0] == 403, (path, actions)
        for wrong in ("", "pypi-nonsense"):
            assert call(wrong, method, path, body)[0] == 403, path
        if "/demo/" in path:
            assert call(token_for(stranger, *ALL), method, path, body)[0] == 404, path
            assert call(token_for(alice, *ALL, projects=("other",)), method, path, body)[0] == 403, path
            if needed != "read":
                assert call(token_for(helper, *ALL), method, path, body)[0] == 403, path
                assert call(token_for(insider, *ALL), method, path, body)[0] == 403, path
            else:
                assert call(token_for(insider, *ALL), method, path, body)[0] == 200, path
        if "/acme/" in path:
            assert call(token_for(stranger, *ALL), method, path, body)[0] == 404, path
            assert call(token_for(helper, *ALL), method, path, body)[0] == 404, path
            assert call(token_for(alice, *ALL, projects=("demo",)), method, path, body)[0] == 403, path
            assert call(token_for(insider, *ALL), method, path, body)[0] == 200, path
    assert call(token_for(alice, *ALL, projects=("demo",)), "GET", "/tokens/")[0] == 403
    assert Project.objects.count() == 1


def test_publishers_are_listed_added_and_removed(alice: User) -> None:
    token = token_for(alice, *ALL)
    path = "/projects/demo/publishers/"
    assert call(token, "POST", path, {"issuer": "github", "fields": GITHUB | {"workflow": "a"}}) == (
        422,
        {"message": "workflow: A workflow is named by its file, such as release.yml, without a folder."},
    )
    assert call(token, "POST", path, {"issuer": "nobody", "fields": {}})[0] == 400
    assert call(token, "POST", "/projects/demo/publishing", {"only_publishers": True})[0] == 409
    assert call(token, "POST", path, {"issuer": "github", "fields": GITHUB})[0] == 200
    assert call(token, "POST", path, {"issuer": "github", "fields": GITHUB})[0] == 409
    assert call(token, "POST", "/projects/demo/publishing", {"only_publishers": True})[0] == 200
    listed = call(token, "GET", path)[1]
    assert [(each["issuer"], each["name"]) for each in listed] == [("github", "GitHub Actions octo/sample release.yml")]
    assert call(token, "DELETE", f"{path}{listed[0]['id']}")[0] == 409
    assert call(token, "POST", "/projects/demo/publishing", {"only_publishers": False})[0] == 200
    assert call(token, "DELETE", f"{path}{listed[0]['id']}")[0] == 200
    assert call(token, "DELETE", f"{path}{listed[0]['id']}")[0] == 404
    assert call(token, "GET", path)[1] == []


def test_a_holder_narrows_actions_and_never_widens_them(alice: User) -> None:
    def narrowed(token: str, caveat: str) -> str:
        macaroon = Macaroon.deserialize(token.removeprefix("pypi-"))
        macaroon.add_first_party_caveat(caveat)
        return f"pypi-{macaroon.serialize()}"

    token = token_for(alice, "read", "yank")
    reader = narrowed(token, '[100,["read"]]')
    assert call(reader, "GET", "/projects/")[0] == 200
    assert call(reader, "POST", "/projects/demo/releases/1.0/yank", {})[0] == 403
    assert call(narrowed(reader, '[100,["read","yank","admin"]]'), "DELETE", "/projects/demo/")[0] == 403
    assert call(narrowed(make_token(alice), '[100,["admin"]]'), "DELETE", "/projects/demo/")[0] == 403


def test_a_token_without_the_upload_action_uploads_nothing(alice: User, shop: Store) -> None:
    assert upload(shop, token_for(alice, "read"), build_wheel("demo", "3.0")).status == 403
    assert upload(shop, token_for(alice, "read", "upload"), build_wheel("demo", "3.0")).status == 200


def test_a_persons_own_token_needs_what_the_site_needs(alice: User) -> None:
    token = token_for(alice, "read", by_command=False)
    assert "second factor" in call(token, "GET", "/projects/")[1]["message"]
    alice.emailaddress_set.update(verified=False)
    assert "Verify" in call(token, "GET", "/projects/")[1]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/projects/demo/status", {"status": "quarantined"}, 422),
        ("POST", "/projects/demo/status", {}, 422),
        ("POST", "/projects/demo/status", "x", 422),
        ("POST", "/projects/demo/releases/1.0/yank", {"reason": "x" * 501}, 422),
        ("GET", "/projects/demo/releases/none/", None, 404),
        ("GET", "/projects/%00/", None, 404),
        ("DELETE", "/projects/demo/files/a%00b/", None, 404),
        ("DELETE", "/projects/demo/collaborators/nobody", None, 404),
        ("DELETE", "/tokens/not-a-uuid", None, 422),
    ],
)
def test_bad_input_is_told(alice: User, method: str, path: str, body: object, status: int) -> None:
    code, told = call(token_for(alice, *ALL), method, path, body)
    assert code == status
    assert told["message"]


def test_a_session_counts_for_nothing(alice: User) -> None:
    client = Client()
    client.force_login(alice, backend="cheeseshop.accounts.backend.OnlyWhoMayAct")
    assert client.delete("/api/v1/projects/demo/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_api_is_what_its_description_says(alice: User) -> None:
    headers = {"Authorization": f"Bearer {token_for(alice, *ALL)}", "Accept-Encoding": "identity"}
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [found.ok() for found in described.get_all_operations()]
    named = {"/demo/": "/{name}/", WHEEL: "{filename}", "/1.0/": "/{version}/", NOBODY: "{publisher}",
             "collaborators/alice": "collaborators/{username}", "invitations/alice": "invitations/{username}",
                 "/cooks": "/{team}", "/acme/": "/{name}/"}  # fmt: skip
    expected = {("DELETE", "/api/v1/tokens/{token}")}
    for method, path, _, _ in MATRIX:
        for text, name in named.items():
            path = path.replace(text, name)  # noqa: PLW2901 - step by step
        expected.add((method, f"/api/v1{path}"))
    assert {(o.method.upper(), o.path) for o in operations} == expected

    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def answers(case: Any) -> None:
            case.call_and_validate(headers=headers)

        answers()
