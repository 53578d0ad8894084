# SPDX-License-Identifier: Apache-2.0
"""What a source distribution's archive holds, whether it is a gzipped tar or (in old days) a zip."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.gzip_stream import GzipStream
from cheeseshop.distributions.hidden_code import MAX_LOOKED_INTO, CodeWatch, is_looked_into
from cheeseshop.distributions.limits import MAX_MEMBER_NAMES_TOTAL, MAX_METADATA_SIZE
from cheeseshop.distributions.member_names import file_used_as_directory, name_problem
from cheeseshop.distributions.tar_headers import TarMember, TarReader
from cheeseshop.distributions.token_watch import TokenText, TokenWatch
from cheeseshop.distributions.zip_content import check_unpacked_size, content_of, read_content
from cheeseshop.distributions.zip_layout import read_zip_layout


@dataclass(frozen=True, slots=True)
class SdistArchive:
    """The one top directory, the paths of all files, and the content of PKG-INFO in the top directory.

    `hidden_code` says which Python files can't be read, `tokens` is text that is shaped like an API token.
    """

    top: str
    files: frozenset[str]
    pkg_info: bytes
    hidden_code: tuple[str, ...]
    tokens: tuple[TokenText, ...]


def read_tar_sdist(source: ByteSource) -> SdistArchive:
    """Read a `.tar.gz`, all of it.

    :raises DistributionRefused: it is no sound tar archive with one top directory that holds PKG-INFO, or unpacking it
        could write outside of that directory.
    """
    contents, watch = _TarContents(), _Watches(CodeWatch(), TokenWatch())
    reader = TarReader(GzipStream(source), watch.tokens)
    for member in reader.members():
        if contents.add(member):
            contents.pkg_info = reader.read_current(MAX_METADATA_SIZE)
        elif member.kind == "file" and is_looked_into(member.name, member.size):
            watch.code.look(member.name, reader.read_current(MAX_LOOKED_INTO))
    contents.check_links()
    return _archive(contents.paths, contents.files, contents.pkg_info, watch)


def read_zip_sdist(source: ByteSource) -> SdistArchive:
    """Read a `.zip`, all of it; the same is demanded as of a tar archive."""
    members = read_zip_layout(source)
    check_unpacked_size(members.values(), source.size)
    pkg_info, watch = None, _Watches(CodeWatch(), TokenWatch())
    for member in members.values():
        watch.tokens.begin(member.name)
        if _is_pkg_info(member.name):
            pkg_info = read_content(source, member, MAX_METADATA_SIZE)
            watch.tokens.feed(pkg_info)
        else:
            for piece in watch.code.through(member.name, member.size, content_of(source, member)):
                watch.tokens.feed(piece)  # Damaged members are refused on the way.
    watch.tokens.end()
    return _archive(members, (name for name in members if not name.endswith("/")), pkg_info, watch)


@dataclass(frozen=True, slots=True)
class _Watches:
    """What is looked for while members are read."""

    code: CodeWatch
    tokens: TokenWatch


class _TarContents:
    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.files: set[str] = set()
        self.pkg_info: bytes | None = None
        self._names_size = 0
        self._links: dict[str, str] = {}

    def add(self, member: TarMember) -> bool:
        """Note a member, and tell whether it is the PKG-INFO to read."""
        name = _normalised(member.name)
        if not name:
            return False  # "./", the root of the archive
        if problem := name_problem(name):
            _refuse(problem)
        if name in self.paths and (member.kind != "directory" or name in self.files or name in self._links):
            _refuse(f"duplicate filename {name!r}")
        self.paths.add(name)
        self._names_size += len(name)
        if self._names_size > MAX_MEMBER_NAMES_TOTAL:
            _refuse("the names of the members are too long")
        if member.kind == "symlink":
            self._links[name] = member.link
        elif member.kind != "directory":
            if member.kind == "hardlink" and _normalised(member.link) not in self.files:
                _refuse(f"{name!r} is a hard link to what is not in the archive")
            self.files.add(name)
        return member.kind == "file" and _is_pkg_info(name)

    def check_links(self) -> None:
        """Refuse links that lead out of the top directory, and members that would be written through a link."""
        for name, link in self._links.items():
            if not _stays_inside(name, link):
                _refuse(f"{name!r} is a symbolic link that leaves its directory")
        leaves = self.files | self._links.keys()
        if (path := file_used_as_directory(leaves, self.paths - leaves)) is not None:
            kind = "a symbolic link" if path in self._links else "a file"
            _refuse(f"{path!r} is both {kind} and a directory")


def _normalised(name: str) -> str:
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return "" if name == "." else name.rstrip("/")


def _is_pkg_info(name: str) -> bool:
    return name.count("/") == 1 and name.endswith("/PKG-INFO")


def _stays_inside(name: str, link: str) -> bool:
    """Tell whether a link at `name` can lead only below the first component of `name`.

    ".." is allowed only at the beginning of the target: after a component that is itself a link, it would lead up from
    where that link points.
    """
    parts = [part for part in link.split("/") if part not in ("", ".")]
    ups = next((index for index, part in enumerate(parts) if part != ".."), len(parts))
    if not parts or link.startswith("/") or "\\" in link or "\0" in link or ".." in parts[ups:]:
        return False
    return ups < name.count("/")


def _archive(paths: Iterable[str], files: Iterable[str], pkg_info: bytes | None, watch: _Watches) -> SdistArchive:
    tops = {path.partition("/")[0] for path in paths}
    if len(tops) != 1:
        _refuse(f"exactly one top-level directory is expected, not {len(tops)}")
    (top,) = tops
    if top in (files := frozenset(files)):
        _refuse("exactly one top-level directory is expected")
    if pkg_info is None:
        _refuse(f"PKG-INFO not found at {top}/PKG-INFO")
    return SdistArchive(top, files, pkg_info, tuple(watch.code.faults), tuple(watch.tokens.found))


def _refuse(reason: str) -> NoReturn:
    raise DistributionRefused(f"Invalid distribution file. {reason[0].upper()}{reason[1:]}.", "content")
