# SPDX-License-Identifier: Apache-2.0
"""Teams share roles on projects, and projects move with the agreement of both sides; what counts roles counts these."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.access.ownership import solely_owned
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from cheeseshop.organizations.flows import projects as flows
from cheeseshop.organizations.flows import teams
from cheeseshop.organizations.models import (
    HistoryEntry,
    MemberRole,
    Membership,
    Organization,
    ProjectOffer,
    Team,
    TeamMember,
    TeamRole,
)
from cheeseshop.storage import Store
from tests.organizations.conftest import Acme
from tests.support.actors import Visitor, insider, link_in, newest_mail
from tests.support.archives import build_wheel
from tests.support.asgi import ask
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
OF_PROJECT = "/manage/project/demo/organization/"


def legacy(shop: Store, name: str = "demo") -> dict[str, object]:
    edge = Edge(
        current.settings(),
        EdgePaths(shop.pages, shop.public, shop.spool),
        django=None,
        uploads=None,
        private_files=None,
    )
    return dict(json.loads(ask(edge, f"/pypi/{name}/json").body))


def make(acme: Acme, name: str = "demo") -> Project:
    acme.visitor.post(acme.url("projects/"), {"name": name})
    return Project.objects.get(normalized_name=name)


def give(visitor: Visitor, team: str, project: Project, role: str = "Maintainer") -> object:
    form = {"give": "", "chosen": str(project.pk), "role": role}
    return visitor.post(f"/manage/organization/Acme/team/{team}/projects/", form)


def test_a_team_publishes_the_first_release_of_a_project_made_in_the_organization(acme: Acme, shop: Store) -> None:
    project = make(acme)
    assert (project.organization, ProjectRole.objects.count()) == (acme.organization, 0)
    bob, bobs = acme.join("bob")
    token = make_token(bob)
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 403
    acme.visitor.post(acme.url("team/cooks/members/"), {"add": "", "chosen": "bob"})
    give(acme.visitor, "cooks", project)
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    assert legacy(shop)["ownership"] == {"roles": [], "organization": "Acme"}
    assert (
        f'<a href="{OF_PROJECT.replace("organization", "releases")}"'.encode()[:20]
        in bobs.get("/manage/projects/").content
    )
    assert list(Entry.objects.order_by("serial").values_list("action", "actor")) == [
        ("create", "alice"), ("add organization Acme", "alice"), ("add Maintainer cooks", "alice"),
        ("new release", "bob"), ("add py3 file demo-1.0-py3-none-any.whl", "bob"),
    ]  # fmt: skip
    told = {mail.recipient for mail in Mail.objects.filter(kind="team-role-given")}
    assert told == {"alice@example.org", "bob@example.org"}
    acme.visitor.post(acme.url("team/cooks/projects/"), {"take": str(project.pk)})
    assert upload(shop, token, build_wheel("demo", "1.1")).status == 403
    assert Entry.objects.latest("serial").action == "remove Maintainer cooks"


def test_teams_are_made_renamed_and_removed_by_managers(acme: Acme) -> None:
    _, manager = acme.join("mia", MemberRole.MANAGER)
    _, plain = acme.join("bob")
    assert plain.post(acme.url("teams/"), {"name": "mine"}).status_code == 403
    manager.post(acme.url("teams/"), {"name": "bakers"})
    assert b"There is a team named BAKERS already" in manager.post(acme.url("teams/"), {"name": "BAKERS"}).content
    assert b"begins and ends" in manager.post(acme.url("teams/"), {"name": "-"}).content
    url = acme.url("team/bakers/settings/")
    assert plain.post(url, {"rename": "", "name": "x"}).status_code == 403
    assert b"already" in manager.post(url, {"rename": "", "name": "Cooks"}).content
    manager.post(url, {"rename": "", "name": "Bread"})
    assert manager.get(acme.url("team/bread/history/")).content.count(b"team:rename") == 1
    project = make(acme)
    give(acme.visitor, "Bread", project, "Owner")
    url = acme.url("team/Bread/settings/")
    assert b"This is not Bread" in manager.post(url, {"delete": "", "confirm": "bread"}).content
    manager.post(url, {"delete": "", "confirm": "Bread"})
    assert list(Team.objects.values_list("name", flat=True)) == ["cooks"]
    assert Entry.objects.latest("serial").action == "remove Owner Bread"


def test_managers_give_no_roles_on_projects_that_are_not_theirs(acme: Acme) -> None:
    project = make(acme)
    _, manager = acme.join("mia", MemberRole.MANAGER)
    assert give(manager, "cooks", project, "Owner").status_code == 403  # type: ignore[attr-defined]
    give(acme.visitor, "cooks", project)
    assert manager.post(acme.url("team/cooks/projects/"), {"take": str(project.pk)}).status_code == 403
    assert manager.post(OF_PROJECT, {"take": str(acme.team.pk)}).status_code == 403
    assert TeamRole.objects.get().role == "Maintainer"


def test_only_who_belongs_to_the_organization_is_in_its_teams(acme: Acme) -> None:
    url = acme.url("team/cooks/members/")
    bob, bobs = acme.join("bob")
    make_user("stranger")
    other = Organization.objects.create(name="Other", normalized_name="other", display_name="Other", kind="Company")
    User.objects.create(username="Other.bot", service_of=other)
    assert bobs.post(url, {"add": "", "chosen": "bob"}).status_code == 403
    for name in ("stranger", "Other.bot", "nobody"):
        assert b"There is a problem" in acme.visitor.post(url, {"add": "", "chosen": name}).content, name
        with pytest.raises(Refusal):
            teams.add_member(acme.team.pk, name, acme.alice)
    acme.visitor.post(url, {"add": "", "chosen": "bob"})
    assert newest_mail("bob@example.org", "team-member-added")
    assert bobs.post(url, {"remove": str(acme.alice.pk)}).status_code == 403
    bobs.post(url, {"remove": str(bob.pk)})
    assert not TeamMember.objects.exists()


def test_a_project_moves_in_when_both_sides_agree(acme: Acme, shop: Store) -> None:
    dave, daves = insider("dave")
    assert upload(shop, make_token(dave), build_wheel("demo", "1.0")).status == 200
    form = {"offer": "", "to_kind": "organization", "to": "acme", "confirm": "demo"}
    assert b"This is not demo" in daves.post(OF_PROJECT, form | {"confirm": "Demo"}).content
    assert b"no organisation named nope" in daves.post(OF_PROJECT, form | {"to": "nope"}).content
    assert acme.visitor.post(OF_PROJECT, form).status_code == 404
    daves.post(OF_PROJECT, form)
    assert b"offered already" in daves.post(OF_PROJECT, form, follow=True).content
    link = link_in(newest_mail("alice@example.org", "project-offered"))
    _, manager = acme.join("mia", MemberRole.MANAGER)
    _, plain = acme.join("bob")
    assert (daves.get(link).status_code, plain.get(link).status_code) == (404, 404)
    assert link in manager.get(acme.url("projects/")).content.decode()
    assert b"This is not demo" in manager.post(link, {"accept": "", "confirm": "x"}).content
    manager.post(link, {"accept": "", "confirm": "demo"})
    project = Project.objects.get()
    assert project.organization == acme.organization
    assert dict(ProjectRole.objects.values_list("user__username", "role")) == {"dave": "Owner"}
    assert legacy(shop)["ownership"] == {"roles": [{"role": "Owner", "user": "dave"}], "organization": "Acme"}
    assert b"/org/Acme/" in Client().get("/project/demo/").content
    assert Entry.objects.latest("serial").action == "add organization Acme"
    assert HistoryEntry.objects.filter(action="organization_project:add", subject="demo", actor="mia").exists()
    told = {mail.recipient for mail in Mail.objects.filter(kind="organization-project-added")}
    assert told == {"alice@example.org", "dave@example.org"}


def test_who_speaks_for_both_sides_moves_at_once_and_out_again(acme: Acme, shop: Store) -> None:
    assert upload(shop, make_token(acme.alice), build_wheel("demo", "1.0")).status == 200
    form = {"offer": "", "to_kind": "organization", "to": "Acme", "confirm": "demo"}
    acme.visitor.post(OF_PROJECT, form)
    project = Project.objects.get()
    assert project.organization == acme.organization
    give(acme.visitor, "cooks", project)
    acme.visitor.post(f"/manage/project/demo/collaboration/{acme.alice.pk}/", {"remove": ""})
    assert not ProjectRole.objects.exists()  # a project in an organisation needs no owner of its own
    assert solely_owned(acme.alice.pk) == []
    _, daves = insider("dave")
    acme.visitor.post(OF_PROJECT, form | {"to_kind": "person", "to": "dave"})
    link = link_in(newest_mail("dave@example.org", "project-offered"))
    daves.post(link, {"decline": ""})
    assert newest_mail("alice@example.org", "project-offer-declined")
    acme.visitor.post(OF_PROJECT, form | {"to_kind": "person", "to": "dave"})
    acme.visitor.post(OF_PROJECT, {"take_back": ""})
    assert daves.post(link, {"accept": "", "confirm": "demo"}).status_code == 404
    acme.visitor.post(OF_PROJECT, form | {"to_kind": "person", "to": "dave"})
    daves.post(link_in(newest_mail("dave@example.org", "project-offered")), {"accept": "", "confirm": "demo"})
    project.refresh_from_db()
    assert project.organization is None
    assert not TeamRole.objects.exists()
    assert dict(ProjectRole.objects.values_list("user__username", "role")) == {"dave": "Owner"}
    assert legacy(shop)["ownership"] == {"roles": [{"role": "Owner", "user": "dave"}], "organization": None}
    assert acme.visitor.get("/manage/project/demo/releases/").status_code == 404
    last = list(Entry.objects.order_by("-serial").values_list("action", flat=True)[:3])
    assert last == ["add Owner dave", "remove organization Acme", "remove Maintainer cooks"]
    assert newest_mail("alice@example.org", "organization-project-removed")


def test_only_the_organizations_owners_give_its_projects_away(acme: Acme) -> None:
    project = make(acme)
    dave, daves = insider("dave")
    ProjectRole.objects.create(project=project, user=dave, role=Role.OWNER)
    assert b"Move the project" not in daves.get(OF_PROJECT).content
    form = {"offer": "", "to_kind": "person", "to": "dave", "confirm": "demo"}
    assert b"Only an owner may give" in daves.post(OF_PROJECT, form, follow=True).content
    assert not ProjectOffer.objects.exists()
    assert b"Move the project" in acme.visitor.get(OF_PROJECT).content


def test_new_members_of_the_organization_become_collaborators_at_once(acme: Acme) -> None:
    project = make(acme)
    acme.join("bob")
    acme.visitor.post("/manage/project/demo/collaboration/", {"username": "bob", "role": "Maintainer"})
    assert ProjectRole.objects.get(project=project).user.username == "bob"
    assert Entry.objects.latest("serial").action == "add Maintainer bob"


def test_a_project_is_made_under_the_rules_of_names(acme: Acme) -> None:
    make(acme)
    for name, said in (("demo", "conflicts with an existing"), ("os", "standard library"), ("de_mo!", "is no name"),
                       ("d-e-m-0", "too similar")):  # fmt: skip
        page = acme.visitor.post(acme.url("projects/"), {"name": name}, follow=True).content.decode()
        assert said in page, name
    assert Project.objects.count() == 1
    _, plain = acme.join("bob")
    assert plain.post(acme.url("projects/"), {"name": "other"}).status_code == 403


def test_every_list_of_projects_counts_teams_and_organizations(acme: Acme) -> None:
    project = make(acme)
    bob, bobs = acme.join("bob")
    TeamMember.objects.create(team=acme.team, user=bob)
    TeamRole.objects.create(team=acme.team, project=project, role=Role.MAINTAINER)
    for visitor in (acme.visitor, bobs):
        for page in ("/manage/projects/", "/manage/projects/?filter=dem&sort=changed", "/manage/account/"):
            assert b"/demo/" in visitor.get(page).content, page
        assert b"/demo/" not in visitor.get("/manage/projects/?filter=d%25o").content
        assert b"The project demo" in visitor.get("/manage/account/token/").content
    for user in (acme.alice, bob):
        assert b"/project/demo/" not in Client().get(f"/user/{user.username}/").content  # who does not want it
        Membership.objects.filter(user=user).update(is_public=True)
        assert b"/project/demo/" in Client().get(f"/user/{user.username}/").content


def test_what_concerns_a_project_is_mailed_to_owners_of_every_kind(acme: Acme, shop: Store) -> None:
    project = make(acme)
    bob, _ = acme.join("bob")
    TeamMember.objects.create(team=acme.team, user=bob)
    TeamMember.objects.create(
        team=acme.team, user=User.objects.create(username="Acme.bot", service_of=acme.organization)
    )
    TeamRole.objects.create(team=acme.team, project=project, role=Role.OWNER)
    acme.visitor.post("/manage/project/demo/settings/", {"set": "", "status": "archived", "reason": ""})
    assert sorted(Mail.objects.filter(kind="project-status").values_list("recipient", flat=True)) == [
        "alice@example.org", "bob@example.org",
    ]  # fmt: skip
    acme.visitor.post("/manage/project/demo/settings/", {"delete": "", "confirm": "demo"})
    assert HistoryEntry.objects.filter(action="organization_project:delete", subject="demo").exists()


def test_a_yank_is_mailed_to_maintainers_of_every_kind(acme: Acme, shop: Store) -> None:
    project = make(acme)
    bob, _ = acme.join("bob")
    TeamMember.objects.create(team=acme.team, user=bob)
    TeamRole.objects.create(team=acme.team, project=project, role=Role.MAINTAINER)
    ProjectRole.objects.create(project=project, user=make_user("dave"), role=Role.MAINTAINER)
    assert upload(shop, make_token(bob), build_wheel("demo", "1.0")).status == 200
    acme.visitor.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": "broken", "confirm": "1.0"})
    told = Mail.objects.filter(kind="release-yanked").values_list("recipient", flat=True)
    assert sorted(told) == ["alice@example.org", "bob@example.org", "dave@example.org"]


PAGES = ("projects/", "people/", "teams/", "history/", "settings/", "service-accounts/", "team/cooks/projects/",
         "team/cooks/members/", "team/cooks/settings/", "team/cooks/history/")  # fmt: skip
BUTTONS = {  # what each sees to press
    "Make the project": {"owner", "manager"},
    "Invite": {"owner"},
    "Make the team": {"owner", "manager"},
    "Save the settings": {"owner"},
    "Make the service account": {"owner"},
    "Add to the team": {"owner", "manager"},
    "Rename the team": {"owner", "manager"},
    "Give the role": {"owner"},
}


def test_pages_show_only_what_is_allowed(acme: Acme) -> None:
    make(acme)
    make_user("dave")
    visitors = {"owner": acme.visitor, "manager": acme.join("mia", MemberRole.MANAGER)[1]}
    visitors |= {"member": acme.join("bob")[1], "stranger": insider("stranger")[1]}
    for who, visitor in visitors.items():
        seen: set[str] = set()
        for page in PAGES:
            reply = visitor.get(acme.url(page))
            private = page in {"settings/", "service-accounts/"}
            expected = 404 if who == "stranger" else 403 if private and who != "owner" else 200
            assert reply.status_code == expected, (who, page)
            if expected == 200:
                seen |= set(re.findall(r"<button[^>]*>([^<]+)</button>", reply.content.decode()))
        assert {name for name in BUTTONS if name in seen} == {n for n, able in BUTTONS.items() if who in able}, who


def test_an_upload_asks_no_more_of_the_database_in_an_organization(
    acme: Acme, shop: Store, django_assert_num_queries: object
) -> None:
    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext

    bob, _ = acme.join("bob")
    token = make_token(bob)
    assert upload(shop, token, build_wheel("mine", "1.0")).status == 200
    project = make(acme)
    TeamMember.objects.create(team=acme.team, user=bob)
    TeamRole.objects.create(team=acme.team, project=project, role=Role.MAINTAINER)
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    counts = []
    for name in ("mine", "demo"):
        with CaptureQueriesContext(database) as captured:
            assert upload(shop, token, build_wheel(name, "1.1")).status == 200
        counts.append(len(captured))
        asked = [q["sql"] for q in captured if "access_projectrole" in q["sql"] and "organizations_team" in q["sql"]]
        assert len(asked) == 1
    assert counts[0] == counts[1]


def test_the_more_generous_limit_holds(acme: Acme, shop: Store) -> None:
    project = make(acme)
    token = make_token(acme.alice)
    limit = current.settings().max_project_size
    Project.objects.update(total_size=limit)
    assert "Project size too large" in upload(shop, token, build_wheel("demo", "1.0")).body
    Organization.objects.update(max_total_size=limit * 2)
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    Organization.objects.update(max_total_size=1)
    Project.objects.filter(pk=project.pk).update(max_total_size=limit * 3)
    assert upload(shop, token, build_wheel("demo", "1.1")).status == 200


def test_a_deactivated_organization_takes_no_uploads(acme: Acme, shop: Store) -> None:
    from cheeseshop.core.clock import now

    project = make(acme)
    ProjectRole.objects.create(project=project, user=acme.alice, role=Role.OWNER)
    Organization.objects.update(deactivated_at=now())
    reply = upload(shop, make_token(acme.alice), build_wheel("demo", "1.0"))
    assert (reply.status, reply.body.strip()) == (400, "organization account inactive")
    page = acme.visitor.post("/manage/project/demo/settings/", {"set": "", "status": "archived", "reason": ""})
    assert (page.status_code, b"is deactivated" in page.content) == (403, True)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_one_offer_at_once_one_moves_it() -> None:
    from cheeseshop.journal.models import SerialCounter

    SerialCounter.objects.get_or_create(id=1)
    made = Organization.objects.create(name="Acme", normalized_name="acme", display_name="Acme", kind="Company")
    dave, alice, mia = (make_user(name) for name in ("dave", "alice", "mia"))
    Membership.objects.create(organization=made, user=alice, role=MemberRole.OWNER)
    Membership.objects.create(organization=made, user=mia, role=MemberRole.MANAGER)
    project = Project.objects.create(name="demo", normalized_name="demo", lookalike_key="demo")
    ProjectRole.objects.create(project=project, user=dave, role=Role.OWNER)
    offer = flows.offer(project.pk, made, dave).offer
    assert offer is not None

    def accept(user: User) -> bool:
        try:
            flows.accept(offer.pk, user)
        except Refusal:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, [alice, mia])) == [False, True]
    assert Entry.objects.filter(action="add organization Acme").count() == 1
