# SPDX-License-Identifier: Apache-2.0
"""Service accounts act by tokens and by nothing else; their tokens die with them or with their organisation."""

import io
import re

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.test import Client

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.flows import recover_account
from cheeseshop.accounts.models import Recovery, User
from cheeseshop.cli import main
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from cheeseshop.organizations.flows import people, service_accounts
from cheeseshop.organizations.models import (
    HistoryEntry,
    MemberInvitation,
    MemberRole,
    Membership,
    Organization,
    TeamMember,
    TeamRole,
)
from cheeseshop.storage import Store
from cheeseshop.tokens.flows import TokenRequest, create_token
from cheeseshop.tokens.models import Token
from tests.organizations.conftest import Acme
from tests.organizations.test_projects import give, make
from tests.support.actors import Visitor, insider, newest_mail
from tests.support.archives import build_wheel
from tests.support.factories import make_user, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot(acme: Acme) -> User:
    acme.visitor.post(acme.url("service-accounts/"), {"name": "deploy", "purpose": "Publishes releases"})
    return User.objects.get(username="Acme.deploy")


def token_of(acme: Acme, bot: User, name: str = "ci", **changes: object) -> str:
    form = {"description": name, "scope": "", "actions": ["upload"], "networks": "", "expires": "", **changes}
    page = acme.visitor.post(acme.url(f"service-accounts/{bot.pk}/token/"), form).content.decode()
    found = re.search(r"pypi-[\w-]+", page)
    assert found is not None, page
    return found.group(0)


def test_it_publishes_by_its_team_and_is_named_in_the_journal(acme: Acme, bot: User, shop: Store) -> None:
    token = token_of(acme, bot)
    reply = upload(shop, token, build_wheel("demo", "1.0"))
    assert (reply.status, "create demo in its organisation first" in reply.body) == (403, True)
    project = make(acme)
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 403
    acme.visitor.post(acme.url("team/cooks/members/"), {"add": "", "chosen": "Acme.deploy"})
    give(acme.visitor, "cooks", project)
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    assert Entry.objects.latest("serial").actor == "Acme.deploy"
    page = acme.visitor.get(acme.url(f"service-accounts/{bot.pk}/")).content.decode()
    assert "(Maintainer)" in page
    assert "last used" in page
    assert "service account" in acme.visitor.get(acme.url("team/cooks/members/")).content.decode()


def test_mails_about_it_go_to_the_organizations_owners(acme: Acme, bot: User, shop: Store) -> None:
    mia, _ = acme.join("mia", MemberRole.OWNER)
    acme.join("bob")
    token_of(acme, bot)
    told = set(Mail.objects.filter(kind="token-created").values_list("recipient", flat=True))
    assert told == {"alice@example.org", mia.email}
    assert "account Acme.deploy" in newest_mail("alice@example.org", "token-created").text
    assert {m.recipient for m in Mail.objects.filter(kind="service-account-added")} == {"alice@example.org"}


def test_its_tokens_are_listed_narrowed_and_revoked(acme: Acme, bot: User, shop: Store) -> None:
    project = make(acme)
    TeamMember.objects.create(team=acme.team, user=bot)
    TeamRole.objects.create(team=acme.team, project=project, role=Role.MAINTAINER)
    token = token_of(acme, bot, scope="demo", networks="192.0.2.0/24", expires="30")
    assert "may not be used from" in upload(shop, token, build_wheel("demo", "1.0")).body
    made = Token.objects.get()
    assert (made.projects, made.networks, made.user) == (["demo"], ["192.0.2.0/24"], bot)
    form = {"description": "ci", "scope": "", "actions": ["upload"], "networks": "", "expires": ""}
    again = acme.visitor.post(acme.url(f"service-accounts/{bot.pk}/token/"), form)
    assert (again.status_code, b"has a token named" in again.content) == (409, True)
    url = acme.url(f"service-accounts/{bot.pk}/token/{made.pk}/remove/")
    assert b"Revoke ci of Acme.deploy?" in acme.visitor.get(url).content
    acme.visitor.post(url)
    assert not Token.objects.exists()
    assert acme.visitor.get(url).status_code == 404
    assert HistoryEntry.objects.filter(action="service_account:token:remove").exists()


@pytest.mark.parametrize("end", ["suspend", "remove", "deactivate", "delete the organisation", "leave the team"])
def test_its_tokens_end_with_it(acme: Acme, bot: User, shop: Store, end: str) -> None:
    project = make(acme)
    TeamMember.objects.create(team=acme.team, user=bot)
    TeamRole.objects.create(team=acme.team, project=project, role=Role.MAINTAINER)
    token, url = token_of(acme, bot), acme.url(f"service-accounts/{bot.pk}/")
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    if end == "suspend":
        acme.visitor.post(url, {"suspend": ""})
    elif end == "remove":
        assert b"This is not" in acme.visitor.post(url, {"delete": "", "confirm": "deploy"}).content
        acme.visitor.post(url, {"delete": "", "confirm": "Acme.deploy"})
        assert acme.visitor.get(url).status_code == 404
    elif end == "deactivate":
        assert main.main(["organization", "deactivate", "Acme"]) == 0
    elif end == "leave the team":
        acme.visitor.post(acme.url("team/cooks/members/"), {"remove": str(bot.pk)})
    else:
        acme.visitor.post("/manage/project/demo/settings/", {"delete": "", "confirm": "demo"})
        acme.visitor.post(acme.url("settings/"), {"delete": "", "confirm": "Acme"})
        assert not Organization.objects.exists()
        assert User.objects.get(pk=bot.pk).service_of_id is None
    reply = upload(shop, token, build_wheel("demo", "1.1"))
    assert reply.status == 403, reply.body
    if end == "suspend":
        acme.visitor.post(url, {"resume": ""})
        assert upload(shop, token, build_wheel("demo", "1.1")).status == 200
    if end in {"remove", "delete the organisation"}:
        with pytest.raises(Refusal):
            service_accounts.create_service_account(acme.organization.pk, "deploy", "", acme.alice)


def test_nobody_logs_in_as_one(acme: Acme, bot: User, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor("192.0.2.77")
    visitor.log_in("Acme.deploy", "a long password")
    assert not visitor.inside
    bot.set_password("a long password")  # even if it somehow had one
    bot.email = "bot@example.org"
    bot.save()
    assert not User.objects.get(pk=bot.pk).may_log_in
    visitor.log_in("Acme.deploy", "a long password")
    assert not visitor.inside
    visitor.force_login(bot, backend="cheeseshop.accounts.backend.OnlyWhoMayAct")  # or a session
    assert visitor.get("/manage/projects/").status_code == 302
    assert visitor.get("/manage/account/").headers["location"].startswith("/account/login/")


def test_no_reset_no_recovery_no_password_no_registration(
    acme: Acme, bot: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=bot.pk).update(email="bot@example.org")
    bot.emailaddress_set.create(email="bot@example.org", verified=True, primary=True)
    for named in ("Acme.deploy", "bot@example.org"):
        Client().post("/account/request-password-reset/", {"email": named})
    assert not Mail.objects.filter(kind="password-reset-request").exists()
    bot.refresh_from_db()
    link = f"/account/reset-password/{user_pk_to_url_str(bot)}-{default_token_generator.make_token(bot)}/"
    visitor = Visitor()
    page = visitor.get(link, follow=True)
    chosen = {"password1": "plum tractor seven lanterns", "password2": "plum tractor seven lanterns"}
    visitor.post(page.request["PATH_INFO"], chosen, follow=True)
    assert not visitor.inside
    bot.refresh_from_db()
    assert not bot.has_usable_password()
    request = Visitor().get("/account/recover/").wsgi_request
    assert recover_account.open_recovery(recover_account.Plea("Acme.deploy", "x@example.org", "?"), request) is None
    assert not Recovery.objects.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("plum tractor seven lanterns\n"))
    assert main.main(["user", "password", "Acme.deploy", "--password-stdin"]) == 1
    form = {"username": "acme.DEPLOY", "email": "n@example.org", **chosen, "full_name": "", "website": ""}
    assert b"is taken" in Client().post("/account/register/", form).content
    impostor = form | {"username": "Acme.other"}
    from cheeseshop.organizations.models import UsedName

    UsedName.objects.create(normalized_name="acme")
    assert b"is taken" in Client().post("/account/register/", impostor).content


def test_it_is_not_among_people(acme: Acme, bot: User) -> None:
    assert Client().get("/user/Acme.deploy/").status_code == 404
    dave, daves = insider("dave")
    assert daves.get("/accounts/search/?username=Acme").status_code == 404
    project = make(acme)
    ProjectRole.objects.create(project=project, user=acme.alice, role=Role.OWNER)
    page = acme.visitor.post("/manage/project/demo/collaboration/", {"username": "Acme.deploy", "role": "Owner"})
    assert b"no user named Acme.deploy" in page.content
    other = Organization.objects.create(name="Other", normalized_name="other", display_name="Other", kind="Company")
    Membership.objects.create(organization=other, user=dave, role=MemberRole.OWNER)
    daves.post("/manage/organization/Other/people/", {"username": "Acme.deploy", "role": "Member"})
    assert not MemberInvitation.objects.exists()
    with pytest.raises(Refusal):
        people.invite(acme.organization.pk, "Acme.deploy", MemberRole.MEMBER, acme.alice)


@pytest.mark.parametrize(("name", "said"), [
    ("-x", "begins and ends"), ("x" * 50, "at most 50"), ("", "required"), ("deploy", "is taken"), ("a b", "letters"),
])  # fmt: skip
def test_names_have_rules(acme: Acme, bot: User, name: str, said: str) -> None:
    page = acme.visitor.post(acme.url("service-accounts/"), {"name": name, "purpose": ""})
    assert said in page.content.decode()
    assert User.objects.filter(service_of=acme.organization).count() == 1


def test_only_owners_make_them_and_their_tokens(acme: Acme, bot: User) -> None:
    for role in (MemberRole.MANAGER, MemberRole.MEMBER):
        _, visitor = acme.join(role.value, role)
        for page in ("service-accounts/", f"service-accounts/{bot.pk}/", f"service-accounts/{bot.pk}/token/"):
            assert visitor.get(acme.url(page)).status_code == 403, page
            assert visitor.post(acme.url(page), {"name": "x"}).status_code == 403, page
    other = Organization.objects.create(name="Other", normalized_name="other", display_name="Other", kind="Company")
    Membership.objects.create(organization=other, user=acme.alice, role=MemberRole.OWNER)
    wrong = f"/manage/organization/Other/service-accounts/{bot.pk}/token/"
    assert acme.visitor.post(wrong, {"description": "x"}).status_code == 404
    assert not Token.objects.exists()


def test_a_password_confirmation_is_needed_for_a_token(acme: Acme, bot: User) -> None:
    session = acme.visitor.session
    session["account_authentication_methods"] = []
    session.save()
    reply = acme.visitor.get(acme.url(f"service-accounts/{bot.pk}/token/"))
    assert reply.headers["location"].startswith("/account/reauthenticate/")


def test_a_token_by_command_dies_with_the_organization_too(acme: Acme, bot: User, shop: Store) -> None:
    project = make(acme)
    TeamMember.objects.create(team=acme.team, user=bot)
    TeamRole.objects.create(team=acme.team, project=project, role=Role.OWNER)
    token = create_token(TokenRequest(bot, "by command", issued_by_administrator=True))
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    Organization.objects.update(deactivated_at=now())
    assert upload(shop, token, build_wheel("demo", "1.1")).status == 403
    with pytest.raises(Conflict):
        create_token(TokenRequest(bot, "by command"))
    assert make_user("bob").may_log_in
