# SPDX-License-Identifier: Apache-2.0
"""Check that rows, bytes and pages agree, and mend what can be mended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Sum

from cheeseshop.catalog.models import BlobLease, File, Project
from cheeseshop.catalog.state import FileState, file_state
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.edge_contract import assembly
from cheeseshop.edge_contract.container import EMPTY, BrokenContainer, Container, Piece, join_raw
from cheeseshop.edge_contract.keys import chunk_file, release_file
from cheeseshop.journal.models import DirtyMark
from cheeseshop.pages import rendering, rows
from cheeseshop.pages.loop import Publisher
from cheeseshop.pages.publisher import publish_project, read_page
from cheeseshop.publishing.public_tree import anyone_may_fetch, publish_file
from cheeseshop.publishing.sweeping import given_up, is_orphan, remove_orphan
from cheeseshop.storage import Store, digests, open_store


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be. ``mended`` tells whether ``--repair`` put it right."""

    kind: str
    subject: str
    detail: str
    mended: bool = False


def verify(*, repair: bool = False) -> Iterator[Problem]:
    """Yield every disagreement between rows, bytes and pages. With ``repair``, mend what is derived."""
    store, site = open_store(), current.settings().url
    if repair:
        Publisher(store, site).step(at_once=True)
    yield from _dirty()
    yield from _blobs(store, repair=repair)
    yield from _orphans(store, repair=repair)
    yield from _totals(repair=repair)
    yield from _pages(store, site, repair=repair)


def _dirty() -> Iterator[Problem]:
    for name in DirtyMark.objects.order_by("normalized_name").values_list("normalized_name", flat=True).distinct():
        yield Problem("dirty", name, "its pages wait to be published")


def _blobs(store: Store, *, repair: bool) -> Iterator[Problem]:
    for file in File.objects.order_by("filename").iterator(chunk_size=500):
        path = store.blob_path(file.blob_key)
        if not path.is_file():
            yield Problem("missing", file.filename, "the file's bytes are not in the store")
            continue
        if digests(path) != (file.md5, file.sha256, file.blake2_256, file.size):
            yield Problem("damaged", file.filename, "the file's bytes do not have the recorded digests")
        metadata = store.blob_path(f"{file.blob_key}.metadata")
        if file.metadata_sha256 and (not metadata.is_file() or digests(metadata)[1] != file.metadata_sha256):
            yield Problem("damaged", f"{file.filename}.metadata", "the core metadata is missing or differs")
        provenance = store.provenance_path(file.blob_key, file.provenance_sha256)
        if file.provenance_sha256 and not (provenance.is_file() and digests(provenance)[1] == file.provenance_sha256):
            yield Problem("damaged", f"{file.filename}.provenance", "the provenance is missing or differs")
        state = file_state(file.filename)
        if state is not None and not _as_decided(store, state):
            if repair:
                publish_file(store, file.blob_key)
            yield Problem("public tree", file.filename, "whether anyone may fetch it is not as decided", repair)


def _as_decided(store: Store, file: FileState) -> bool:
    """Tell whether the public tree holds a file and its provenance if, and only if, anyone may fetch them."""
    allowed = anyone_may_fetch(file)
    shown = store.is_provenance_public(file.key)
    return store.is_public(file.key) == allowed and shown == (allowed and bool(file.provenance))


def _orphans(store: Store, *, repair: bool) -> Iterator[Problem]:
    for name in store.stored():
        if is_orphan(name):
            yield Problem("orphan", name, "bytes that no file owns", repair and remove_orphan(store, name))
    for path in given_up(store):
        if repair:
            path.unlink(missing_ok=True)
        yield Problem("orphan", path.name, "an upload that was given up", repair)
    stale = BlobLease.objects.filter(expires_at__lte=now())
    for lease in stale:
        yield Problem("orphan", lease.key, "a lease that ran out", repair)
    if repair:
        stale.delete()


def _totals(*, repair: bool) -> Iterator[Problem]:
    for project in Project.objects.annotate(real=Sum("releases__files__size")).iterator(chunk_size=500):
        if project.total_size != (project.real or 0):
            if repair:
                Project.objects.filter(pk=project.pk).update(total_size=project.real or 0)
            yield Problem("total", project.name, f"{project.total_size} bytes recorded, {project.real} there", repair)


def _pages(store: Store, site: str, *, repair: bool) -> Iterator[Problem]:
    names = set(Project.objects.values_list("normalized_name", flat=True))
    for name in sorted(names):
        detail = _page_difference(store, site, name)
        if detail and repair:
            (store.project_folder(name) / "page").unlink(missing_ok=True)
            publish_project(store, site, name)
        if detail:
            yield Problem("page", name, detail, repair)
    for folder in store.pages.iterdir():
        if folder.is_dir() and not folder.name.startswith("_") and folder.name not in names:
            if repair:
                publish_project(store, site, folder.name)
            yield Problem("page", folder.name, "pages of a project that does not exist", repair)


def _page_difference(store: Store, site: str, name: str) -> str:
    """Return how a project's pages differ from what its rows would render, or nothing."""
    folder = store.project_folder(name)
    page, project = read_page(folder), rows.project_row(name)
    if project is None:
        return ""
    if page is None:
        return "it has no page"
    releases = [] if project.quarantined else rows.releases(project, b"", None)
    try:
        chunks = assembly.chunks_of(page, lambda chunk: Container((folder / chunk_file(chunk)).read_bytes()))
        fresh = _Rendered(rendering.page_pieces(project) | rendering.chunk_pieces(site, releases))
        for form in (assembly.simple_html, assembly.simple_json):
            if join_raw(form(page, chunks)) != join_raw(form(fresh, [fresh])):
                return f"its {form.__name__} form is not what its rows render"
        for release in releases:
            if release.quarantined:
                continue
            kept = Container((folder / release_file(release.version)).read_bytes())
            text, known = rows.description(release.id), rows.vulnerabilities(release.id)
            fresh_release = _Rendered(rendering.release_pieces(site, project, release, text, known))
            if any(kept.piece(each).raw != fresh_release.piece(each).raw for each in ("info", "vulnerabilities")):
                return f"release {release.version} is not what its rows render"
    except (FileNotFoundError, BrokenContainer) as error:
        return f"a part is missing or damaged: {error}"
    return ""


class _Rendered(Container):
    """Pieces that were just rendered, in the shape that the assembly reads."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Mapping[str, Piece]) -> None:
        self.header = {"chunks": []}
        self._pieces = pieces

    def piece(self, name: str) -> Piece:
        return self._pieces.get(name, EMPTY)
