# SPDX-License-Identifier: Apache-2.0
"""Which published file is looked into. Every answer has asked the policy."""

from pathlib import Path

from django.utils.translation import gettext as _

from cheeseshop.catalog.models import File, Release
from cheeseshop.catalog.queries import file_named
from cheeseshop.catalog.state import file_state
from cheeseshop.core.errors import Missing
from cheeseshop.publishing.public_tree import anyone_may_fetch
from cheeseshop.storage import open_store

_MOST_COMPARED = 2000  # files of a release, among which the likeliest is sought


def file_of(release: Release, filename: str) -> File:
    """Return a release's file of that name.

    Raises:
        Missing: when there is none that anybody may fetch.
    """
    found = file_named(release, filename)
    state = file_state(filename)
    if state is None or not anyone_may_fetch(state):
        raise Missing(_("%(version)s has no file %(filename)s.") % {"version": release.version, "filename": filename})
    return found


def first_file(release: Release) -> File | None:
    """Return the file that is looked into first: a wheel, whose directory is read at once, by name."""
    return release.files.filter(quarantined_at=None).order_by("packagetype", "filename").first()


def path_of(file: File) -> Path:
    """Return where a file's bytes lie."""
    return open_store().blob_path(file.blob_key)


def counterpart(file: File, release: Release) -> File:
    """Return the file of another release that is likeliest to be compared with this one: of its kind and tags.

    Raises:
        Missing: when there is none that anybody may fetch.
    """
    of_its_kind = release.files.filter(quarantined_at=None, packagetype=file.packagetype)
    candidates = list(of_its_kind.order_by("filename")[:_MOST_COMPARED])
    if not candidates:
        raise Missing(_("%(version)s has no file of this kind.") % {"version": release.version})
    tags = _tags(file.filename)
    likeliest = next((each for each in candidates if _tags(each.filename) == tags), candidates[0])
    return file_of(release, likeliest.filename)


def _tags(filename: str) -> str:
    return "-".join(filename.removesuffix(".whl").split("-")[-3:]) if filename.endswith(".whl") else "source"
