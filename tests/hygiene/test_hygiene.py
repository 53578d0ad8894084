# SPDX-License-Identifier: Apache-2.0
"""What lies about is found, in an organisation and on the whole index, and leads to where it is mended."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cheeseshop.access.models import ProjectRole
from cheeseshop.access.site_roles import SiteRole
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.hygiene.queries import LONG, PAGE, Kind, findings
from cheeseshop.organizations.flows import service_accounts
from cheeseshop.organizations.models import Membership, Organization, Team, TeamMember, TeamRole
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher, Publisher
from cheeseshop.tokens.flows import TokenRequest, create_token
from cheeseshop.tokens.models import Token
from tests.support.actors import Visitor, insider
from tests.support.factories import make_user
from tests.support.keepers import keeper

pytestmark = pytest.mark.django_db
OLD = now() - LONG - timedelta(days=1)
URL = "/manage/organization/acme/hygiene/"


@pytest.fixture
def owner() -> Visitor:
    """The owner of acme, which has everything that lies about, once; another project of nobody's organisation too."""
    alice, visitor = insider("alice")
    bob = make_user("bob")
    acme = Organization.objects.create(name="acme", normalized_name="acme", display_name="Acme", kind="Company")
    Membership.objects.create(organization=acme, user=alice, role="Owner")
    Membership.objects.create(organization=acme, user=bob, role="Member")
    robot = service_accounts.create_service_account(acme.pk, "deploy", "Publishes.", alice)
    make_tokens(robot)
    make_tokens(bob)
    inside, outside = (
        Project.objects.create(name=n, normalized_name=n, lookalike_key=n, organization=o)
        for n, o in (("inside", acme), ("outside", None))
    )
    ProjectRole.objects.create(project=outside, user=bob, role="Owner")
    publisher = Publisher.objects.create(provider="github", issuer="https://i", fields_key="k", place="octo/demo")
    for project in (inside, outside):
        ProjectPublisher.objects.create(project=project, publisher=publisher, created_at=OLD)
    PendingPublisher.objects.create(
        user=alice, organization_id=acme.pk, project_name="next", normalized_name="next", lookalike_key="next",
        provider="github", issuer="https://i", fields_key="n", place="octo/next", expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    User.objects.filter(username="bob").update(date_joined=OLD, last_login=OLD)
    SecurityEvent.objects.filter(user=bob).update(at=OLD)
    return visitor


def make_tokens(user: User) -> None:
    """A token of each kind: never used, used long ago, ending soon, and one that is fine."""
    for description, days in (("never", None), ("old", None), ("ending", 20), ("fine", 200)):
        create_token(TokenRequest(user, description, (), days))
    tokens = Token.objects.filter(user=user)
    tokens.filter(description="never").update(created_at=OLD)
    tokens.filter(description="old").update(created_at=OLD, last_used_at=OLD)
    tokens.filter(description="ending").update(expiry_told_at=now())


def acme() -> Organization:
    return Organization.objects.get()


def found(kind: Kind, organization: Organization | None) -> list[str]:
    return [finding.subject for finding in findings(kind, organization)[0]]


IN_ORGANIZATION = {
    Kind.NEVER_USED: ["acme.deploy: never"],
    Kind.UNUSED: ["acme.deploy: old"],
    Kind.EXPIRING: ["next", "acme.deploy: ending"],
    Kind.INACTIVE: ["bob"],
    Kind.PUBLISHERS: ["github octo/demo of inside"],
    Kind.SOLE_OWNER: ["inside"],
}
EVERYWHERE = {
    Kind.NEVER_USED: ["acme.deploy: never", "bob: never"],
    Kind.UNUSED: ["acme.deploy: old", "bob: old"],
    Kind.EXPIRING: ["next", "acme.deploy: ending", "bob: ending"],
    Kind.INACTIVE: [],
    Kind.PUBLISHERS: ["github octo/demo of inside", "github octo/demo of outside"],
    Kind.SOLE_OWNER: ["outside"],
}


@pytest.mark.parametrize("kind", list(Kind))
def test_what_lies_about_is_found(owner: Visitor, kind: Kind) -> None:
    assert found(kind, acme()) == IN_ORGANIZATION[kind]
    assert sorted(found(kind, None)) == sorted(EVERYWHERE[kind])


def test_a_sign_of_life_is_enough(owner: Visitor) -> None:
    bob = User.objects.get(username="bob")
    signs = (
        lambda at: User.objects.filter(pk=bob.pk).update(last_login=at),
        lambda at: SecurityEvent.objects.filter(user=bob).update(at=at),
        lambda at: Token.objects.filter(user=bob, description="old").update(last_used_at=at),
    )
    for sign in signs:
        sign(now())
        assert found(Kind.INACTIVE, acme()) == []
        sign(OLD)
        assert found(Kind.INACTIVE, acme()) == ["bob"]
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    assert found(Kind.INACTIVE, None) == ["bob"]


def test_another_owner_of_any_kind_is_one(owner: Visitor) -> None:
    bob, inside = User.objects.get(username="bob"), Project.objects.get(name="inside")
    role = ProjectRole.objects.create(project=inside, user=bob, role="Owner")
    assert found(Kind.SOLE_OWNER, acme()) == []
    role.delete()
    team = Team.objects.create(organization=acme(), name="core", normalized_name="core")
    TeamMember.objects.create(team=team, user=bob)
    TeamRole.objects.create(team=team, project=inside, role="Owner")
    assert found(Kind.SOLE_OWNER, acme()) == []
    TeamRole.objects.all().delete()
    Membership.objects.filter(user=bob).update(role="Owner")
    assert found(Kind.SOLE_OWNER, acme()) == []
    outside = Project.objects.get(name="outside")
    ProjectRole.objects.create(project=outside, user=User.objects.get(username="alice"), role="Owner")
    assert found(Kind.SOLE_OWNER, None) == []


def test_owners_see_it_and_each_finding_leads_to_where_it_is_mended(owner: Visitor) -> None:
    page = BeautifulSoup(owner.get(URL).content, "html.parser")
    for subjects in IN_ORGANIZATION.values():
        for subject in subjects:
            assert subject in page.get_text()
    assert "bob: never" not in page.get_text()  # a member's own tokens are nobody's business
    links = [str(each["href"]) for each in page.select(".cards a")]
    assert len(links) == sum(map(len, IN_ORGANIZATION.values()))
    for link in links:
        assert owner.get(link).status_code == 200, link
    assert page.select_one('.tabs a[aria-current][href$="/hygiene/"]') is not None


def test_others_do_not(owner: Visitor) -> None:
    carol, manager = insider("carol")
    assert manager.get(URL).status_code == 404
    Membership.objects.create(organization=acme(), user=carol, role="Manager")
    assert manager.get(URL).status_code == 403
    assert "/hygiene/" not in manager.get("/manage/organization/acme/people/").content.decode()


def test_keepers_see_the_whole_index(owner: Visitor) -> None:
    _, auditor = keeper(SiteRole.AUDITOR, "auditor")
    page = BeautifulSoup(auditor.get("/admin/hygiene/").content, "html.parser")
    assert "bob: never" in page.get_text()
    for link in [str(each["href"]) for each in page.select(".cards a")]:
        assert link.startswith("/admin/")
        assert auditor.get(link).status_code == 200, link
    assert owner.get("/admin/hygiene/").status_code == 404


def test_one_kind_is_shown_a_page_at_a_time(owner: Visitor) -> None:
    robot = User.objects.get(username="acme.deploy")
    for number in range(PAGE):
        create_token(TokenRequest(robot, f"t{number}"))
    Token.objects.filter(user=robot).update(created_at=OLD, last_used_at=None)
    first = BeautifulSoup(owner.get(f"{URL}?kind=never-used-tokens").content, "html.parser")
    assert len(first.select(".cards li")) == PAGE
    assert len(first.select("h2")) == 1
    second = BeautifulSoup(owner.get(f"{URL}?kind=never-used-tokens&page=2").content, "html.parser")
    assert len(second.select(".cards li")) == 4
    assert owner.get(f"{URL}?kind=never-used-tokens&page=21").status_code == 404
    every = BeautifulSoup(owner.get(f"{URL}?kind=nonsense").content, "html.parser")
    assert len(every.select("h2")) == len(Kind)
    assert every.select_one('a[href="?kind=never-used-tokens"]') is not None


def test_an_organisation_where_all_is_well_says_so() -> None:
    alice, visitor = insider("alice")
    made = Organization.objects.create(name="acme", normalized_name="acme", display_name="Acme", kind="Company")
    Membership.objects.create(organization=made, user=alice, role="Owner")
    assert visitor.get(URL).content.decode().count("Nothing.") == len(Kind)


def test_the_number_of_statements_does_not_grow(owner: Visitor) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert owner.get(URL).status_code == 200
        by_the_clock = ("flags_flag", "notices_sitetext")  # read again every half second, whatever page is asked for
        found = [each["sql"] for each in captured.captured_queries]
        return sum(not any(table in each for table in by_the_clock) for each in found)

    owner.get(URL)  # the first page after the log-in also tidies the session
    before = statements()
    robot, publisher = User.objects.get(username="acme.deploy"), Publisher.objects.get()
    for number in range(12):
        create_token(TokenRequest(robot, f"t{number}"))
        name = f"p{number}"
        made = Project.objects.create(name=name, normalized_name=name, lookalike_key=name, organization=acme())
        ProjectPublisher.objects.create(project=made, publisher=publisher, created_at=OLD)
        other = make_user(f"person{number}")
        User.objects.filter(pk=other.pk).update(date_joined=OLD)
        Membership.objects.create(organization=acme(), user=other, role="Member")
    Token.objects.filter(user=robot).update(created_at=OLD)
    assert statements() == before
