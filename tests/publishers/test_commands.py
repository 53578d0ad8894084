# SPDX-License-Identifier: Apache-2.0
"""What an administrator does about issuers and publishers by command."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cheeseshop.cli import main
from cheeseshop.core import current
from cheeseshop.publishers.models import Issuer, PendingPublisher, ProjectPublisher, ProjectRule
from cheeseshop.storage import open_store
from tests.support.archives import build_wheel
from tests.support.factories import SITE, make_token, make_user, upload

pytestmark = pytest.mark.django_db
HUB = ("--issuer", "github", "--field", "owner=octo", "--field", "repository=sample", "--field", "workflow=a.yml")
Said = pytest.CaptureFixture[str]


def run(*arguments: str) -> int:
    return main.main(list(arguments))


def test_issuers_are_declared_switched_and_forgotten(tmp_path: Path, capsys: Said) -> None:
    own = tmp_path / "template.json"
    own.write_text(json.dumps({"fields": [{"claim": "job"}]}))
    assert run("issuer", "add", "our-lab", "https://lab.example.org", "--provider", "gitlab", "--name", "Our lab") == 0
    assert run("issuer", "add", "kite", "https://agent.buildkite.com", "--preset", "buildkite", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"key": "kite", "url": "https://agent.buildkite.com"}
    assert run("issuer", "add", "own", "https://ci.example.org", "--template", str(own)) == 0
    assert run("issuer", "disable", "own") == 0
    capsys.readouterr()
    run("issuer", "list", "--json")
    listed = {each["key"]: each for each in json.loads(capsys.readouterr().out)}
    assert set(listed) == {"github", "gitlab", "google", "activestate", "our-lab", "kite", "own"}
    assert (listed["own"]["enabled"], listed["own"]["fields"]) == (False, ["job"])
    assert listed["our-lab"]["fields"] == listed["gitlab"]["fields"]
    run("issuer", "list")
    assert "own (off): own, https://ci.example.org\n    job" in capsys.readouterr().out
    assert run("issuer", "enable", "own") == 0
    assert run("issuer", "remove", "own") == 0
    assert set(Issuer.objects.values_list("key", flat=True)) == {"our-lab", "kite"}


def test_what_can_t_be_declared_is_said(tmp_path: Path, capsys: Said) -> None:
    broken = tmp_path / "template.json"
    for text in ("{", "[]", '{"fields": []}'):
        broken.write_text(text)
        assert run("issuer", "add", "own", "https://ci.example.org", "--template", str(broken)) == 1
    assert run("issuer", "add", "own", "https://ci.example.org", "--template", str(tmp_path / "none")) == 1
    assert run("issuer", "add", "own", "https://ci.example.org", "--preset", "nobody") == 1
    assert run("issuer", "remove", "nobody") == 1
    assert "No issuer 'nobody' is declared." in capsys.readouterr().err


def test_publishers_are_expected_added_listed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert upload(open_store(), make_token(make_user("alice")), build_wheel("demo", "1.0")).status == 200
    assert run("publisher", "expect", "thing", "--user", "alice", *HUB) == 0
    assert PendingPublisher.objects.get().project_name == "thing"
    assert run("publisher", "add", "demo", "--json", *HUB) == 0
    assert json.loads(capsys.readouterr().out)["publisher"] == "GitHub Actions octo/sample a.yml"
    run("publisher", "list", "demo", "--json")
    listed = json.loads(capsys.readouterr().out)
    assert [each["publisher"] for each in listed] == ["octo/sample a.yml"]
    run("publisher", "list")
    assert "thing: github octo/sample" in capsys.readouterr().out
    assert run("publisher", "only", "demo") == 0
    assert ProjectRule.objects.get().only_publishers
    assert run("publisher", "only", "demo", "--no") == 0
    assert run("publisher", "remove", "demo", "nonsense") == 1
    assert run("publisher", "remove", "demo", listed[0]["id"]) == 0
    assert not ProjectPublisher.objects.exists()


def test_what_is_filled_in_wrongly_is_said(capsys: Said) -> None:
    make_user("alice")
    wrong = ("--issuer", "github", "--field", "owner=octo", "--field", "branch=main")
    assert run("publisher", "expect", "thing", "--user", "alice", *wrong) == 1
    told = capsys.readouterr().err
    assert "repository: Fill in the repository." in told
    assert "branch: GitHub Actions has no such field" in told
    assert run("publisher", "expect", "thing", "--user", "nobody", *HUB) == 1
    assert run("publisher", "add", "nothing", *HUB) == 1
