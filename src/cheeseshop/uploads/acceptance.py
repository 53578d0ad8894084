# SPDX-License-Identifier: Apache-2.0
"""Accept a spooled upload: check it in the order that clients know, store it, record it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import IntegrityError
from packaging.utils import canonicalize_name

from cheeseshop.catalog.flows.lease_blob import drop_lease, lease_blob
from cheeseshop.catalog.flows.record_file import NewFile, NewRelease, record_file
from cheeseshop.catalog.models import File
from cheeseshop.catalog.state import ProjectState, ReleaseState, project_state
from cheeseshop.core import current
from cheeseshop.core.errors import Conflict, Refusal, TryAgain
from cheeseshop.distributions.allowances import Allowances
from cheeseshop.distributions.digests import check_digests
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.filenames import check_upload_filename
from cheeseshop.distributions.form import UploadForm, check_content_type, validate_form
from cheeseshop.distributions.inspection import Inspection, inspect_distribution
from cheeseshop.distributions.names import ultranormalize
from cheeseshop.distributions.rendering import render_description
from cheeseshop.edge_contract.keys import blob_key
from cheeseshop.edge_contract.protocols import SpooledFile, SpooledForm
from cheeseshop.storage import Store
from cheeseshop.uploads import rules
from cheeseshop.uploads.admission import Sender, check_action

_ATTEMPTS = 3

Step = Callable[[str], None]


def _no_step(_name: str) -> None:
    """Do nothing at a named step. Fault tests pass a function that kills the process there."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that is recorded: its project, the key of its bytes, whether it is new, and whether its project is."""

    normalized_name: str
    key: str
    new: bool
    new_project: bool = False


def accept(store: Store, sender: Sender, form: SpooledForm, *, legacy: bool = False, step: Step = _no_step) -> Accepted:
    """Check, store and record one file.

    Raises:
        Refusal: with the message that the client prints, before anything is stored.
    """
    try:
        return _accept(store, sender, form, legacy=legacy, step=step)
    except DistributionRefused as error:
        raise Refusal(str(error)) from error


def _accept(store: Store, sender: Sender, form: SpooledForm, *, legacy: bool, step: Step) -> Accepted:
    check_action(sender.action or next(iter(form.fields.get(":action", ())), ""))
    if form.misplaced_files:
        raise Refusal(f"{form.misplaced_files[0]}: Should not be a tuple (a file was sent where text belongs).")
    checked = validate_form(form.fields, allowances=allowances())
    if form.content is None:
        raise Refusal("Upload payload does not have a file.")
    upload = _Upload(sender, checked, form.content, str(canonicalize_name(checked.name)), legacy)
    for _ in range(_ATTEMPTS):
        project = project_state(upload.name)
        try:
            rules.check_sender(sender, checked.name, upload.name, project)
        except Conflict:
            continue  # another upload created the project a moment ago
        if _is_here(upload, project):
            return Accepted(upload.name, upload.key, new=False)
        release = rules.check_release(project, checked.metadata.version, checked.filetype)
        inspection = _inspect(upload)
        step("checked")
        try:
            return _store(store, _new_file(upload, project, release, inspection), upload, inspection, step)
        except IntegrityError:
            continue  # another upload won a name, a digest or the project: look again
    raise TryAgain("Other uploads of this project got in the way; try again.")


@dataclass(frozen=True, slots=True)
class _Upload:
    sender: Sender
    form: UploadForm
    content: SpooledFile
    name: str
    legacy: bool

    @property
    def key(self) -> str:
        return blob_key(self.content.blake2_256, self.content.filename)


def _is_here(upload: _Upload, project: ProjectState | None) -> bool:
    """Check what precedes the archive itself, and tell whether the very file is here already."""
    checked, content = upload.form, upload.content
    if checked.metadata.description:
        render_description(checked.metadata.description, checked.metadata.description_content_type)
    check_upload_filename(content.filename, checked.filetype)
    check_content_type(content.content_type)
    rules.check_size(content, project, checked.name)
    check_digests(checked, md5=content.md5, sha256=content.sha256, blake2_256=content.blake2_256)
    return rules.same_file_exists(content)


def allowances() -> Allowances:
    """Return which of the public index's rules this instance relaxes."""
    settings = current.settings()
    return Allowances(settings.allow_local_versions, settings.allow_linux_tags, settings.allow_hidden_code)


def _inspect(upload: _Upload) -> Inspection:
    content = upload.content
    with content.path.open("rb") as source:
        return inspect_distribution(
            source, content.filename, upload.form, legacy=upload.legacy, allowances=allowances()
        )


def _store(store: Store, new: NewFile, upload: _Upload, found: Inspection, step: Step) -> Accepted:
    lease = lease_blob(upload.key)
    step("leased")
    try:
        store.put_file(upload.key, upload.content.path, found.metadata_bytes if found.serve_metadata else None)
        step("stored")
        record_file(replace(new, lease=lease))
    except BaseException:
        drop_lease(lease)
        raise
    step("recorded")
    return Accepted(upload.name, upload.key, new=True, new_project=new.known_project is None)


def _new_file(
    upload: _Upload, project: ProjectState | None, release: ReleaseState | None, found: Inspection
) -> NewFile:
    person = upload.sender.bearer.person
    new_release, faults = _new_release(found, rendered=release is None, legacy=upload.legacy)
    return NewFile(
        project_name=upload.form.name,
        normalized_name=upload.name,
        lookalike_key=ultranormalize(upload.form.name),
        known_project=project,
        known_release=release,
        release=new_release,
        file=_file(upload, found, faults),
        uploader=person,
        max_project_size=rules.limits_of(project).project,
        creator=rules.creator_of(upload.sender),
    )


def _new_release(found: Inspection, *, rendered: bool, legacy: bool) -> tuple[NewRelease, list[str]]:
    """Return what the release takes from the metadata, and the faults that were passed over in an old file."""
    metadata = found.metadata
    text, kind = metadata.description or "", metadata.description_content_type
    html, faults = _html(text, kind, legacy=legacy) if rendered else (None, [])
    release = NewRelease(
        version=metadata.version,
        summary=(metadata.summary or "")[:512],
        requires_python=str(metadata.requires_python or ""),
        facts=metadata.to_json(),
        description=text,
        description_content_type=kind or "",
        description_html=html,
    )
    return release, faults


def _html(text: str, content_type: str | None, *, legacy: bool) -> tuple[str, list[str]]:
    if not text:
        return "", []
    try:
        return render_description(text, content_type), []
    except DistributionRefused as error:
        if legacy:
            return render_description(text, "text/plain"), [str(error)]
        raise


def _file(upload: _Upload, found: Inspection, faults: list[str]) -> File:
    content = upload.content
    served = found.metadata_bytes if found.serve_metadata else b""
    return File(
        filename=content.filename,
        packagetype=upload.form.filetype,
        python_version=upload.form.pyversion,
        requires_python=str(found.metadata.requires_python or ""),
        comment=(upload.form.comment or "")[:500],
        size=content.size,
        md5=content.md5,
        sha256=content.sha256,
        blake2_256=content.blake2_256,
        metadata_sha256=hashlib.sha256(served).hexdigest() if served else "",
        metadata_size=len(served),
        uploaded_by_id=upload.sender.bearer.person.id,
        user_agent=upload.sender.user_agent,
        legacy_faults=[*found.faults, *faults],
    )
