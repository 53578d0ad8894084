# SPDX-License-Identifier: Apache-2.0
"""Accept a spooled upload: check it in the order that clients know, store it, record it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from packaging.utils import canonicalize_name

from cheeseshop.accounts.queries import public_addresses_of, public_addresses_of_project
from cheeseshop.attestations.examination import Attested, Subject
from cheeseshop.attestations.examination import examine as examine_attestations
from cheeseshop.attestations.flows import follow_upload
from cheeseshop.catalog.flows.lease_blob import drop_lease, lease_blob
from cheeseshop.catalog.flows.record_file import NewFile, NewRelease, record_file
from cheeseshop.catalog.models import File
from cheeseshop.catalog.state import ProjectState, ReleaseState, project_state
from cheeseshop.catalog.verified import Grounds, verified_in
from cheeseshop.core import current
from cheeseshop.core.errors import Conflict, Refusal, TryAgain
from cheeseshop.distributions.allowances import Allowances
from cheeseshop.distributions.digests import check_digests
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.filenames import check_upload_filename
from cheeseshop.distributions.form import UploadForm, check_content_type, validate_form
from cheeseshop.distributions.inspection import Inspection, inspect_distribution
from cheeseshop.distributions.names import ultranormalize
from cheeseshop.distributions.raw_metadata import is_absent
from cheeseshop.distributions.rendering import render_description
from cheeseshop.edge_contract.keys import blob_key
from cheeseshop.edge_contract.protocols import SpooledFile, SpooledForm
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import is_on
from cheeseshop.leaks.flows import Place, revoke_all
from cheeseshop.leaks.queries import live_tokens
from cheeseshop.storage import Store
from cheeseshop.uploads import rules
from cheeseshop.uploads.admission import Sender, check_action
from cheeseshop.uploads.consequences import consequences, in_turn

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


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that passed every check: what is to be recorded once its bytes are stored, and what it says of itself."""

    new: NewFile
    found: Inspection
    attested: Attested | None = None

    @property
    def metadata(self) -> bytes | None:
        """The core metadata that is stored beside the file."""
        return self.found.metadata_bytes if self.found.serve_metadata else None

    @property
    def provenance(self) -> bytes | None:
        """The provenance that is stored beside the file."""
        return self.attested.provenance if self.attested else None


def examine(sender: Sender, form: SpooledForm) -> Examined | None:
    """Make every check of an upload and record nothing; None when the very file is here already.

    For a file that is staged: what it would make of its release is told whether or not the release exists.

    Raises:
        Refusal: as ``accept`` does.
    """
    try:
        return _examine(_read(sender, form, legacy=False), staged=True)
    except DistributionRefused as error:
        raise Refusal(str(error)) from error


def _examine(upload: "_Upload", *, staged: bool) -> Examined | None:
    """Check a file against rows, then by itself.

    Raises:
        Conflict: when another upload created the project a moment ago.
    """
    project = project_state(upload.name)
    standing = rules.check_sender(upload.sender, upload.form.name, upload.name, project)
    if _is_here(upload, project):
        return None
    release = rules.check_release(project, upload.form.metadata.version, upload.form.filetype)
    found = _inspect(upload)
    attested = _examine_attestations(upload)
    place = _Place(project, None if staged else release, standing, attested)
    return Examined(_new_file(upload, place, found), found, attested)


def _accept(store: Store, sender: Sender, form: SpooledForm, *, legacy: bool, step: Step) -> Accepted:
    check_action(sender.action or next(iter(form.fields.get(":action", ())), ""))
    upload = _read(sender, form, legacy=legacy)
    for _ in range(_ATTEMPTS):
        try:
            examined = _examine(upload, staged=False)
        except Conflict:
            continue  # another upload created the project a moment ago
        if examined is None:
            return Accepted(upload.name, upload.key, new=False)
        step("checked")
        try:
            return _store(store, examined, upload, step)
        except IntegrityError:
            continue  # another upload won a name, a digest or the project: look again
    raise TryAgain("Other uploads of this project got in the way; try again.")


def _read(sender: Sender, form: SpooledForm, *, legacy: bool) -> "_Upload":
    if form.misplaced_files:
        raise Refusal(f"{form.misplaced_files[0]}: Should not be a tuple (a file was sent where text belongs).")
    checked = validate_form(form.fields, allowances=allowances())
    if form.content is None:
        raise Refusal("Upload payload does not have a file.")
    name = str(canonicalize_name(checked.name))
    return _Upload(sender, checked, form.content, name, legacy, tuple(form.fields.get("attestations", ())))


@dataclass(frozen=True, slots=True)
class _Upload:
    sender: Sender
    form: UploadForm
    content: SpooledFile
    name: str
    legacy: bool
    attestations: tuple[str, ...]

    @property
    def key(self) -> str:
        return blob_key(self.content.blake2_256, self.content.filename)


@dataclass(frozen=True, slots=True)
class _Place:
    project: ProjectState | None
    release: ReleaseState | None
    standing: rules.Standing
    attested: Attested | None


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


def _examine_attestations(upload: _Upload) -> Attested | None:
    subject = Subject(upload.content.filename, upload.content.sha256)
    values = [value for value in upload.attestations if not is_absent(value)]
    if values and is_on(Switch.NO_ATTESTATIONS):
        return None
    return examine_attestations(values, upload.sender.bearer.publisher, subject)


def _store(store: Store, examined: Examined, upload: _Upload, step: Step) -> Accepted:
    lease = lease_blob(upload.key)
    step("leased")
    try:
        store.put_file(upload.key, upload.content.path, examined.metadata, examined.provenance)
        step("stored")
        also = in_turn(examined.new.also, _with_project(revocation(upload.key, examined.found)))
        record_file(replace(examined.new, lease=lease, also=also))
    except BaseException:
        drop_lease(lease)
        raise
    step("recorded")
    return Accepted(upload.name, upload.key, new=True, new_project=examined.new.known_project is None)


def revocation(key: str, found: Inspection) -> Callable[[], None] | None:
    """Return what revokes the tokens of this index that somebody left in the file, or None when there are none."""
    tokens = live_tokens(each.text for each in found.tokens)
    if not tokens:
        return None
    place = Place(f"{current.settings().url}/packages/{key}", "this index, which looks through uploaded files")

    def revoke() -> None:
        revoke_all(tokens, place)

    return revoke


def _with_project(step: Callable[[], None] | None) -> Callable[[UUID], None] | None:
    return None if step is None else lambda _project: step()


def _new_file(upload: _Upload, place: _Place, found: Inspection) -> NewFile:
    new_release, faults = _new_release(found, rendered=place.release is None, legacy=upload.legacy)
    file, bearer = _file(upload, found, faults, place.attested), upload.sender.bearer
    grounds = Grounds(upload.name, upload.sender.repository)
    if place.release is None:
        new_release = replace(new_release, verified=_verified(new_release.facts, grounds, place))
    return NewFile(
        project_name=upload.form.name,
        normalized_name=upload.name,
        lookalike_key=ultranormalize(upload.form.name),
        known_project=place.project,
        known_release=place.release,
        release=new_release,
        file=file,
        actor=bearer.actor,
        owner=place.standing.owner,
        max_project_size=rules.limits_of(place.project).project,
        creator=place.standing.creator,
        also=in_turn(
            follow_upload(file, str(new_release.version), bearer, place.attested),
            consequences(bearer, place.standing, created=place.project is None),
        ),
        grounds=grounds if grounds.repository else None,
    )


def _verified(facts: dict[str, Any], grounds: Grounds, place: _Place) -> dict[str, list[str]]:
    """Return what is known to be true of a new release's metadata. Who creates the project will be its owner."""
    if any(facts.get(key) for key in ("author_email", "maintainer_email")):
        project, owner = place.project, place.standing.owner
        if project:
            grounds = replace(grounds, addresses=public_addresses_of_project(project.id))
        elif owner:
            grounds = replace(grounds, addresses=public_addresses_of(owner.id))
    return verified_in(facts, grounds)


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
        where = f"{current.settings().url}/help/#render-failure"
        raise DistributionRefused(f"{error} See {where} for more information.", error.field) from error


def _file(upload: _Upload, found: Inspection, faults: list[str], attested: Attested | None) -> File:
    content, bearer = upload.content, upload.sender.bearer
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
        provenance_sha256=attested.sha256 if attested else "",
        uploaded_by_id=None if bearer.publisher else bearer.person.id,
        publisher_id=bearer.publisher.id if bearer.publisher else None,
        user_agent=upload.sender.user_agent,
        legacy_faults=[*found.faults, *faults],
    )
