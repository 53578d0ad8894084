# SPDX-License-Identifier: Apache-2.0
"""From a form to messages at a real receiver, and what happens when it does not take them."""

import json
import re
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Standard

from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.storage import Store
from cheeseshop.webhooks import delivering
from cheeseshop.webhooks.models import Cursor, Delivery, Webhook
from tests.support.actors import Visitor, member, newest_mail
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload
from tests.support.receiver import Receiver

pytestmark = pytest.mark.django_db
URL = "/manage/project/demo/webhooks/"


def add(owner: Visitor, program: Receiver, *events: str) -> tuple[Webhook, str]:
    page = owner.post(URL, {"url": program.url, "events": events})
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page.content.decode())
    assert found, page.content.decode()
    return Webhook.objects.get(url=program.url), found.group(0)


def told(program: Receiver) -> list[tuple[str, dict[str, object]]]:
    bodies = [json.loads(body) for _, body in program.received]
    return [(body["type"], body["data"]) for body in bodies]


def test_what_happens_is_told_signed(shop: Store, owner: Visitor, program: Receiver) -> None:
    _, secret = add(owner, program)
    assert upload(shop, owner.token, build_wheel("demo", "2.0")).status == 200  # type: ignore[attr-defined]
    owner.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": "old"})
    assert delivering.read_journal() == 3
    assert delivering.deliver_due() == 3
    for headers, body in program.received:
        Standard(secret).verify(body, headers)
        assert headers["content-type"] == "application/json"
        assert headers["host"] == f"localhost:{program.port}"
    events = dict(told(program))
    assert set(events) == {"release.created", "file.added", "release.yanked"}
    assert events["file.added"] | {"serial": 0} == {
        "serial": 0, "project": "demo", "action": "add py3 file demo-2.0-py3-none-any.whl", "actor": "alice",
        "version": "2.0", "filename": "demo-2.0-py3-none-any.whl", "url": "http://localhost:8000/project/demo/2.0/",
    }  # fmt: skip
    assert b"taken" in owner.get(f"{URL}{Webhook.objects.get().pk}/").content
    assert delivering.read_journal() == delivering.deliver_due() == 0


def test_what_was_before_and_what_is_not_asked_for_is_not_told(shop: Store, owner: Visitor, program: Receiver) -> None:
    add(owner, program, "release.created")
    assert upload(shop, owner.token, build_wheel("other", "1.0")).status == 200  # type: ignore[attr-defined]
    assert upload(shop, owner.token, build_wheel("demo", "2.0")).status == 200  # type: ignore[attr-defined]
    assert delivering.read_journal() == 1
    delivering.deliver_due()
    assert [event for event, _ in told(program)] == ["release.created"]


def test_a_receiver_that_fails_is_tried_again_and_then_left(shop: Store, owner: Visitor, program: Receiver) -> None:
    webhook, _ = add(owner, program)
    owner.post(f"{URL}{webhook.pk}/", {"test": ""})
    program.status = 500
    for attempt in range(1, delivering.ATTEMPTS + 1):
        assert delivering.deliver_due() == 0
        found = Delivery.objects.get()
        assert (found.attempts, found.status) == (attempt, 500)
        webhook.refresh_from_db()
        assert webhook.failing_since is not None
        if attempt < delivering.ATTEMPTS:
            assert found.due_at is not None
            assert found.due_at > now() + timedelta(seconds=20)
            assert delivering.deliver_due() == 0
            Delivery.objects.update(due_at=now())
    assert (found.due_at, webhook.paused) == (None, True)
    assert len({headers["webhook-id"] for headers, _ in program.received}) == 1
    assert program.url in newest_mail("alice@example.org", "webhook-failing").text
    program.status = 204
    owner.post(f"{URL}{webhook.pk}/", {"resume": ""})
    owner.post(f"{URL}{webhook.pk}/", {"again": str(found.pk)})
    assert delivering.deliver_due() == 1
    webhook.refresh_from_db()
    assert (webhook.paused, webhook.failing_since) == (False, None)


def test_redirects_are_not_followed(owner: Visitor, program: Receiver) -> None:
    webhook, _ = add(owner, program)
    owner.post(f"{URL}{webhook.pk}/", {"test": ""})
    program.status = 302
    assert delivering.deliver_due() == 0
    assert Delivery.objects.get().status == 302
    assert len(program.received) == 1


def test_nobody_at_the_address_is_a_failure_with_a_reason(owner: Visitor, program: Receiver) -> None:
    owner.post(URL, {"url": "http://localhost:1/hook"})
    owner.post(f"{URL}{Webhook.objects.get().pk}/", {"test": ""})
    assert delivering.deliver_due() == 0
    found = Delivery.objects.get()
    assert (found.status, "ConnectError" in found.detail) == (None, True)


def test_the_last_message_is_that_the_project_is_gone(shop: Store, owner: Visitor, program: Receiver) -> None:
    add(owner, program)
    owner.post("/manage/project/demo/settings/", {"delete": "", "confirm": "demo"})
    assert not Project.objects.filter(normalized_name="demo").exists()
    assert upload(shop, make_token(make_user("mallory")), build_wheel("demo", "9.0")).status == 200
    assert delivering.read_journal() == 1
    assert delivering.deliver_due() == 1
    assert [event for event, _ in told(program)] == ["project.removed"]
    assert upload(shop, make_token(make_user("eve")), build_wheel("extra", "9.0")).status == 200
    assert delivering.read_journal() == 0
    delivering.tidy_up()
    assert not Webhook.objects.exists()


def test_while_it_is_paused_nothing_is_told(shop: Store, owner: Visitor, program: Receiver) -> None:
    webhook, _ = add(owner, program)
    owner.post(f"{URL}{webhook.pk}/", {"pause": ""})
    assert upload(shop, owner.token, build_wheel("demo", "2.0")).status == 200  # type: ignore[attr-defined]
    owner.post(f"{URL}{webhook.pk}/", {"resume": ""})
    assert delivering.read_journal() == 0
    assert Cursor.objects.get().serial > 0


def test_a_new_secret_replaces_the_old_one(owner: Visitor, program: Receiver) -> None:
    webhook, old = add(owner, program)
    page = owner.post(f"{URL}{webhook.pk}/", {"secret": ""}).content.decode()
    new = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    assert new
    assert new.group(0) != old
    owner.post(f"{URL}{webhook.pk}/", {"test": ""})
    assert delivering.deliver_due() == 1
    headers, body = program.received[0]
    Standard(new.group(0)).verify(body, headers)
    assert old not in owner.get(f"{URL}{webhook.pk}/").content.decode()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", b"This field is required"),
        ("ftp://example.org/", b"begins with https"),
        ("https://user:secret@example.org/", b"no username or password"),
    ],
)
def test_bad_addresses_are_refused_in_the_form(owner: Visitor, url: str, said: bytes) -> None:
    page = owner.post(URL, {"url": url})
    assert said in page.content
    assert not Webhook.objects.exists()


def test_an_address_once_and_ten_at_most(owner: Visitor, program: Receiver) -> None:
    add(owner, program)
    assert b"tells" in owner.post(URL, {"url": program.url}).content
    for n in range(9):
        owner.post(URL, {"url": f"https://example.org/{n}"})
    assert b"at most 10" in owner.post(URL, {"url": "https://example.org/10"}).content
    assert Webhook.objects.count() == 10


def test_only_owners_may(owner: Visitor, project: Project, program: Receiver) -> None:
    from cheeseshop.access.models import ProjectRole, Role

    webhook, _ = add(owner, program)
    user, maintainer = member("bob")
    assert maintainer.get(URL).status_code == 404
    ProjectRole.objects.create(project=project, user=user, role=Role.MAINTAINER.value)
    assert b"Add a webhook" not in maintainer.get(URL).content
    assert maintainer.post(URL, {"url": "https://example.org/"}).status_code == 403
    assert maintainer.get(f"{URL}{webhook.pk}/").status_code == 404
    assert maintainer.post(f"{URL}{webhook.pk}/", {"remove": ""}).status_code == 403
    owner.post(f"{URL}{webhook.pk}/", {"remove": ""})
    assert not Webhook.objects.exists()
