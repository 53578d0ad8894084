# SPDX-License-Identifier: Apache-2.0
"""Switches: who is refused what, in which words, how soon; banners; the status page."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cheeseshop.accounts.models import User
from cheeseshop.accounts.names import check_address
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Forbidden, Missing, Refusal
from cheeseshop.flags import state
from cheeseshop.flags.flows import NewBanner, put_up, take_down, turn
from cheeseshop.flags.models import Banner, BannerChange, FlagChange
from cheeseshop.flags.names import MESSAGES, Switch
from cheeseshop.flags.queries import banners
from cheeseshop.storage import Store
from tests.support.actors import Visitor, insider, member
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload
from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(shop: Store) -> Visitor:
    user, visitor = member()
    assert upload(shop, make_token(user), build_wheel("demo", "1.0")).status == 200
    return visitor


def on(switch: Switch, note: str = "") -> None:
    turn(switch.value, on=True, by="root", note=note)


def test_every_switch_has_words() -> None:
    assert set(MESSAGES) == set(Switch)


def test_throw_away_addresses_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), refuse_disposable_addresses=False)
    monkeypatch.setattr(current, "settings", lambda: conf)
    check_address("alice@mailinator.com")
    on(Switch.NO_DISPOSABLE)
    with pytest.raises(ValidationError, match="throw-away"):
        check_address("alice@mailinator.com")


def test_uploads_are_refused_with_the_note_and_where_to_read_on(shop: Store) -> None:
    token = make_token(make_user())
    on(Switch.NO_UPLOADS, "We move house.")
    reply = upload(shop, token, build_wheel("demo", "1.0"))
    assert (reply.status, reply.body) == (
        403, "New uploads are disabled for now. We move house. See http://localhost:8000/status/ for more information.",
    )  # fmt: skip
    turn(Switch.NO_UPLOADS.value, on=False, by="root")
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200


def test_new_projects_are_refused_and_known_ones_are_not(shop: Store) -> None:
    token = make_token(make_user())
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    on(Switch.NO_PROJECTS)
    assert upload(shop, token, build_wheel("demo", "2.0")).status == 200
    assert MESSAGES[Switch.NO_PROJECTS] in upload(shop, token, build_wheel("other", "1.0")).body


def test_nothing_is_deleted_while_deletion_is_off_and_nothing_changed_in_read_only_mode(owner: Visitor) -> None:
    on(Switch.NO_DELETION)
    page = owner.post("/manage/project/demo/settings/", {"delete": "", "confirm": "demo"}, follow=True)
    assert b"Deletion is disabled for now." in page.content
    owner.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": ""})
    assert b"is offered again" in owner.post("/manage/project/demo/release/1.0/", {"unyank": ""}, follow=True).content
    on(Switch.READ_ONLY)
    page = owner.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": ""}, follow=True)
    assert b"read-only mode" in page.content


def test_nobody_registers_while_registration_is_off(client: Client, shop: Store) -> None:
    assert b"Register" in client.get("/").content
    on(Switch.NO_USERS)
    assert b">Register<" not in client.get("/").content
    assert b'name="username"' not in client.get("/account/register/").content


def test_a_setting_counts_like_a_switch(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), read_only=True)
    monkeypatch.setattr(current, "settings", lambda: conf)
    with pytest.raises(Forbidden, match="read-only"):
        state.check()


def test_the_database_is_asked_once_in_half_a_second(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with CaptureQueriesContext(connection) as seen:
        for _ in range(100):
            state.is_on(Switch.READ_ONLY)
    assert len(seen) == 1
    at = state.time.monotonic()
    monkeypatch.setattr(state.time, "monotonic", lambda: at + 0.6)
    with CaptureQueriesContext(connection) as seen:
        state.is_on(Switch.READ_ONLY)
    assert len(seen) == 1


def test_turns_are_written_down_and_nonsense_is_refused() -> None:
    on(Switch.READ_ONLY, "backup")
    turn("read-only", on=False, by="eve")
    told = [(c.name, c.on, c.by, c.note) for c in FlagChange.objects.order_by("id")]
    assert told == [("read-only", True, "root", "backup"), ("read-only", False, "eve", "")]
    with pytest.raises(Refusal, match="no flag 'nonsense'"):
        turn("nonsense", on=True, by="root")
    with pytest.raises(Refusal, match="at most 300"):
        turn("read-only", on=True, by="root", note="x" * 301)


def test_the_status_page_says_what_is_off(client: Client, owner: Visitor) -> None:
    assert b"Everything works" in client.get("/status/").content
    on(Switch.NO_OIDC, "The issuer is <ill>.")
    page = client.get("/status/").content.decode()
    assert "Trusted publishing is disabled for now." in page
    assert "The issuer is &lt;ill&gt;." in page
    told = json.loads(client.get("/status/", headers={"accept": "application/json"}).content)
    assert told["switched_off"] == [
        {"flag": "disallow-oidc", "message": MESSAGES[Switch.NO_OIDC], "note": "The issuer is <ill>."}
    ]
    assert told["database"] is True
    assert told["serial"] > 0
    assert b"Trusted publishing is disabled" in client.get("/").content


def test_a_quiet_switch_is_on_no_page_but_that_one(client: Client, shop: Store) -> None:
    turn(Switch.NO_OIDC.value, on=True, by="root", notify=False)
    assert b"Trusted publishing" not in client.get("/").content
    assert b"Trusted publishing" in client.get("/status/").content


def test_banners_are_shown_where_and_while_they_should_be(client: Client, owner: Visitor) -> None:
    put_up(NewBanner("For <everybody>", "danger", "https://example.org/"), "root")
    put_up(NewBanner("For demo", project="DEMO"), "root")
    put_up(NewBanner("Later", starts_at=now() + timedelta(hours=1)), "root")
    put_up(NewBanner("Over", starts_at=now() - timedelta(hours=2), ends_at=now() - timedelta(hours=1)), "root")
    home, project = client.get("/").content.decode(), client.get("/project/demo/").content.decode()
    assert "For &lt;everybody&gt;" in home
    assert 'href="https://example.org/"' in home
    assert "For demo" not in home
    assert "For demo" in project
    for text in ("Later", "Over"):
        assert text not in home + project
    take_down(Banner.objects.get(text="For demo").pk, "eve")
    told = [(c.action, c.text, c.by) for c in BannerChange.objects.order_by("-id")[:2]]
    assert told == [("down", "For demo", "eve"), ("up", "Over", "root")]
    assert "For demo" not in client.get("/project/demo/").content.decode()
    with pytest.raises(Missing):
        take_down(10_000, "eve")


@pytest.mark.parametrize(
    "new",
    [
        NewBanner(" "), NewBanner("x" * 301), NewBanner("x", "loud"), NewBanner("x", link="javascript:alert(1)"),
        NewBanner("x", ends_at=now() - timedelta(days=1)), NewBanner("x", link="//example.org/"),
        NewBanner("x", link="https://[::1"), NewBanner("x", link="/" + "x" * 500), NewBanner("x", language="tlh"),
        NewBanner("x", project="no-such-project"),
    ],
)  # fmt: skip
def test_bad_banners_are_refused(new: NewBanner) -> None:
    with pytest.raises(Refusal):
        put_up(new, "root")
    assert not Banner.objects.exists()


def test_a_banner_for_a_language_is_for_its_readers_only(client: Client, owner: Visitor) -> None:
    put_up(NewBanner("Für Deutsche", language="de"), "root")
    put_up(NewBanner("Aos brasileiros", language="pt-br"), "root")
    put_up(NewBanner("Hier", project="demo", language="de"), "root")
    for language, texts in (("de", {"Für Deutsche"}), ("de-AT,de;q=0.8", {"Für Deutsche"}),
                            ("pt-BR", {"Aos brasileiros"}), ("en", set()), ("", set()),
                            ("tlh;q=x", set())):  # fmt: skip
        page = client.get("/", headers={"accept-language": language}).content.decode()
        assert {text for text in ("Für Deutsche", "Aos brasileiros", "Hier") if text in page} == texts, language
    assert "Hier" in client.get("/project/demo/", headers={"accept-language": "de"}).content.decode()
    assert "Hier" not in client.get("/project/demo/", headers={"accept-language": "fr"}).content.decode()


@pytest.fixture
def administrator(shop: Store) -> Visitor:
    user, visitor = insider("root")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return visitor


BANNERS = "/manage/banners/"


def test_administrators_put_banners_up_on_the_site_look_first_and_take_them_down(
    client: Client, owner: Visitor, administrator: Visitor
) -> None:
    said = {"text": "Moving <house>", "level": "warning", "project": "Demo", "starts_at": "2026-01-01 10:00"}
    preview = administrator.post(BANNERS, said | {"preview": ""}).content.decode()
    assert "Moving &lt;house&gt;" in preview
    assert not Banner.objects.exists()
    administrator.post(BANNERS, said | {"up": ""})
    made = Banner.objects.get()
    assert (made.normalized_name, made.by, made.starts_at.isoformat()) == ("demo", "root", "2026-01-01T10:00:00+00:00")
    assert "Moving &lt;house&gt;" in client.get("/project/demo/").content.decode()
    assert "shown now" in administrator.get(BANNERS).content.decode()
    for _ in range(2):  # the second click finds nothing, and says so
        page = administrator.post(BANNERS, {"down": str(made.pk)}, follow=True).content.decode()
    assert f"There is no banner {made.pk}." in page
    assert "Moving" not in client.get("/project/demo/").content.decode()
    assert [c.action for c in BannerChange.objects.order_by("id")] == ["up", "down"]
    assert "taken down" in administrator.get(BANNERS).content.decode()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"text": ""}, "This field is required"), ({"text": "x" * 301}, "at most 300"),
        ({"link": "javascript:alert(1)"}, "A link begins with"), ({"project": "none"}, "no project named none"),
        ({"ends_at": "2020-01-01 10:00"}, "ends after it begins"), ({"starts_at": "soon"}, "valid date"),
        ({"language": "tlh"}, "valid choice"), ({"down": "x"}, "There is no banner 0."),
    ],
)  # fmt: skip
def test_the_form_of_banners_says_what_is_wrong(administrator: Visitor, said: dict[str, str], error: str) -> None:
    page = administrator.post(BANNERS, {"text": "x", "level": "info", "up": ""} | said, follow=True).content.decode()
    assert error in page
    assert not Banner.objects.exists()


def test_nobody_else_puts_banners_up(owner: Visitor) -> None:
    assert owner.get(BANNERS).status_code == 403
    assert owner.post(BANNERS, {"text": "x", "level": "info", "up": ""}).status_code == 403
    assert not Banner.objects.exists()


def test_a_page_has_a_top_while_the_database_is_away(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("away")

    put_up(NewBanner("Here"), "root")
    assert [each.text for each in banners()] == ["Here"]
    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", away)
    assert banners() == []
