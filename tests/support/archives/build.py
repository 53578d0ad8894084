# SPDX-License-Identifier: Apache-2.0
"""Small valid wheels and sdists, built in memory in well under a millisecond."""

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from packaging.utils import canonicalize_name

_EPOCH = (2020, 2, 2, 0, 0, 0)


class BuiltDistribution(NamedTuple):
    """A file as a client would upload it."""

    filename: str
    content: bytes


def metadata_text(
    name: str,
    version: str,
    *,
    requires: Iterable[str] = (),
    metadata_lines: Sequence[str] = (),
    description: str = "",
) -> bytes:
    """Return a METADATA or PKG-INFO file; a `Metadata-Version` line among `metadata_lines` replaces the default 2.1."""
    lines = [] if any(line.startswith("Metadata-Version:") for line in metadata_lines) else ["Metadata-Version: 2.1"]
    lines += [f"Name: {name}", f"Version: {version}", *metadata_lines]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return ("\n".join(lines) + "\n" + (f"\n{description}" if description else "")).encode()


def record_text(members: Mapping[str, bytes], record_name: str) -> bytes:
    """Return a RECORD for `members`, with SHA-256 hashes and sizes, that lists itself as `record_name`."""
    lines = []
    for path, content in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        quoted = f'"{path}"' if "," in path else path
        lines.append(f"{quoted},sha256={digest},{len(content)}")
    return ("\n".join([*lines, f"{record_name},,"]) + "\n").encode()


def build_wheel(
    name: str,
    version: str,
    *,
    requires: Iterable[str] = (),
    extra: Mapping[str, bytes] | None = None,
    metadata_lines: Sequence[str] = (),
    description: str = "",
    tag: str = "py3-none-any",
    compression: int = zipfile.ZIP_DEFLATED,
) -> BuiltDistribution:
    """Build a wheel that passes every check.

    `extra` adds members (path in the archive to content) or, under an existing path, replaces them before RECORD is
    computed. `metadata_lines` are added to the head of METADATA as they stand.
    """
    stem = canonicalize_name(name).replace("-", "_")
    dist_info = f"{stem}-{version}.dist-info"
    members = {
        f"{stem}/__init__.py": f'__version__ = "{version}"\n'.encode(),
        f"{dist_info}/METADATA": metadata_text(
            name, version, requires=requires, metadata_lines=metadata_lines, description=description
        ),
        f"{dist_info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    members.update(extra or {})
    members[f"{dist_info}/RECORD"] = record_text(members, f"{dist_info}/RECORD")
    return BuiltDistribution(f"{stem}-{version}-{tag}.whl", zip_bytes(members, compression=compression))


def build_sdist(
    name: str,
    version: str,
    *,
    requires: Iterable[str] = (),
    extra: Mapping[str, bytes] | None = None,
    metadata_lines: Sequence[str] = (),
    description: str = "",
) -> BuiltDistribution:
    """Build a PEP 625 sdist that passes every check; paths in `extra` are relative to its top directory."""
    top = f"{canonicalize_name(name).replace('-', '_')}-{version}"
    members = {
        "PKG-INFO": metadata_text(
            name, version, requires=requires, metadata_lines=metadata_lines, description=description
        ),
        "pyproject.toml": b'[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n',
    }
    members.update(extra or {})
    return BuiltDistribution(
        f"{top}.tar.gz", tar_gz_bytes({f"{top}/{path}": content for path, content in members.items()})
    )


def zip_bytes(members: Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of `members` with fixed dates, in their order; a path that ends in "/" is a directory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression, compresslevel=1) as archive:
        for path, content in members.items():
            info = zipfile.ZipInfo(path, _EPOCH)
            info.compress_type = zipfile.ZIP_STORED if path.endswith("/") else compression
            info.external_attr = (0o40755 << 16 | 0x10) if path.endswith("/") else 0o100644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def tar_gz_bytes(members: Mapping[str, bytes]) -> bytes:
    """Return a gzipped tar of regular files, reproducible."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=buffer, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path, content in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
