# SPDX-License-Identifier: Apache-2.0
"""Publish a project's pages: read its rows, render what changed, replace its page in one rename.

A project with many files keeps them in chunks of consecutive releases, so that the cost of an upload does not grow
with the project: only the chunks that a dirty mark names are rendered again; the page lists the others by name.
"""

import shutil
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cheeseshop.edge_contract.assembly import PAGE_FORMAT
from cheeseshop.edge_contract.container import BrokenContainer, Container, pack
from cheeseshop.edge_contract.keys import chunk_file, release_file
from cheeseshop.pages import rendering, rows
from cheeseshop.pages.rows import ProjectRow, ReleaseRow
from cheeseshop.storage import Store, replace_file

CHUNK_FILES = 64


@dataclass(slots=True)
class _Publication:
    """One publishing of one project, under its lock."""

    store: Store
    site: str
    project: ProjectRow
    folder: Path
    old: Container | None
    scopes: set[bytes] | None
    names: list[str] = field(default_factory=list)
    lows: list[str] = field(default_factory=list)
    made: int = 0


def publish_project(store: Store, site: str, normalized_name: str) -> int:
    """Bring a project's pages up to its rows, and return the serial that is published now.

    Uploaders of one project that wait for its lock share a publication: whoever finds the page new enough returns.
    """
    with store.lock(f"project:{normalized_name}"):
        project = rows.project_row(normalized_name)
        folder = store.project_folder(normalized_name)
        if project is None:
            _remove(folder)
            return 0
        old = read_page(folder)
        if old is not None and not _usable(old, site, project.epoch):
            old = None
        marks = rows.marks(normalized_name)
        if old is not None:
            marks = [mark for mark in marks if mark[0] > old.header["serial"]]
            if not marks and old.header["serial"] >= project.serial:
                return int(old.header["serial"])
        scopes = (
            None if old is None or not marks or any(not m[1] for m in marks) else {bytes.fromhex(m[1]) for m in marks}
        )
        _write(_Publication(store, site, project, folder, old, scopes))
        return project.serial


def read_page(folder: Path) -> Container | None:
    """Return a project's page as it is published, or None where there is none that can be read."""
    try:
        return Container((folder / "page").read_bytes())
    except (FileNotFoundError, BrokenContainer):
        return None


def is_published(store: Store, normalized_name: str, serial: int) -> bool:
    """Tell whether a project's page holds everything up to ``serial``."""
    page = read_page(store.project_folder(normalized_name))
    return page is not None and page.header["serial"] >= serial


def _usable(old: Container, site: str, epoch: int) -> bool:
    header = old.header
    return bool(header["format"] == PAGE_FORMAT and header["site"] == site and header["epoch"] == epoch)


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        (folder / "page").unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _write(job: _Publication) -> None:
    fresh = _make(job.folder)
    inline = _inline(job)
    if inline is None:
        _write_chunks(job)
    else:
        _write_releases(job, inline)
    pieces = rendering.page_pieces(job.project)
    if inline is not None and not job.project.quarantined:
        pieces |= rendering.chunk_pieces(job.site, inline)
    before = set(job.old.header["chunks"]) if job.old else set()
    latest = rows.latest_version(job.project) if inline is None else rows.latest_of(inline)
    header = _header(job, latest) | {"retired": sorted(before - set(job.names))}
    replace_file(job.folder / "page", pack(header, pieces))
    for name in job.old.header["retired"] if job.old else ():  # named by no page since the one before
        (job.folder / chunk_file(name)).unlink(missing_ok=True)
    if job.scopes is None and not fresh:
        _sweep(job, set(job.names) | before)


def _make(folder: Path) -> bool:
    """Make a project's folder, and tell whether it is new."""
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def _header(job: _Publication, latest: str | None) -> dict[str, Any]:
    project = job.project
    return {
        "format": PAGE_FORMAT,
        "site": job.site,
        "epoch": job.project.epoch,
        "serial": project.serial,
        "name": project.normalized_name,
        "display": project.name,
        "status": rendering.status_of(project)[0],
        "quarantined": project.quarantined,
        "visibility": project.visibility,
        "reader_groups": [],
        "latest": latest,
        "chunks": [] if project.quarantined else job.names,
        "lows": [] if project.quarantined else job.lows,
    }


def _inline(job: _Publication) -> list[ReleaseRow] | None:
    """Return all releases while they are few enough to lie in the page itself, else None."""
    if job.old and job.old.header["chunks"]:
        return None
    return rows.few_releases(job.project, CHUNK_FILES)


def _write_chunks(job: _Publication) -> None:
    old = job.old
    if old is None or job.scopes is None or not old.header["chunks"]:
        _render_range(job, b"", None, everything=True)
        return
    lows = [bytes.fromhex(low) for low in old.header["lows"]]
    touched = {max(0, bisect_right(lows, scope) - 1) for scope in job.scopes}
    for index, name in enumerate(old.header["chunks"]):
        if index in touched:
            high = lows[index + 1] if index + 1 < len(lows) else None
            _render_range(job, lows[index], high, everything=False)
        else:
            job.names.append(name)
            job.lows.append(old.header["lows"][index])


def _render_range(job: _Publication, low: bytes, high: bytes | None, *, everything: bool) -> None:
    found = rows.releases(job.project, low, high)
    changed = found if everything else [r for r in found if r.sort_key in (job.scopes or ())]
    _write_releases(job, changed, all_of_them=True)
    start = low
    for group in _groups(found):
        job.made += 1
        name = f"{job.project.epoch}.{job.project.serial}.{job.made}"
        data = pack({"format": PAGE_FORMAT}, rendering.chunk_pieces(job.site, group))
        replace_file(job.folder / chunk_file(name), data)
        job.names.append(name)
        job.lows.append(start.hex() if group is found or group[0] is found[0] else group[0].sort_key.hex())


def _groups(found: list[ReleaseRow]) -> list[list[ReleaseRow]]:
    groups: list[list[ReleaseRow]] = []
    weight = 0
    for release in found:
        files = max(1, len(release.files))
        if not groups or weight + files > CHUNK_FILES:
            groups.append([])
            weight = 0
        groups[-1].append(release)
        weight += files
    return groups


def _write_releases(job: _Publication, found: list[ReleaseRow], *, all_of_them: bool = False) -> None:
    for release in found:
        if not all_of_them and job.scopes is not None and release.sort_key not in job.scopes:
            continue
        target = job.folder / release_file(release.version)
        if release.quarantined:
            target.unlink(missing_ok=True)
            continue
        text, known = rows.description(release.id), rows.vulnerabilities(release.id)
        pieces = rendering.release_pieces(job.site, job.project, release, text, known)
        replace_file(target, pack(_release_header(release), pieces))


def _release_header(release: ReleaseRow) -> dict[str, Any]:
    """Return what the edge must know of a release: of each file with provenance, where that lies and its digest."""
    provenance = {file.filename: [file.key, file.provenance_sha256] for file in release.files if file.provenance_sha256}
    return {"format": PAGE_FORMAT, "version": release.version, "provenance": provenance}


def _sweep(job: _Publication, chunks: set[str]) -> None:
    """Remove what no row or page speaks of any more, after everything was rendered anew."""
    keep = {"page", *(release_file(v) for v in rows.versions(job.project)), *(chunk_file(c) for c in chunks)}
    for path in job.folder.iterdir():
        if path.name not in keep:
            path.unlink(missing_ok=True)
