# SPDX-License-Identifier: Apache-2.0
"""Collaborators: invited, accepted, declined, changed, removed; the last owner stays, also when two leave at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.catalog.flows import collaborators as flows
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from tests.support.actors import Visitor, link_in, member, newest_mail
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/manage/project/demo/collaboration/"


@pytest.fixture
def project() -> Project:
    return Project.objects.create(name="Demo", normalized_name="demo", lookalike_key="demo")


@pytest.fixture
def alice(project: Project) -> tuple[User, Visitor]:
    user, visitor = member("alice")
    ProjectRole.objects.create(project=project, user=user, role=Role.OWNER)
    return user, visitor


def roles() -> dict[str, str]:
    return dict(ProjectRole.objects.values_list("user__username", "role"))


def test_from_the_invitation_to_the_role(alice: tuple[User, Visitor]) -> None:
    bob, bobs = member("bob")
    alice[1].post(URL, {"username": "BOB", "role": "Maintainer"})
    assert roles() == {"alice": "Owner"}
    link = link_in(newest_mail(bob.email, "collaborator-invited"))
    assert bobs.get("/manage/projects/").content.decode().count(link) == 1
    assert b"Become Maintainer of Demo?" in bobs.get(link).content
    assert alice[1].get(link).status_code == 404  # it is not hers to answer
    bobs.post(link, {"accept": ""})
    assert roles() == {"alice": "Owner", "bob": "Maintainer"}
    assert bobs.post(link, {"accept": ""}).status_code == 404
    assert Entry.objects.filter(action="add Maintainer bob").count() == 1
    assert {m.recipient for m in Mail.objects.filter(kind="collaborator-accepted")} == {
        "alice@example.org",
        "bob@example.org",
    }
    assert SecurityEvent.objects.filter(user=bob, kind="project:role:add").count() == 1


def test_an_invitation_is_declined_revoked_or_expires(alice: tuple[User, Visitor]) -> None:
    bob, bobs = member("bob")
    alice[1].post(URL, {"username": "bob", "role": "Owner"})
    bobs.post(link_in(newest_mail(bob.email, "collaborator-invited")), {"decline": ""})
    assert newest_mail("alice@example.org", "collaborator-declined")
    alice[1].post(URL, {"username": "bob", "role": "Owner"})
    alice[1].post(f"{URL}revoke_invite/{Invitation.objects.get().pk}/")
    link = link_in(newest_mail(bob.email, "collaborator-invited"))
    assert bobs.post(link, {"accept": ""}).status_code == 404
    alice[1].post(URL, {"username": "bob", "role": "Owner"})
    Invitation.objects.update(expires_at=now() - timedelta(seconds=1))
    assert bobs.post(link_in(newest_mail(bob.email, "collaborator-invited")), {"accept": ""}).status_code == 404
    alice[1].post(URL, {"username": "bob", "role": "Owner"})  # an expired one is in nobody's way
    assert Invitation.objects.count() == 1
    assert roles() == {"alice": "Owner"}


@pytest.mark.parametrize(("username", "said"), [
    ("nobody", b"no user named nobody"), ("unverified", b"no verified primary"), ("alice", b"has a role already"),
    ("invited", b"invited already"), ("", b"required"),
])  # fmt: skip
def test_who_can_not_be_invited(alice: tuple[User, Visitor], username: str, said: bytes) -> None:
    make_user("unverified", verified=False)
    make_user("invited")
    alice[1].post(URL, {"username": "invited", "role": "Owner"})
    assert said in alice[1].post(URL, {"username": username, "role": "Owner"}).content
    assert Invitation.objects.count() == 1


def test_roles_are_changed_and_taken_and_one_may_leave(alice: tuple[User, Visitor], project: Project) -> None:
    bob, bobs = member("bob")
    ProjectRole.objects.create(project=project, user=bob, role=Role.MAINTAINER)
    user, owner = alice
    owner.post(f"{URL}{bob.pk}/", {"role": "Owner"})
    assert roles()["bob"] == "Owner"
    bobs.post(f"{URL}{user.pk}/", {"role": "Maintainer"})
    assert roles() == {"alice": "Maintainer", "bob": "Owner"}
    assert newest_mail("alice@example.org", "collaborator-changed")
    bobs.post(f"{URL}{bob.pk}/", {"role": "Maintainer"})
    assert roles()["bob"] == "Owner"  # owners do not demote themselves
    bobs.post(f"{URL}{bob.pk}/", {"remove": ""})
    assert roles()["bob"] == "Owner"  # and the last one stays
    reply = owner.post(f"{URL}{user.pk}/", {"remove": ""})  # a maintainer may leave
    assert reply.headers["location"] == "/manage/projects/"
    assert roles() == {"bob": "Owner"}
    assert owner.post(f"{URL}{bob.pk}/", {"remove": ""}).status_code == 404


def test_a_maintainer_takes_nobodys_role(alice: tuple[User, Visitor], project: Project) -> None:
    bob, bobs = member("bob")
    ProjectRole.objects.create(project=project, user=bob, role=Role.MAINTAINER)
    assert bobs.post(f"{URL}{alice[0].pk}/", {"remove": ""}).status_code == 403
    assert bobs.post(f"{URL}{bob.pk}/", {"role": "Owner"}).status_code == 403
    assert roles() == {"alice": "Owner", "bob": "Maintainer"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_of_the_last_two_owners_who_leave_at_once_one_stays(round_: int) -> None:
    from cheeseshop.journal.models import SerialCounter

    SerialCounter.objects.get_or_create(id=1)
    project = Project.objects.create(name="Demo", normalized_name="demo", lookalike_key="demo")
    people = [make_user("alice"), make_user("bob")]
    for person in people:
        ProjectRole.objects.create(project=project, user=person, role=Role.OWNER)

    def leave(person: User) -> bool:
        try:
            flows.remove(project.pk, person.pk, person)
        except Conflict:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, people)) == [False, True]
    assert ProjectRole.objects.filter(role=Role.OWNER).count() == 1
