# SPDX-License-Identifier: Apache-2.0
"""The store of an embedded instance: local folders on one file system.

``blobs/aa/`` holds every file by its digest, ``public/packages/`` hard links, by key, to those that anyone may fetch,
``pages/`` the index pages, ``spool/`` bytes on their way in. All lie in one folder: a rename or a link is atomic.

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

from cheeseshop.core import current

_LOCKS = 1024


class Store:
    """Bytes of one instance. Keys are ``aa/bb/rest/filename``; the caller made them from digests and safe filenames."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.blobs = self.root / "blobs"
        self.public = self.root / "public"
        self.pages = self.root / "pages"
        self.spool = self.root / "spool"
        self.locks = self.root / "locks"
        self.stats = self.root / "stats"

    def prepare(self) -> None:
        """Create the folders that are missing."""
        for folder in (self.blobs, self.public / "packages", self.pages, self.spool, self.locks):
            folder.mkdir(parents=True, exist_ok=True)
        if not (self.blobs / "ff").is_dir():
            for number in range(256):
                (self.blobs / f"{number:02x}").mkdir(exist_ok=True)
            sync_path(self.blobs)
            sync_path(self.root)

    def blob_path(self, key: str) -> Path:
        """Return where a blob lies. The key of core metadata is its file's, with ``.metadata``."""
        return Path(self._place(key))

    def put_file(self, key: str, source: Path, metadata: bytes | None) -> None:
        """Link the spooled file ``source`` in as a blob, and its core metadata beside it if there is any.

        Durably: bytes and folder are synced. Everything is written before anything is synced, so that a journalling
        file system writes its journal once. A crash in between may leave torn bytes, of which no row speaks; who comes
        again puts whole ones in their place.
        """
        target = self._place(key)
        _settle(str(source), target)
        written = [str(source)]
        if metadata is not None:
            written.append(_write_fresh(f"{target}.metadata", metadata))
            _settle(written[1], f"{target}.metadata")
        for path in (*written, os.path.dirname(target)):
            sync_path(path)
        if metadata is not None:
            os.unlink(written[1])

    def publish_blob(self, key: str) -> None:
        """Let anyone fetch a blob."""
        blob, link = self._place(key), f"{self.public}/packages/{key}"
        try:
            os.link(blob, link)
        except FileNotFoundError:
            _make_folders(os.path.dirname(link))
            with suppress(FileExistsError):
                os.link(blob, link)
        except FileExistsError:
            pass

    def withdraw_blob(self, key: str) -> None:
        """Take a blob out of the public tree. The bytes stay."""
        (self.public / "packages" / key).unlink(missing_ok=True)

    def is_public(self, key: str) -> bool:
        """Tell whether anyone may fetch a blob."""
        return (self.public / "packages" / key).is_file()

    def stored(self) -> Iterator[str]:
        """Yield the name of everything in the store: a digest in hex, with ``.metadata`` for core metadata."""
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
        (self.blobs / name[:2] / name[2:]).unlink(missing_ok=True)
        leaf = self.public / "packages" / digest[:2] / digest[2:4] / digest[4:]
        if kind == "metadata":
            for link in leaf.glob("*.metadata"):
                link.unlink(missing_ok=True)
        elif not kind:
            shutil.rmtree(leaf, ignore_errors=True)

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
