# SPDX-License-Identifier: Apache-2.0
"""From the application to the organisation, and from the invitation to the membership; the last owner stays."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from cheeseshop.accounts.flows.delete_account import delete_account
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.cli import main
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.notify.models import Mail
from cheeseshop.organizations.flows import applications, people
from cheeseshop.organizations.models import (
    Application,
    HistoryEntry,
    MemberInvitation,
    MemberRole,
    Membership,
    Organization,
    Team,
    TeamMember,
)
from tests.organizations.test_permissions import make_organization
from tests.support.actors import Visitor, insider, link_in, newest_mail
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db
WISH = {"name": "Acme", "display_name": "Acme and Sons", "kind": "Company", "url": "https://acme.example",
        "description": "Everything", "statement": "Our tools"}  # fmt: skip
PEOPLE = "/manage/organization/Acme/people/"


def administrator() -> Visitor:
    user, visitor = insider("root-admin")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return visitor


def roles() -> dict[str, str]:
    return dict(Membership.objects.values_list("user__username", "role"))


@pytest.fixture
def owner() -> tuple[User, Visitor]:
    user, visitor = insider("alice")
    Membership.objects.create(organization=make_organization(), user=user, role=MemberRole.OWNER)
    return user, visitor


def test_from_the_application_to_the_organization() -> None:
    alice, visitor = insider("alice")
    admin = administrator()
    assert "an administrator will decide" in visitor.post("/manage/organizations/", WISH, follow=True).content.decode()
    assert newest_mail(alice.email, "organization-applied")
    link = link_in(newest_mail("root-admin@example.org", "organization-to-decide"))
    assert visitor.get(link).status_code == 403
    assert visitor.get("/manage/organization-applications/").status_code == 403
    assert link in admin.get("/manage/organization-applications/").content.decode()
    assert b"Our tools" in admin.get(link).content
    assert Client().get("/org/Acme/").status_code == 404
    admin.post(link, {"approve": "", "reason": ""})
    assert newest_mail(alice.email, "organization-approved")
    assert roles() == {"alice": "Owner"}
    assert b"decided already: approved" in admin.post(link, {"approve": "", "reason": ""}, follow=True).content
    assert b"Acme and Sons" in Client().get("/org/Acme/").content
    assert Client().get("/org/ACME/").headers["location"] == "/org/Acme/"
    told = visitor.get("/manage/organization/acme/history/").content.decode()
    assert "organization:create" in told
    assert "root-admin" in told
    assert visitor.get("/manage/organization/Acme/projects/").status_code == 200


def test_an_application_is_declined_with_a_reason_and_forgotten_later() -> None:
    alice, visitor = insider("alice")
    admin = administrator()
    visitor.post("/manage/organizations/", WISH)
    made = Application.objects.get()
    url = f"/manage/organization-applications/{made.pk}/"
    assert b"Say why" in admin.post(url, {"decline": "", "reason": ""}, follow=True).content
    admin.post(url, {"decline": "", "reason": "We know you <not>"})
    assert "We know you <not>" in newest_mail(alice.email, "organization-declined").text
    shown = visitor.get(f"/manage/organizations/application/{made.pk}/").content
    assert b"We know you &lt;not&gt;" in shown
    assert not Organization.objects.exists()
    assert applications.purge_declined() == 0
    Application.objects.update(decided_at=now() - timedelta(days=31))
    assert applications.purge_declined() == 1


def test_three_applications_may_wait_and_one_is_taken_back() -> None:
    _, visitor = insider("alice")
    for name in ("one", "two", "three"):
        visitor.post("/manage/organizations/", WISH | {"name": name})
    assert b"at most 3 may" in visitor.post("/manage/organizations/", WISH).content
    made = Application.objects.get(name="two")
    other = insider("bob")[1]
    assert other.post(f"/manage/organizations/application/{made.pk}/").status_code == 404
    visitor.post(f"/manage/organizations/application/{made.pk}/")
    visitor.post("/manage/organizations/", WISH)
    assert sorted(Application.objects.values_list("name", flat=True)) == ["Acme", "one", "three"]


def test_where_no_approval_is_needed_it_is_there_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), organization_approval=False)
    monkeypatch.setattr(current, "settings", lambda: conf)
    _, visitor = insider("alice")
    page = visitor.post("/manage/organizations/", WISH, follow=True)
    assert b"The organisation Acme is yours" in page.content
    assert roles() == {"alice": "Owner"}
    again = visitor.post("/manage/organizations/", WISH | {"name": "a-C.m_e"})
    assert b"There is a problem" not in again.content  # another name: only runs of separators count as one
    assert b"is taken by an organisation" in visitor.post("/manage/organizations/", WISH | {"name": "ACME"}).content


@pytest.mark.parametrize(("changes", "said"), [
    ({"name": "admin"}, "is reserved"), ({"name": "bob"}, "another person"), ({"name": "-a"}, "begins and ends"),
    ({"name": "x" * 51}, "50"), ({"url": "javascript:alert(1)"}, "valid URL"), ({"description": "x" * 401}, "400"),
    ({"kind": "Gang"}, "valid choice"), ({"statement": ""}, "required"), ({"display_name": "x" * 101}, "100"),
    ({"name": "a\0b"}, "problem"),
])  # fmt: skip
def test_what_can_not_be_applied_for(changes: dict[str, str], said: str) -> None:
    _, visitor = insider("alice")
    make_user("bob")
    page = visitor.post("/manage/organizations/", WISH | changes).content.decode()
    assert said in page
    assert not Application.objects.exists()


def test_names_of_people_and_organizations_are_kept_apart(owner: tuple[User, Visitor]) -> None:
    from django.core.exceptions import ValidationError

    from cheeseshop.accounts.names import check_username
    from cheeseshop.organizations.models import UsedName

    UsedName.objects.create(normalized_name="acme")
    for taken in ("acme", "ACME", "Acme.deploy", "acme.x.y"):
        with pytest.raises(ValidationError, match="is taken"):
            check_username(taken)
    check_username("acmedeploy")
    own = applications.Wish("Alice", "Alice's", "Community", "mine")
    assert applications.apply(own, owner[0]).name == "Alice"  # one's own name is nobody else's


def test_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    applications.apply(applications.Wish(**WISH), make_user("alice"))
    applications.apply(applications.Wish(**WISH | {"name": "Other"}), User.objects.get())
    assert main.main(["organization", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["applications"]] == ["Acme", "Other"]
    assert main.main(["organization", "approve", "acme", "--json"]) == 0
    assert main.main(["organization", "approve", "acme"]) == 1
    assert main.main(["organization", "decline", told["applications"][1]["id"], "--reason", "No"]) == 0
    assert main.main(["organization", "limit", "acme", "--file-size", "200MiB", "--json"]) == 0
    assert '"file_size": 209715200' in capsys.readouterr().out
    assert main.main(["organization", "limit", "acme", "--file-size", "2TiB"]) == 1
    assert Organization.objects.get().max_file_size == 200 * 1024**2
    assert main.main(["organization", "deactivate", "ACME"]) == 0
    assert Organization.objects.get().deactivated_at is not None
    assert newest_mail("alice@example.org", "organization-activity").subject.endswith("deactivated")
    capsys.readouterr()
    main.main(["organization", "list"])
    assert "deactivated" in capsys.readouterr().out
    assert main.main(["organization", "activate", "acme"]) == 0
    assert main.main(["organization", "activate", "nobody"]) == 1


def test_from_the_invitation_to_the_membership(owner: tuple[User, Visitor]) -> None:
    bob, bobs = insider("bob")
    owner[1].post(PEOPLE, {"username": "BOB", "role": "Manager"})
    link = link_in(newest_mail(bob.email, "organization-invited"))
    assert link in bobs.get("/manage/organizations/").content.decode()
    assert b"Become Manager of Acme?" in bobs.get(link).content
    assert owner[1].get(link).status_code == 404
    assert bobs.get(PEOPLE).status_code == 404
    bobs.post(link, {"accept": ""})
    assert roles() == {"alice": "Owner", "bob": "Manager"}
    assert bobs.post(link, {"accept": ""}).status_code == 404
    assert bobs.get(PEOPLE).status_code == 200
    joined = {mail.recipient for mail in Mail.objects.filter(kind="organization-joined")}
    assert joined == {"alice@example.org", "bob@example.org"}
    assert SecurityEvent.objects.filter(user=bob, kind="organization:role:add").count() == 1
    assert list(HistoryEntry.objects.values_list("action", "actor")) == [
        ("organization_role:invite", "alice"), ("organization_role:add", "bob")]  # fmt: skip


def test_an_invitation_is_declined_revoked_sent_again_or_expires(owner: tuple[User, Visitor]) -> None:
    bob, bobs = insider("bob")
    _, visitor = owner
    visitor.post(PEOPLE, {"username": "bob", "role": "Member"})
    bobs.post(link_in(newest_mail(bob.email, "organization-invited")), {"decline": ""})
    assert newest_mail("alice@example.org", "organization-invitation-declined")
    visitor.post(PEOPLE, {"username": "bob", "role": "Member"})
    sent = MemberInvitation.objects.get()
    again = f"{PEOPLE}resend_invite/{sent.pk}/"
    assert b"a moment ago" in visitor.post(again, follow=True).content
    MemberInvitation.objects.update(sent_at=now() - timedelta(days=31), expires_at=now() - timedelta(days=1))
    assert bobs.get(link_in(newest_mail(bob.email, "organization-invited"))).status_code == 404
    assert b"expired" in visitor.get(PEOPLE).content
    count = Mail.objects.filter(kind="organization-invited").count()
    assert b"sent again" in visitor.post(again, follow=True).content
    assert Mail.objects.filter(kind="organization-invited").count() == count + 1
    assert bobs.get(link_in(newest_mail(bob.email, "organization-invited"))).status_code == 200
    assert b"invited already" in visitor.post(PEOPLE, {"username": "bob", "role": "Member"}).content
    visitor.post(f"{PEOPLE}revoke_invite/{sent.pk}/")
    assert bobs.post(link_in(newest_mail(bob.email, "organization-invited")), {"accept": ""}).status_code == 404
    assert roles() == {"alice": "Owner"}


@pytest.mark.parametrize(("username", "said"), [
    ("nobody", b"no user named nobody"), ("unverified", b"no verified primary"), ("alice", b"is a member already"),
    ("Acme.bot", b"no user named Acme.bot"), ("", b"required"),
])  # fmt: skip
def test_who_can_not_be_invited(owner: tuple[User, Visitor], username: str, said: bytes) -> None:
    make_user("unverified", verified=False)
    User.objects.create(username="Acme.bot", service_of=Organization.objects.get())
    assert said in owner[1].post(PEOPLE, {"username": username, "role": "Owner"}).content
    assert not MemberInvitation.objects.exists()


def test_members_are_changed_and_removed_and_leave_their_teams(owner: tuple[User, Visitor]) -> None:
    bob, bobs = insider("bob")
    acme = Organization.objects.get()
    Membership.objects.create(organization=acme, user=bob, role=MemberRole.MEMBER)
    team = Team.objects.create(organization=acme, name="cooks", normalized_name="cooks")
    TeamMember.objects.create(team=team, user=bob)
    alice, visitor = owner
    own, bobs_own = f"{PEOPLE}{alice.pk}/", f"{PEOPLE}{bob.pk}/"
    for form in ({"role": "Owner"}, {"role": "Manager"}):
        assert bobs.post(bobs_own, form).status_code == 403
        assert bobs.post(own, {"remove": ""}).status_code == 403
    visitor.post(own, {"remove": ""})
    visitor.post(own, {"role": "Member"})
    assert roles() == {"alice": "Owner", "bob": "Member"}  # the last owner stays one
    visitor.post(bobs_own, {"role": "Owner"})
    visitor.post(own, {"role": "Member"})
    assert roles() == {"alice": "Owner", "bob": "Owner"}  # owners do not demote themselves
    bobs.post(own, {"role": "Manager"})
    assert newest_mail("alice@example.org", "organization-role-changed")
    reply = bobs.post(bobs_own, {"remove": ""}, follow=True)
    assert b"last owner" in reply.content
    bobs.post(own, {"role": "Owner"})
    assert bobs.post(bobs_own, {"remove": ""}).headers["location"] == "/manage/organizations/"
    assert roles() == {"alice": "Owner"}
    assert not TeamMember.objects.exists()
    assert newest_mail("alice@example.org", "organization-removed")
    assert HistoryEntry.objects.filter(action="team_role:remove", subject="bob", team="cooks").exists()


def test_the_public_page_names_only_who_wants_it_and_no_team(owner: tuple[User, Visitor]) -> None:
    alice, visitor = owner
    Team.objects.create(organization=Organization.objects.get(), name="secret-team", normalized_name="secret-team")
    assert b"/user/alice/" not in Client().get("/org/Acme/").content
    visitor.post(f"{PEOPLE}{alice.pk}/", {"show": ""})
    public = Client().get("/org/Acme/").content
    assert b"/user/alice/" in public
    assert b"secret-team" not in public
    visitor.post(f"{PEOPLE}{alice.pk}/", {"hide": ""})
    assert b"/user/alice/" not in Client().get("/org/Acme/").content


def test_the_sole_owner_of_an_organization_can_not_delete_the_account(owner: tuple[User, Visitor]) -> None:
    alice, visitor = owner
    with pytest.raises(Conflict, match="only owner of Acme"):
        delete_account(alice, None)
    assert b"only owner of organisations" in visitor.get("/manage/account/delete/").content
    bob = make_user("bob")
    Membership.objects.create(organization=Organization.objects.get(), user=bob, role=MemberRole.OWNER)
    delete_account(alice, None)
    assert roles() == {"bob": "Owner"}
    assert HistoryEntry.objects.filter(subject="alice (account deleted)").exists()


def test_settings_and_the_end(owner: tuple[User, Visitor]) -> None:
    _, visitor = owner
    url = "/manage/organization/Acme/settings/"
    visitor.post(url, {"save": "", "display_name": "New <b>", "kind": "Company", "url": "", "description": "d"})
    assert b"New &lt;b&gt;" in Client().get("/org/Acme/").content
    assert b"There is a problem" in visitor.post(url, {"save": "", "display_name": "", "kind": "Company"}).content
    assert b"This is not Acme" in visitor.post(url, {"delete": "", "confirm": "acme"}).content
    visitor.post(url, {"delete": "", "confirm": "Acme"})
    assert not Organization.objects.exists()
    assert newest_mail("alice@example.org", "organization-deleted")


def test_a_deactivated_organization_is_only_read(owner: tuple[User, Visitor]) -> None:
    Organization.objects.update(deactivated_at=now())
    _, visitor = owner
    for page, form in (("people/", {"username": "bob", "role": "Owner"}), ("teams/", {"name": "cooks"}),
                       ("projects/", {"name": "demo"}), ("settings/", {"save": ""})):  # fmt: skip
        reply = visitor.post(f"/manage/organization/Acme/{page}", form)
        assert (reply.status_code, b"is deactivated" in reply.content) == (403, True), page
    assert b"This organisation is deactivated" in visitor.get(PEOPLE).content


def test_the_history_is_paged(owner: tuple[User, Visitor]) -> None:
    acme = Organization.objects.get()
    HistoryEntry.objects.bulk_create(
        HistoryEntry(organization=acme, actor="x", action=f"event{i:03}") for i in range(60)
    )
    first = owner[1].get("/manage/organization/Acme/history/").content.decode()
    last = owner[1].get("/manage/organization/Acme/history/?page=3").content.decode()
    assert ("event059" in first, "event009" in first, "event009" in last) == (True, False, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["leave", "delete account"])
def test_of_the_last_two_owners_who_leave_at_once_one_stays(way: str) -> None:
    acme = make_organization()
    owners = [make_user("alice"), make_user("bob")]
    for each in owners:
        Membership.objects.create(organization=acme, user=each, role=MemberRole.OWNER)

    def leave(user: User) -> bool:
        try:
            if way == "leave":
                people.remove(acme.pk, user.pk, user)
            else:
                delete_account(user, None)
        except Refusal:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, owners)) == [False, True]
    assert Membership.objects.filter(role=MemberRole.OWNER).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_of_one_name_at_once_one_wins() -> None:
    made = [applications.apply(applications.Wish(**WISH), make_user(name)) for name in ("alice", "bob")]

    def approve(application: Application) -> bool:
        try:
            applications.approve(application.pk, "admin")
        except Conflict:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, made)) == [False, True]
    assert Organization.objects.count() == 1
