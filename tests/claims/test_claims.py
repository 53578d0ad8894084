# SPDX-License-Identifier: Apache-2.0
"""Name claims: asked for, owners sought by three mails in six weeks, decided, and seen by those whom it concerns."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.test import Client

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, ProhibitedName, Project, UsedFilename
from cheeseshop.claims import queries
from cheeseshop.claims.flows import open_claim
from cheeseshop.claims.flows.seek_owners import remind
from cheeseshop.claims.models import Claim, ClaimEvent, Ground
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from cheeseshop.storage import Store
from tests.support.actors import Visitor, link_in, member, newest_mail
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
NEW = "/manage/claims/new/"
GOOD = {
    "project": "Demo",
    "ground": "continuation",
    "reasons": "No release since 2019, and the repository is closed.",
    "plan": "My fork has three releases under another name.",
    "first_on": "2026-01-02",
    "first_how": "A mail to the address in the metadata",
}


@pytest.fixture
def owner(store: Store) -> User:
    """Olga, who has a project with a release."""
    user = make_user("olga")
    assert upload(store, make_token(user), build_wheel("demo", "1.0")).status == 200
    return user


@pytest.fixture
def bob() -> tuple[User, Visitor]:
    return member("bob")


@pytest.fixture
def administrator() -> Visitor:
    user, visitor = member("root")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return visitor


def ask(visitor: Visitor, **changes: str) -> str:
    return str(visitor.post(NEW, GOOD | changes, follow=True).content.decode())


def path() -> str:
    return f"/manage/claims/{Claim.objects.latest('id').pk}/"


def weeks_later(weeks: int) -> None:
    """Move a claim's times into the past, as if so many weeks had gone by since it was opened."""
    opened = now() - timedelta(weeks=weeks, minutes=1)
    for claim in Claim.objects.all():
        due = claim.next_notice_at and opened + (claim.next_notice_at - claim.opened_at)
        Claim.objects.filter(pk=claim.pk).update(
            opened_at=opened, deadline=opened + timedelta(weeks=6), next_notice_at=due
        )


def mails(kind: str) -> list[str]:
    return sorted(Mail.objects.filter(kind=kind).values_list("recipient", flat=True))


def owners() -> list[str]:
    return sorted(ProjectRole.objects.filter(role="Owner").values_list("user__username", flat=True))


def actions() -> list[str]:
    return list(Entry.objects.order_by("serial").values_list("action", flat=True))


def test_an_owner_who_is_silent_for_six_weeks_loses_the_name(
    owner: User, bob: tuple[User, Visitor], administrator: Visitor
) -> None:
    page = ask(bob[1])
    assert "Claim of" in page
    assert "A mail to the address in the metadata" in page
    assert mails("claim-received") == ["bob@example.org"]
    assert mails("decision-waits") == ["root@example.org"]
    assert mails("claim-owners") == ["olga@example.org"]
    administrator.post(path(), {"reason": "They seem to be gone.", "transfer": ""})
    assert Claim.objects.get().state == "open"  # it is too early
    assert "The owners have until" in administrator.get(path()).content.decode()
    remind()
    assert len(mails("claim-owners")) == 1
    for weeks, sent in ((2, 2), (4, 3), (5, 3)):
        weeks_later(weeks)
        remind()
        remind()  # whoever comes second finds nothing due
        assert len(mails("claim-owners")) == sent, weeks
    assert "This is mail 3 of 3" in newest_mail("olga@example.org", "claim-owners").text
    weeks_later(6)
    remind()
    remind()
    assert "No owner of demo answered" in newest_mail("bob@example.org", "claim-news").text
    assert mails("decision-waits").count("root@example.org") == 2
    File.objects.update(uploaded_at=datetime(2019, 1, 1, tzinfo=UTC))
    page = administrator.get(path()).content.decode()
    assert page.count("not yet") == 1  # all criteria but the owners' agreement
    assert "(last log-in never)" in page
    ProjectRole.objects.create(project=Project.objects.get(), user=make_user("mia"), role=Role.MAINTAINER)
    Invitation.objects.create(
        project=Project.objects.get(), user=make_user("ivan"), role=Role.OWNER, invited_by="olga", expires_at=now()
    )
    administrator.post(path(), {"reason": "Abandoned; bob's fork is good.", "transfer": ""})
    assert owners() == ["bob"]
    assert [met for _, met in Claim.objects.get().evidence] == [False, True, True, True]
    assert "Criteria, when it was decided" in bob[1].get(path()).content.decode()
    assert ProjectRole.objects.filter(user__username="mia").exists()
    assert not Invitation.objects.exists()
    assert mails("claim-decided") == ["bob@example.org", "olga@example.org"]
    assert actions()[-3:] == ["transfer to bob: Abandoned; bob's fork is good.", "remove Owner olga", "add Owner bob"]
    assert Entry.objects.latest("serial").actor == "root"
    assert list(ClaimEvent.objects.order_by("id").values_list("actor", "what")) == [
        ("bob", "asked for the name"), ("this site", "found that no owner answered in time"),
        ("root", "transferred to bob"),
    ]  # fmt: skip
    assert Claim.objects.get().project_name in bob[1].get("/manage/claims/").content.decode()


def test_an_owner_keeps_the_project_by_the_mailed_link_without_logging_in(
    owner: User, bob: tuple[User, Visitor], administrator: Visitor
) -> None:
    ask(bob[1])
    link, stranger = link_in(newest_mail("olga@example.org", "claim-owners")), Client()
    assert "Keep demo" in stranger.get(link).content.decode()
    assert Claim.objects.get().owners_answer == ""  # to open a link answers nothing
    assert "The project is kept" in stranger.post(link, follow=True).content.decode()
    claim = Claim.objects.get()
    assert (claim.owners_answer, claim.answered_by, claim.next_notice_at) == ("keep", "olga", None)
    assert "keeps the project" in newest_mail("bob@example.org", "claim-news").text
    weeks_later(7)
    administrator.post(path(), {"reason": "Abandoned.", "transfer": ""})
    administrator.post(path(), {"reason": "Abandoned.", "free": "", "confirm": "demo"})
    assert owners() == ["olga"]  # never against an owner who answers
    assert Claim.objects.get().state == "open"
    administrator.post(path(), {"reason": "Olga is there.", "decline": ""})
    assert Claim.objects.get().state == "declined"
    assert "This claim is decided" in stranger.post(link, follow=True).content.decode()
    assert "decline the claim of bob: Olga is there." in actions()


def test_an_owner_who_logs_in_gives_the_project_away_and_may_stay(
    owner: User, bob: tuple[User, Visitor], administrator: Visitor, store: Store
) -> None:
    ann, anns = member("ann")
    ProjectRole.objects.create(project=Project.objects.get(), user=ann, role=Role.OWNER)
    ask(bob[1])
    assert mails("claim-owners") == ["ann@example.org", "olga@example.org"]
    assert "wants your answer" in anns.get("/manage/claims/").content.decode()
    anns.post(path(), {"give": ""})
    assert Claim.objects.get().owners_answer == "give"
    administrator.post(path(), {"reason": "Ann agrees.", "transfer": "", "keep_owners": "on"})
    assert owners() == ["ann", "bob", "olga"]
    assert "An owner gives the project away" in anns.get(path()).content.decode()
    reply = upload(store, make_token(bob[0]), build_wheel("demo", "2.0"))
    assert reply.status == 200


def test_one_owner_who_keeps_it_is_enough(owner: User, bob: tuple[User, Visitor]) -> None:
    ann, anns = member("ann")
    ProjectRole.objects.create(project=Project.objects.get(), user=ann, role=Role.OWNER)
    ask(bob[1])
    anns.post(path(), {"give": ""})
    link = link_in(newest_mail("olga@example.org", "claim-owners"))
    Client().post(link)
    assert Claim.objects.get().owners_answer == "keep"
    assert "agree with each other first" in anns.post(path(), {"give": ""}, follow=True).content.decode()
    assert Claim.objects.get().owners_answer == "keep"


def test_an_invalid_name_is_freed_at_once_and_anybody_may_have_it(
    owner: User, bob: tuple[User, Visitor], administrator: Visitor, store: Store
) -> None:
    ask(bob[1], ground="invalid", first_on="", first_how="")
    carla, carlas = member("carla")
    ask(carlas, ground="infringing")
    freed = Claim.objects.get(claimant=bob[0])
    url = f"/manage/claims/{freed.pk}/"
    assert (
        "This is not demo"
        in administrator.post(url, {"reason": "Empty.", "free": "", "confirm": "dem"}).content.decode()
    )
    assert Project.objects.exists()
    administrator.post(url, {"reason": "It is a\nplaceholder.", "free": "", "confirm": "demo"})
    assert not Project.objects.exists()
    assert {c.claimant_name: c.state for c in Claim.objects.all()} == {"bob": "freed", "carla": "freed"}
    assert actions()[-2:] == ["free the name: It is a placeholder.", "remove project"]
    assert set(mails("claim-decided")) == {"bob@example.org", "carla@example.org", "olga@example.org"}
    assert UsedFilename.objects.count() == 1
    assert "The project does not exist any more" in bob[1].get(url).content.decode()
    assert upload(store, make_token(carla), build_wheel("demo", "2.0")).status == 200


def test_a_question_is_answered_and_a_claim_withdrawn(
    owner: User, bob: tuple[User, Visitor], administrator: Visitor
) -> None:
    ask(bob[1])
    administrator.post(path(), {"reason": "Where is your fork?", "ask": ""})
    assert "Where is your fork?" in newest_mail("bob@example.org", "claim-question").text
    assert "Where is your fork?" in bob[1].get(path()).content.decode()
    bob[1].post(path(), {"answer": "", "answer_question": ""})
    assert Claim.objects.get().state == "asked"
    bob[1].post(path(), {"answer": "On example.org.", "answer_question": ""})
    assert Claim.objects.get().state == "open"
    assert "On example.org." in administrator.get(path()).content.decode()
    bob[1].post(path(), {"withdraw": ""})
    assert Claim.objects.get().state == "withdrawn"
    assert "does not ask for demo any more" in newest_mail("olga@example.org", "claim-news").text
    reply = bob[1].post(path(), {"withdraw": ""}, follow=True).content.decode()
    assert "decided or changed in the meantime" in reply
    weeks_later(6)
    sent = len(mails("claim-owners"))
    remind()
    assert len(mails("claim-owners")) == sent


@pytest.mark.parametrize(("changes", "said"), [
    ({"project": "nothing"}, "No project has the name nothing: it is free"),
    ({"project": "bad"}, "an administrator has prohibited it"),
    ({"project": "os"}, "standard library"),
    ({"project": "../x"}, "is invalid"),
    ({"project": "mine"}, "You own mine"),
    ({"project": "held"}, "is in quarantine"),
    ({"project": "secret"}, "There is no project named secret that can be asked for"),
    ({"first_on": "", "first_how": ""}, "First try to reach the owners yourself"),
    ({"first_on": ""}, "Say when and how, or neither"),
    ({"second_on": "2026-01-02"}, "Say when and how, or neither"),
    ({"first_on": "2099-01-01"}, "An attempt was made up to"),
    ({"first_on": "1999-01-01"}, "An attempt was made up to"),
    ({"first_on": "yesterday"}, "Enter a valid date"),
    ({"ground": "because"}, "Select a valid choice"),
    ({"reasons": "old"}, "at least 20 characters"),
    ({"plan": ""}, "This field is required"),
    ({"reasons": "x" * 4001}, "at most 4000 characters"),
])  # fmt: skip
def test_what_can_not_be_asked_for(owner: User, bob: tuple[User, Visitor], changes: dict[str, str], said: str) -> None:
    ProhibitedName.objects.create(normalized_name="bad")
    for name, more in (("mine", {}), ("held", {"quarantined_at": now()}), ("secret", {"visibility": "private"})):
        project = Project.objects.create(name=name, normalized_name=name, lookalike_key=name, **more)
        if name == "mine":
            ProjectRole.objects.create(project=project, user=bob[0], role=Role.OWNER)
    assert said in ask(bob[1], **changes)
    assert not Claim.objects.exists()


def test_one_open_claim_a_name_and_three_in_all(owner: User, bob: tuple[User, Visitor]) -> None:
    for name in ("one", "two", "three"):
        Project.objects.create(name=name, normalized_name=name, lookalike_key=name)
    ask(bob[1])
    assert "You have asked for demo already" in ask(bob[1], project="DEMO")
    ask(bob[1], project="one")
    ask(bob[1], project="two")
    assert "You have 3 open claims" in ask(bob[1], project="three")
    assert Claim.objects.count() == 3
    claim = Claim.objects.get(normalized_name="demo")
    with pytest.raises(IntegrityError):
        Claim.objects.create(
            claimant=bob[0], normalized_name="demo", project_name="demo", claimant_name="bob", ground=Ground.INVALID,
            deadline=claim.deadline,
        )  # fmt: skip


def test_only_those_whom_it_concerns_see_a_claim(owner: User, bob: tuple[User, Visitor]) -> None:
    _, anns = member("ann")
    ask(bob[1])
    assert anns.get(path()).status_code == 404
    assert anns.post(path(), {"keep": ""}).status_code == 404
    assert anns.get("/manage/claims/queue/").status_code == 403
    assert "has 1 release" in bob[1].get(path()).content.decode()
    assert "last log-in" not in bob[1].get(path()).content.decode()  # administrators alone
    bob[1].post(path(), {"keep": ""})
    bob[1].post(path(), {"transfer": "", "reason": "Please."})
    bob[1].post(path(), {"free": "", "confirm": "demo", "reason": "Please."})
    assert owners() == ["olga"]
    assert Claim.objects.get().owners_answer == ""


def test_who_owns_a_project_by_an_organisation_sees_what_is_asked_of_it(owner: User, bob: tuple[User, Visitor]) -> None:
    from cheeseshop.organizations.models import MemberRole, Membership, Organization

    acme = Organization.objects.create(name="Acme", normalized_name="acme", kind="Community")
    Project.objects.update(organization=acme)
    ann, anns = member("ann")
    ask(bob[1])
    assert path() not in anns.get("/manage/claims/").content.decode()
    Membership.objects.create(organization=acme, user=ann, role=MemberRole.OWNER)
    assert path() in anns.get("/manage/claims/").content.decode()
    assert anns.get(path()).status_code == 200


@pytest.mark.parametrize("token", ["x", "x:y:z", "", "WyJhIiwiYiJd:1tXyZz:abc", "\u00e9"])
def test_links_that_are_not_ours(token: str) -> None:
    assert Client().get(f"/claims/answer/{token or 'x'}/").status_code == 404


def test_the_link_of_who_is_no_owner_any_more(owner: User, bob: tuple[User, Visitor]) -> None:
    ask(bob[1])
    link = link_in(newest_mail("olga@example.org", "claim-owners"))
    ProjectRole.objects.all().delete()
    assert Client().get(link).status_code == 404


def test_a_project_that_is_deleted_meanwhile_closes_the_claim(owner: User, bob: tuple[User, Visitor]) -> None:
    from cheeseshop.catalog.flows.remove import remove_project

    ask(bob[1])
    remove_project(Project.objects.get().pk, "olga")
    remind()
    assert Claim.objects.get().state == "freed"
    assert "its name is free" in newest_mail("bob@example.org", "claim-news").text


def test_a_project_without_owners_waits_for_nobody(
    owner: User, bob: tuple[User, Visitor], administrator: Visitor
) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert "nobody: there is no owner" in ask(bob[1])
    administrator.post(path(), {"reason": "Nobody is left.", "transfer": ""})
    assert "bob" in owners()


def test_a_requester_who_can_not_own_it(owner: User, bob: tuple[User, Visitor], administrator: Visitor) -> None:
    ask(bob[1], ground="invalid")
    User.objects.filter(pk=bob[0].pk).update(frozen_at=now())
    reply = administrator.post(path(), {"reason": "Good.", "transfer": ""}, follow=True).content.decode()
    assert "account is gone, inactive or frozen" in reply
    assert owners() == ["olga"]


def test_downloads_are_told_where_they_are_counted(
    owner: User, bob: tuple[User, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "downloads", None)
    ask(bob[1])
    assert "Downloads in the last thirty days" not in bob[1].get(path()).content.decode()
    monkeypatch.setattr(queries, "downloads", lambda project: {"demo": 4711}[project.name])
    assert "Downloads in the last thirty days: 4711" in bob[1].get(path()).content.decode()


def test_what_the_help_page_says(client: Client) -> None:
    page = client.get("/help/").content.decode()
    assert 'id="name-claims"' in page
    assert "6 weeks" in page


def test_the_flow_itself_asks_for_an_attempt(owner: User, bob: tuple[User, Visitor]) -> None:
    plea = open_claim.Plea("demo", "abandoned", "reasons", "plan")
    with pytest.raises(Exception, match="First try to reach the owners"):
        open_claim.open_claim(plea, bob[0])
    with pytest.raises(Conflict):
        open_claim.open_claim(open_claim.Plea("demo", "invalid", "reasons", "plan"), owner)


def test_a_transfer_takes_the_publishers_and_the_organisation_of_the_owners_before(
    owner: User, bob: tuple[User, Visitor], administrator: Visitor
) -> None:
    from cheeseshop.organizations.models import Organization
    from cheeseshop.publishers.models import ProjectPublisher, Publisher

    project = Project.objects.get()
    trusted = Publisher.objects.create(provider="github", issuer="https://example.org", place="olga/demo")
    ProjectPublisher.objects.create(project=project, publisher=trusted)
    acme = Organization.objects.create(name="Acme", normalized_name="acme", kind="Community")
    Project.objects.update(organization=acme)
    ask(bob[1], ground="invalid")
    administrator.post(path(), {"reason": "Empty.", "transfer": ""})
    assert owners() == ["bob"]
    assert not ProjectPublisher.objects.exists()
    assert Project.objects.get().organization is None
