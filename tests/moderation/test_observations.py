# SPDX-License-Identifier: Apache-2.0
"""Observations: of names that are close to well-known ones, shown to administrators and decided by them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core.errors import Conflict
from cheeseshop.moderation import flows, popular
from cheeseshop.moderation.flows import Observed, Reporter, observe
from cheeseshop.moderation.models import Kind, Observation, Verdict
from cheeseshop.moderation.queries import PAGE, Wanted, observations
from cheeseshop.storage import Store
from tests.support.actors import Visitor, member
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
URL = "/manage/observations/"


@pytest.fixture
def administrator() -> Visitor:
    user, visitor = member("root")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return visitor


def test_a_new_project_close_to_a_well_known_one_is_taken_and_observed(store: Store, administrator: Visitor) -> None:
    token = make_token(make_user("mallory"))
    assert upload(store, token, build_wheel("reqeusts", "1.0")).status == 200
    made = Observation.objects.get()
    assert (made.kind, made.subject, made.automatic, made.reporter) == ("typo", "reqeusts", True, "check of names")
    assert made.project_id == Project.objects.get().pk
    assert made.payload == {"near": "requests", "test": "swapped characters", "creator": "mallory"}
    assert upload(store, token, build_wheel("reqeusts", "2.0")).status == 200
    assert Observation.objects.count() == 1  # the creation alone is looked at
    page = administrator.get(URL).content.decode()
    assert "reqeusts is close to requests: swapped characters." in page
    Project.objects.all().delete()
    assert "swapped characters" in administrator.get(f"{URL}{made.pk}/").content.decode()  # it outlives the project


def test_other_names_are_not_observed(store: Store) -> None:
    assert upload(store, make_token(make_user()), build_wheel("cheddar_tools", "1.0")).status == 200
    assert not Observation.objects.exists()


def test_the_most_downloaded_projects_of_the_instance_count_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def most_downloaded() -> list[str]:
        asked.append(1)
        return ["wensleydale"]

    monkeypatch.setattr(popular, "source", most_downloaded)
    token = make_token(make_user())
    for name in ("wensleydal", "wensleydalee", "reqests"):
        assert upload(store, token, build_wheel(name, "1.0")).status == 200
    assert set(Observation.objects.values_list("payload__near", flat=True)) == {"wensleydale", "requests"}
    assert asked == [1]  # once an hour at most


def test_creating_a_project_asks_at_most_two_statements_more(store: Store) -> None:
    token = make_token(make_user())
    upload(store, token, build_wheel("warm", "1.0"))
    counted = []
    for name in ("cheddar", "requezts"):
        with CaptureQueriesContext(connection) as queries:
            upload(store, token, build_wheel(name, "1.0"))
        counted.append(len(queries))
    assert counted[1] == counted[0] + 2


def test_what_fails_there_fails_no_upload() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE moderation_observation RENAME TO gone")
    assert flows.look_at_new_name("requsts", "requsts", "alice") is None


def test_a_page_at_a_time_by_kind_and_subject(administrator: Visitor) -> None:
    for number in range(PAGE + 1):
        observe(Observed(Kind.SPAM, f"spam-{number}", "It sells things."), Reporter("carol"))
    observe(Observed(Kind.BROKEN, "broken", "It does not install."), Reporter("carol"))
    assert "Nothing to look at" in administrator.get(f"{URL}?kind=malware").content.decode()
    page = administrator.get(f"{URL}?kind=spam").content.decode()
    assert page.count("It sells things.") == PAGE
    assert "Next page" in page
    assert administrator.get(f"{URL}?kind=spam&page=2").content.decode().count("It sells things.") == 1
    assert administrator.get(f"{URL}?subject=Broken").content.decode().count("It does not install.") == 1
    for strange in ("?page=0", "?page=-1", "?page=x", "?page=99999999999", "?kind=%00", "?subject=%00"):
        assert administrator.get(URL + strange).status_code == 200, strange
    assert observations(Wanted(undecided=True), 1)[1]


def test_an_observation_is_decided_once(administrator: Visitor) -> None:
    made = observe(Observed(Kind.SPAM, "spam", "It sells things."), Reporter("carol"))
    administrator.post(f"{URL}{made}/", {"harmless": "", "note": "It is a shop."})
    found = Observation.objects.get()
    assert (found.verdict, found.verdict_by, found.verdict_note) == ("harmless", "root", "It is a shop.")
    assert "It sells things" not in administrator.get(URL).content.decode()
    assert "It sells things" in administrator.get(f"{URL}?all=yes").content.decode()
    with pytest.raises(Conflict):
        flows.decide(made, Verdict.CONFIRMED, "", "other")


def test_administrators_alone_see_them() -> None:
    made = observe(Observed(Kind.SPAM, "spam", "It sells things."), Reporter("carol"))
    _, visitor = member("alice")
    for path in (URL, f"{URL}{made}/"):
        assert visitor.get(path).status_code == 403
    assert visitor.post(f"{URL}{made}/", {"harmless": ""}).status_code == 403
    assert "Observations" not in visitor.get("/manage/account/").content.decode()
