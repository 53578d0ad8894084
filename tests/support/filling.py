# SPDX-License-Identifier: Apache-2.0
"""Fills an index with something for every kind of page. Runs in a process of its own, beside the server's."""

import json
import sys
from datetime import timedelta

from django.test import Client

from cheeseshop.accounts.models import User
from cheeseshop.advisories import flows as advisories
from cheeseshop.catalog.models import Project, Release
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.flags.flows import NewBanner, put_up
from cheeseshop.notices.flows import Edit, announce, change_text
from cheeseshop.organizations.models import MemberRole, Membership, Organization
from cheeseshop.stats.flows.publish import publish_days
from cheeseshop.stats.raw.choice import open_raw
from cheeseshop.storage import Store, open_store
from tests.advisories.conftest import as_bytes, record
from tests.support.actors import insider
from tests.support.archives import BuiltDistribution, build_sdist, build_wheel
from tests.support.downloads import PIP, UV, count, write_segment
from tests.support.factories import make_token, upload
from tests.support.shown_site import LATER, LINES, WHEEL, shown_wheel
from tests.support.trusted import github_publisher, link

_LONG = "a-project-with-a-name-that-is-as-long-as-anybody-would-dare-to-make-it"


def fill() -> None:
    """Fill the index; reads the attestations of one file, and tells a member's session and a page for developers."""
    store, alice = open_store(), User.objects.get(username="alice")
    _publish(store, alice, sys.stdin.read())
    _own(alice)
    _tell()
    _count(store)
    session = insider("bob")[1].session.session_key
    components = Client(SERVER_NAME=current.settings().host).get("/dev/components/").content.decode()
    print(json.dumps({"session": session, "components": components}))


def _publish(store: Store, alice: User, attestations: str) -> None:
    token = make_token(alice)
    _upload(store, token, build_wheel("shown", "0.9"))
    trusted = link(Project.objects.get(normalized_name="shown"), github_publisher())
    _upload(store, trusted, shown_wheel(current.settings().url), attestations=attestations)
    _upload(store, trusted, build_sdist("shown", "1.0"))
    for built in (
        build_wheel("shown", "2.0rc1"),
        build_wheel("stale", "1.0", metadata_lines=LINES[:1]),
        build_wheel(_LONG, "1!2026.11.25.dev20261125"),
        build_wheel("wanting", "3.1", requires=["shown"]),
    ):
        _upload(store, token, built)


def _upload(store: Store, token: str, built: BuiltDistribution, **more: str) -> None:
    reply = upload(store, token, built, **more)
    assert reply.status == 200, reply


def _own(alice: User) -> None:
    told = {"name": "Acme", "normalized_name": "acme", "display_name": "Acme", "kind": "Company"}
    acme = Organization.objects.create(**told, description="Makes everything", url="https://acme.example.org/")
    Membership.objects.create(organization=acme, user=alice, role=MemberRole.OWNER)
    Project.objects.filter(normalized_name="shown").update(organization=acme)
    Project.objects.filter(normalized_name="stale").update(status="archived", status_reason="It is finished")
    Release.objects.filter(version="0.9").update(yanked_at=now(), yanked_reason="It burns the toast")


def _tell() -> None:
    affected = record()["affected"][0] | {"package": {"ecosystem": "PyPI", "name": "shown"}, "versions": []}
    affected["ranges"][0]["events"][1]["fixed"] = "1.0"
    advisories.load(as_bytes(record(affected=[affected])))
    announce("Larger disks on Sunday", "Nothing can be uploaded **until noon**.", "root")
    change_text("supporters", Edit("Kept by [the Dairy](https://dairy.example.org/).", 0, "Thanks"), "root")
    put_up(NewBanner("Larger disks on Sunday", "warning", "/announcements/"), "root")


def _count(store: Store) -> None:
    today = now().date()
    for back in range(40):
        counts = {(WHEEL, PIP): 1000 + back * 37 % 400, (LATER, UV): 3 * back}
        write_segment(store, counts, today - timedelta(days=back))
    count(store)
    publish_days(open_raw(store).parquet)
