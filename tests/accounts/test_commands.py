# SPDX-License-Identifier: Apache-2.0
"""What an administrator does about people by command."""

import io
import json

import pytest

from cheeseshop.access.site_roles import SiteAction, site_powers
from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedUsername
from cheeseshop.administration.models import Deed
from cheeseshop.cli import main
from cheeseshop.notify.models import Mail
from tests.support.actors import PASSWORD, Visitor, member
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> int:
    return main.main(list(arguments))


def test_a_password_is_set_and_sessions_end(monkeypatch: pytest.MonkeyPatch) -> None:
    _, visitor = member()
    monkeypatch.setattr("sys.stdin", io.StringIO("plum tractor seven lanterns\n"))
    assert run("user", "password", "ALICE", "--password-stdin") == 0
    assert not visitor.inside
    assert Visitor().log_in("alice", PASSWORD).status_code == 200
    assert Visitor().log_in("alice", "plum tractor seven lanterns").status_code == 302
    assert Mail.objects.filter(kind="password-changed").exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert run("user", "password", "alice", "--password-stdin") == 1
    assert run("user", "password", "nobody", "--password-stdin") == 1


def test_names_and_domains_are_prohibited_and_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("user", "prohibit", "--name", "Spam", "--comment", "seen often") == 0
    assert run("user", "prohibit", "--domain", "Bad.Example.") == 0
    assert (ProhibitedUsername.objects.get().name, ProhibitedDomain.objects.get().domain) == ("spam", "bad.example")
    capsys.readouterr()
    run("user", "prohibited", "--json")
    assert json.loads(capsys.readouterr().out)["names"] == [{"name": "spam", "comment": "seen often"}]
    assert run("user", "allow", "--name", "SPAM") == 0
    assert run("user", "allow", "--name", "spam") == 1
    with pytest.raises(SystemExit):
        run("user", "prohibit")


def test_secrets_are_not_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHEESESHOP_MAIL_URL", "smtp://user:hush@mail.example.org")
    monkeypatch.setenv("CHEESESHOP_OIDC_CLIENT_SECRET", "hush")
    run("settings")
    assert "hush" not in capsys.readouterr().out


def test_the_doctor_tells_of_mails_and_breaches(capsys: pytest.CaptureFixture[str]) -> None:
    make_user()
    Mail.objects.create(recipient="a@example.org", kind="x", subject="", text="", html="", due_at=None, error="refused")
    assert run("doctor") == 1
    told = capsys.readouterr().out
    assert "FAIL mails: 0 wait, 1 were given up; the last error: refused" in told
    assert "could not be asked" in told


def test_roles_on_the_site_are_given_and_taken(capsys: pytest.CaptureFixture[str]) -> None:
    user = make_user()
    assert run("user", "roles", "ALICE", "--give", "auditor", "--give", "moderator", "--reason", "she helps") == 0
    assert run("user", "roles", "alice", "--take", "moderator", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == ["auditor"]
    user.refresh_from_db()
    assert site_powers(user) == {SiteAction.READ}
    assert run("user", "roles", "alice", "--give", "king") == 1
    assert "There is no role 'king'" in capsys.readouterr().err
    assert run("user", "roles", "nobody") == 1
    assert run("user", "roles", "alice", "--give", "administrator") == 0
    assert run("user", "roles", "alice", "--take", "administrator") == 1
    assert "last administrator" in capsys.readouterr().err
    told = Deed.objects.order_by("id").values_list("actor", "action", "subject", "reason")
    assert told[0] == ("administrator by command", "roles", "alice", "she helps")
    assert len(told) == 3


def test_an_account_is_frozen_and_disabled_by_command() -> None:
    user, visitor = member()
    assert run("user", "freeze", "alice", "--reason", "somebody else has it") == 0
    assert not visitor.inside
    assert Mail.objects.filter(kind="account-frozen").exists()
    assert run("user", "freeze", "alice", "--reason", "again") == 1
    for action in ("unfreeze", "disable", "enable", "reset-factors"):
        assert run("user", action, "alice", "--reason", "as asked") == 0
    user.refresh_from_db()
    assert user.may_act
    kinds = list(user.security_events.order_by("id").values_list("kind", flat=True))[-5:]
    assert kinds == [
        "account:frozen", "account:unfrozen", "account:disabled", "account:enabled", "account:two_factor:reset",
    ]  # fmt: skip
    assert Deed.objects.count() == 5
