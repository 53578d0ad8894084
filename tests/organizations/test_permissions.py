# SPDX-License-Identifier: Apache-2.0
"""Who may do what: the whole table of actors, actions and states, asked of ``may`` with real rows."""

from dataclasses import dataclass
from itertools import product
from uuid import uuid4

import pytest

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.access.permissions import Action, OrganizationAction, TeamAction, may
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import Person, person
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.organizations.models import MemberRole, Membership, Organization, Team, TeamMember, TeamRole

pytestmark = pytest.mark.django_db

ALL, UPLOADS, READS, NONE = set("ruya"), set("ru"), set("r"), set()
BY_ACTOR = {  # r: read, u: upload, y: yank, a: everything else
    "outsider": NONE,
    "anonymous": NONE,
    "own owner": ALL,
    "own maintainer": UPLOADS,
    "organization owner": ALL,
    "organization manager": READS,
    "organization member": READS,
    "team owner": ALL,
    "team maintainer": UPLOADS,
    "service maintainer": UPLOADS,
    "service owner": ALL,
    "other organization owner": NONE,
    "member in other team": READS,
    "maintainer and team owner": ALL,
}
BY_STATE = {
    "active": ALL,
    "deprecated": ALL,
    "archived": set("rya"),
    "quarantined": READS,
    "deactivated organization": READS,
}
LETTERS = {"r": Action.READ, "u": Action.UPLOAD, "y": Action.YANK, "a": Action.ADMIN}


@dataclass(frozen=True)
class World:
    """One organisation with one project, one team of each role, and everybody there is."""

    organization: Organization
    project: Project
    team: Team
    actors: dict[str, User | Person]


def make_organization(name: str = "Acme") -> Organization:
    return Organization.objects.create(name=name, normalized_name=name.lower(), display_name=name, kind="Community")


def _user(name: str, **more: object) -> User:
    return User.objects.create(username=name.replace(" ", "-"), **more)


def _team(organization: Organization, project: Project, role: Role | None, *people: User) -> Team:
    name = f"team{uuid4().hex[:8]}"
    team = Team.objects.create(organization=organization, name=name, normalized_name=name)
    if role:
        TeamRole.objects.create(team=team, project=project, role=role)
    for each in people:
        TeamMember.objects.create(team=team, user=each)
    return team


@pytest.fixture
def world(db: None) -> World:
    acme, other = make_organization(), make_organization("Other")
    project = Project.objects.create(name="demo", normalized_name="demo", lookalike_key="demo", organization=acme)
    people = {name: _user(name) for name in BY_ACTOR if not name.startswith(("service", "anonymous"))}
    services = {name: _user(name, service_of=acme) for name in BY_ACTOR if name.startswith("service")}
    for name, role in (("own owner", Role.OWNER), ("own maintainer", Role.MAINTAINER),
                       ("maintainer and team owner", Role.MAINTAINER)):  # fmt: skip
        ProjectRole.objects.create(project=project, user=people[name], role=role)
    for name, user in people.items():
        if name.startswith(("organization", "team", "member", "maintainer and")):
            role = next((r for r in MemberRole if name == f"organization {r.value.lower()}"), MemberRole.MEMBER)
            Membership.objects.create(organization=acme, user=user, role=role)
    Membership.objects.create(organization=other, user=people["other organization owner"], role=MemberRole.OWNER)
    owners = _team(acme, project, Role.OWNER, people["team owner"], people["maintainer and team owner"])
    TeamMember.objects.create(team=owners, user=services["service owner"])
    _team(acme, project, Role.MAINTAINER, people["team maintainer"], services["service maintainer"])
    _team(acme, project, None, people["member in other team"])
    bearers = {name: person(user.pk) for name, user in services.items()}  # as a token's statement reads them
    nobody = Person(uuid4(), "nobody", may_act=True, has_verified_address=False, has_two_factors=False)
    return World(acme, project, owners, {**people, **bearers, "anonymous": nobody})  # type: ignore[dict-item]


def _put_into(state: str, world: World) -> None:
    if state == "quarantined":
        Project.objects.update(quarantined_at=now())
    elif state == "deactivated organization":
        Organization.objects.update(deactivated_at=now())
    else:
        Project.objects.update(status=state)


@pytest.mark.parametrize("state", BY_STATE)
def test_on_a_project(world: World, state: str) -> None:
    _put_into(state, world)
    for name, letter in product(BY_ACTOR, "ruya"):
        expected = letter in BY_ACTOR[name] & BY_STATE[state]
        assert may(world.actors[name], LETTERS[letter], world.project.pk) is expected, (name, letter, state)


def test_one_who_may_not_act_may_nothing(world: World) -> None:
    for change in ({"frozen_at": now()}, {"frozen_at": None, "is_active": False}):
        User.objects.update(**change)
        for name in BY_ACTOR:
            actor = world.actors[name]
            again = person(actor.id) if name.startswith("service") else User.objects.filter(pk=actor.id).first()
            if again is None:
                continue
            assert not any(may(again, action, world.project.pk) for action in Action), name
            assert not any(may(again, action, world.organization.pk) for action in OrganizationAction), name
            assert not any(may(again, action, world.team.pk) for action in TeamAction), name


def test_a_service_account_of_a_deactivated_organization_may_not_even_act(world: World) -> None:
    Organization.objects.update(deactivated_at=now())
    found = person(world.actors["service owner"].id)
    assert found is not None
    assert not found.may_act
    assert not may(found, Action.READ, world.project.pk)


IN_ORGANIZATION = {
    "organization owner": set(OrganizationAction),
    "organization manager": {OrganizationAction.READ, OrganizationAction.TEAMS, OrganizationAction.ADD_PROJECTS},
    "organization member": {OrganizationAction.READ},
    "team owner": {OrganizationAction.READ},
    "team maintainer": {OrganizationAction.READ},
    "member in other team": {OrganizationAction.READ},
    "maintainer and team owner": {OrganizationAction.READ},
}
TO_TEAM = {"organization owner": set(TeamAction), "organization manager": set(TeamAction)}


@pytest.mark.parametrize("deactivated", [False, True])
def test_in_an_organization_and_to_a_team(world: World, *, deactivated: bool) -> None:
    if deactivated:
        Organization.objects.update(deactivated_at=now())
    for name in BY_ACTOR:
        inside = IN_ORGANIZATION.get(name, set())
        to_team = TO_TEAM.get(name, {TeamAction.READ} if inside else set())
        for action in OrganizationAction:
            expected = action in inside and (not deactivated or action is OrganizationAction.READ)
            assert may(world.actors[name], action, world.organization.pk) is expected, (name, action)
        for team_action in TeamAction:
            allowed = team_action in to_team and (not deactivated or team_action is TeamAction.READ)
            assert may(world.actors[name], team_action, world.team.pk) is allowed, (name, team_action)


def test_a_team_has_no_power_over_what_is_not_its_organizations(world: World) -> None:
    for elsewhere in (None, Organization.objects.get(name="Other")):
        Project.objects.update(organization=elsewhere)
        assert not may(world.actors["team owner"], Action.READ, world.project.pk)
        assert not may(world.actors["organization owner"], Action.READ, world.project.pk)
        assert may(world.actors["own owner"], Action.ADMIN, world.project.pk)


def test_every_question_is_one_statement(world: World, django_assert_num_queries: object) -> None:
    for action, thing in ((Action.UPLOAD, world.project.pk), (OrganizationAction.TEAMS, world.organization.pk),
                          (TeamAction.CHANGE, world.team.pk)):  # fmt: skip
        with django_assert_num_queries(1):  # type: ignore[operator]
            may(world.actors["team owner"], action, thing)
    assert not may(world.actors["team owner"], Action.READ, uuid4())
