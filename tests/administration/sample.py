# SPDX-License-Identifier: Apache-2.0
"""An index with one row at least on every page of administration."""

from datetime import timedelta

from cheeseshop.access.models import Invitation
from cheeseshop.accounts import history
from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedNetwork, ProhibitedUsername, Recovery, User
from cheeseshop.administration.models import Deed
from cheeseshop.catalog.models import ProhibitedName, Project
from cheeseshop.claims.models import Claim
from cheeseshop.core.clock import now
from cheeseshop.flags.flows import NewBanner, put_up
from cheeseshop.flags.models import FlagChange
from cheeseshop.moderation.flows import Observed, Reporter, observe
from cheeseshop.moderation.models import Case, Kind
from cheeseshop.organizations.models import Application, MemberInvitation, Membership, Organization
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher, Publisher
from cheeseshop.quotas.models import LimitRequest
from cheeseshop.storage import Store
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload


def fill(shop: Store) -> User:
    """Fill an index, and return the person who did most of it."""
    alice, bob = make_user("alice"), make_user("bob")
    token = make_token(alice)
    for built in (build_wheel("demo", "1.0"), build_sdist("demo", "1.0"), build_wheel("demo", "2.0")):
        assert upload(shop, token, built).status == 200
    demo, later = Project.objects.get(), now() + timedelta(days=10)
    history.record(alice, "account:login:success")
    Invitation.objects.create(project=demo, user=bob, role="Maintainer", invited_by="alice", expires_at=later)
    publisher = Publisher.objects.create(provider="github", issuer="https://i", fields_key="k", place="octo/demo")
    ProjectPublisher.objects.create(project=demo, publisher=publisher, created_by="alice")
    named = {"project_name": "next", "normalized_name": "next", "lookalike_key": "next"}
    PendingPublisher.objects.create(
        user=bob, provider="github", issuer="https://i", place="octo/next", fields_key="n", expires_at=later, **named
    )
    organize(alice, bob)
    Recovery.objects.create(user=bob, reach="bob@example.net", story="My telephone sank.")
    observe(Observed(Kind.SPAM, "demo", "It sells shoes.", project_id=demo.pk), Reporter("bob", bob.pk))
    about = {"project": demo, "project_name": "demo", "normalized_name": "demo", "claimant": bob}
    Claim.objects.create(**about, claimant_name="bob", ground="abandoned", reasons="r", plan="p", deadline=later)
    LimitRequest.objects.create(project=demo, asked_by=alice, file_size=10**9, reason="Large tables.")
    ProhibitedName.objects.create(normalized_name="forbidden")
    ProhibitedUsername.objects.create(name="mallory")
    ProhibitedNetwork.objects.create(network="192.0.2.128/25")
    ProhibitedDomain.objects.create(domain="spam.example")
    Case.objects.create(project_id=demo.pk, project="demo", version="0.1", reason="It steals.", held_by="mod")
    put_up(NewBanner("Maintenance tonight"), "root")
    FlagChange.objects.create(name="read-only", on=True, by="root")
    Deed.objects.create(actor="root", action="freeze", kind="accounts.user", subject="x", subject_id="x", reason="why")
    return alice


def organize(owner: User, guest: User) -> None:
    """Make an organisation of ``owner``'s, to which ``guest`` is invited."""
    told = {"kind": "Company", "display_name": "Acme"}
    acme = Organization.objects.create(name="acme", normalized_name="acme", **told)
    Membership.objects.create(organization=acme, user=owner, role="Owner")
    later = now() + timedelta(days=10)
    MemberInvitation.objects.create(organization=acme, user=guest, role="Member", invited_by="alice", expires_at=later)
    Application.objects.create(name="wish", normalized_name="wish", applicant=guest, statement="Please.", **told)
