# SPDX-License-Identifier: Apache-2.0
"""Oddities of members, each with what is close to it and not odd."""

import pytest

from cheeseshop.scanning.archive_rules import Distribution, look_at
from cheeseshop.scanning.findings import MOST_PLACES, Findings
from cheeseshop.scanning.members import Member

WHEEL = "demo-1.0-py3-none-any.whl"
BUILT = "demo-1.0-cp312-cp312-win_amd64.whl"
SDIST = "demo-1.0.tar.gz"
ELF = b"\x7fELF\x02\x01"
PE = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0"


def member(path: str, data: bytes = b"", size: int = 0, packed: int | None = None) -> Member:
    return Member(path, size or len(data), packed, data, "0" * 64)


def rules(filename: str, what: Member, project: str = "demo") -> list[str]:
    found = Findings()
    look_at(what, Distribution(filename, project), found)
    return [each.rule for each in found.all()]


@pytest.mark.parametrize(
    ("filename", "what", "expected"),
    [
        (WHEEL, member("demo/invoice.pdf.exe"), ["double-extension"]),
        (WHEEL, member("demo/a.PNG.SCR"), ["double-extension"]),
        (WHEEL, member("demo/t64-arm.exe"), []),
        (WHEEL, member("demo/python3.12.exe"), []),
        (WHEEL, member("demo/data.tar.gz"), []),
        (WHEEL, member("demo/a\u202etxt.py"), ["hidden-name"]),
        (WHEEL, member("demo/a\u200b.py"), ["hidden-name"]),
        (WHEEL, member("demo/a.txt          .py"), ["hidden-name"]),
        (WHEEL, member("demo/r\u0435quests.py"), ["mixed-scripts"]),  # a Cyrillic letter
        (WHEEL, member("demo/\u0438\u0439.txt"), []),
        (WHEEL, member("demo/caf\u00e9.txt"), []),
        (WHEEL, member("demo/zeros", size=50_000_000, packed=60_000), ["huge-ratio"]),
        (WHEEL, member("demo/small", size=1_000_000, packed=1_000), []),
        (WHEEL, member("demo.pth", b"import os; os.system('id')\n"), ["pth-import"]),
        (WHEEL, member("demo.pth", b"./folder\n# import\n"), []),
        (WHEEL, member("sitecustomize.py", b""), ["startup-module"]),
        (WHEEL, member("demo-1.0.data/purelib/usercustomize.py", b""), ["startup-module"]),
        (WHEEL, member("demo/sitecustomize.py", b""), []),
        (SDIST, member("demo-1.0/sitecustomize.py", b""), []),
        (WHEEL, member("pip/__init__.py"), ["replaces-installer"]),
        (SDIST, member("demo-1.0/a.so", ELF), ["binary-in-sdist"]),
        (SDIST, member("demo-1.0/a.exe", PE), ["binary-in-sdist"]),
        (SDIST, member("demo-1.0/a.txt", b"MZ is no program"), []),
        (WHEEL, member("demo/a.so", ELF), ["binary-in-pure-wheel"]),
        (BUILT, member("demo/a.so", ELF), []),
        (SDIST, member("demo-1.0/a.pyc"), ["bytecode-in-sdist"]),
        (WHEEL, member("demo/a.zip", b"PK\x03\x04\x14\0\x01\0"), ["encrypted-archive"]),
        (WHEEL, member("demo/a.zip", b"PK\x03\x04\x14\0\0\0"), []),
        (WHEEL, member("demo/a.zip", b"PK\x03\x04"), []),
        (WHEEL, member("demo/a.py", b"x = 1;" + b" " * 300 + b"import socket"), ["code-out-of-sight"]),
        (WHEEL, member("demo/a.py", b"x = 1" + b" " * 300 + b"# a comment"), []),
        (WHEEL, member("demo/a.py", b" " * 300 + b"deep"), []),
        (WHEEL, member("demo/a.py", 'x = "\u202e"'.encode()), ["bidirectional-source"]),
        (WHEEL, member("demo/a.txt", "\u202e".encode()), []),
    ],
    ids=lambda value: value.path if isinstance(value, Member) else None,
)
def test_what_is_odd_is_found(filename: str, what: Member, expected: list[str]) -> None:
    assert rules(filename, what) == expected


def test_installers_may_hold_themselves() -> None:
    assert rules("pip-1.0-py3-none-any.whl", member("pip/__init__.py"), "pip") == []


def test_spaces_without_end_take_no_time() -> None:
    assert rules(WHEEL, member("demo/a.py", b"a" + b" " * 4_000_000)) == []


def test_a_rule_is_told_once_with_some_of_its_places() -> None:
    found = Findings()
    for number in range(100):
        look_at(member(f"demo-1.0/{number}.pyc"), Distribution(SDIST, "demo"), found)
    (told,) = found.all()
    assert (told.count, len(told.places)) == (100, MOST_PLACES)
