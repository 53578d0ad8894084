# SPDX-License-Identifier: Apache-2.0
"""Publishing a session: all of its files appear in one transaction, or none."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from packaging.version import Version

from cheeseshop.catalog.flows.record_file import NewFile, NewProject, NewRelease, record_files, record_project
from cheeseshop.catalog.models import File
from cheeseshop.catalog.state import ProjectState, project_state
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Refusal, TryAgain
from cheeseshop.distributions.names import ultranormalize
from cheeseshop.edge_contract.protocols import SpooledFile
from cheeseshop.staging.models import FileStatus, Session, SessionStatus, StagedFile
from cheeseshop.staging.queries import check_pending
from cheeseshop.storage import Store
from cheeseshop.uploads import rules
from cheeseshop.uploads.admission import Sender
from cheeseshop.uploads.consequences import consequences

Step = Callable[[str], None]
_ATTEMPTS = 3


def publish_session(store: Store, sender: Sender, session: Session, step: Step) -> list[str]:
    """Record everything that is staged, and return the keys of the files. What is published already stays so.

    Raises:
        Conflict: when files are not settled, a name is taken, or the session has ended. It can still be changed then.
        Refusal: when a rule of uploads stands against it.
    """
    files = list(StagedFile.objects.filter(session=session).order_by("filename"))
    if session.status == SessionStatus.PUBLISHED:
        return [file.key for file in files]
    check_pending(session)
    waiting = [file.filename for file in files if file.status != FileStatus.COMPLETED]
    if waiting:
        raise Conflict(f"These files are not complete: {', '.join(waiting[:20])}.")
    for _ in range(_ATTEMPTS):
        project = project_state(session.normalized_name)
        try:
            standing = rules.check_sender(sender, session.project_name, session.normalized_name, project)
        except Conflict:
            continue  # another upload created the project a moment ago
        try:
            _record(store, _Publication(sender, standing, session, project), files)
        except IntegrityError:
            continue  # another upload won a name or the project: look again
        step("recorded")
        return [file.key for file in files]
    raise TryAgain("Other uploads of this project got in the way; try again.")


@dataclass(frozen=True, slots=True)
class _Publication:
    """Who publishes which session, by what right, and the project that it belongs to, where there is one."""

    sender: Sender
    standing: rules.Standing
    session: Session
    project: ProjectState | None

    @property
    def new_project(self) -> NewProject:
        """What the project would be."""
        name = self.session.project_name
        actor, standing = self.sender.bearer.actor, self.standing
        key = ultranormalize(name)
        return NewProject(name, self.session.normalized_name, key, actor, standing.owner, standing.creator)


def _record(store: Store, job: _Publication, files: list[StagedFile]) -> None:
    """End the session and record its files, together."""
    if not files and job.project is not None:
        raise Conflict("There are no files in this session.")
    _check_twins(files)
    for file in files:
        _check_name(store, file)
    news = [_new_file(job, file) for file in files]
    with transaction.atomic():
        _end(job.session)  # first, as cancelling does: whoever comes second waits here
        if news:
            also = consequences(job.sender.bearer, job.standing, created=job.project is None)
            record_files([replace(news[0], also=also), *news[1:]])
        else:
            record_project(job.new_project)


def _end(session: Session) -> None:
    ended = Session.objects.filter(pk=session.pk, status=SessionStatus.PENDING).update(
        status=SessionStatus.PUBLISHED, ended_at=now()
    )
    if not ended:
        raise TryAgain("This publishing session ended a moment ago; look at its status.")


def _check_twins(files: list[StagedFile]) -> None:
    """Check that no two files are the same bytes: an index has them under one name."""
    names: dict[str, str] = {}
    for file in files:
        twin = names.setdefault(file.row["blake2_256"], file.filename)
        if twin != file.filename:
            raise Conflict(f"The files {twin} and {file.filename} are the same bytes; delete one of them.")


def _check_name(store: Store, file: StagedFile) -> None:
    """Check that neither the file's name nor its bytes were published meanwhile."""
    digests = file.row["md5"], file.row["sha256"], file.row["blake2_256"]
    content = SpooledFile(store.blob_path(file.key), file.filename, "", file.size, *digests)
    try:
        taken = rules.same_file_exists(content)
    except Refusal as refusal:
        raise Conflict(refusal.message) from refusal
    if taken:
        raise Conflict(f"The file {file.filename} was published meanwhile; delete it from the session.")


def _new_file(job: _Publication, file: StagedFile) -> NewFile:
    release = NewRelease(**(file.release | {"version": Version(file.release["version"])}))
    belongs = job.new_project
    return NewFile(
        project_name=belongs.project_name,
        normalized_name=belongs.normalized_name,
        lookalike_key=belongs.lookalike_key,
        known_project=job.project,
        known_release=rules.check_release(job.project, release.version, file.packagetype),
        release=release,
        file=File(**file.row, uploaded_by_id=job.sender.bearer.person.id),
        actor=belongs.actor,
        owner=belongs.owner,
        max_project_size=rules.limits_of(job.project).project,
        creator=belongs.creator,
        lease=file.lease,
    )
