# SPDX-License-Identifier: Apache-2.0
"""The store of an embedded instance: local folders on one file system.

``blobs/aa/`` holds every file by its digest, with its core metadata and its provenance beside it; ``public/packages/``
and ``public/provenance/`` hard links, by the file's key, to what anyone may fetch; ``pages/`` the index pages,
``spool/`` bytes on their way in. All lie in one folder: a rename or a link is atomic.

Blobs do not lie by key because a key makes two folders of its own, and making, then syncing them took as long as
everything else about a small file.
"""

import fcntl
import hashlib
import os
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from cheeseshop.core import current
from cheeseshop.edge_contract.keys import STAGED_FILES, STAGED_PAGES

_LOCKS = 1024
_BEGINNING = 1 << 20  # bytes of a file whose writing is begun early


class Store:
    """Bytes of one instance. Keys are ``aa/bb/rest/filename``; the caller made them from digests and safe filenames."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.blobs = self.root / "blobs"
        self.public = self.root / "public"
        self.pages = self.root / "pages"
        self.spool = self.root / "spool"
        self.staged = self.root / "staged"
        self.parts = self.root / "parts"
        self.locks = self.root / "locks"
        self.stats = self.root / "stats"

    def prepare(self) -> None:
        """Create the folders that are missing."""
        public = (self.public / "packages", self.public / "provenance")
        for folder in (self.blobs, *public, self.pages, self.spool, self.staged, self.parts, self.locks):
            folder.mkdir(parents=True, exist_ok=True)
        if not (self.blobs / "ff").is_dir():
            for number in range(256):
                (self.blobs / f"{number:02x}").mkdir(exist_ok=True)
            sync_path(self.blobs)
            sync_path(self.root)

    def blob_path(self, key: str) -> Path:
        """Return where a blob lies. The key of core metadata is its file's, with ``.metadata``."""
        return Path(self._place(key))

    def provenance_path(self, key: str, sha256: str) -> Path:
        """Return where a file's provenance lies.

        Its own digest is in its name: the same file may come twice at once with other attestations, and the row that
        wins must find its own.
        """
        return Path(f"{self._place(key)}.provenance.{sha256}")

    def put_file(self, key: str, source: Path, metadata: bytes | None, provenance: bytes | None = None) -> None:
        """Link the spooled file ``source`` in as a blob; beside it its core metadata and provenance, if there is any.

        Durably: bytes and folder are synced. Everything is written before anything is synced, so that a journalling
        file system writes its journal once. A crash in between may leave torn bytes, of which no row speaks; who comes
        again puts whole ones in their place.
        """
        target = self._place(key)
        _settle(str(source), target)
        fresh = []
        for place, data in _beside(target, metadata, provenance):
            fresh.append(_write_fresh(place, data))
            _settle(fresh[-1], place)
        for path in fresh:
            _begin_to_write(path)  # so that the disk has both to write at once
        for path in (str(source), *fresh, os.path.dirname(target)):
            sync_path(path)
        for path in fresh:
            os.unlink(path)

    def publish_blob(self, key: str) -> None:
        """Let anyone fetch a blob."""
        _link_in(self._place(key), f"{self.public}/packages/{key}")

    def withdraw_file(self, key: str) -> None:
        """Take a file out of the public tree, with its core metadata and its provenance. The bytes stay."""
        self.withdraw_blob(key)
        self.withdraw_blob(f"{key}.metadata")
        self.withdraw_provenance(key)

    def withdraw_blob(self, key: str) -> None:
        """Take a blob out of the public tree. The bytes stay."""
        (self.public / "packages" / key).unlink(missing_ok=True)

    def publish_provenance(self, key: str, sha256: str) -> None:
        """Let anyone fetch the provenance of the file ``key``."""
        _link_in(f"{self._place(key)}.provenance.{sha256}", f"{self.public}/provenance/{key}")

    def withdraw_provenance(self, key: str) -> None:
        """Take a file's provenance out of the public tree. The bytes stay."""
        (self.public / "provenance" / key).unlink(missing_ok=True)

    def is_provenance_public(self, key: str) -> bool:
        """Tell whether anyone may fetch the provenance of the file ``key``."""
        return (self.public / "provenance" / key).is_file()

    def is_public(self, key: str) -> bool:
        """Tell whether anyone may fetch a blob."""
        return (self.public / "packages" / key).is_file()

    def stored(self) -> Iterator[str]:
        """Yield the name of everything in the store.

        It is a digest in hex, with ``.metadata`` for core metadata, or ``.provenance.`` and its own digest.
        """
        for folder in sorted(self.blobs.iterdir()):
            for path in folder.iterdir():
                yield folder.name + path.name

    def changed_at(self, name: str) -> float:
        """Return when what ``stored`` named was last written, linked or unlinked, in seconds since 1970.

        What is gone has changed just now.
        """
        try:
            return os.stat(f"{self.blobs}/{name[:2]}/{name[2:]}").st_ctime
        except FileNotFoundError:
            return time.time()

    def remove_stored(self, name: str) -> None:
        """Remove what ``stored`` named, with its public links."""
        digest, _, kind = name.partition(".")
        blob, leaf = self.blobs / name[:2] / name[2:], f"{digest[:2]}/{digest[2:4]}/{digest[4:]}"
        if kind == "metadata":
            for link in (self.public / "packages" / leaf).glob("*.metadata"):
                link.unlink(missing_ok=True)
        elif not kind:
            shutil.rmtree(self.public / "packages" / leaf, ignore_errors=True)
        else:
            for link in (self.public / "provenance" / leaf).glob("*"):
                if link.samefile(blob):  # another one of the same file may be the one that is published
                    link.unlink(missing_ok=True)
        blob.unlink(missing_ok=True)

    def stage(self, token: str, files: dict[str, str], pages: dict[str, bytes]) -> None:
        """Bring a session's preview in line: links to these blobs, by filename, and these pages; no others."""
        folder = self.staged / token
        for part in (STAGED_FILES, STAGED_PAGES):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for filename, key in files.items():
            with suppress(FileExistsError):
                os.link(self._place(key), folder / STAGED_FILES / filename)
        for name, data in pages.items():
            replace_file(folder / STAGED_PAGES / name, data)
        for link in (folder / STAGED_FILES).iterdir():
            if link.name not in files:
                link.unlink(missing_ok=True)

    def unstage(self, token: str) -> None:
        """Remove a session's preview."""
        shutil.rmtree(self.staged / token, ignore_errors=True)

    def received(self, file: UUID) -> int:
        """Return how many bytes have come of a file that is sent in parts."""
        try:
            return (self.parts / str(file)).stat().st_size
        except FileNotFoundError:
            return 0

    def append_part(self, file: UUID, offset: int, part: Path) -> tuple[Path, int]:
        """Append a part to what has come of a file, where it begins there, and return its path and size afterwards.

        A part that begins elsewhere is not taken; the size tells where the next one must begin.
        """
        target = self.parts / str(file)
        with self.lock(f"part:{file}"), target.open("ab") as whole:
            if whole.tell() == offset:
                with part.open("rb") as source:
                    shutil.copyfileobj(source, whole, 1 << 20)
            return target, whole.tell()

    def drop_parts(self, file: UUID) -> None:
        """Remove what has come of a file that is sent in parts."""
        (self.parts / str(file)).unlink(missing_ok=True)

    def project_folder(self, normalized_name: str) -> Path:
        """Return the folder of a project's pages."""
        return self.pages / normalized_name

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the lock of a project (or of another named thing) among all processes of this host."""
        slot = zlib.crc32(name.encode()) % _LOCKS
        handle = os.open(self.locks / f"{slot:04}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _place(self, key: str) -> str:
        first, second, rest, filename = key.split("/")
        return f"{self.blobs}/{first}/{second}{rest}{'.metadata' if filename.endswith('.metadata') else ''}"


def open_store() -> Store:
    """Return this instance's store, with its folders."""
    store = Store(current.settings().data)
    store.prepare()
    return store


def _beside(target: str, metadata: bytes | None, provenance: bytes | None) -> Iterator[tuple[str, bytes]]:
    """Yield what lies beside a blob: place and bytes."""
    if metadata is not None:
        yield f"{target}.metadata", metadata
    if provenance is not None:
        yield f"{target}.provenance.{hashlib.sha256(provenance).hexdigest()}", provenance


def _link_in(blob: str, link: str) -> None:
    """Link a blob into the public tree, unless it is there."""
    try:
        os.link(blob, link)
    except FileNotFoundError:
        _make_folders(os.path.dirname(link))
        with suppress(FileExistsError):
            os.link(blob, link)
    except FileExistsError:
        pass


def _make_folders(leaf: str) -> None:
    """Make ``aa/bb/rest``. Most keys of a small store need the last two, so that these are tried first."""
    middle = os.path.dirname(leaf)
    try:
        _make_folder(middle)
    except FileNotFoundError:
        _make_folder(os.path.dirname(middle))
        _make_folder(middle)
    _make_folder(leaf)


def _make_folder(folder: str) -> None:
    with suppress(FileExistsError):
        os.mkdir(folder)


def _begin_to_write(path: str) -> None:
    """Have the kernel write a file's first bytes now, without waiting: it does so when told that nobody needs them."""
    if hasattr(os, "posix_fadvise"):
        handle = os.open(path, os.O_RDONLY)
        os.posix_fadvise(handle, 0, _BEGINNING, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def sync_path(path: str | Path) -> None:
    """Force a file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _settle(source: str, target: str) -> None:
    """Link ``source`` at ``target``.

    What lies there already may be torn, or another upload's that is recorded by now: it is replaced, and by synced
    bytes only, so that what was whole stays whole whenever the power fails.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        sync_path(source)
        fresh = _fresh_name(target)
        os.link(source, fresh)
        os.replace(fresh, target)
        with suppress(FileNotFoundError):  # replacing a file by another link to itself leaves both names
            os.unlink(fresh)


def replace_file(target: str | Path, data: bytes) -> None:
    """Replace ``target`` by ``data`` in one step, so that a reader sees the old bytes or the new ones."""
    fresh = _write_fresh(target, data)
    try:
        os.rename(fresh, target)
    except BaseException:
        os.unlink(fresh)
        raise


def _write_fresh(target: str | Path, data: bytes) -> str:
    """Write ``data`` to a name of its own beside ``target``, and return that name."""
    fresh = _fresh_name(target)
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
    finally:
        os.close(handle)
    return fresh


def _fresh_name(target: str | Path) -> str:
    return f"{target}.{os.getpid()}.{os.urandom(4).hex()}.new"


def digests(path: Path) -> tuple[str, str, str, int]:
    """Return MD5, SHA-256 and BLAKE2b-256 in hex, and the size in bytes, of a file."""
    md5, sha256, blake2 = hashlib.md5(usedforsecurity=False), hashlib.sha256(), hashlib.blake2b(digest_size=32)
    size = 0
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            size += len(block)
            for digest in (md5, sha256, blake2):
                digest.update(block)
    return md5.hexdigest(), sha256.hexdigest(), blake2.hexdigest(), size
