# SPDX-License-Identifier: Apache-2.0
"""Where things lie: keys of blobs and names of page files."""

from urllib.parse import quote

from packaging.utils import canonicalize_version

STAGED_FILES, STAGED_PAGES = "files", "simple"
"""The two folders that a staged session has below its token."""


def blob_key(blake2_256: str, filename: str) -> str:
    """Return the key of a file: ``aa/bb/rest/filename`` from its BLAKE2b-256 digest in hex."""
    return f"{blake2_256[:2]}/{blake2_256[2:4]}/{blake2_256[4:]}/{filename}"


def integrity_path(normalized_name: str, version: str, filename: str) -> str:
    """Return where the provenance of a file is answered (PEP 740)."""
    return "/".join(
        ("/integrity", normalized_name, quote(version, safe="+!"), quote(filename, safe="+!"), "provenance")
    )


def release_file(version: str) -> str:
    """Return the name of a release's container beside its project's page, the same for equal versions."""
    return "r." + quote(canonicalize_version(version), safe="+!")


def chunk_file(name: str) -> str:
    """Return the name of a chunk's container beside its project's page."""
    return "c." + name
