# SPDX-License-Identifier: Apache-2.0
"""The captcha of the form of registration: asked for by a switch, and believed only where it was verified."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cheeseshop.accounts.models import User
from cheeseshop.core import current
from cheeseshop.core.settings import SettingsError, load_settings
from cheeseshop.flags.models import Flag
from cheeseshop.flags.state import forget
from tests.accounts.test_register import GOOD
from tests.support.actors import Visitor
from tests.support.captcha import Provider, provider

pytestmark = pytest.mark.django_db
PAGE = "/account/register/"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider() as running:
        changes = {"captcha": "hcaptcha", "captcha_site_key": "site", "captcha_secret": "secret"}
        conf = replace(current.settings(), **changes, captcha_url=running.url)
        monkeypatch.setattr(current, "settings", lambda: conf)
        Flag.objects.create(name="require-captcha")
        forget()
        yield running


def register(token: str = "", **changes: str) -> Any:
    return Visitor("192.0.2.7").post(PAGE, GOOD | {"h-captcha-response": token} | changes)


def test_who_solved_it_is_inside(asked: Provider) -> None:
    assert register("good").status_code == 302
    assert User.objects.count() == 1
    told = {"secret": "secret", "sitekey": "site", "response": "good", "remoteip": "192.0.2.7"}
    assert asked.asked == [told]


def test_who_did_not_is_told_so(asked: Provider) -> None:
    assert "Show that you are a person" in register().content.decode()
    assert "was not solved" in register("bad").content.decode()
    assert "no answer of the captcha" in register("x" * 10_000).content.decode()
    assert len(asked.asked) == 1
    assert not User.objects.exists()


def test_an_answer_is_not_used_up_while_the_form_has_other_faults(asked: Provider) -> None:
    assert register("good", password2="another").status_code == 200
    assert asked.asked == []


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b"{}", b'{"success": "true"}', b" " * 100_000])
def test_only_a_clear_yes_counts(asked: Provider, body: bytes) -> None:
    asked.body = body
    assert register("good").status_code == 200
    assert not User.objects.exists()


def test_while_the_provider_is_away_nobody_registers(asked: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.status = 503
    assert "can&#x27;t verify the captcha at the moment" in register("good").content.decode()
    conf = replace(current.settings(), captcha_url="http://127.0.0.1:1")
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert "can&#x27;t verify the captcha at the moment" in register("good").content.decode()
    assert not User.objects.exists()


def test_the_form_alone_may_load_it(asked: Provider) -> None:
    reply = Visitor().get(PAGE)
    page, policy = reply.content.decode(), reply["content-security-policy"]
    assert f'<script src="{asked.url}/api.js" async defer></script>' in page
    assert '<div class="h-captcha" data-sitekey="site"></div>' in page
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == f"'self' {asked.url}"
    assert asked.url in rules["frame-src"]
    assert "unsafe" not in policy
    assert asked.url not in Visitor().get("/account/login/")["content-security-policy"]


def test_the_providers_own_addresses(asked: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), captcha="turnstile", captcha_url="")
    monkeypatch.setattr(current, "settings", lambda: conf)
    reply = Visitor().get(PAGE)
    assert 'class="cf-turnstile"' in reply.content.decode()
    assert "frame-src https://challenges.cloudflare.com" in reply["content-security-policy"]


def test_without_the_switch_nobody_is_asked(asked: Provider) -> None:
    Flag.objects.all().delete()
    forget()
    reply = Visitor().get(PAGE)
    assert asked.url not in reply.content.decode() + reply["content-security-policy"]
    assert register().status_code == 302


def test_a_switch_without_a_provider_closes_the_form(asked: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), captcha_secret="")
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert "until a captcha is set up" in register("good").content.decode()
    assert not User.objects.exists()


def test_settings_that_are_none() -> None:
    for bad in ({"CHEESESHOP_CAPTCHA": "other"}, {"CHEESESHOP_CAPTCHA_URL": "http://captcha.example"}):
        with pytest.raises(SettingsError, match="CAPTCHA"):
            load_settings(bad)
