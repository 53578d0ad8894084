# SPDX-License-Identifier: Apache-2.0
"""Files of a session: declared, their bytes checked and stored, settled, removed."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from packaging.version import Version

from cheeseshop.catalog.flows.lease_blob import drop_lease, lease_blob
from cheeseshop.catalog.models import File, PackageType
from cheeseshop.catalog.state import project_state
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.distributions.filenames import parse_filename
from cheeseshop.edge_contract.protocols import SpooledFile, SpooledForm
from cheeseshop.staging.flows.sessions import lease_end
from cheeseshop.staging.models import FileStatus, Session, SessionStatus, StagedFile
from cheeseshop.staging.preview import write_preview
from cheeseshop.staging.queries import check_pending
from cheeseshop.staging.requests import DeclaredFile
from cheeseshop.storage import Store
from cheeseshop.uploads import rules
from cheeseshop.uploads.acceptance import Examined, examine, revocation
from cheeseshop.uploads.admission import Sender

Step = Callable[[str], None]
_MOST_FILES = 1000
_ROW = (
    "filename", "packagetype", "python_version", "requires_python", "comment", "size", "md5", "sha256", "blake2_256",
    "metadata_sha256", "metadata_size", "user_agent", "legacy_faults",
)  # fmt: skip


def declare_file(sender: Sender, session: Session, declared: DeclaredFile) -> StagedFile:
    """Add a file to a session, before its bytes.

    Raises:
        Forbidden: when the sender may not upload to the project any more, in whatever state it is.
        Conflict: when the session has the file, its release has it or takes no more, or it would not fit.
    """
    check_pending(session)
    if File.objects.filter(filename=declared.filename).exists():
        raise Conflict(f"The file {declared.filename} is published already.")
    project = project_state(session.normalized_name)
    rules.check_sender(sender, session.project_name, session.normalized_name, project)
    content = _as_declared(declared)
    try:
        rules.check_size(content, project, session.project_name)
        rules.check_release(project, Version(session.version), declared.packagetype)
        _check_room(session, declared, rules.limits_of(project).project, project.total_size if project else 0)
    except Refusal as refusal:
        raise Conflict(refusal.message) from refusal
    try:
        with transaction.atomic():
            return StagedFile.objects.create(session=session, **asdict(declared))
    except IntegrityError as error:
        raise Conflict(f"This session has a file {declared.filename}; delete it first to send another.") from error


def _as_declared(declared: DeclaredFile) -> SpooledFile:
    return SpooledFile(Path(), declared.filename, "", declared.size, "", "", "")


def _check_room(session: Session, declared: DeclaredFile, limit: int, total: int) -> None:
    """Count what is staged for a project as if it were published."""
    open_ones = StagedFile.objects.filter(
        session__normalized_name=session.normalized_name, session__status=SessionStatus.PENDING
    )
    staged = open_ones.aggregate(size=Sum("size"))["size"] or 0
    if total + staged + declared.size > limit:
        raise Conflict(
            f"Project size too large. Limit for project {session.project_name!r} total size is {limit / 1024**3:.0f} GB"
            f", of which {staged} bytes are staged."
        )
    mine = StagedFile.objects.filter(session=session)
    if mine.count() >= _MOST_FILES:
        raise Conflict(f"A session has {_MOST_FILES} files at most.")
    sdist = PackageType.SDIST.value
    if declared.packagetype == sdist and mine.filter(packagetype=sdist).exclude(filename=declared.filename).exists():
        raise Conflict("Only one sdist may be uploaded per release.")


def take_bytes(store: Store, sender: Sender, file: StagedFile, content: SpooledFile, step: Step) -> None:
    """Check a file's bytes as an upload's, and store them under a lease that lives as long as the session.

    Raises:
        Refusal: as an upload does, or when they are not what was declared.
        Conflict: when the file is settled, its session ended, or it is published already.
    """
    check_pending(file.session)
    named = replace(content, filename=file.filename)
    _check_declared(file, named)
    examined = examine(sender, SpooledForm(_fields(file, named), named))
    if examined is None:
        raise Conflict(f"The file {file.filename} is published already.")
    _check_metadata(file, examined)
    step("checked")
    key = examined.new.file.blob_key
    lease = lease_blob(key, lease_end(file.session) - now())
    step("leased")
    try:
        store.put_file(key, named.path, examined.found.metadata_bytes if examined.found.serve_metadata else None)
        step("stored")
        _settle(file, examined, key, lease)
    except BaseException:
        drop_lease(lease)
        raise
    step("staged")


def _settle(file: StagedFile, examined: Examined, key: str, lease: object) -> None:
    """Write down what was stored, in the place of what was sent before."""
    revoke = revocation(key, examined.found)
    with transaction.atomic():
        row = StagedFile.objects.select_for_update().filter(pk=file.pk, status=FileStatus.PENDING).first()
        if row is None:
            raise Conflict(f"The file {file.filename} was settled or removed while it was sent.")
        if row.lease is not None:
            drop_lease(row.lease)
        row.key, row.lease = key, lease  # type: ignore[assignment]
        row.row = {name: getattr(examined.new.file, name) for name in _ROW}
        row.release = _release(examined)
        row.save(update_fields=["key", "lease", "row", "release"])
        if revoke:
            revoke()


def _release(examined: Examined) -> dict[str, Any]:
    return asdict(examined.new.release) | {"version": str(examined.new.release.version)}


def _check_declared(file: StagedFile, content: SpooledFile) -> None:
    if content.size != file.size:
        raise Refusal(f"The file has {content.size} bytes, not the {file.size} that were declared.")
    known = {"md5": content.md5, "sha256": content.sha256}
    for name, digest in file.hashes.items():
        found = known.get(name) or _digest(content, name)
        if not hmac.compare_digest(found.encode(), digest.encode()):
            raise Refusal(f"The {name} digest of the file is not the one that was declared.")


def _digest(content: SpooledFile, name: str) -> str:
    with content.path.open("rb") as source:
        return hashlib.file_digest(source, lambda: hashlib.new(name, usedforsecurity=False)).hexdigest()


def _check_metadata(file: StagedFile, examined: Examined) -> None:
    found = hashlib.sha256(examined.found.metadata_bytes).hexdigest()
    if file.metadata_sha256 and file.metadata_sha256 != found:
        raise Refusal("The core metadata in the file is not the one that was declared.")


def _fields(file: StagedFile, content: SpooledFile) -> dict[str, list[str]]:
    """Return the form that the same upload to ``/legacy/`` would have."""
    parsed = parse_filename(file.filename)
    return {
        "metadata_version": ["2.1"],
        "name": [file.session.project_name],
        "version": [file.session.version],
        ":action": ["file_upload"],
        "protocol_version": ["1"],
        "filetype": [file.packagetype],
        "pyversion": [parsed.python_tag],
        "sha256_digest": [content.sha256],
    }


def complete_file(store: Store, file: StagedFile) -> StagedFile:
    """Settle a file whose bytes are here: it is part of the preview, and of what will be published.

    Raises:
        Conflict: when its bytes are not here yet, or its session has ended.
    """
    check_pending(file.session)
    done = StagedFile.objects.filter(pk=file.pk).exclude(key="").update(status=FileStatus.COMPLETED)
    if not done:
        raise Conflict(f"The bytes of {file.filename} are not here yet; send them to its file_url first.")
    file.refresh_from_db()
    write_preview(store, file.session)
    return file


def remove_file(store: Store, file: StagedFile) -> None:
    """Remove a file from its session, whatever its state. Its bytes are left to the sweeper.

    Raises:
        Conflict: when the session has ended.
        Missing: when it was removed already.
    """
    check_pending(file.session)
    with transaction.atomic():
        row = StagedFile.objects.select_for_update().filter(pk=file.pk).first()
        if row is None:
            raise Missing("There is no such file any more.")
        if row.lease is not None:
            drop_lease(row.lease)
        row.delete()
    store.drop_parts(file.pk)
    write_preview(store, file.session)
