# SPDX-License-Identifier: Apache-2.0
"""Surrogate keys: what an answer is made of, as a cache in front of the index can be told it by."""

EVERY_PROJECT = "all-projects"
"""The list of all projects."""


def project_tag(normalized_name: str) -> str:
    """Return the key of every page of a project."""
    return f"project/{normalized_name}"


def file_tag(blob_key: str) -> str:
    """Return the key of a file, its core metadata and its provenance: by its digest, not by its name."""
    first, second, rest, _ = blob_key.split("/", 3)
    return f"file/{first}{second}{rest}"
