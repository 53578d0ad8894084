# SPDX-License-Identifier: Apache-2.0
"""What metadata declares and what is known: links and people of a project, marked at upload, shown in two groups."""

from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project, Release
from cheeseshop.core.facts import PublisherRepository
from cheeseshop.distributions.links import github_repository
from cheeseshop.edge_contract.protocols import Admission
from cheeseshop.organizations.models import MemberRole, Membership, Organization, Team, TeamMember, TeamRole
from cheeseshop.publishing.receiving import Receiver
from cheeseshop.storage import Store
from tests.support.actors import member
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import SITE, form_for, head, make_token, make_user, upload

pytestmark = pytest.mark.django_db
HOME, DOCS, EVIL = f"{SITE}/project/demo/", "https://acme.github.io/demo/", "https://github.com/acme/demo-evil"
SOURCE, PAGE = "https://github.com/acme/demo", "https://acme.example/"
LINKS = (("Home", HOME), ("Docs", DOCS), ("Source", SOURCE), ("Evil", EVIL), ("Company", PAGE))
METADATA = [f"Project-URL: {label}, {url}" for label, url in LINKS]
PEOPLE = ["Author-Email: Ann <ann@example.org>, Mallory <mallory@example.org>"]


def send(store: Store, token: str, built: tuple[str, bytes], repository: PublisherRepository | None = None) -> None:
    """Upload as a trusted publisher's workflow of that repository would."""
    receiver = Receiver(store, SITE)
    admission = receiver.admit(head(token))
    assert isinstance(admission, Admission)
    sender = replace(admission.ticket, repository=repository)
    reply = receiver.accept(Admission(admission.max_file_size, sender), form_for(store, *built))
    assert reply.status == 200, reply.body


def groups(client: Client, path: str = "/project/demo/") -> dict[str, dict[str, str]]:
    """The two groups of a project's page: what is written, and where it leads."""
    page = BeautifulSoup(client.get(path).content, "html.parser")
    return {
        str(section.h2.text): {li.text.replace("✓", "").strip(): li.a["href"] if li.a else "" for li in section("li")}  # type: ignore[union-attr]
        for section in page.select("section.declared")
    }


def test_a_persons_upload_verifies_the_own_page_alone(store: Store, client: Client) -> None:
    send(store, make_token(make_user()), build_wheel("demo", "1.0", metadata_lines=METADATA))
    assert groups(client) == {"Verified": {"Home": HOME}, "Unverified": dict(LINKS[1:])}
    page = client.get("/project/demo/").content.decode()
    assert page.count("✓") == 1
    assert 'id="verified-details"' in client.get("/help/").content.decode()


def test_a_publishers_upload_verifies_its_repository(store: Store, client: Client) -> None:
    wheel = build_wheel("demo", "1.0", metadata_lines=METADATA)
    send(store, make_token(make_user()), wheel, github_repository("ACME", "demo"))
    assert groups(client) == {"Verified": dict(LINKS[:3]), "Unverified": dict(LINKS[3:])}


def test_a_publishers_later_file_verifies_what_the_release_declared(store: Store, client: Client) -> None:
    token = make_token(make_user())
    send(store, token, build_wheel("demo", "1.0", metadata_lines=METADATA))
    later = build_sdist("demo", "1.0")
    send(store, token, later, github_repository("acme", "demo"))
    assert groups(client)["Verified"] == dict(LINKS[:3])
    another = build_wheel("demo", "1.0", tag="py2.py3-none-any")
    send(store, token, another, github_repository("other", "thing"))
    assert groups(client)["Verified"] == dict(LINKS[:3])  # what was verified stays so


def test_a_name_that_is_registered_again_inherits_no_mark(store: Store, client: Client) -> None:
    wheel = build_wheel("demo", "1.0", metadata_lines=METADATA)
    send(store, make_token(make_user()), wheel, github_repository("acme", "demo"))
    Project.objects.all().delete()
    send(store, make_token(make_user("bob")), build_wheel("demo", "2.0", metadata_lines=METADATA))
    assert groups(client)["Verified"] == {"Home": HOME}


@pytest.fixture
def ann() -> User:
    user = make_user("ann")
    User.objects.filter(pk=user.pk).update(public_email="ann@example.org")
    return user


@pytest.mark.parametrize("existing", [False, True])
def test_a_public_address_of_an_owner_is_a_contact(store: Store, client: Client, ann: User, existing: bool) -> None:
    token = make_token(ann)
    if existing:
        send(store, token, build_wheel("demo", "0.1"))
    send(store, token, build_wheel("demo", "1.0", metadata_lines=PEOPLE))
    assert groups(client) == {
        "Verified": {"Author: Ann": "mailto:ann@example.org"},
        "Unverified": {"Author: Mallory": ""},
    }


def test_a_maintainers_address_counts_whoever_uploads(store: Store, client: Client, ann: User) -> None:
    token = make_token(make_user("bob"))
    send(store, token, build_wheel("demo", "0.1"))
    ProjectRole.objects.create(project=Project.objects.get(), user=ann, role=Role.MAINTAINER)
    send(store, token, build_wheel("demo", "1.0", metadata_lines=PEOPLE))
    assert "Author: Ann" in groups(client)["Verified"]


@pytest.mark.parametrize("by", ["team", "organisation"])
@pytest.mark.parametrize("public", [True, False])
def test_a_role_by_an_organisation_counts_where_anybody_may_know_of_it(
    store: Store, client: Client, ann: User, by: str, public: bool
) -> None:
    token = make_token(make_user("bob"))
    send(store, token, build_wheel("demo", "0.1"))
    acme = Organization.objects.create(name="Acme", normalized_name="acme", display_name="Acme", kind="Company")
    Project.objects.update(organization=acme)
    role = MemberRole.OWNER if by == "organisation" else MemberRole.MEMBER
    Membership.objects.create(organization=acme, user=ann, role=role, is_public=public)
    if by == "team":
        team = Team.objects.create(organization=acme, name="cooks", normalized_name="cooks")
        TeamMember.objects.create(team=team, user=ann)
        TeamRole.objects.create(team=team, project=Project.objects.get(), role=Role.MAINTAINER)
    send(store, token, build_wheel("demo", "1.0", metadata_lines=PEOPLE))
    assert ("Verified" in groups(client)) is public


@pytest.mark.parametrize(
    "change", [{"public_email": ""}, {"public_email": "mallory@example.org"}, {"is_active": False}, {"verified": False}]
)
def test_an_address_that_is_not_public_and_verified_counts_for_nothing(
    store: Store, client: Client, ann: User, change: dict[str, Any]
) -> None:
    token = make_token(make_user("bob"))
    send(store, token, build_wheel("demo", "0.1"))
    ProjectRole.objects.create(project=Project.objects.get(), user=ann, role=Role.OWNER)
    if "verified" in change:
        ann.emailaddress_set.update(verified=False)
    else:
        User.objects.filter(pk=ann.pk).update(**change)
    send(store, token, build_wheel("demo", "1.0", metadata_lines=PEOPLE))
    assert "Verified" not in groups(client)
    assert b"mailto:" not in client.get("/project/demo/").content


def test_a_person_chooses_which_verified_address_is_public(client: Client) -> None:
    user, visitor = member()
    user.emailaddress_set.create(email="second@example.org", verified=True)
    user.emailaddress_set.create(email="unverified@example.org", verified=False)
    page = visitor.post("/manage/account/", {"full_name": "", "public_email": "unverified@example.org"})
    assert b"There is a problem" in page.content
    visitor.post("/manage/account/", {"full_name": "", "public_email": "second@example.org"})
    assert b"mailto:second@example.org" in visitor.get("/user/alice/").content
    assert b"second@example.org" not in client.get("/user/alice/").content  # strangers collect addresses
    user.emailaddress_set.filter(email="second@example.org").delete()
    assert b"second@example.org" not in visitor.get("/user/alice/").content


def test_what_an_old_file_declares_is_shown_only_if_it_is_a_web_address(client: Client, store: Store) -> None:
    assert upload(store, make_token(make_user()), build_wheel("demo", "1.0")).status == 200
    Release.objects.update(facts={"project_urls": [["Run", "javascript:alert(1)"], ["", PAGE]], "home_page": PAGE})
    assert groups(client) == {"Unverified": {PAGE: PAGE}}
