# SPDX-License-Identifier: Apache-2.0
"""Quarantine by moderators: who may, what its people can't do meanwhile, what the journal and the mails say."""

from dataclasses import replace
from pathlib import Path

import pytest

from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows import quarantine
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.cli.main import main
from cheeseshop.core import current
from cheeseshop.core.errors import Conflict
from cheeseshop.journal.models import Entry, SerialCounter
from cheeseshop.moderation.models import Case
from cheeseshop.notify.models import Mail
from cheeseshop.publishing import public_tree, quarantining
from cheeseshop.publishing.quarantining import Order
from cheeseshop.publishing.verification import verify
from cheeseshop.storage import Store, open_store
from tests.support.actors import Visitor, insider
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import SITE, make_token, upload

pytestmark = pytest.mark.django_db
NEW, QUEUE = "/manage/quarantine/new/", "/manage/quarantine/"
WHEEL = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    SerialCounter.objects.get_or_create(id=1)
    return open_store()


@pytest.fixture
def alice(shop: Store) -> tuple[User, Visitor]:
    user, visitor = insider("alice")
    for version in ("1.0", "2.0"):
        assert upload(shop, make_token(user), build_wheel("demo", version)).status == 200
    return user, visitor


@pytest.fixture
def moderator(db: None) -> Visitor:
    user, visitor = insider("mod")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return visitor


def case_path() -> str:
    return f"{QUEUE}{Case.objects.latest('id').pk}/"


def public() -> dict[str, bool]:
    store = open_store()
    return {file.filename: store.is_public(file.blob_key) for file in File.objects.all()}


def actions() -> list[str]:
    return list(Entry.objects.order_by("serial").values_list("action", flat=True))


def test_from_the_form_to_the_clearing(alice: tuple[User, Visitor], moderator: Visitor) -> None:
    form = {"project": "Demo", "reason": "It reads keys.", "evidence": "see https://example.org/1"}
    moderator.post(NEW, form)
    assert set(public().values()) == {False}
    page = moderator.get(QUEUE).content.decode()
    assert "It reads keys." in page
    assert "example.org/1" in moderator.get(case_path()).content.decode()
    assert "It reads keys." in alice[1].get("/project/demo/").content.decode()
    assert Mail.objects.get(kind="quarantined").recipient == "alice@example.org"
    assert "is in quarantine already" in moderator.post(NEW, form).content.decode()
    moderator.post(case_path(), {"clear": "", "note": "A false alarm."})
    assert set(public().values()) == {True}
    assert "A false alarm." in Mail.objects.get(kind="quarantine-cleared").text
    assert actions()[-2:] == ["project quarantined", "quarantine cleared"]
    assert "Nothing is in quarantine" in moderator.get(QUEUE).content.decode()
    assert "cleared by mod" in moderator.get(f"{QUEUE}?all=yes").content.decode()
    moderator.post(case_path(), {"clear": "", "note": ""})  # a second click
    assert actions()[-1] == "quarantine cleared"
    assert not [each for each in verify() if each.kind != "dirty"]


def test_only_moderators_may(alice: tuple[User, Visitor]) -> None:
    for path in (QUEUE, NEW, f"{QUEUE}user/"):
        assert alice[1].get(path).status_code == 403
    assert alice[1].post(NEW, {"project": "demo", "reason": "x"}).status_code == 403
    assert set(public().values()) == {True}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"project": "nothing", "reason": "x"}, "There is no project named nothing."),
        ({"project": "demo", "version": "7", "reason": "x"}, "demo has no release 7."),
        ({"project": "demo", "version": "seven", "reason": "x"}, "demo has no release seven."),
        ({"project": "demo", "filename": "x.whl", "reason": "x"}, "demo has no file x.whl."),
        ({"project": "demo", "reason": ""}, "This field is required."),
        ({"project": "demo", "reason": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_can_not_be_held(alice: tuple[User, Visitor], moderator: Visitor, form: dict[str, str], said: str) -> None:
    assert said in moderator.post(NEW, form).content.decode()
    assert not Case.objects.exists()
    assert set(public().values()) == {True}


@pytest.mark.parametrize(
    ("held", "line"),
    [
        ({"version": "1.0"}, ["release quarantined", "release quarantine cleared"]),
        ({"filename": WHEEL}, [f"file quarantined {WHEEL}", f"file quarantine cleared {WHEEL}"]),
    ],
)
def test_its_people_can_not_change_what_is_held(
    alice: tuple[User, Visitor], moderator: Visitor, shop: Store, held: dict[str, str], line: list[str]
) -> None:
    user, visitor = alice
    moderator.post(NEW, {"project": "demo", "reason": "It reads keys."} | held)
    assert public() == {WHEEL: False, "demo-2.0-py3-none-any.whl": True}
    if held == {"version": "1.0"}:
        reply = upload(shop, make_token(user), build_sdist("demo", "1.0"))
        assert (reply.status, "Release 1.0 is in quarantine" in reply.body) == (403, True)
        visitor.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": "", "confirm": "1.0"})
        visitor.post("/manage/project/demo/release/1.0/", {"delete": "", "confirm": "demo 1.0"})
    visitor.post(f"/manage/project/demo/file/{WHEEL}/", {"yank": "", "reason": ""})
    visitor.post(f"/manage/project/demo/file/{WHEEL}/", {"delete": "", "confirm": WHEEL})
    visitor.post("/manage/project/demo/settings/", {"delete": "", "confirm": "demo"})
    assert File.objects.filter(filename=WHEEL, yanked_at=None).exists()
    assert Release.objects.get(version="1.0").yanked_at is None
    assert upload(shop, make_token(user), build_wheel("demo", "3.0")).status == 200  # the rest goes on
    moderator.post(case_path(), {"clear": "", "note": ""})
    assert [each for each in actions() if "quarantine" in each] == line
    assert public()[WHEEL]


def test_clearing_brings_back_exactly_what_was(alice: tuple[User, Visitor], moderator: Visitor) -> None:
    _, visitor = alice
    visitor.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": "broken", "confirm": "1.0"})
    visitor.post("/manage/project/demo/settings/", {"set": "", "status": "deprecated", "reason": "old"})
    moderator.post(NEW, {"project": "demo", "filename": WHEEL, "reason": "a file"})
    columns = ("status", "status_reason", "visibility")
    before = (list(Project.objects.values(*columns)), list(Release.objects.order_by("pk").values("yanked_reason")))
    moderator.post(NEW, {"project": "demo", "reason": "all of it"})
    moderator.post(case_path(), {"clear": "", "note": ""})
    assert (
        list(Project.objects.values(*columns)),
        list(Release.objects.order_by("pk").values("yanked_reason")),
    ) == before
    assert public() == {WHEEL: False, "demo-2.0-py3-none-any.whl": True}  # the file's own goes on
    assert not [each for each in verify() if each.kind != "dirty"]


def test_all_projects_of_a_person_at_once(alice: tuple[User, Visitor], moderator: Visitor, shop: Store) -> None:
    assert upload(shop, make_token(alice[0]), build_wheel("second", "1.0")).status == 200
    form = {"username": "alice", "reason": "Taken over.", "hold": ""}
    assert "This is not alice." in moderator.post(f"{QUEUE}user/", form | {"confirm": "al"}).content.decode()
    moderator.post(f"{QUEUE}user/", form | {"confirm": "alice"})
    assert set(public().values()) == {False}
    moderator.post(f"{QUEUE}user/", {"username": "alice", "reason": "Given back.", "confirm": "alice", "clear": ""})
    assert set(public().values()) == {True}
    assert Project.objects.filter(quarantined_at=None).count() == 2


def test_a_refused_quarantine_leaves_everything_public(alice: tuple[User, Visitor]) -> None:
    project = Project.objects.get()
    quarantining.hold(Order(Held(project.pk, "1.0"), "first", "mod"))
    with pytest.raises(Conflict):
        quarantining.hold(Order(Held(project.pk, "1.0"), "second", "mod"))
    assert public() == {WHEEL: False, "demo-2.0-py3-none-any.whl": True}


def test_an_upload_that_publishes_at_the_same_moment_leaves_no_link(
    alice: tuple[User, Visitor], shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file was found to be public just before the quarantine unlinked it, and is linked just after."""
    project, file = Project.objects.get(), File.objects.get(filename=WHEEL)
    real = public_tree.file_state
    looked = []

    def state(filename: str) -> object:
        found = real(filename)
        if not looked:
            looked.append(filename)
            quarantine.hold(Held(project.pk), "now", "mod")
            shop.withdraw_blob(file.blob_key)
        return found

    monkeypatch.setattr(public_tree, "file_state", state)
    public_tree.publish_file(shop, file.blob_key)
    assert not shop.is_public(file.blob_key)
    assert not shop.is_public(f"{file.blob_key}.metadata")


def test_by_command(alice: tuple[User, Visitor], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quarantine", "add", "demo", "--version", "1.0", "--reason", "It reads keys."]) == 0
    case = capsys.readouterr().out.strip()
    assert public() == {WHEEL: False, "demo-2.0-py3-none-any.whl": True}
    assert main(["quarantine", "list"]) == 0
    assert f"{case}  demo 1.0  since" in capsys.readouterr().out
    assert main(["quarantine", "add", "demo", "--version", "9", "--reason", "x"]) != 0
    assert "demo has no release 9." in capsys.readouterr().err
    assert main(["quarantine", "clear", "x"]) != 0
    assert main(["quarantine", "clear", case]) == 0
    assert set(public().values()) == {True}
