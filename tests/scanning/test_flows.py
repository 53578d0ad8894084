# SPDX-License-Identifier: Apache-2.0
"""From an upload to observations: each once, never in the way of an upload, and done again by command."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cheeseshop.catalog.models import File, Project
from cheeseshop.cli.main import main
from cheeseshop.core.clock import now
from cheeseshop.core.settings import Settings
from cheeseshop.flags.models import Flag
from cheeseshop.flags.state import forget
from cheeseshop.moderation.models import Observation, Subject
from cheeseshop.scanning import flows, queries
from cheeseshop.scanning.findings import Finding
from cheeseshop.scanning.loop import Scanning
from cheeseshop.scanning.models import Found, ScanCursor, WaitingScan
from cheeseshop.scanning.scanner import Outcome, Scanner
from cheeseshop.storage import Store
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
BAD = {"setup.py": b"import socket\nimport subprocess\n"}


class Told:
    """Says what it was told to, and remembers whom it was asked about."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[str] = []

    def scan(self, wanted: object) -> Outcome:
        self.asked.append(wanted.filename)  # type: ignore[attr-defined]
        return self.outcomes.pop(0) if self.outcomes else Outcome()


def scan_due(store: Store, looks: flows.Looks) -> list[flows.Scanned]:
    """Scan everything that waits."""
    done: list[flows.Scanned] = []
    while (scanned := flows.scan_next(store, looks)) is not None:
        done += scanned
    return done


@pytest.fixture
def token(shop: Store) -> str:
    flows.read_journal()
    return make_token(make_user())


def test_what_an_upload_holds_is_observed_once(shop: Store, token: str, scanner: Scanner) -> None:
    assert upload(shop, token, build_sdist("demo", "1.0", extra=BAD)).status == 200
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    assert flows.read_journal() == 2
    assert flows.read_journal() == 0
    done = scan_due(shop, scanner)
    assert [(each.filename, each.new, each.reason) for each in done] == [
        ("demo-1.0.tar.gz", 2, ""),
        ("demo-1.0-py3-none-any.whl", 0, ""),
    ]
    assert not WaitingScan.objects.exists()
    made = Observation.objects.get(payload__rule="install-network")
    assert (made.kind, made.subject_kind, made.subject) == ("suspicious", "file", "demo-1.0.tar.gz")
    assert (made.automatic, made.reporter, made.project_id) == (True, "scan of files", Project.objects.get().pk)
    assert made.summary.startswith("install-network: Code that runs while installing")
    assert made.payload["places"] == ["setup.py:1"]
    assert made.payload["sha256"] == File.objects.get(filename="demo-1.0.tar.gz").sha256
    again = list(flows.scan_files(shop, scanner, queries.files_of_project("Demo")))
    assert [each.new for each in again] == [0, 0]
    assert Observation.objects.count() == Found.objects.count() == 2


def test_what_others_find_at_the_same_moment_is_not_observed_twice(shop: Store, token: str) -> None:
    upload(shop, token, build_wheel("demo", "1.0"))
    file = queries.scannable("demo-1.0-py3-none-any.whl")
    assert file is not None
    finding = Finding("rule", "It is odd.", places=["a", "b", "c", "d"], count=9)
    about = flows.About(file, Subject.FILE, file.filename, file.filename)
    assert flows._observe(about, finding)
    assert not flows._observe(about, finding)
    assert Observation.objects.get().summary == "rule: It is odd. a, b, c and 6 more"


def test_a_file_that_can_not_be_scanned_is_noted_until_it_is(shop: Store, token: str) -> None:
    assert upload(shop, token, build_wheel("demo", "1.0")).status == 200
    flows.read_journal()
    failing = Told(Outcome(reason="It took longer than 60 seconds."), Outcome(reason="It died."), Outcome())
    (done,) = scan_due(shop, failing)
    assert done.reason
    made = Observation.objects.get()
    assert (made.kind, made.summary) == ("not_scanned", "not-scanned: It took longer than 60 seconds.")
    name = "demo-1.0-py3-none-any.whl"
    list(flows.scan_files(shop, failing, [name]))
    assert Observation.objects.count() == 1
    list(flows.scan_files(shop, failing, [name]))
    made.refresh_from_db()
    assert (made.verdict, made.verdict_note) == ("harmless", "It was scanned later.")
    list(flows.scan_files(shop, Told(Outcome(reason="Again.")), [name]))
    assert Observation.objects.filter(verdict="").count() == 1


def test_a_new_index_scans_from_its_first_file_on(shop: Store) -> None:
    upload(shop, make_token(make_user()), build_wheel("demo", "1.0"))
    assert flows.read_journal() == 1


def test_nothing_of_before_is_caught_up_with(shop: Store) -> None:
    ScanCursor.objects.all().delete()
    token = make_token(make_user())
    upload(shop, token, build_wheel("demo", "1.0"))
    assert flows.read_journal() == 0
    upload(shop, token, build_wheel("demo", "2.0"))
    assert flows.read_journal() == 1


def test_files_wait_while_scanning_is_switched_off(shop: Store, token: str) -> None:
    upload(shop, token, build_wheel("demo", "1.0"))
    flows.read_journal()
    Flag.objects.create(name="disable-upload-scanning")
    forget()
    told = Told()
    assert scan_due(shop, told) == []
    Flag.objects.all().delete()
    forget()
    assert len(scan_due(shop, told)) == 1
    assert told.asked == ["demo-1.0-py3-none-any.whl"]


def test_a_file_that_was_removed_or_taken_is_passed_over(shop: Store, token: str) -> None:
    upload(shop, token, build_wheel("demo", "1.0"))
    upload(shop, token, build_wheel("demo", "2.0"))
    flows.read_journal()
    File.objects.filter(filename__contains="1.0").delete()
    WaitingScan.objects.filter(filename__contains="2.0").update(due_at=now() + timedelta(minutes=1))
    assert scan_due(shop, Told()) == []
    assert WaitingScan.objects.count() == 1


def test_a_file_whose_scan_ends_the_worker_is_given_up(shop: Store, token: str) -> None:
    upload(shop, token, build_wheel("demo", "1.0"))
    flows.read_journal()
    WaitingScan.objects.update(attempts=3)
    told = Told()
    assert scan_due(shop, told)[0].reason
    assert told.asked == []
    assert Observation.objects.get().kind == "not_scanned"


def test_a_kind_that_is_none_is_suspicious(shop: Store, token: str) -> None:
    upload(shop, token, build_wheel("demo", "1.0"))
    flows.read_journal()
    scan_due(shop, Told(Outcome((Finding("rule", "text", "nonsense", [], 1),))))
    assert Observation.objects.get().kind == "suspicious"


def test_links_of_a_description_are_looked_at_once_a_release(
    shop: Store, configured: Callable[..., Settings], token: str, tmp_path: Path
) -> None:
    (tmp_path / "domains").write_text("# spam\ncasino.example\n")
    configured(spam_domains=str(tmp_path / "domains"))
    lines = ["Description-Content-Type: text/markdown", "Project-URL: Home, https://bit.ly/home"]
    text = "[Play](https://www.casino.example/now) [well](https://example.org)\n"
    for built in (
        build_wheel("demo", "1.0", description=text, metadata_lines=lines),
        build_sdist("demo", "1.0", description=text, metadata_lines=lines),
    ):
        kind = "sdist" if built.filename.endswith(".gz") else "bdist_wheel"
        fields = {"description": text, "description_content_type": "text/markdown", "filetype": kind}
        assert upload(shop, token, built, **fields, project_urls="Home, https://bit.ly/home").status == 200
    flows.read_journal()
    assert [each.new for each in scan_due(shop, Told())] == [2, 0]
    made = {each.payload["rule"]: each for each in Observation.objects.all()}
    assert made.keys() == {"shortened-link", "prohibited-domain"}
    found = made["prohibited-domain"]
    assert (found.kind, found.subject_kind, found.subject) == ("spam", "release", "demo 1.0")
    assert found.payload["places"] == ["https://www.casino.example/now"]


def test_one_worker_of_a_host_scans(shop: Store, token: str) -> None:
    upload(shop, token, build_wheel("demo", "1.0"))
    first, second = Scanning(shop, 1024), Scanning(shop, 1024)
    assert first._election.is_won()
    second.work()
    assert not WaitingScan.objects.exists()
    first.work()
    assert first._scanner.process is not None
    first._scanner.close()
    assert not WaitingScan.objects.exists()


def test_by_command(
    shop: Store, configured: Callable[..., Settings], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yar").write_text('rule says { strings: $a = "version" condition: $a }')
    token = make_token(make_user())
    upload(shop, token, build_sdist("reqeusts", "1.0", extra=BAD))
    serial = Project.objects.get().last_serial
    upload(shop, token, build_wheel("other", "1.0"))
    configured(yara_rules=str(tmp_path / "rules"))
    Observation.objects.all().delete()
    assert main(["scan", "--project", "Reqeusts", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert [each["rule"] for each in told["findings"]] == ["install-network", "install-program"]
    assert (told["filename"], told["new"], told["reason"]) == ("reqeusts-1.0.tar.gz", 2, "")
    assert Observation.objects.filter(kind="typo").count() == 1
    assert main(["scan", "--since", str(serial)]) == 0
    assert "other-1.0-py3-none-any.whl: yara:a.yar:says:" in capsys.readouterr().out
    assert main(["scan", "--all"]) == 0
    assert "2 files were scanned." in capsys.readouterr().out
    assert Observation.objects.filter(kind="typo").count() == 1
    assert main(["scan", "--project", "nothing"]) == 1
    shop.blob_path(File.objects.get(filename__startswith="other").blob_key).unlink()
    assert main(["scan", "--project", "other"]) == 1
    assert "bytes can't be read" in capsys.readouterr().err


def test_doctor_says_what_is_wrong_with_the_lists(
    configured: Callable[..., Settings], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def told() -> tuple[bool, str]:
        main(["doctor", "--json"])
        found = json.loads(capsys.readouterr().out)
        return next((each["ok"], each["detail"]) for each in found if each["check"] == "scanning")

    configured()
    assert told() == (True, "by the rules that are built in")
    (tmp_path / "rules").mkdir()
    (tmp_path / "bad").write_text("0" * 64)
    (tmp_path / "rules" / "a.yar").write_text("rule a { condition: true }")
    configured(yara_rules=str(tmp_path / "rules"), bad_hashes=str(tmp_path / "bad"))
    assert told() == (True, "1 files of YARA rules; 1 bad digests")
    (tmp_path / "rules" / "b.yar").write_text("rule b {")
    ok, detail = told()
    assert not ok
    assert "b.yar: error" in detail
    configured(yara_rules=str(tmp_path / "none"), scan_uploads=False)
    assert told()[0] is False
