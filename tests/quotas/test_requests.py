# SPDX-License-Identifier: Apache-2.0
"""Larger limits: asked for once there is a release, decided by an administrator, and they hold for the next upload."""

import re

import pytest

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal
from cheeseshop.core.sizes import GIB, MIB, in_words, parse_size
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from cheeseshop.quotas.models import LimitRequest
from cheeseshop.storage import Store
from tests.support.actors import Visitor, link_in, member, newest_mail
from tests.support.archives import build_wheel
from tests.support.factories import make_token, upload

pytestmark = pytest.mark.django_db
URL = "/manage/project/demo/settings/limits/"
GOOD = {"file_size": "200", "total_size": "", "reason": "The model is 150 MiB large."}


@pytest.fixture
def alice() -> tuple[User, Visitor]:
    return member("alice")


@pytest.fixture
def administrator() -> Visitor:
    user, visitor = member("root")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return visitor


@pytest.fixture
def token(store: Store, alice: tuple[User, Visitor]) -> str:
    """A token of alice, who has a project with a release."""
    token = make_token(alice[0])
    assert upload(store, token, build_wheel("demo", "1.0")).status == 200
    Mail.objects.all().delete()
    return token


def ask(visitor: Visitor, **changes: str) -> str:
    return str(visitor.post(URL, GOOD | changes, follow=True).content.decode())


def test_from_the_request_to_the_larger_file(
    store: Store, token: str, alice: tuple[User, Visitor], administrator: Visitor
) -> None:
    assert "Waits for an administrator" in ask(alice[1])
    assert newest_mail("alice@example.org", "limit-received")
    path = link_in(newest_mail("root@example.org", "decision-waits"))
    page = administrator.get(path).content.decode()
    assert "The model is 150 MiB large." in page
    assert 'value="200"' in page
    assert path in administrator.get("/manage/limits/").content.decode()
    administrator.post(path, {"file_size": "150", "total_size": "", "text": "Less will do.", "grant": ""})
    found = LimitRequest.objects.get()
    assert (found.state, found.decided_by, found.note, found.file_size) == (
        "granted",
        "root",
        "Less will do.",
        150 * MIB,
    )
    assert Project.objects.get().max_file_size == 150 * MIB
    assert Entry.objects.filter(action__startswith="set limits 150 MiB a file", actor="root").count() == 1
    assert "granted: 150 MiB a file" in newest_mail("alice@example.org", "limit-decided").text
    page = alice[1].get(URL).content.decode()
    assert "A file has 150.0 MiB at most" in page
    assert "Less will do." in page
    administrator.post(path, {"file_size": "900", "grant": ""})  # it is decided
    assert Project.objects.get().max_file_size == 150 * MIB


def test_what_is_over_the_limit_is_refused_with_the_size_the_limit_and_where_to_ask(store: Store, token: str) -> None:
    filename, data = build_wheel("demo", "2.0")
    Project.objects.update(total_size=10 * GIB - len(data) + 1)
    reply = upload(store, token, (filename, data))
    assert reply.status == 400
    assert reply.body.startswith(
        "Project size too large. Limit for project 'demo' total size is 10 GB; it has 10.00 GB, and this file 0.00 MB. "
    )
    assert "/manage/project/demo/settings/limits/ See " in reply.body
    assert "/help/#size-limits" in reply.body
    Project.objects.update(total_size=10 * GIB - len(data))
    assert upload(store, token, (filename, data)).status == 200


def test_the_file_that_is_too_large_says_so(
    store: Store, token: str, alice: tuple[User, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from cheeseshop.core import current

    small = replace(current.settings(), max_file_size=500)
    monkeypatch.setattr(current, "settings", lambda: small)
    reply = upload(store, token, build_wheel("demo", "2.0"))
    assert reply.status == 400
    assert re.match(r"File too large\. Limit for project 'demo' is 0\.00 MB; this file has 0\.00 MB\. ", reply.body)
    assert "/help/#size-limits" in reply.body
    assert 'id="size-limits"' in alice[1].get("/help/").content.decode()


def test_nothing_can_be_asked_before_there_is_a_release(alice: tuple[User, Visitor]) -> None:
    project = Project.objects.create(name="Demo", normalized_name="demo", lookalike_key="dem0")
    ProjectRole.objects.create(project=project, user=alice[0], role=Role.OWNER)
    assert "Publish a release first" in alice[1].get(URL).content.decode()
    assert "Publish a release first" in ask(alice[1])
    Release.objects.create(project=project, version="1.0", sort_key=b"1", facts={})
    ask(alice[1])  # a release without a file shows nothing
    assert not LimitRequest.objects.exists()


@pytest.mark.parametrize(("changes", "said"), [
    ({"file_size": "", "total_size": ""}, "Fill in one of the two sizes"),
    ({"file_size": "100"}, "The limit of a file is 100 MiB now and 1 GiB at most"),
    ({"file_size": "1025"}, "less than or equal to 1024"),
    ({"file_size": "-1"}, "greater than or equal to 1"),
    ({"file_size": "9" * 400}, "less than or equal to 1024"),
    ({"total_size": "10"}, "The limit of all files together is 10 GiB now"),
    ({"total_size": "many"}, "Enter a whole number"),
    ({"reason": ""}, "This field is required"),
    ({"reason": "more"}, "at least 10 characters"),
    ({"reason": "x" * 2001}, "at most 2000 characters"),
])  # fmt: skip
def test_what_can_not_be_asked(token: str, alice: tuple[User, Visitor], changes: dict[str, str], said: str) -> None:
    assert said in ask(alice[1], **changes)
    assert not LimitRequest.objects.exists()


def test_one_request_at_a_time(token: str, alice: tuple[User, Visitor], administrator: Visitor) -> None:
    from cheeseshop.core.errors import Conflict
    from cheeseshop.quotas import flows

    ask(alice[1])
    project = Project.objects.get()
    with pytest.raises(Conflict, match="Another request"):
        flows.ask(project.pk, flows.Wanted(300 * MIB, None), "Another one at once", alice[0])
    alice[1].post(URL, {"withdraw": ""})
    assert LimitRequest.objects.get().state == "withdrawn"
    assert "Waits for an administrator" in ask(alice[1])
    waiting = LimitRequest.objects.get(state="open")
    administrator.post(f"/manage/limits/{waiting.pk}/", {"decline": "", "text": "", "file_size": "200"})
    waiting.refresh_from_db()
    assert waiting.state == "open"  # a reason is owed
    administrator.post(
        f"/manage/limits/{waiting.pk}/", {"decline": "", "text": "Leave the data out.", "file_size": "200"}
    )
    assert "Leave the data out." in newest_mail("alice@example.org", "limit-decided").text
    assert Project.objects.get().max_file_size is None
    assert "Leave the data out." in alice[1].get(URL).content.decode()


def test_a_question_and_its_answer(token: str, alice: tuple[User, Visitor], administrator: Visitor) -> None:
    ask(alice[1])
    path = f"/manage/limits/{LimitRequest.objects.get().pk}/"
    administrator.post(path, {"ask": "", "text": "Which of the files is it?", "file_size": "200"})
    assert link_in(newest_mail("alice@example.org", "limit-question")) == URL
    assert "Which of the files is it?" in alice[1].get(URL).content.decode()
    alice[1].post(URL, {"answer": "The wheel with the model."})
    assert "The wheel with the model." in administrator.get(path).content.decode()
    assert LimitRequest.objects.get().state == "open"
    assert "the answer" in newest_mail("root@example.org", "decision-waits").subject


def test_maintainers_look_and_strangers_do_not(token: str, alice: tuple[User, Visitor]) -> None:
    bob, bobs = member("bob")
    assert bobs.get(URL).status_code == 404
    ProjectRole.objects.create(project=Project.objects.get(), user=bob, role=Role.MAINTAINER)
    assert "Owners can ask for more" in bobs.get(URL).content.decode()
    assert bobs.post(URL, GOOD).status_code == 403
    ask(alice[1])
    assert bobs.get("/manage/limits/").status_code == 403
    assert bobs.get(f"/manage/limits/{LimitRequest.objects.get().pk}/").status_code == 403


def test_no_request_in_quarantine(token: str, alice: tuple[User, Visitor]) -> None:
    Project.objects.update(quarantined_at=now())
    assert "is in quarantine" in ask(alice[1])
    assert not LimitRequest.objects.exists()


def test_deleting_gives_the_room_back(store: Store, token: str, alice: tuple[User, Visitor]) -> None:
    from cheeseshop.catalog.flows.remove import remove_file, remove_release

    upload(store, token, build_wheel("demo", "2.0"))
    project = Project.objects.get()
    first, second = File.objects.order_by("filename")
    assert project.total_size == first.size + second.size
    remove_file(project.pk, first.filename, "alice")
    project.refresh_from_db()
    assert project.total_size == second.size
    remove_release(project.pk, second.release_id, "alice")
    project.refresh_from_db()
    assert project.total_size == 0


@pytest.mark.parametrize(("text", "size"), [
    ("0", 0), ("1048576", MIB), ("200MiB", 200 * MIB), ("200 MB", 200 * MIB), ("20g", 20 * GIB), ("1TiB", 1024 * GIB),
    ("3 KiB", 3072), ("7B", 7),
])  # fmt: skip
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "1.5GiB", "many", "1 XiB", "9" * 30, "1GiB2", "\u0661MiB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(Refusal, match="is no size"):
        parse_size(text)


def test_sizes_are_written() -> None:
    assert [in_words(n) for n in (1, 1536, 100 * MIB, GIB + GIB // 2)] == ["1 bytes", "1.50 KiB", "100 MiB", "1.50 GiB"]


def test_the_command(capsys: pytest.CaptureFixture[str], token: str) -> None:
    from cheeseshop.cli.main import main

    assert main(["project", "limit", "Demo", "--file-size", "300MiB", "--total-size", "20GiB"]) == 0
    assert "demo: 300 MiB a file and 20 GiB in all;" in capsys.readouterr().out
    project = Project.objects.get()
    assert (project.max_file_size, project.max_total_size) == (300 * MIB, 20 * GIB)
    assert main(["project", "limit", "demo", "--file-size", "100MiB", "--json"]) == 0
    assert '"file_size": 104857600' in capsys.readouterr().out
    assert Project.objects.get().max_file_size is None  # the instance's own again
    for wrong in ("2GiB", "1MiB", "much"):
        assert main(["project", "limit", "demo", "--file-size", wrong]) == 1
    assert main(["project", "limit", "nothing"]) == 1
    assert main(["project", "prohibit", "Bad.Name", "--comment", "malware"]) == 0
    assert main(["project", "prohibited"]) == 0
    assert "bad-name  malware" in capsys.readouterr().out
    assert main(["project", "allow", "bad_name"]) == 0
    assert main(["project", "allow", "bad_name"]) == 1
