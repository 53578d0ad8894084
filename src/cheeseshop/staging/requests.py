# SPDX-License-Identifier: Apache-2.0
"""What clients of Upload 2.0 send, read and bounded. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from cheeseshop.core.errors import Refusal
from cheeseshop.distributions.allowances import Allowances
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.filenames import ParsedFilename, check_upload_filename, parse_filename
from cheeseshop.distributions.metadata import CoreMetadata, read_core_metadata
from cheeseshop.distributions.names import check_project_name

MEDIA_TYPE = "application/vnd.pypi.upload.v2+json"
WHOLE, PARTS = "http-post-bytes", "vnd-cheeseshop-http-parts"
MECHANISMS = (WHOLE, PARTS)
"""How bytes may be sent: in one request, or in parts of any size, which can be resumed after a break."""
_VERSION = "2.0"
_LONGEST_VERSION = 200
_MOST_HASHES = 10
_SIZE_BITS = 62
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)
SECURE = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"})
_WEAK = frozenset({"md5", "sha1", "sha224", "sha3_224"})


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session is opened for."""

    name: str
    normalized_name: NormalizedName
    version: Version


@dataclass(frozen=True, slots=True)
class DeclaredFile:
    """A file that a client means to send: lower-case hex digests by algorithm, its size in bytes."""

    filename: str
    packagetype: str
    size: int
    hashes: dict[str, str]
    metadata_sha256: str
    mechanism: str = WHOLE


def read_json(body: bytes) -> dict[str, Any]:
    """Read a request's body.

    Raises:
        Refusal: when it is no JSON object of API version 2.0.
    """
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("The body is not JSON.") from error
    match read:
        case {"meta": {"api-version": str(version)}} if version == _VERSION:
            return dict(read)
    raise Refusal('The body must be an object with "meta": {"api-version": "2.0"}.')


def new_session(read: Mapping[str, Any]) -> NewSession:
    """Read name and version of a session. The nonce is accepted and not needed: tokens of previews are random.

    Raises:
        Refusal: when either breaks a rule.
    """
    name, version = _text(read, "name"), _text(read, "version")
    try:
        check_project_name(name)
        parsed = Version(version) if len(version) <= _LONGEST_VERSION else None
    except DistributionRefused as error:
        raise Refusal(f"name: {error}") from error
    except (InvalidVersion, ValueError):
        parsed = None
    if parsed is None:
        raise Refusal(f"version: {version[:60]!r} is not a version of at most {_LONGEST_VERSION} characters (PEP 440).")
    if not isinstance(read.get("nonce", ""), str):
        raise Refusal("nonce: a string is expected.")
    return NewSession(name, canonicalize_name(name), parsed)


def declared_file(read: Mapping[str, Any], project: str, version: Version, allowances: Allowances) -> DeclaredFile:
    """Read what a client declares of a file.

    Raises:
        Refusal: when something breaks a rule; 422 for a mechanism that is not offered.
    """
    mechanism = _text(read, "mechanism")
    if mechanism not in MECHANISMS:
        offered = " or ".join(map(repr, MECHANISMS))
        raise Refusal(f"mechanism: {mechanism[:60]!r} is not offered; use {offered}.", status=422)
    parsed = _filename(_text(read, "filename"), project)
    if parsed.project != project or parsed.version != version:
        raise Refusal(f"filename: {parsed.filename!r} is not a file of {project} {version}.")
    size = read.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size <= 0 or size.bit_length() > _SIZE_BITS:
        raise Refusal("size: the number of bytes is expected.")
    metadata = _metadata(read.get("metadata"), allowances)
    if metadata and (canonicalize_name(metadata.name) != project or metadata.version != version):
        raise Refusal(f"metadata: it is of {metadata.name} {metadata.version}, not of {project} {version}.")
    given = hashlib.sha256(str(read["metadata"]).encode()).hexdigest() if metadata else ""
    return DeclaredFile(parsed.filename, parsed.packagetype, size, _hashes(read.get("hashes")), given, mechanism)


def extension(read: Mapping[str, Any]) -> int:
    """Read for how many seconds a session shall be extended.

    Raises:
        Refusal: when it is no natural number.
    """
    seconds = read.get("extend-for")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise Refusal("extend-for: a number of seconds is expected.")
    return seconds


def _text(read: Mapping[str, Any], key: str) -> str:
    value = read.get(key)
    if not isinstance(value, str) or not value:
        raise Refusal(f"{key}: a string is expected.")
    return value


def _filename(filename: str, project: str) -> ParsedFilename:
    try:
        check_upload_filename(filename, "bdist_wheel" if filename.endswith(".whl") else "sdist")
        return parse_filename(filename, canonicalize_name(project))
    except DistributionRefused as error:
        raise Refusal(f"filename: {error}") from error


def _hashes(given: object) -> dict[str, str]:
    if not isinstance(given, dict) or not 0 < len(given) <= _MOST_HASHES:
        raise Refusal(f"hashes: a mapping of one to {_MOST_HASHES} algorithms to digests in hex is expected.")
    found: dict[str, str] = {}
    for name, digest in given.items():
        if name not in SECURE | _WEAK:
            raise Refusal(f"hashes: the algorithm {str(name)[:40]!r} is not known here.")
        length = 2 * hashlib.new(name, usedforsecurity=False).digest_size
        lower = digest.lower() if isinstance(digest, str) else ""
        if len(lower) != length or not _HEX.fullmatch(lower):
            raise Refusal(f"hashes: {name} is {length} hexadecimal digits.")
        found[name] = lower
    if not found.keys() & SECURE:
        raise Refusal("hashes: at least one secure digest is needed, such as sha256.")
    return found


def _metadata(given: object, allowances: Allowances) -> CoreMetadata | None:
    """Check core metadata that is sent before the file."""
    if given is None:
        return None
    if not isinstance(given, str):
        raise Refusal("metadata: a string is expected.")
    try:
        return read_core_metadata(given.encode(), "metadata", allowances=allowances)[0]
    except (DistributionRefused, UnicodeEncodeError) as error:
        raise Refusal(f"metadata: {error}") from error
