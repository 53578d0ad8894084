# SPDX-License-Identifier: Apache-2.0
"""Appeals: an owner writes one, moderators find it in their queue and answer, and clearing ends it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict
from cheeseshop.moderation import appeals
from cheeseshop.moderation.models import Appeal, Case
from cheeseshop.notify.models import Mail
from cheeseshop.publishing import quarantining
from cheeseshop.publishing.quarantining import Order
from cheeseshop.storage import open_store
from tests.support.actors import Visitor, insider, link_in, newest_mail
from tests.support.archives import build_wheel
from tests.support.factories import SITE, make_token, upload

pytestmark = pytest.mark.django_db
URL, QUEUE = "/manage/project/demo/quarantine/", "/manage/quarantine/"
TEXT = "The code reads the environment to find its own settings."


@pytest.fixture
def owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    user, visitor = insider("alice")
    assert upload(open_store(), make_token(user), build_wheel("demo", "1.0")).status == 200
    return visitor


@pytest.fixture
def moderator(db: None) -> Visitor:
    user, visitor = insider("mod")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return visitor


def hold(**where: str) -> Case:
    quarantining.hold(Order(Held(Project.objects.get().pk, **where), "Reads <keys>.", "mod"))
    return Case.objects.latest("id")


def test_an_appeal_is_written_found_answered_and_ended(owner: Visitor, moderator: Visitor) -> None:
    case = hold()
    assert link_in(newest_mail("alice@example.org", "quarantined")) == URL
    page = owner.get(URL).content.decode()
    assert "Reads &lt;keys&gt;." in page
    assert URL in owner.get("/manage/project/demo/releases/").content.decode()
    reply = owner.post(URL, {"case": str(case.pk), "text": TEXT}, follow=True).content.decode()
    assert "Your appeal is with the moderators" in reply
    assert "Your appeal waits for a moderator" in reply
    assert newest_mail("alice@example.org", "appeal-received")
    path = link_in(newest_mail("mod@example.org", "decision-waits"))
    assert path == f"{QUEUE}{case.pk}/"
    listed = moderator.get(f"{QUEUE}?appealed=yes").content.decode()
    assert path in listed
    assert TEXT in moderator.get(path).content.decode()
    moderator.post(path, {"answer": "", "text": "Which settings?"})
    answered = newest_mail("alice@example.org", "appeal-answered")
    assert "Which settings?" in answered.text
    assert "Which settings?" in owner.get(link_in(answered)).content.decode()
    assert path not in moderator.get(f"{QUEUE}?appealed=yes").content.decode()
    assert Project.objects.get().quarantined_at is not None
    owner.post(URL, {"case": str(case.pk), "text": TEXT + " Those in the README."})
    moderator.post(path, {"clear": "", "note": "Now it is clear."})
    assert Project.objects.get().quarantined_at is None
    assert "Now it is clear." in newest_mail("alice@example.org", "appeal-answered").text
    assert not Appeal.objects.filter(answered_at=None).exists()
    assert "Nothing of it is in quarantine" in owner.get(URL).content.decode()


def test_one_appeal_waits_at_a_time_and_a_second_answer_is_refused(owner: Visitor, moderator: Visitor) -> None:
    case = hold(version="1.0")
    for _ in range(2):
        page = owner.post(URL, {"case": str(case.pk), "text": TEXT}, follow=True).content.decode()
    assert "An appeal waits for its answer already." in page
    assert Appeal.objects.count() == 1
    assert Mail.objects.filter(kind="appeal-received").count() == 1
    appeals.answer(case.pk, "No.", "mod")
    with pytest.raises(Conflict):
        appeals.answer(case.pk, "Yes.", "mod")
    page = moderator.post(f"{QUEUE}{case.pk}/", {"answer": "", "text": "Yes."}, follow=True).content.decode()
    assert "answered already" in page
    assert Appeal.objects.get().answer == "No."


def test_owners_alone_appeal_and_only_for_what_is_theirs(owner: Visitor) -> None:
    case = hold()
    user, maintainer = insider("bob")
    ProjectRole.objects.create(project=Project.objects.get(), user=user, role=Role.MAINTAINER)
    assert "Owners can appeal." in maintainer.get(URL).content.decode()
    assert maintainer.post(URL, {"case": str(case.pk), "text": TEXT}).status_code == 403
    _, stranger = insider("eve")
    assert stranger.get(URL).status_code == 404
    assert stranger.post(URL, {"case": str(case.pk), "text": TEXT}).status_code == 404
    Project.objects.create(name="other", normalized_name="other", lookalike_key="other").roles.create(
        user=User.objects.get(username="eve"), role="Owner"
    )
    page = stranger.post("/manage/project/other/quarantine/", {"case": str(case.pk), "text": TEXT})
    assert b"This quarantine is over." in page.content
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("told", [{"text": "short"}, {"text": "x" * 4001}, {"case": "x"}, {"case": ""}])
def test_what_says_nothing_is_not_taken(owner: Visitor, told: dict[str, str]) -> None:
    case = hold()
    assert owner.post(URL, {"case": str(case.pk), "text": TEXT} | told).status_code == 200
    assert not Appeal.objects.exists()


def test_appeals_are_limited(owner: Visitor) -> None:
    case = hold()
    for _ in range(5):
        owner.post(URL, {"case": str(case.pk), "text": TEXT})
        appeals.answer(case.pk, "No.", "mod")
    reply = owner.post(URL, {"case": str(case.pk), "text": TEXT})
    assert (reply.status_code, b"You sent many appeals." in reply.content) == (429, True)
    assert int(reply["retry-after"]) > 0
    assert Appeal.objects.count() == 5


def test_the_queue_is_filtered_and_marks_what_waits_for_long(owner: Visitor, moderator: Visitor) -> None:
    case = hold()
    assert "waits for long" not in moderator.get(QUEUE).content.decode()
    Case.objects.update(held_at=now() - timedelta(days=8))
    assert "waits for long" in moderator.get(QUEUE).content.decode()
    assert str(case.pk) in moderator.get(f"{QUEUE}?by=MOD").content.decode()
    assert str(case.pk) not in moderator.get(f"{QUEUE}?by=carol").content.decode()
    assert str(case.pk) not in moderator.get(f"{QUEUE}?appealed=yes").content.decode()
