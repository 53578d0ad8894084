# SPDX-License-Identifier: Apache-2.0
"""Second factors: codes count once, clocks are told, devices are confirmed, the last method stays."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from cheeseshop.accounts import second_factor
from cheeseshop.accounts.models import KnownDevice, User
from cheeseshop.core import clock
from cheeseshop.notify.models import Mail
from tests.support.actors import (
    SECRET,
    Visitor,
    code_at,
    forget_limits,
    link_in,
    member,
    newest_mail,
    with_application,
    with_codes,
)
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db


def half_inside(name: str = "alice", address: str = "192.0.2.1") -> Visitor:
    visitor = Visitor(address)
    assert visitor.log_in(name).headers["location"] == "/account/two-factor/"
    assert not visitor.inside
    return visitor


def give(visitor: Client, code: str) -> str:
    return visitor.post("/account/two-factor/", {"code": code}).content.decode()


def test_a_half_finished_log_in_is_none() -> None:
    with_application(make_user())
    visitor = half_inside()
    assert visitor.get("/manage/account/").headers["location"].startswith("/account/login/")


@pytest.mark.parametrize(
    ("offset", "said"), [(2, "clock of your device"), (-9, "clock of your device"), (12, "code is wrong")]
)
def test_a_clock_that_is_off_is_told(offset: int, said: str) -> None:
    with_application(make_user())
    assert said in give(half_inside(), code_at(offset))


@pytest.mark.parametrize("code", ["", "000000", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "x" * 41, "12 34 5"])
def test_a_wrong_code_does_not_count(code: str) -> None:
    user = make_user()
    with_application(user)
    right = {code_at(offset) for offset in range(-11, 12)}
    if code in right:  # by chance
        code = next(each for each in map(str, range(100_000, 100_030)) if each not in right)
    visitor = half_inside()
    assert "There is a problem" in give(visitor, code)
    assert not visitor.inside


def test_a_code_counts_once_even_long_after_its_half_minute() -> None:
    user = make_user()
    with_application(user)
    early = code_at(1)
    assert second_factor.use_code(user, early).type == "totp"
    with pytest.raises(Exception, match="used already"):
        second_factor.use_code(user, early)
    with pytest.raises(Exception, match="used already"):
        second_factor.use_code(user, code_at(0))  # older than the one that was used


def test_five_wrong_codes_make_one_wait() -> None:
    with_application(make_user())
    visitor = half_inside()
    for _ in range(5):
        give(visitor, "000000")
    reply = visitor.post("/account/two-factor/", {"code": code_at()})
    assert reply.status_code == 429
    assert "Too many wrong codes" in reply.content.decode()
    assert not visitor.inside


def test_an_unknown_device_waits_for_a_mailed_link_in_the_same_browser() -> None:
    user = make_user()
    with_application(user)
    visitor = half_inside()
    assert visitor.post("/account/two-factor/", {"code": code_at()}).headers["location"] == "/account/confirm-login/"
    assert not visitor.inside
    assert b"sent you a mail" in visitor.get("/account/confirm-login/").content
    link = link_in(newest_mail(user.email, "new-device"))
    stranger = half_inside(address="203.0.113.5")
    assert stranger.get(link).headers["location"] == "/account/login/"
    assert visitor.get("/account/confirm-login/?token=forged").status_code == 400
    assert visitor.get(link).headers["location"] == "/account/two-factor/remember/"
    visitor.post("/account/two-factor/remember/", {"action": "none"})
    assert visitor.inside
    assert KnownDevice.objects.count() == 2  # browser and address
    assert Mail.objects.filter(kind="new-device-confirmed").exists()


def test_the_link_for_a_new_device_dies_after_six_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    with_application(user)
    visitor = half_inside()
    visitor.post("/account/two-factor/", {"code": code_at()})
    link = link_in(newest_mail(user.email, "new-device"))
    began = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: began + 6 * 3600 + 5)
    assert visitor.get(link).status_code in {302, 400}
    assert not visitor.inside


def test_a_known_browser_at_a_new_address_and_a_new_browser_at_a_known_address_are_let_in() -> None:
    _, visitor = member("alice")
    visitor.post("/account/logout/")
    visitor.defaults["REMOTE_ADDR"] = "198.51.100.77"
    visitor.log_in("alice")
    assert visitor.post("/account/two-factor/", {"code": code_at(1)}).headers["location"].endswith("/remember/")
    application = Authenticator.objects.get(type="totp")
    application.data["last_step"] = 0  # another half minute
    application.save()
    other = half_inside(address="192.0.2.1")
    assert other.post("/account/two-factor/", {"code": code_at(1)}).headers["location"].endswith("/remember/")


def test_a_remembered_browser_is_not_asked_until_the_password_changes() -> None:
    user, visitor = member("alice")
    visitor.post("/account/logout/")
    visitor.log_in("alice")
    visitor.post("/account/two-factor/", {"code": code_at(1)})
    visitor.post("/account/two-factor/remember/", {"action": "trust"})
    cookie = visitor.cookies["remember_device"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/account/login/", True, "Strict")
    visitor.post("/account/logout/")
    assert visitor.log_in("alice").headers["location"] == "/manage/account/"
    visitor.post("/account/logout/")
    user.refresh_from_db()
    user.set_password("a wholly different password")
    user.save()
    assert visitor.log_in("alice", "a wholly different password").headers["location"] == "/account/two-factor/"


def test_a_recovery_code_works_once_and_the_last_one_is_told() -> None:
    user = make_user()
    with_application(user)
    codes = with_codes(user)
    assert len(set(codes)) == 8
    assert all(len(code) == 16 for code in codes)
    stored = json.dumps(Authenticator.objects.get(type="recovery_codes").data)
    assert not any(code in stored for code in codes)
    assert SECRET not in json.dumps(Authenticator.objects.get(type="totp").data)
    for number, code in enumerate(codes):
        visitor = half_inside()
        shown = " ".join(code[at : at + 4] for at in range(0, 16, 4))
        assert visitor.post("/account/two-factor/", {"code": shown}).status_code == 302, number
        again = half_inside()
        assert "wrong" in give(again, code)
        forget_limits()
    assert newest_mail(user.email, "codes-used").text.count("Codes left: 0") == 1
    assert Mail.objects.filter(kind="codes-all-used").count() == 1


def winners(user: User, code: str) -> int:
    """How many of six who use one code at the same moment are let in."""

    def use(_: int) -> bool:
        try:
            second_factor.use_code(user, code)
        except ValidationError:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        return sum(pool.map(use, range(6)))


@pytest.mark.django_db(transaction=True)
def test_of_those_who_use_one_recovery_code_at_once_one_wins() -> None:
    user = make_user()
    with_application(user)
    assert winners(user, with_codes(user)[0]) == 1


@pytest.mark.django_db(transaction=True)
def test_of_those_who_use_one_totp_code_at_once_one_wins() -> None:
    user = make_user()
    with_application(user)
    assert winners(user, code_at()) == 1


def test_the_last_method_can_not_be_removed() -> None:
    _, visitor = member("alice")
    reply = visitor.post("/manage/account/totp-remove/")
    assert b"This is your last method" in reply.content
    assert Authenticator.objects.filter(type="totp").exists()


def test_recovery_codes_are_confirmed_before_anything_else_is_done(django_capture_on_commit_callbacks: object) -> None:
    user, visitor = member("alice")
    old = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        made = visitor.post("/manage/account/recovery-codes/generate/")
    assert made.headers["location"].endswith("/recovery-codes/")
    page = visitor.get("/manage/account/recovery-codes/").content.decode()
    fresh = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    assert all(" ".join(c[i : i + 4] for i in range(0, 16, 4)) in page for c in fresh)
    assert visitor.get("/manage/recoveries/").headers["location"] == "/manage/account/recovery-codes/burn/"
    assert b"not one of your newest" in visitor.post("/manage/account/recovery-codes/burn/", {"code": old[0]}).content
    reply = visitor.post("/manage/account/recovery-codes/burn/", {"code": fresh[0]})
    assert reply.headers["location"] == "/manage/account/"
    assert visitor.get("/manage/recoveries/").status_code == 403  # through the gate; only for administrators
    assert Mail.objects.filter(recipient=user.email, kind="codes-made").count() == 1


def test_the_counter_of_a_device_must_rise(monkeypatch: pytest.MonkeyPatch) -> None:
    device = Authenticator.objects.create(user=make_user(), type="webauthn", data={"name": "key", "counter": 5})

    class Answer:
        def __init__(self, counter: int) -> None:
            self.response = self
            self.authenticator_data = self
            self.counter = counter

        @classmethod
        def from_dict(cls, told: dict[str, int]) -> "Answer":
            return cls(told["counter"])

    monkeypatch.setattr(second_factor, "AuthenticationResponse", Answer)
    second_factor.check_counter(device, {"counter": 6})
    for stale in (6, 5, 0):
        with pytest.raises(Exception, match="may be a copy"):
            second_factor.check_counter(device, {"counter": stale})
    Authenticator.objects.update(data={"name": "key", "counter": 0})
    second_factor.check_counter(device, {"counter": 0})  # a device that has none


def test_codes_are_those_of_rfc_6238(monkeypatch: pytest.MonkeyPatch) -> None:
    import base64
    from datetime import UTC, datetime

    secret = base64.b32encode(b"12345678901234567890").decode()
    for at, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        monkeypatch.setattr(second_factor, "now", lambda at=at: datetime.fromtimestamp(at, UTC))
        assert second_factor.step_of(secret, code) == at // 30
    assert clock.now().timestamp() - time.time() < 1
