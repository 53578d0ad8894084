# SPDX-License-Identifier: Apache-2.0
"""What is in quarantine can't be changed by its people: every way of changing a project is tried."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows import collaborators
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import Project
from cheeseshop.moderation.models import Appeal, Case
from cheeseshop.organizations.models import MemberRole, Membership, Organization, Team, TeamRole
from cheeseshop.publishers.flows import register
from cheeseshop.publishers.models import ProjectPublisher
from cheeseshop.publishing import quarantining
from cheeseshop.publishing.quarantining import Order
from cheeseshop.storage import Store
from cheeseshop.tokens.flows import TokenRequest, create_token
from cheeseshop.webhooks.flows import add_webhook
from cheeseshop.webhooks.models import Webhook
from tests.support.actors import Visitor, insider
from tests.support.archives import build_wheel
from tests.support.factories import make_token, upload
from tests.support.stager import Stager, configure, shop

__all__ = ["configure", "shop"]
pytestmark = pytest.mark.django_db
MANAGE, API = "/manage/project/demo/", "/api/v1/projects/demo/"
WHEEL = "demo-1.0-py3-none-any.whl"
PUBLISHER = {"owner": "acme", "repository": "demo", "workflow": "release.yml", "environment": ""}
WATCHED = (
    "catalog.Project", "catalog.Release", "catalog.File", "access.ProjectRole", "access.Invitation",
    "organizations.TeamRole", "organizations.ProjectOffer", "publishers.ProjectPublisher", "publishers.ProjectRule",
    "webhooks.Webhook", "webhooks.Delivery", "quotas.LimitRequest", "staging.Session", "staging.StagedFile",
    "journal.Entry",
)  # fmt: skip
UNTOUCHED = {"last_used_at", "last_serial"}


def rows() -> dict[str, list[Any]]:
    """Everything that a project is made of."""
    found = {}
    for label in WATCHED:
        model = apps.get_model(label)
        names = [each.attname for each in model._meta.concrete_fields if each.attname not in UNTOUCHED]
        found[label] = sorted(map(repr, model.objects.values_list(*names)))
    return found


@dataclass
class World:
    """A project of the organisation Acme with everything that can be changed, its owner alice, and bob, invited."""

    store: Store
    alice: User
    visitor: Visitor
    bob: Visitor
    token: str
    session: dict[str, Any]
    team: Team

    def post(self, path: str, form: dict[str, object]) -> None:
        self.visitor.post(path if path.startswith("/") else MANAGE + path, form)

    def call(self, method: str, path: str, told: dict[str, object] | None = None) -> None:
        header = {"authorization": f"Bearer {self.token}"}
        Client().generic(method, API + path, json.dumps(told or {}), "application/json", headers=header)

    @property
    def stager(self) -> Stager:
        return Stager(self.store, make_token(self.alice))


@pytest.fixture
def world(shop: Store) -> World:
    alice, visitor = insider("alice")
    _, at_bob = insider("bob")
    for version in ("1.0", "2.0"):
        assert upload(shop, make_token(alice), build_wheel("demo", version)).status == 200
    project = Project.objects.get()
    acme = Organization.objects.create(name="Acme", normalized_name="acme", display_name="Acme", kind="Company")
    Membership.objects.create(organization=acme, user=alice, role=MemberRole.OWNER)
    Project.objects.update(organization=acme)
    cooks, bakers = (Team.objects.create(organization=acme, name=n, normalized_name=n) for n in ("cooks", "bakers"))
    TeamRole.objects.create(team=cooks, project=project, role=Role.MAINTAINER)
    carol, _ = insider("carol")
    ProjectRole.objects.create(project=project, user=carol, role=Role.MAINTAINER)
    insider("dora")
    collaborators.invite(project.pk, "bob", Role.MAINTAINER, alice)
    register.add_publisher(project.pk, register.wanted("github", PUBLISHER), "alice")
    add_webhook(project.pk, "https://hooks.example/1", [], "alice")
    stager = Stager(shop, make_token(alice))
    session = stager.open("demo", "3.0")
    stager.stage(session, *build_wheel("demo", "3.0"))
    token = create_token(
        TokenRequest(alice, "manages", actions=("read", "yank", "admin"), issued_by_administrator=True)
    )
    return World(shop, alice, visitor, at_bob, token, session, bakers)


def hook() -> str:
    return f"webhooks/{Webhook.objects.get().pk}/"


CHANGES: dict[str, Callable[[World], object]] = {
    "upload": lambda w: upload(w.store, make_token(w.alice), build_wheel("demo", "4.0")),
    "yank a release": lambda w: w.post("release/1.0/", {"yank": "", "reason": "", "confirm": "1.0"}),
    "yank releases": lambda w: w.post("releases/", {"chosen": ["1.0"], "reason": ""}),
    "yank a file": lambda w: w.post(f"file/{WHEEL}/", {"yank": "", "reason": ""}),
    "yank files": lambda w: w.post("files/", {"chosen": [WHEEL], "reason": ""}),
    "delete a file": lambda w: w.post(f"file/{WHEEL}/", {"delete": "", "confirm": WHEEL}),
    "delete a release": lambda w: w.post("release/1.0/", {"delete": "", "confirm": "demo 1.0"}),
    "delete the project": lambda w: w.post("settings/", {"delete": "", "confirm": "demo"}),
    "set its status": lambda w: w.post("settings/", {"set": "", "status": "archived", "reason": ""}),
    "invite": lambda w: w.post("collaboration/", {"username": "dora", "role": "Maintainer"}),
    "change a role": lambda w: w.post(f"collaboration/{User.objects.get(username='carol').pk}/", {"role": "Owner"}),
    "take a role": lambda w: w.post(f"collaboration/{User.objects.get(username='carol').pk}/", {"remove": ""}),
    "revoke an invitation": lambda w: w.post(f"collaboration/revoke_invite/{Invitation.objects.get().pk}/", {}),
    "accept an invitation": lambda w: w.bob.post(f"/manage/invitation/{Invitation.objects.get().pk}/", {"accept": ""}),
    "give a team a role": lambda w: w.post(
        "organization/", {"give": "", "chosen": str(w.team.pk), "role": "Maintainer"}
    ),
    "take a team's role": lambda w: w.post("organization/", {"take": str(TeamRole.objects.get().team_id)}),
    "take a team's role at the team": lambda w: w.post(
        "/manage/organization/Acme/team/cooks/projects/", {"take": str(TeamRole.objects.get().project_id)}
    ),
    "give it away": lambda w: w.post(
        "organization/", {"offer": "", "to_kind": "person", "to": "dora", "confirm": "demo"}
    ),
    "add a publisher": lambda w: w.post("settings/publishing/", PUBLISHER | {"issuer": "github", "owner": "other"}),
    "remove a publisher": lambda w: w.post("settings/publishing/", {"remove": str(ProjectPublisher.objects.get().pk)}),
    "only publishers": lambda w: w.post("settings/publishing/", {"rule": "publishers"}),
    "add a webhook": lambda w: w.post("webhooks/", {"url": "https://hooks.example/2"}),
    "pause a webhook": lambda w: w.post(hook(), {"pause": ""}),
    "renew a webhook's secret": lambda w: w.post(hook(), {"secret": ""}),
    "remove a webhook": lambda w: w.post(hook(), {"remove": ""}),
    "ask for room": lambda w: w.post(
        "settings/limits/", {"file_size": "500", "total_size": "", "reason": "Large wheels with models inside."}
    ),
    "open a session": lambda w: w.stager.call("POST", "/upload/2.0/", {"name": "demo", "version": "5.0"}),
    "declare a staged file": lambda w: w.stager.declare(w.session, *build_wheel("demo", "3.0", tag="py2-none-any")),
    "publish a session": lambda w: w.stager.call("POST", w.session["links"]["publish"]),
    "API: yank a release": lambda w: w.call("POST", "releases/1.0/yank", {"reason": ""}),
    "API: yank a file": lambda w: w.call("POST", f"files/{WHEEL}/yank", {"reason": ""}),
    "API: delete a file": lambda w: w.call("DELETE", f"files/{WHEEL}/"),
    "API: delete a release": lambda w: w.call("DELETE", "releases/1.0/"),
    "API: delete the project": lambda w: w.call("DELETE", ""),
    "API: set its status": lambda w: w.call("POST", "status", {"status": "archived", "reason": ""}),
    "API: invite": lambda w: w.call("POST", "collaborators/", {"username": "dora", "role": "Maintainer"}),
    "API: change a role": lambda w: w.call("POST", "collaborators/carol", {"role": "Owner"}),
    "API: take a role": lambda w: w.call("DELETE", "collaborators/carol"),
    "API: revoke an invitation": lambda w: w.call("DELETE", "invitations/bob"),
    "API: give a team a role": lambda w: w.call("POST", "teams/bakers", {"role": "Maintainer"}),
    "API: take a team's role": lambda w: w.call("DELETE", "teams/cooks"),
    "API: add a publisher": lambda w: w.call(
        "POST", "publishers/", {"issuer": "github", "fields": PUBLISHER | {"owner": "other"}}
    ),
    "API: remove a publisher": lambda w: w.call("DELETE", f"publishers/{ProjectPublisher.objects.get().pk}"),
    "API: only publishers": lambda w: w.call("POST", "publishing", {"only_publishers": True}),
}


def changed(world: World, act: Callable[[World], object]) -> bool:
    """Tell whether something changed, and take it back."""
    before = rows()
    with transaction.atomic():
        act(world)
        found = rows() != before
        transaction.set_rollback(True)
    return found


def test_no_change_by_its_people_goes_through_and_an_appeal_does(world: World) -> None:
    quarantining.hold(Order(Held(Project.objects.get().pk), "It reads keys.", "mod"))
    assert [name for name, act in CHANGES.items() if changed(world, act)] == []
    world.post(
        "quarantine/", {"case": str(Case.objects.get().pk), "text": "Somebody stole my token; release 2.0 is not mine."}
    )
    assert Appeal.objects.count() == 1
    quarantining.clear(Case.objects.get().pk, "", "mod")
    assert [name for name, act in CHANGES.items() if not changed(world, act)] == []  # each of them is a change
