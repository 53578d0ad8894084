# SPDX-License-Identifier: Apache-2.0
"""The pages of trusted publishing: a person's, a project's, the administrators'."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.publishers.models import Issuer, PendingPublisher, ProjectPublisher, ProjectRule
from cheeseshop.storage import Store, open_store
from tests.support.actors import Visitor, member, newest_mail
from tests.support.archives import build_wheel
from tests.support.factories import SITE, make_token, upload
from tests.support.publishing import GITHUB, GITLAB, link, wait_for

pytestmark = pytest.mark.django_db
MINE = "/manage/account/publishing/"
OURS = "/manage/project/demo/settings/publishing/"
ISSUERS = "/manage/issuers/"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    return open_store()


@pytest.fixture
def owner(shop: Store) -> Visitor:
    user, visitor = member()
    assert upload(shop, make_token(user), build_wheel("demo", "1.0")).status == 200
    return visitor


def shown(visitor: Visitor, path: str) -> BeautifulSoup:
    reply = visitor.get(path)
    assert reply.status_code == 200
    return BeautifulSoup(reply.content, "html.parser")


def problems(page: bytes) -> str:
    summary = BeautifulSoup(page, "html.parser").select_one(".summary")
    return summary.get_text(" ") if summary else ""


def test_a_pending_publisher_is_registered_listed_and_removed() -> None:
    user, visitor = member()
    assert "No pending publishers" in shown(visitor, MINE).text
    reply = visitor.post(f"{MINE}?issuer=github", GITHUB | {"project_name": "New.Thing"}, follow=True)
    assert b"may create New.Thing until" in reply.content
    page = shown(visitor, MINE)
    assert "GitHub Actions Octo/Sample release.yml" in page.text
    made = PendingPublisher.objects.get()
    assert (made.user, made.normalized_name) == (user, "new-thing")
    reply = visitor.post(MINE, {"remove": str(made.pk)}, follow=True)
    assert b"The pending publisher of New.Thing is removed." in reply.content
    assert not PendingPublisher.objects.exists()
    kinds = set(SecurityEvent.objects.filter(user=user).values_list("kind", flat=True))
    assert {"account:oidc:pending-publisher-added", "account:oidc:pending-publisher-removed"} <= kinds
    for identifier in (str(made.pk), "nonsense"):
        assert b"There is no such pending publisher" in visitor.post(MINE, {"remove": identifier}, follow=True).content


def test_somebody_else_s_pending_publisher_can_t_be_removed() -> None:
    user, _ = member()
    made = wait_for(user, "thing", "github", **GITHUB)
    _, other = member("bob")
    other.post(MINE, {"remove": str(made.pk)})
    assert PendingPublisher.objects.exists()


@pytest.mark.parametrize(
    ("issuer", "form", "words"),
    [
        ("github", {"workflow": ".github/workflows/a.yml"}, "A workflow is named by its file"),
        ("github", {"owner": ""}, "This field is required"),
        ("github", {"project_name": "demo"}, "conflicts with an existing project"),
        ("github", {"project_name": "os"}, "standard library"),
        ("github", {"project_name": "a b"}, "Start and end with a letter or numeral"),
        ("gitlab", {}, "This field is required"),
    ],
)
def test_forms_explain(owner: Visitor, issuer: str, form: dict[str, str], words: str) -> None:
    reply = owner.post(f"{MINE}?issuer={issuer}", GITHUB | {"project_name": "thing"} | form)
    assert words in problems(reply.content)
    assert not PendingPublisher.objects.exists()


def test_each_provider_has_its_form_and_an_unknown_one_the_first() -> None:
    _, visitor = member()
    for issuer, field in (("github", "owner"), ("gitlab", "namespace"), ("google", "email"),
                          ("activestate", "organization"), ("nobody", "owner")):  # fmt: skip
        page = shown(visitor, f"{MINE}?issuer={issuer}")
        assert page.select_one(f"input[name={field}]"), issuer
        assert len(page.select("nav.tabs a[aria-current]")) == 1
    assert shown(visitor, f"{MINE}?issuer=gitlab").select_one("[name=workflow_filepath]")["value"] == ".gitlab-ci.yml"


def test_too_many_registrations_in_a_day_wait(settings: object) -> None:
    _, visitor = member()
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"register_publisher": "1/d/key"}  # type: ignore[attr-defined]
    visitor.post(f"{MINE}?issuer=github", GITHUB | {"project_name": "one"})
    reply = visitor.post(f"{MINE}?issuer=github", GITHUB | {"project_name": "two"})
    assert "You registered many publishers." in problems(reply.content)
    assert PendingPublisher.objects.count() == 1


def test_an_owner_adds_a_publisher_narrows_and_removes_it(owner: Visitor) -> None:
    assert "Releases come by API tokens only." in shown(owner, OURS).text
    reply = owner.post(f"{OURS}?issuer=github", GITHUB, follow=True)
    assert b"GitHub Actions Octo/Sample release.yml may publish demo." in reply.content
    assert newest_mail("alice@example.org", "publisher-added")
    page = shown(owner, OURS)
    assert page.select_one("a[href='https://github.com/Octo/Sample']")
    assert "never published" in page.text
    assert "is a publisher of this project already" in problems(owner.post(f"{OURS}?issuer=github", GITHUB).content)
    made = ProjectPublisher.objects.get()
    ProjectPublisher.objects.update(unbound_environment="release")
    button = shown(owner, OURS).select_one("button[name=narrow]")
    assert button.text == "Narrow to the environment release"
    owner.post(OURS, {"narrow": button["value"]})
    assert ProjectPublisher.objects.get().publisher.fields["environment"] == "release"
    owner.post(OURS, {"rule": "publishers"})
    assert ProjectRule.objects.get().only_publishers
    assert "Nobody: API tokens are refused." in shown(owner, OURS).text
    reply = owner.post(OURS, {"remove": str(made.pk)}, follow=True)
    assert b"Nobody could upload without its last publisher" in reply.content
    owner.post(OURS, {"rule": "tokens"})
    owner.post(OURS, {"remove": str(made.pk)})
    assert not ProjectPublisher.objects.exists()
    assert newest_mail("alice@example.org", "publisher-removed")
    for identifier in (str(made.pk), "nonsense"):
        assert b"was removed already" in owner.post(OURS, {"remove": identifier}, follow=True).content
    history = owner.get("/manage/project/demo/history/").content.decode()
    assert "remove publisher GitHub Actions" in history


def test_maintainers_read_and_strangers_see_nothing(owner: Visitor) -> None:
    made = link("demo", "gitlab", **GITLAB)
    helper, maintainer = member("helper")
    _, stranger = member("stranger")
    ProjectRole.objects.create(project=Project.objects.get(), user=helper, role=Role.MAINTAINER)
    page = shown(maintainer, OURS)
    assert "Group/sub/Sample" in page.text
    assert not page.select("main button:not(nav button)")
    assert stranger.get(OURS).status_code == 404
    for form in (GITHUB, {"remove": str(made.pk)}, {"rule": "publishers"}, {"narrow": str(made.pk)}):
        assert maintainer.post(OURS, form).status_code == 403
        assert stranger.post(OURS, form).status_code == 404
    assert ProjectPublisher.objects.count() == 1


TEMPLATE = {"fields": [{"claim": "job", "label": "Job"}]}
DECLARED = {
    "key": "our-ci", "name": "Our CI", "url": "https://192.0.2.1:9", "provider": "declared",
    "template": json.dumps(TEMPLATE),
}  # fmt: skip


@pytest.fixture
def administrator() -> Visitor:
    user, visitor = member("root")
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    return visitor


def test_an_administrator_declares_an_issuer_and_people_use_it(administrator: Visitor, owner: Visitor) -> None:
    form = DECLARED | {"url": "http://localhost:9"}
    reply = administrator.post(ISSUERS, form, follow=True)
    assert b"Our CI is trusted." in reply.content
    assert b"can&#x27;t be had yet" in reply.content
    assert Issuer.objects.get().created_by == "root"
    page = shown(owner, f"{OURS}?issuer=our-ci")
    assert page.select_one("input[name=job]")
    owner.post(f"{OURS}?issuer=our-ci", {"job": "folder/build"})
    assert "folder/build" in shown(owner, OURS).text
    reply = administrator.post(ISSUERS, {"forget": "our-ci"}, follow=True)
    assert b"switch it off, or remove them first" in reply.content
    administrator.post(ISSUERS, {"disable": "our-ci"})
    assert not Issuer.objects.get().enabled
    assert not shown(owner, f"{OURS}?issuer=our-ci").select_one("input[name=job]")
    assert "folder/build" in shown(owner, OURS).text
    administrator.post(ISSUERS, {"enable": "our-ci"})
    ProjectPublisher.objects.all().delete()
    administrator.post(ISSUERS, {"forget": "our-ci"})
    assert not Issuer.objects.exists()
    assert (
        b"No issuer &#x27;our-ci&#x27; is declared."
        in administrator.post(ISSUERS, {"forget": "our-ci"}, follow=True).content
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [({"template": "{"}, "This is no JSON"), ({"template": "[]"}, "no JSON object"), ({"template": ""}, "A template"),
     ({"url": "http://ci.example.org"}, "begins with https://"), ({"key": "github"}, "built in"),
     ({"provider": "gitlab"}, "takes no template")],
)  # fmt: skip
def test_declarations_are_explained(administrator: Visitor, change: dict[str, str], words: str) -> None:
    assert words in problems(administrator.post(ISSUERS, DECLARED | change).content)
    assert not Issuer.objects.exists()


@pytest.mark.parametrize("preset", ["forgejo", "buildkite", "circleci", "jenkins", "gitlab", "nonsense"])
def test_a_form_begins_with_a_template(administrator: Visitor, preset: str) -> None:
    page = shown(administrator, f"{ISSUERS}?preset={preset}")
    text = page.select_one("textarea[name=template]").text.strip()
    assert bool(text) == (preset not in {"gitlab", "nonsense"})
    if text:
        assert json.loads(text)["fields"]


def test_only_administrators_declare_issuers() -> None:
    _, visitor = member()
    assert visitor.get(ISSUERS).status_code == 403
    assert visitor.post(ISSUERS, DECLARED).status_code == 403


def test_the_public_page_says_who_publishes(owner: Visitor) -> None:
    assert "Trusted publishers" not in shown(owner, "/project/demo/").text
    link("demo", "github", **GITHUB)
    page = shown(owner, "/project/demo/")
    assert page.select_one("aside a[href='https://github.com/Octo/Sample']").text == "Octo/Sample release.yml"
    assert "Maintainers may upload too." in page.text
    owner.post(OURS, {"rule": "publishers"})
    assert "Files come from these alone." in shown(owner, "/project/demo/").text


def test_a_page_says_that_it_is_switched_off(owner: Visitor, monkeypatch: pytest.MonkeyPatch, shop: Store) -> None:
    link("demo", "github", **GITHUB)
    conf = replace(current.settings(), trusted_publishing=False)
    monkeypatch.setattr(current, "settings", lambda: conf)
    for path in (MINE, OURS):
        page = shown(owner, path)
        assert "Trusted publishing is disabled for now." in page.text
        assert not page.select_one("#add")
    assert "Octo/Sample" in shown(owner, OURS).text
