# SPDX-License-Identifier: Apache-2.0
"""Managing a project by the site's forms: yank, delete, archive; seen at once in the pages that installers read."""

import json
import re
from html import escape
from urllib.parse import unquote

import pytest
from django.test import Client

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.set_status import set_status
from cheeseshop.catalog.models import File, Project, Release, UsedFilename
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.facts import Status
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from cheeseshop.publishing.verification import verify
from cheeseshop.storage import Store
from tests.support.actors import Visitor, member, newest_mail
from tests.support.archives import build_sdist, build_wheel
from tests.support.asgi import Response, ask
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
WHEEL = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def owner(shop: Store) -> Visitor:
    user, visitor = member()
    token = make_token(user)
    for built in (build_wheel("demo", "1.0"), build_sdist("demo", "1.0"), build_wheel("demo", "2.0")):
        assert upload(shop, token, built).status == 200
    return visitor


def read(shop: Store, path: str, accept: str = "text/html") -> Response:
    paths = EdgePaths(shop.pages, shop.public, shop.spool)
    edge = Edge(current.settings(), paths, django=None, uploads=None, private_files=None)
    return ask(edge, path, {"accept": accept})


def simple(shop: Store, name: str = "demo") -> dict[str, object]:
    reply = read(shop, f"/simple/{name}/", "application/vnd.pypi.simple.v1+json")
    return json.loads(reply.body) if reply.status == 200 else {"status": reply.status}


def files(shop: Store) -> dict[str, object]:
    return {f["filename"]: f["yanked"] for f in simple(shop)["files"]}  # type: ignore[attr-defined, union-attr]


def clean(_shop: Store) -> list[str]:
    return [f"{p.kind}: {p.subject}" for p in verify(repair=False) if p.kind not in {"orphan", "dirty"}]


def test_a_release_is_yanked_with_a_reason_and_offered_again(shop: Store, owner: Visitor) -> None:
    url = "/manage/project/demo/release/1.0/"
    owner.post(url, {"yank": "", "reason": "It <breaks> Python 3.14"})
    assert files(shop)[WHEEL] == "It <breaks> Python 3.14"
    assert files(shop)["demo-2.0-py3-none-any.whl"] is False
    assert b"It &lt;breaks&gt; Python 3.14" in owner.get(url).content
    assert newest_mail("alice@example.org", "release-yanked")
    owner.post(url, {"unyank": "", "reason": ""})
    assert set(files(shop).values()) == {False}
    owner.post(url, {"yank": "", "reason": ""})
    assert files(shop)[WHEEL] is True
    assert Entry.objects.filter(action="yank release", version="1.0", actor="alice").count() == 2
    assert clean(shop) == []


def test_one_file_is_yanked_alone(shop: Store, owner: Visitor) -> None:
    url = f"/manage/project/demo/file/{WHEEL}/"
    owner.post(url, {"yank": "", "reason": "built wrongly"})
    assert files(shop) == {WHEEL: "built wrongly", "demo-1.0.tar.gz": False, "demo-2.0-py3-none-any.whl": False}
    owner.post(url, {"unyank": "", "reason": ""})
    assert files(shop)[WHEEL] is False
    assert owner.get("/manage/project/demo/file/none.whl/").status_code == 404


def test_too_long_a_reason_changes_nothing(shop: Store, owner: Visitor) -> None:
    page = owner.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": "x" * 501})
    assert b"There is a problem" in page.content
    assert files(shop)[WHEEL] is False


def test_a_deleted_file_is_gone_at_once_and_its_name_for_ever(shop: Store, owner: Visitor) -> None:
    key = File.objects.get(filename=WHEEL).blob_key
    assert shop.is_public(key)
    url = f"/manage/project/demo/file/{WHEEL}/"
    assert b"This is not" in owner.post(url, {"delete": "", "confirm": "demo"}).content
    assert shop.is_public(key)
    owner.post(url, {"delete": "", "confirm": WHEEL})
    assert WHEEL not in files(shop)
    assert not shop.is_public(key)
    assert not (shop.public / "packages" / f"{key}.metadata").exists()
    assert Project.objects.get().total_size == sum(File.objects.values_list("size", flat=True))
    again = upload(shop, make_token(User.objects.get(username="alice")), build_wheel("demo", "1.0"))
    assert again.status == 400
    assert clean(shop) == []
    assert newest_mail("alice@example.org", "file-deleted")


def test_a_deleted_release_is_gone_with_its_files(shop: Store, owner: Visitor) -> None:
    url = "/manage/project/demo/release/1.0/"
    owner.post(url, {"delete": "", "confirm": "demo 1.0"})
    assert set(files(shop)) == {"demo-2.0-py3-none-any.whl"}
    assert not Release.objects.filter(version="1.0").exists()
    assert owner.get(url).status_code == 404
    assert clean(shop) == []


def test_a_deleted_project_frees_its_name_and_not_those_of_its_files(shop: Store, owner: Visitor) -> None:
    keys = [file.blob_key for file in File.objects.all()]
    owner.post("/manage/project/demo/settings/", {"delete": "", "confirm": "Demo"})
    assert Project.objects.exists()
    owner.post("/manage/project/demo/settings/", {"delete": "", "confirm": "demo"})
    assert not Project.objects.exists()
    assert simple(shop) == {"status": 404}
    assert not any(shop.is_public(key) for key in keys)
    assert UsedFilename.objects.count() == 3
    assert Entry.objects.filter(action="remove project").exists()
    bob = make_token(make_user("bob"))
    assert upload(shop, bob, build_wheel("demo", "1.0")).status == 400
    assert upload(shop, bob, build_wheel("demo", "3.0")).status == 200
    assert clean(shop) == []


def test_an_archived_project_says_so_and_takes_no_uploads(shop: Store, owner: Visitor) -> None:
    url = "/manage/project/demo/settings/"
    owner.post(url, {"set": "", "status": "archived", "reason": "Use other instead"})
    assert simple(shop)["project-status"] == {"status": "archived", "reason": "Use other instead"}
    token = make_token(User.objects.get(username="alice"))
    reply = upload(shop, token, build_wheel("demo", "3.0"))
    assert (reply.status, "archived" in reply.body) == (403, True)
    owner.post(url, {"set": "", "status": "deprecated", "reason": ""})
    assert simple(shop)["project-status"] == {"status": "deprecated"}
    owner.post(url, {"set": "", "status": "active", "reason": "ignored"})
    assert upload(shop, token, build_wheel("demo", "3.0")).status == 200
    assert b"There is a problem" in owner.post(url, {"set": "", "status": "quarantined", "reason": ""}).content


@pytest.mark.parametrize("status", ["archived", "deprecated"])
def test_a_status_tells_its_reason_in_every_form(shop: Store, owner: Visitor, status: str) -> None:
    reason = "Use <b>other</b> & rest"
    owner.post("/manage/project/demo/settings/", {"set": "", "status": status, "reason": reason})
    marker = {"status": status, "reason": reason}
    assert simple(shop)["project-status"] == marker
    for path in ("/pypi/demo/json", "/pypi/demo/1.0/json"):
        assert json.loads(read(shop, path).body)["project-status"] == marker
    html = read(shop, "/simple/demo/").body.decode()
    assert f'<meta name="pypi:project-status" content="{status}">' in html
    assert f'<meta name="pypi:project-status-reason" content="{escape(reason)}">' in html
    page = Client().get("/project/demo/").content.decode()
    assert f"This project is {status}" in page
    assert escape(reason) in page
    owner.post("/manage/project/demo/settings/", {"set": "", "status": "active", "reason": ""})
    assert simple(shop)["project-status"] == {"status": "active"}
    assert json.loads(read(shop, "/pypi/demo/json").body)["project-status"] == {"status": "active"}


def test_maintainers_see_and_change_nothing_and_strangers_see_nothing(shop: Store, owner: Visitor) -> None:
    helper, visitor = member("helper")
    _, stranger = member("stranger")
    ProjectRole.objects.create(project=Project.objects.get(), user=helper, role=Role.MAINTAINER)
    pages = ["releases/", "release/1.0/", f"file/{WHEEL}/", "history/", "settings/", "collaboration/"]
    for page in pages:
        url = f"/manage/project/demo/{page}"
        assert visitor.get(url).status_code == 200, page
        assert stranger.get(url).status_code == 404, page
        assert owner.get(url).status_code == 200, page
    before = Entry.objects.count()
    for page, form in (
        ("release/1.0/", {"yank": "", "reason": ""}),
        ("release/1.0/", {"delete": "", "confirm": "demo 1.0"}),
        (f"file/{WHEEL}/", {"delete": "", "confirm": WHEEL}),
        ("settings/", {"delete": "", "confirm": "demo"}),
        ("settings/", {"set": "", "status": "archived"}),
        ("collaboration/", {"username": "stranger", "role": "Owner"}),
    ):
        assert visitor.post(f"/manage/project/demo/{page}", form).status_code == 403, page
        assert stranger.post(f"/manage/project/demo/{page}", form).status_code == 404, page
    assert Entry.objects.count() == before


def test_nothing_changes_in_quarantine(shop: Store, owner: Visitor) -> None:
    Project.objects.update(quarantined_at=now())
    before = Entry.objects.count()
    for page, form in (
        ("release/1.0/", {"yank": "", "reason": ""}),
        (f"file/{WHEEL}/", {"delete": "", "confirm": WHEEL}),
        ("settings/", {"delete": "", "confirm": "demo"}),
    ):
        reply = owner.post(f"/manage/project/demo/{page}", form, follow=True)
        assert b"is in quarantine" in reply.content, page
    assert Entry.objects.count() == before


def test_the_history_and_the_list_read_what_was_done(shop: Store, owner: Visitor) -> None:
    owner.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": ""})
    page = unquote(owner.get("/manage/project/demo/history/").content.decode())
    assert re.search(r"yank release</td><td>1.0</td><td>alice", page)
    listed = owner.get("/manage/projects/?filter=DEM&sort=changed").content.decode()
    assert "/manage/project/demo/releases/" in listed
    assert "No project of that name" in owner.get("/manage/projects/?filter=zz").content.decode()
    _, fresh = member("fresh")
    assert "uv publish --publish-url http://localhost:8000/legacy/" in fresh.get("/manage/projects/").content.decode()


def test_owners_are_told_why_a_project_is_active_again(shop: Store) -> None:
    user, _ = member("reviver")
    upload(shop, make_token(user), build_wheel("revived", "1.0"))
    project = Project.objects.get(name="revived")
    set_status(project.pk, Status.ARCHIVED, "It is finished", "reviver")
    set_status(project.pk, Status.ACTIVE, "It has a team again", "reviver")
    told = Mail.objects.filter(kind="project-status").latest("id").text
    assert "It has a team again" in told
    assert Project.objects.get(name="revived").status_reason == ""
