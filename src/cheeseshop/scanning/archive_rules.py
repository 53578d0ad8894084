# SPDX-License-Identifier: Apache-2.0
"""What is odd about a member of an archive: its name, its place, what it turns out to be. Pure, in linear time."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from cheeseshop.distributions.limits import MIB
from cheeseshop.scanning.findings import Findings
from cheeseshop.scanning.members import Member

LARGEST_RATIO = 200
_SMALL = 10 * MIB

_SHOWN = frozenset(
    {
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "txt",
        "md",
        "rst",
        "html",
        "csv",
        "json",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "mp3",
        "mp4",
        "mov",
        "log",
    }
)
_RUN = frozenset(
    {"exe", "scr", "bat", "cmd", "com", "pif", "vbs", "vbe", "jse", "wsf", "hta", "msi", "ps1", "lnk", "cpl", "jar"}
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MACHINE_CODE = (
    (b"\x7fELF", "ELF"),
    (b"\xcf\xfa\xed\xfe", "Mach-O"),
    (b"\xce\xfa\xed\xfe", "Mach-O"),
    (b"\xfe\xed\xfa\xcf", "Mach-O"),
    (b"\xfe\xed\xfa\xce", "Mach-O"),
)
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack"})
_STARTUP = frozenset({"sitecustomize.py", "usercustomize.py"})
_OUT_OF_SIGHT = re.compile(rb"\S[ \t]{200,1000}[^\s#]")
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Distribution:
    """The file that is looked into: its name, and the normalised name of its project."""

    filename: str
    project: str

    @property
    def is_wheel(self) -> bool:
        """Tell whether it is a wheel."""
        return self.filename.endswith(".whl")

    @property
    def is_pure(self) -> bool:
        """Tell whether its name says that it holds no machine code."""
        return self.filename.endswith("-none-any.whl")


def look_at(member: Member, of: Distribution, found: Findings) -> None:
    """Note what is odd about a member."""
    for rule in _RULES:
        rule(member, of, found)


def _double_extension(member: Member, _of: Distribution, found: Findings) -> None:
    parts = member.path.rpartition("/")[2].lower().split(".")
    if len(parts) > 2 and parts[-1].strip() in _RUN and parts[-2].strip() in _SHOWN:  # noqa: PLR2004 - name and two
        found.add("double-extension", "A program that is named like a document or a picture.", member.path)


def _hidden_name(member: Member, _of: Distribution, found: Findings) -> None:
    if member.path.isascii():
        if "     " in member.path:
            found.add("hidden-name", "A name whose end is pushed out of sight by spaces.", member.path)
        return
    if any(unicodedata.category(c) == "Cf" for c in member.path):
        found.add("hidden-name", "A name with characters that are not seen.", member.path)
    elif any(_mixes_scripts(part) for part in re.split(r"[/._-]", member.path)):
        found.add("mixed-scripts", "A name that mixes letters of several scripts that look alike.", member.path)


def _mixes_scripts(word: str) -> bool:
    scripts = {unicodedata.name(c, "").partition(" ")[0] for c in word if c.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN"})


def _ratio(member: Member, _of: Distribution, found: Findings) -> None:
    if member.packed is not None and member.size > _SMALL and member.size > LARGEST_RATIO * max(member.packed, 1):
        found.add("huge-ratio", f"A member that unpacks to more than {LARGEST_RATIO} times its size.", member.path)


def _path_file(member: Member, _of: Distribution, found: Findings) -> None:
    """A .pth file at the top of a wheel: Python runs its lines that begin with import at every start."""
    if member.path.endswith(".pth") and re.search(rb"^import[ \t]", member.data, re.MULTILINE):
        found.add("pth-import", "A .pth file whose code would run at every start of Python.", member.path)


def _startup(member: Member, of: Distribution, found: Findings) -> None:
    if of.is_wheel and member.path.rpartition("/")[2] in _STARTUP and _is_top(member.path.rpartition("/")[0]):
        found.add("startup-module", "A module that would run at every start of Python.", member.path)


def _is_top(folder: str) -> bool:
    """Tell whether a folder of a wheel is installed at the top: its root, or purelib or platlib of its data."""
    return not folder or folder.endswith((".data/purelib", ".data/platlib"))


def _other_installer(member: Member, of: Distribution, found: Findings) -> None:
    top = member.path.partition("/")[0]
    own = of.project in {"pip", "setuptools", "wheel"}
    if of.is_wheel and top in _INSTALLERS and not own:
        found.add("replaces-installer", "Files that would replace those of an installer.", member.path)


def _machine_code(member: Member, of: Distribution, found: Findings) -> None:
    kind = next((kind for magic, kind in _MACHINE_CODE if member.data.startswith(magic)), "")
    if member.data[:2] == b"MZ" and _is_windows_program(member.data):
        kind = "PE"
    if not kind:
        return
    if not of.is_wheel:
        found.add("binary-in-sdist", "Machine code in a source distribution.", f"{member.path} ({kind})")
    elif of.is_pure:
        found.add("binary-in-pure-wheel", "Machine code in a wheel for any platform.", f"{member.path} ({kind})")


def _is_windows_program(data: bytes) -> bool:
    at = int.from_bytes(data[0x3C:0x40], "little")
    return data[at : at + 4] == b"PE\0\0"


def _bytecode(member: Member, of: Distribution, found: Findings) -> None:
    if not of.is_wheel and member.path.endswith((".pyc", ".pyo")):
        found.add("bytecode-in-sdist", "Compiled Python in a source distribution.", member.path)


def _nested(member: Member, _of: Distribution, found: Findings) -> None:
    if member.data[:4] == b"PK\x03\x04" and member.data[6:7] and member.data[6] & _ENCRYPTED:
        found.add("encrypted-archive", "An archive within, encrypted by a password.", member.path)


def _source(member: Member, _of: Distribution, found: Findings) -> None:
    if not member.path.endswith((".py", ".pyw")):
        return
    if _OUT_OF_SIGHT.search(member.data):
        found.add("code-out-of-sight", "Code that is pushed out of sight by spaces.", member.path)
    if not member.data.isascii() and _BIDI.search(member.data.decode("utf-8", "ignore")):
        found.add("bidirectional-source", "Source code with characters that change the order in which it is shown.",
                  member.path)  # fmt: skip


_RULES: tuple[Callable[[Member, Distribution, Findings], None], ...] = (
    _double_extension,
    _hidden_name,
    _ratio,
    _path_file,
    _startup,
    _other_installer,
    _machine_code,
    _bytecode,
    _nested,
    _source,
)
