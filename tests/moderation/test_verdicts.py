# SPDX-License-Identifier: Apache-2.0
"""Verdicts of moderators, and what they do: hold, remove a part, remove as malware."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import File, ProhibitedName, Project, Release
from cheeseshop.core import current
from cheeseshop.core.errors import Conflict
from cheeseshop.journal.models import Entry
from cheeseshop.moderation import appeals, reports
from cheeseshop.moderation.flows import Observed, Reporter, observe
from cheeseshop.moderation.models import Appeal, Case, Kind, Observation, Verdict
from cheeseshop.moderation.verdicts import Judgement, judge
from cheeseshop.notify.models import Mail
from cheeseshop.publishing import judging, quarantining
from cheeseshop.publishing.quarantining import Order
from cheeseshop.publishing.reporting import report
from cheeseshop.publishing.verification import verify
from cheeseshop.storage import Store, open_store
from tests.support.actors import insider, newest_mail
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import SITE, make_token, make_user, upload

pytestmark = pytest.mark.django_db
WHEEL = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    store, token = open_store(), make_token(make_user("mallory"))
    for built in (build_wheel("demo", "1.0"), build_sdist("demo", "1.0"), build_wheel("demo", "2.0")):
        assert upload(store, token, built).status == 200
    for name in ("bob", "carol"):
        what = reports.Report(Project.objects.get().pk, Kind.MALWARE, f"It steals, says {name}.", SITE)
        report(what, make_user(name))
    Mail.objects.all().delete()
    return store


@pytest.fixture
def press(shop: Store, db: None) -> Callable[..., str]:
    """Press a button of the moderator's on the page of the first report; returns the page that follows."""
    user, visitor = insider("mod")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    path = f"/manage/observations/{Observation.objects.order_by('id')[0].pk}/"

    def press(button: str, **told: str) -> str:
        return str(
            visitor.post(path, {button: "", "reason": "It sends keys away.", **told}, follow=True).content.decode()
        )

    return press


def verdicts() -> set[tuple[str, str]]:
    return set(Observation.objects.values_list("reporter", "verdict"))


def public(store: Store) -> set[str]:
    return {file.filename for file in File.objects.all() if store.is_public(file.blob_key)}


def test_a_verdict_holds_for_all_reports_alike_and_every_reporter_is_told_once(press: Callable[..., str]) -> None:
    project = Project.objects.get()
    observe(Observed(Kind.TYPO, "demo", "Close to demos.", project_id=project.pk), Reporter("a check", automatic=True))
    assert "harmless" in press("harmless", note="A mistake.")
    assert verdicts() == {("bob", "harmless"), ("carol", "harmless"), ("a check", "")}
    mails = Mail.objects.filter(kind="report-decided")
    assert {mail.recipient for mail in mails} == {"bob@example.org", "carol@example.org"}
    assert "It sends keys away." in mails[0].text
    assert "A mistake." not in mails[0].text
    assert "decided already" in press("confirmed")
    assert mails.count() == 2


def test_who_is_concerned_is_told_why(press: Callable[..., str]) -> None:
    for button in ("harmless", "confirmed", "remove", "malware", "quarantine"):
        told = {"what": "1.0", "confirm": "demo"}
        assert "Say why" in press(button, reason=" ", **told), button
    assert verdicts() == {("bob", ""), ("carol", "")}
    assert (Project.objects.count(), Release.objects.count(), Case.objects.count()) == (1, 2, 0)
    made = observe(Observed(Kind.TYPO, "demo", "Close to demos."), Reporter("a check", automatic=True))
    assert judge(Judgement(made, "mod", ""), Verdict.HARMLESS) == 1  # it concerns nobody


def test_a_reported_project_is_held_and_the_report_waits_on(shop: Store, press: Callable[..., str]) -> None:
    press("quarantine", note="See setup.py.")
    case = Case.objects.get()
    assert (case.reason, case.evidence, case.held_by) == ("It sends keys away.", "See setup.py.", "mod")
    assert case.observation == Observation.objects.order_by("id")[0]
    assert public(shop) == set()
    assert verdicts() == {("bob", ""), ("carol", "")}
    assert "in quarantine already" in press("quarantine")


@pytest.mark.parametrize("held", [False, True])
def test_one_release_is_removed_also_from_what_is_held(shop: Store, press: Callable[..., str], held: bool) -> None:
    if held:
        quarantining.hold(Order(Held(Project.objects.get().pk, "1.0"), "Looked at.", "mod"))
        appeals.write(Project.objects.get(), Case.objects.get().pk, "It is ours.", User.objects.get(username="mallory"))
    assert "release 1.0 is removed" in press("remove", what="1.0.0")
    assert list(Release.objects.values_list("version", flat=True)) == ["2.0"]
    assert public(shop) == {"demo-2.0-py3-none-any.whl"}
    assert verdicts() == {("bob", "confirmed"), ("carol", "confirmed")}
    assert "the release 1.0 removed" in newest_mail("bob@example.org", "report-decided").text
    assert "The reason: " in newest_mail("mallory@example.org", "release-deleted").text
    assert not Case.objects.filter(cleared_at=None).exists()
    assert not Appeal.objects.filter(answered_at=None).exists()
    assert Entry.objects.latest("serial").action == "remove release"
    assert [f"{p.kind} {p.subject}" for p in verify() if p.kind not in {"orphan", "dirty"}] == []


def test_one_file_is_removed_from_a_project_that_stays_held(shop: Store, press: Callable[..., str]) -> None:
    press("quarantine")
    assert f"file {WHEEL} is removed" in press("remove", what=WHEEL)
    assert set(File.objects.values_list("filename", flat=True)) == {"demo-1.0.tar.gz", "demo-2.0-py3-none-any.whl"}
    case = Case.objects.get()
    assert case.cleared_at is None
    quarantining.clear(case.pk, "The file is gone.", "mod")
    assert public(shop) == {"demo-1.0.tar.gz", "demo-2.0-py3-none-any.whl"}


def test_what_is_not_there_or_not_confirmed_is_not_removed(press: Callable[..., str]) -> None:
    assert "has no release 9.9" in press("remove", what="9.9")
    assert "Type the version or the file name" in press("remove")
    for typed in ("", "demos"):
        assert "Type the name of the project" in press("malware", confirm=typed)
    assert (Project.objects.count(), File.objects.count()) == (1, 3)
    assert verdicts() == {("bob", ""), ("carol", "")}


def test_malware_is_removed_its_name_prohibited_and_its_people_frozen(shop: Store, press: Callable[..., str]) -> None:
    project = Project.objects.get()
    keeper = make_user("keeper")
    User.objects.filter(pk=keeper.pk).update(is_staff=True)
    for name, role in (("keeper", "Owner"), ("dave", "Maintainer")):
        user = User.objects.filter(username=name).first() or make_user(name)
        project.roles.create(user=user, role=role)
    token = make_token(User.objects.get(username="mallory"))
    _, session = insider("dora")
    project.roles.create(user=User.objects.get(username="dora"), role="Owner")
    press("quarantine")
    said = press("malware", confirm="Demo")
    assert "removed as malware; frozen: mallory, dave, dora" in said
    assert not Project.objects.exists()
    assert not list((shop.public / "packages").rglob("*.whl"))
    frozen = set(User.objects.exclude(frozen_at=None).values_list("username", flat=True))
    assert frozen == {"mallory", "dave", "dora"}  # one who keeps the site is an administrator's to decide
    assert session.get("/manage/projects/").status_code == 302
    assert SecurityEvent.objects.filter(kind="account:frozen", user__username="mallory").exists()
    assert "It sends keys away." in newest_mail("mallory@example.org", "account-frozen").text
    assert ProhibitedName.objects.get().normalized_name == "demo"
    assert upload(shop, token, build_wheel("demo", "3.0")).status == 403
    assert upload(shop, make_token(make_user("eve")), build_wheel("demo", "3.0")).status in {400, 403}
    assert verdicts() == {("bob", "confirmed"), ("carol", "confirmed")}
    assert not Case.objects.filter(cleared_at=None).exists()
    lines = list(Entry.objects.order_by("serial").values_list("action", "actor"))
    assert lines[-3:] == [("project quarantined", "mod"), ("name prohibited", "mod"), ("remove project", "mod")]
    assert "decided already" in press("malware", confirm="demo")


def test_who_keeps_nothing_judges_nothing(shop: Store) -> None:
    _, visitor = insider("eve")
    path = f"/manage/observations/{Observation.objects.order_by('id')[0].pk}/"
    for button in ("harmless", "malware", "remove", "quarantine"):
        told = {button: "", "reason": "Mine.", "confirm": "demo", "what": "1.0"}
        assert visitor.post(path, told).status_code == 403
    assert verdicts() == {("bob", ""), ("carol", "")}


def test_of_two_verdicts_one_wins(shop: Store) -> None:
    first = Judgement(Observation.objects.order_by("id")[0].pk, "mod", "It is fine.")
    judge(first, Verdict.HARMLESS)
    with pytest.raises(Conflict):
        judging.remove_part(first, "1.0")
    assert Release.objects.count() == 2
