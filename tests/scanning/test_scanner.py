# SPDX-License-Identifier: Apache-2.0
"""The child that looks into files: what it finds, by which lists, and that nothing it reads harms anybody."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cheeseshop.scanning.findings import read_finding
from cheeseshop.scanning.looking import Wanted
from cheeseshop.scanning.scanner import Outcome, Scanner
from tests.scanning.conftest import Scan, rules_of
from tests.support.archives import build_sdist, build_wheel
from tests.support.archives.hostile_sdist import SDIST_CASES
from tests.support.archives.hostile_wheel import WHEEL_CASES
from tests.support.archives.hostile_zip import ZIP_CASES

RULE = """
rule hello {
  meta: description = "It says hello." kind = "malware"
  strings: $a = "hello"
  condition: $a and extension == "py"
}
"""


def test_a_sound_file_has_no_findings(scan: Scan) -> None:
    assert scan(build_wheel("demo", "1.0")) == Outcome()
    assert scan(build_sdist("demo", "1.0")) == Outcome()


def test_install_code_of_an_sdist_is_found_and_none_of_a_wheel(scan: Scan) -> None:
    bad = {"setup.py": b"import socket\nexec(__import__('base64').b64decode('YQ=='))\n"}
    found = scan(build_sdist("demo", "1.0", extra=bad))
    assert rules_of(found) == ["install-network", "install-hidden-code", "install-decoding"]
    assert found.findings[1].places == ["setup.py:2"]
    assert scan(build_wheel("demo", "1.0", extra=bad)) == Outcome()


def test_rules_of_a_folder_are_matched_and_read_again_when_they_change(scan: Scan, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.yar").write_text(RULE)
    (folder / "b.yara").write_text('rule other { strings: $a = "nothing of it" condition: $a }')
    (folder / "notes.txt").write_text("no rule")
    built = build_wheel("demo", "1.0", extra={"demo/a.py": b"print('hello')", "demo/a.txt": b"hello"})
    found = scan(built, str(folder))
    (told,) = found.findings
    assert (told.rule, told.kind, told.text) == ("yara:deep/a.yar:hello", "malware", "It says hello.")
    assert told.places == ["demo/a.py"]
    assert found.problems == ()
    (folder / "deep" / "a.yar").write_text(RULE.replace('"hello"', '"goodbye"'))
    assert scan(built, str(folder)).findings == ()
    (folder / "c.yar").write_text(RULE.replace("rule hello", "rule again"))
    assert rules_of(scan(built, str(folder))) == ["yara:c.yar:again"]


def test_a_bad_file_of_rules_is_told_and_stops_no_other(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yar").write_text("rule bad { condition: nothing }")
    (tmp_path / "rules" / "b.yar").write_bytes(b"\xff")
    (tmp_path / "rules" / "c.yar").write_text('include "/etc/passwd"')
    (tmp_path / "rules" / "z.yar").write_text(RULE)
    found = scan(build_wheel("demo", "1.0", extra={"demo/a.py": b"hello"}), str(tmp_path / "rules"))
    assert rules_of(found) == ["yara:z.yar:hello"]
    assert [each.partition(":")[0] for each in found.problems] == ["a.yar", "b.yar", "c.yar"]
    gone = scan(build_wheel("demo", "1.0"), str(tmp_path / "none"))
    assert "can't be read" in gone.problems[0]
    assert gone.reason == ""


def test_known_bad_digests_are_found_of_the_file_and_of_what_it_holds(scanner: Scanner, tmp_path: Path) -> None:
    payload = b"x" * (9 * 1024 * 1024)  # more than is looked into
    filename, data = build_wheel("demo", "1.0", extra={"demo/payload": payload})
    (tmp_path / "bytes").write_bytes(data)
    whole, within = hashlib.sha256(data).hexdigest(), hashlib.sha256(payload).hexdigest()
    wanted = Wanted(str(tmp_path / "bytes"), filename, "demo", whole, "", str(tmp_path / "bad"), 30)
    (tmp_path / "bad").write_text(f"# a list\n\n{within.upper()}  payload\nnonsense\n")
    found = scanner.scan(wanted)
    assert [(each.rule, each.kind, each.places) for each in found.findings] == [
        ("known-bad", "malware", ["demo/payload"])
    ]
    assert found.problems == (f"{tmp_path}/bad: line 4 is no SHA-256",)
    (tmp_path / "bad").write_text(whole)
    assert scanner.scan(wanted).findings[0].places == [filename]


def test_rules_without_end_leave_what_was_found_until_then(scanner: Scanner, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    endless = "rule slow { condition: for all i in (0..1000000000000) : (uint8(i % 10) != 255) }"
    (tmp_path / "rules" / "slow.yar").write_text(endless)
    filename, data = build_wheel("demo", "1.0", extra={"demo/__init__.py": "\u202e".encode()})
    (tmp_path / "bytes").write_bytes(data)
    found = scanner.scan(Wanted(str(tmp_path / "bytes"), filename, "demo", "0" * 64, str(tmp_path / "rules"), "", 3))
    assert rules_of(found) == ["bidirectional-source"]
    assert "too long" in found.reason
    assert scanner.process is not None
    assert scanner.process.poll() is None  # it goes on to live


def test_a_child_that_hangs_is_killed_and_another_one_works(scanner: Scanner, scan: Scan, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    found = scanner.scan(Wanted(str(tmp_path / "pipe"), "demo-1.0.tar.gz", "demo", "0" * 64, "", "", 0.5))
    assert "took longer" in found.reason
    assert scanner.process is None
    assert scan(build_wheel("demo", "1.0")) == Outcome()


def test_a_child_that_dies_is_told_of(scanner: Scanner, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, running = Scanner._answer, Scanner._running

    def stopped(self: Scanner) -> object:  # before it is asked: otherwise it may have answered when it is killed
        process = running(self)
        os.kill(process.pid, signal.SIGSTOP)
        return process

    def after_its_death(self: Scanner, seconds: float) -> object:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        return answer(self, seconds)

    with monkeypatch.context() as within:
        within.setattr(Scanner, "_running", stopped)
        within.setattr(Scanner, "_answer", after_its_death)
        assert "died" in scan(build_wheel("demo", "1.0")).reason
    assert scan(build_wheel("demo", "1.0")) == Outcome()


def test_memory_is_bounded(tmp_path: Path) -> None:
    small = Scanner(256)
    filename, data = build_sdist("demo", "1.0", extra={"setup.py": b"x = [" + b"a," * 400_000 + b"]"})
    (tmp_path / "bytes").write_bytes(data)
    try:
        found = small.scan(Wanted(str(tmp_path / "bytes"), filename, "demo", "0" * 64, "", "", 60))
    finally:
        small.close()
    assert rules_of(found) == ["install-unreadable"] or "died" in found.reason


def test_the_hostile_corpus_harms_nobody(scan: Scan, scanner: Scanner, tmp_path: Path) -> None:
    scan(build_wheel("demo", "1.0"))
    assert scanner.process is not None
    child = scanner.process.pid
    for case in (*ZIP_CASES, *WHEEL_CASES, *SDIST_CASES):
        outcome = scan(case.build())
        assert "died" not in outcome.reason, case.name
        assert "longer" not in outcome.reason, case.name
    assert scanner.process.pid == child
    assert [each.name for each in tmp_path.iterdir()] == ["bytes"]


ESCAPE = """
import ctypes, os, socket, subprocess, sys
from cheeseshop.scanning.confinement import confine
confine(512)
def refused(what):
    try:
        what()
    except OSError:
        return
    print("not refused:", what.__code__.co_consts)
refused(lambda: socket.socket())
refused(lambda: subprocess.Popen(["true"]))
refused(lambda: os.system("true"))
refused(lambda: os.fork())
refused(lambda: open(sys.argv[2], "w"))
refused(lambda: os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY))
refused(lambda: os.remove(sys.argv[3]))
open(sys.argv[3]).read()
libc = ctypes.CDLL(None)  # below the interpreter, where its hook sees nothing
alone = os.readlink("/proc/self/ns/net") != sys.argv[4]
address = b"\\x02\\x00" + int(sys.argv[1]).to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
reached = libc.connect(libc.socket(2, 1, 0), address, 16) == 0
print("reached" if reached and alone else "not reached")
"""


def test_what_is_given_up_can_not_be_had(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
        arguments = [port, str(tmp_path / "new"), str(tmp_path / "file"), str(Path("/proc/self/ns/net").readlink())]
        done = subprocess.run([sys.executable, "-c", ESCAPE, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["not reached", ""]
    assert not (tmp_path / "new").exists()


def test_our_secrets_are_not_the_childs(scanner: Scanner, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner.close()
    monkeypatch.setenv("CHEESESHOP_SECRET_KEY", "something")
    scan(build_wheel("demo", "1.0"))
    assert scanner.process is not None
    assert b"CHEESESHOP" not in Path(f"/proc/{scanner.process.pid}/environ").read_bytes()


def test_what_a_child_says_is_not_believed() -> None:
    good = {"rule": "a\0b", "text": "c\x1b[2J", "kind": "malware", "places": ["d\n", 3], "count": 1}
    found = read_finding(good)
    assert found is not None
    assert (found.rule, found.text, found.places) == ("a\\u0000b", "c\\u001b[2J", ["d\\u000a"])
    for bad in (None, [], {}, good | {"count": "1"}, good | {"rule": 1}, good | {"places": None}):
        assert read_finding(bad) is None
