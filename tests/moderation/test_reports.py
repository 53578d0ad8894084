# SPDX-License-Identifier: Apache-2.0
"""Reports of malware by people, by the form and by the observers' API, and when they act by themselves."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.journal.models import Entry, SerialCounter
from cheeseshop.moderation import reports
from cheeseshop.moderation.flows import decide
from cheeseshop.moderation.models import Case, Kind, Observation, Verdict
from cheeseshop.moderation.views.danger import KINDS, MEDIA_TYPE
from cheeseshop.notify.models import Mail
from cheeseshop.publishing import quarantining
from cheeseshop.publishing.quarantining import Order
from cheeseshop.publishing.reporting import AUTOMATIC, report
from cheeseshop.storage import Store, open_store
from tests.support.actors import Visitor, insider
from tests.support.archives import build_wheel
from tests.support.factories import SITE, make_token, make_user, upload

pytestmark = pytest.mark.django_db
FORM, API = "/project/demo/submit-malware-report/", "/danger-api/projects/demo/observations"
LINK = f"{SITE}/project/demo/1.0/inside/demo-1.0-py3-none-any.whl/at/demo/__init__.py"
GOOD = {"link": LINK, "summary": "It sends the environment to a stranger."}
DENIED = {"message": "Access was denied to this resource."}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    SerialCounter.objects.get_or_create(id=1)  # a test with transactions of its own empties every table
    store = open_store()
    assert upload(store, make_token(make_user("mallory")), build_wheel("demo", "1.0")).status == 200
    return store


def observer(name: str, role: str = "observer") -> User:
    user = make_user(name)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def send(token: str, told: object, path: str = API, media: str = MEDIA_TYPE) -> tuple[int, Any]:
    body = told if isinstance(told, str) else json.dumps(told)
    reply = Client().post(path, body, media, headers={"authorization": f"Bearer {token}"})
    return reply.status_code, reply.json()


def told(**changes: object) -> dict[str, object]:
    return {"kind": "is_malware", "summary": GOOD["summary"], "inspector_url": LINK} | changes


def old(days: int = 2) -> None:
    Project.objects.update(created_at=now() - timedelta(days=days))


def held() -> bool:
    return Project.objects.get(normalized_name="demo").quarantined_at is not None


def by(user: User, summary: str = "It sends the environment away.") -> None:
    report(reports.Report(Project.objects.get(normalized_name="demo").pk, Kind.MALWARE, summary, LINK), user)


def test_a_report_by_the_form_reaches_moderators_and_its_sender_knows(shop: Store) -> None:
    moderator, _ = insider("mod")
    User.objects.filter(pk=moderator.pk).update(is_staff=True)
    user, visitor = insider("bob")
    assert FORM in Client().get("/project/demo/").content.decode()
    assert "Report demo as malware" in visitor.get(FORM).content.decode()
    reply = visitor.post(FORM, GOOD, follow=True)
    assert "with the moderators" in reply.content.decode()
    visitor.post(FORM, GOOD)  # a second click
    found = Observation.objects.get()
    assert (found.kind, found.subject, found.reporter, found.reported_by) == ("malware", "demo", "bob", user)
    assert (found.payload, found.automatic) == ({"link": LINK}, False)
    assert Mail.objects.filter(kind="report-received", recipient=user.email).count() == 1
    assert f"/manage/observations/{found.pk}/" in Mail.objects.get(kind="decision-waits").text
    assert not held()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"link": ""}, "This field is required"),
        ({"link": f"{SITE}/project/other/1.0/inside/x/"}, "Give the address inside the project"),
        ({"link": "https://example.org/project/demo/1.0/"}, "Give the address inside the project"),
        ({"link": "javascript:alert(1)"}, "Give the address inside the project"),
        ({"link": "http://[bad/project/demo/1.0/"}, "Give the address inside the project"),
        ({"link": LINK + "x" * 2000}, "at most 2000 characters"),
        ({"summary": "short"}, "in 10 to 2000 characters"),
        ({"summary": "x" * 2001}, "at most 2000 characters"),
        ({"summary": "<script>alert(1)</script>"}, "HTML is not taken"),
    ],
)
def test_a_report_that_says_too_little_is_told_what_is_missing(shop: Store, changes: dict[str, str], said: str) -> None:
    page = insider("bob")[1].post(FORM, GOOD | changes).content.decode()
    assert said in page
    assert not Observation.objects.exists()


def test_the_public_inspector_and_any_spelling_of_the_name_are_fine(shop: Store) -> None:
    for link in ("https://inspector.pypi.io/project/Demo/1.0/packages/aa/bb/cc/x.whl/a.py", LINK):
        assert reports.check_link(link, "demo") == link


def test_only_people_with_a_second_factor_report_by_the_form(shop: Store) -> None:
    reply = Client().get(FORM)
    assert (reply.status_code, reply["location"]) == (302, f"/account/login/?next={FORM}")
    plain = make_user("plain")
    visitor = Visitor()
    visitor.force_login(plain, backend="cheeseshop.accounts.backend.OnlyWhoMayAct")
    assert visitor.post(FORM, GOOD)["location"] == "/manage/account/two-factor/"
    assert not Observation.objects.exists()
    assert insider("bob")[1].get("/project/none/submit-malware-report/").status_code == 404
    Project.objects.update(visibility="private")
    assert Visitor().get(FORM).status_code == 302
    assert insider("eve")[1].get(FORM).status_code == 404


def test_reports_are_limited(shop: Store) -> None:
    _, visitor = insider("bob")
    for number in range(20):
        assert visitor.post(FORM, GOOD | {"summary": f"It does evil, number {number}."}).status_code == 302
    reply = visitor.post(FORM, GOOD)
    assert (reply.status_code, int(reply["retry-after"]) > 0) == (429, True)
    assert b"You sent many reports." in reply.content
    assert Observation.objects.count() == 20


def test_the_api_says_who_one_is_and_takes_reports_of_observers(shop: Store) -> None:
    old()
    token = make_token(observer("scanner"))
    reply = Client().get("/danger-api/echo", headers={"authorization": f"Bearer {token}"})
    assert (reply.status_code, reply.json(), reply["content-type"]) == (200, {"username": "scanner"}, MEDIA_TYPE)
    assert reply["cache-control"] == "private, no-store"
    status, answer = send(token, told())
    found = Observation.objects.get()
    assert (status, answer) == (202, {"project": "demo", "observation": str(found.pk)})
    assert (found.reporter, found.payload) == ("scanner", {"link": LINK})
    assert send(token, told()) == (202, answer)  # a retry
    for kind in KINDS:
        assert send(token, told(kind=kind, summary=f"It is {kind}, truly."), "/danger-api/projects/DEMO/observations")[
            0
        ] == 202  # fmt: skip
    assert not Mail.objects.filter(kind="report-received").exists()


def test_everybody_else_gets_one_and_the_same_refusal(shop: Store) -> None:
    from tests.support.trusted import github_publisher, link

    project = Project.objects.get()
    frozen = observer("frozen")
    frozen_token = make_token(frozen)
    User.objects.filter(pk=frozen.pk).update(frozen_at=now())
    weak, narrow = make_token(observer("weak"), administrator=False), make_token(observer("narrow"), "other")
    tokens = [make_token(make_user("plain")), frozen_token, weak, link(project, github_publisher()), "pypi-AgEI", ""]
    for token in tokens:
        assert send(token, told()) == (403, DENIED), token
        reply = Client().get("/danger-api/echo", headers={"authorization": f"Bearer {token}"})
        assert (reply.status_code, reply.json()) == (403, DENIED), token
    assert send(narrow, told()) == (403, DENIED)
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        (told(kind="is_evil"), "kind is one of"),
        (told(kind=["is_malware"]), "kind is one of"),
        (told(summary=None), "summary is a text"),
        (told(summary="short"), "10 to 2000"),
        (told(inspector_url=None), "inspector_url is required for malware"),
        (told(inspector_url=7), "inspector_url is a text"),
        (told(inspector_url="https://example.org/"), "Give the address inside the project"),
        (told(more="x" * 70_000), "no JSON object"),
    ],
)
def test_what_is_not_of_the_form_is_told_so(shop: Store, body: object, said: str) -> None:
    status, answer = send(make_token(observer("scanner")), body)
    assert (status, said in answer["message"]) == (400, True), answer
    assert not Observation.objects.exists()


def test_other_addresses_and_types(shop: Store) -> None:
    token = make_token(observer("scanner"))
    assert send(token, told(), media="application/json")[0] == 400
    for name in ("none", "%00", "..", "x" * 300):
        assert send(token, told(), f"/danger-api/projects/{name}/observations")[0] == 404, name
    Project.objects.update(visibility="private")
    assert send(token, told())[0] == 404
    assert Client().get(API).status_code == 405
    assert not Observation.objects.exists()


def test_the_api_is_described(client: Client) -> None:
    reply = client.get("/api/openapi.yaml")
    found = yaml.safe_load(reply.content)
    assert set(found["paths"]) == {"/danger-api/echo", "/danger-api/projects/{name}/observations"}
    sent = found["paths"]["/danger-api/projects/{name}/observations"]["post"]["requestBody"]["content"][MEDIA_TYPE]
    assert sent["schema"]["properties"]["kind"]["enum"] == list(KINDS)
    assert found["servers"] == [{"url": current.settings().url}]


def test_one_trusted_report_of_a_new_project_holds_it_at_once(shop: Store) -> None:
    key_files = [p for p in (shop.public / "packages").rglob("*") if p.is_file()]
    assert key_files
    assert send(make_token(observer("scanner")), told())[0] == 202
    assert held()
    assert not any(p.exists() for p in key_files)
    case = Case.objects.get()
    assert (case.held_by, case.observation) == (AUTOMATIC, Observation.objects.get())
    assert case.evidence == GOOD["summary"]
    assert Entry.objects.get(action="project quarantined").actor == AUTOMATIC
    assert Mail.objects.filter(kind="quarantined", recipient="mallory@example.org").exists()
    assert "A trusted observer reported" in Client().get("/project/demo/").content.decode()


@pytest.mark.parametrize("role", ["moderator", "observer"])
def test_an_older_project_needs_two_reporters_one_of_them_trusted(shop: Store, role: str) -> None:
    old()
    trusted, first, second = observer("scanner", role), make_user("bob"), make_user("carol")
    by(first)
    by(second)
    assert not held()  # nobody of them is trusted
    by(trusted)
    assert held()


def test_one_reporter_is_one_however_often(shop: Store) -> None:
    old()
    scanner = observer("scanner")
    by(scanner)
    by(scanner, "It sends the environment away, again.")
    assert not held()
    by(make_user("bob"))
    assert held()


def test_what_nobody_trusted_reports_and_other_kinds_hold_nothing(shop: Store) -> None:
    by(make_user("bob"))
    by(observer("auditing", "auditor"))
    project = Project.objects.get()
    report(reports.Report(project.pk, Kind.SPAM, "It sells watches.", ""), observer("scanner"))
    assert not held()


def test_what_was_found_harmless_or_cleared_does_not_count_again(shop: Store) -> None:
    old()
    scanner, bob, carol = observer("scanner"), make_user("bob"), make_user("carol")
    by(bob)
    decide(Observation.objects.get().pk, Verdict.HARMLESS, "", "mod")
    by(scanner)
    assert not held()
    by(carol)
    assert held()
    quarantining.clear(Case.objects.get().pk, "", "mod")
    by(bob, "It still sends the environment away.")
    assert not held()  # of those before it was cleared none counts
    by(scanner, "It still does.")
    assert held()


def test_a_report_of_what_is_held_is_recorded_and_changes_nothing(shop: Store) -> None:
    quarantining.hold(Order(Held(Project.objects.get().pk), "Looked at.", "mod"))
    by(observer("scanner"))
    assert (Observation.objects.count(), Case.objects.count()) == (1, 1)
    assert Project.objects.get().quarantine_reason == "Looked at."


def test_the_page_of_reporters_says_how_often_they_were_right(shop: Store) -> None:
    old()
    scanner, bob = observer("scanner"), make_user("bob")
    for number in range(4):
        by(scanner, f"It does evil, number {number}.")
    by(bob)
    rows = list(Observation.objects.filter(reporter="scanner").order_by("id"))
    for row, verdict in zip(rows, (Verdict.CONFIRMED, Verdict.CONFIRMED, Verdict.HARMLESS), strict=False):
        decide(row.pk, verdict, "", "mod")
    user, visitor = insider("mod")
    assert visitor.get("/manage/observations/reporters/").status_code == 403
    User.objects.filter(pk=user.pk).update(is_staff=True)
    page = " ".join(visitor.get("/manage/observations/reporters/").content.decode().split())
    assert "<td>4</td><td>2</td><td>1</td><td>1</td><td>67 %</td>" in page
    assert "<td>1</td><td>0</td><td>0</td><td>1</td><td>\N{EN DASH}</td>" in page
    assert page.count("trusted") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_reports_at_the_same_moment_one_sees_the_other(shop: Store) -> None:
    old()
    people = [observer("scanner"), make_user("bob")]
    start = threading.Barrier(2)

    def go(user: User) -> Callable[[], None]:
        def run() -> None:
            try:
                start.wait()
                by(user)
            finally:
                connection.close()

        return run

    threads = [threading.Thread(target=go(user)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Observation.objects.count(), Case.objects.count(), held()) == (2, 1, True)
