# SPDX-License-Identifier: Apache-2.0
"""From the journal to files that wait, from those to a scan, and from a scan to observations."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.db import IntegrityError, transaction

from cheeseshop import sql
from cheeseshop.catalog.models import Release
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import is_on
from cheeseshop.journal.models import Entry, SerialCounter
from cheeseshop.moderation.flows import Observed, Reporter, decide, look_at_new_name, observe
from cheeseshop.moderation.models import Kind, Observation, Subject, Verdict
from cheeseshop.scanning.descriptions import links_of, look_at_links, read_domains
from cheeseshop.scanning.findings import Finding, Findings
from cheeseshop.scanning.looking import Wanted
from cheeseshop.scanning.models import Found, ScanCursor, WaitingScan
from cheeseshop.scanning.queries import Scannable, added_files, scannable
from cheeseshop.scanning.scanner import Outcome
from cheeseshop.storage import Store

log = logging.getLogger(__name__)

NOT_SCANNED = "not-scanned"
REPORTER = Reporter("scan of files", automatic=True)
_BATCH = 500
_CLAIM = timedelta(minutes=5)  # beside the time that a scan may take
_ATTEMPTS = 3


class Looks(Protocol):
    """Who looks into files."""

    def scan(self, wanted: Wanted) -> Outcome:
        """Look into one."""
        ...


@dataclass(frozen=True, slots=True)
class Scanned:
    """What came of a file: its findings, those that were new, and why it was not looked into wholly."""

    filename: str
    findings: tuple[Finding, ...]
    new: int
    reason: str


def read_journal() -> int:
    """Note the files that were added since the last time as waiting, and return how many. Safe to run twice at once.

    Where nothing was read yet there is nothing to catch up with: files of before are scanned by command.
    """
    row = sql.first(
        "SELECT c.serial, j.serial FROM journal_serialcounter j LEFT JOIN scanning_scancursor c ON c.id = 1"
    )
    if row is None or row[0] == row[1]:
        return 0
    if row[0] is None:
        ScanCursor.objects.get_or_create(id=1, defaults={"serial": SerialCounter.objects.get(pk=1).serial})
        return 0
    with transaction.atomic():
        cursor = ScanCursor.objects.select_for_update().get(pk=1)
        entries = list(Entry.objects.filter(serial__gt=cursor.serial).order_by("serial")[:_BATCH])
        if not entries:
            return 0
        waiting = [WaitingScan(filename=each) for each in dict.fromkeys(added_files(entries))]
        WaitingScan.objects.bulk_create(waiting, ignore_conflicts=True)
        ScanCursor.objects.filter(pk=1).update(serial=entries[-1].serial)
    return len(waiting)


def scan_next(store: Store, looks: Looks) -> list[Scanned] | None:
    """Scan the file that has waited longest, and return what came of it: nothing where it was removed meanwhile.

    None where no file waits. Several processes may do so at once. While administrators have switched scanning off,
    files go on waiting. A power failure may take back what was observed, and then the file waits again.
    """
    each = (
        None if is_on(Switch.NO_SCANNING) else WaitingScan.objects.filter(due_at__lte=now()).order_by("due_at").first()
    )
    if each is None:
        return None
    done: list[Scanned] = []
    claim = _CLAIM + timedelta(seconds=current.settings().scan_seconds)
    with sql.relaxed_transaction():
        mine = WaitingScan.objects.filter(pk=each.pk, due_at=each.due_at)
        if not mine.update(due_at=now() + claim, attempts=each.attempts + 1):
            return done  # somebody else took it
    file = scannable(each.filename)
    if file is None:
        pass  # it was removed
    elif each.attempts >= _ATTEMPTS:  # whoever took it died each time, and perhaps by it
        done.append(record(file, Outcome(reason="Whatever looked into it ended before it was done.")))
    else:
        done.append(scan_file(store, looks, file))
    with sql.relaxed_transaction():
        WaitingScan.objects.filter(pk=each.pk).delete()
    return done


def scan_files(store: Store, looks: Looks, filenames: Iterable[str]) -> Iterator[Scanned]:
    """Scan files by their names, whether they were scanned before or not; the names of their projects are looked at.

    What wait is taken off the list. Files that are gone are passed over.
    """
    projects: set[str] = set()
    for filename in filenames:
        file = scannable(filename)
        if file is not None:
            if file.project not in projects:
                projects.add(file.project)
                _look_at_name(file)
            yield scan_file(store, looks, file)
        WaitingScan.objects.filter(pk=filename).delete()


def _look_at_name(file: Scannable) -> None:
    """Look at a project's name again, because other names may have become well known; it is observed once."""
    if not Observation.objects.filter(kind=Kind.TYPO, subject=file.project).exists():
        look_at_new_name(file.project_name, file.project, "")


def scan_file(store: Store, looks: Looks, file: Scannable) -> Scanned:
    """Scan one file, and observe what was found that was not found before."""
    settings = current.settings()
    outcome = looks.scan(
        Wanted(
            path=str(store.blob_path(file.blob_key).absolute()),
            filename=file.filename,
            project=file.project,
            sha256=file.sha256,
            rules=settings.yara_rules,
            hashes=settings.bad_hashes,
            seconds=float(settings.scan_seconds),
        )
    )
    _tell_problems(outcome.problems)
    return record(file, outcome)


_told: tuple[str, ...] = ()


def _tell_problems(problems: tuple[str, ...]) -> None:
    """Log what is wrong with the lists of administrators, once until it changes."""
    global _told  # noqa: PLW0603 - each process remembers its own
    if problems != _told:
        for problem in problems:
            log.warning("scanning: %s", problem)
    _told = problems


def record(file: Scannable, outcome: Outcome) -> Scanned:
    """Observe what a scan found, each rule once a file, and that the file could not be looked into, if it could not."""
    subject = About(file, Subject.FILE, file.filename, file.filename)
    new, known = _observe_new(subject, outcome.findings)
    if outcome.reason and NOT_SCANNED not in known:
        _observe(subject, Finding(NOT_SCANNED, outcome.reason, Kind.NOT_SCANNED))
    elif not outcome.reason and NOT_SCANNED in known:
        _close(file, known[NOT_SCANNED])
    return Scanned(file.filename, outcome.findings, new + _look_at_description(file), outcome.reason)


def _look_at_description(file: Scannable) -> int:
    """Look at the links of the release's description and metadata, and return how many observations came of it."""
    release = Release.objects.select_related("description").filter(pk=file.release_id).first()
    if release is None:
        return 0
    description, found = getattr(release, "description", None), Findings()
    others = [str(each[1]) for each in release.facts.get("project_urls", ()) if len(each) > 1]
    look_at_links(links_of(description.html if description else ""), others, _bad_domains(), found)
    about = About(file, Subject.RELEASE, f"{file.project} {file.version}", str(file.release_id))
    return _observe_new(about, tuple(found.all()))[0]


def _bad_domains() -> frozenset[str]:
    path = current.settings().spam_domains
    try:
        return read_domains(Path(path)) if path else frozenset()
    except OSError as error:
        log.warning("scanning: the list of domains can't be read: %s", error)
        return frozenset()


@dataclass(frozen=True, slots=True)
class About:
    """What an observation is about: its kind and name as people read it, and the key by which it is observed once."""

    file: Scannable
    kind: Subject
    name: str
    key: str


def _observe_new(about: About, findings: tuple[Finding, ...]) -> tuple[int, dict[str, UUID]]:
    """Observe what was not observed before. Return how much that is, and what was."""
    known = dict(Found.objects.filter(subject=about.key).values_list("rule", "observation_id"))
    return sum(_observe(about, each) for each in findings if each.rule not in known), known


def _observe(about: About, finding: Finding) -> bool:
    """Observe one finding, unless somebody else does so at this moment, and tell whether it was observed."""
    kind = Kind(finding.kind) if finding.kind in Kind.values else Kind.SUSPICIOUS
    payload: dict[str, object] = {
        "rule": finding.rule,
        "project": about.file.project,
        "version": about.file.version,
        "places": finding.places,
        "count": finding.count,
    }
    if about.kind == Subject.FILE:
        payload["sha256"] = about.file.sha256
    observed = Observed(kind, about.name, _summary(finding), about.kind, about.file.project_id, payload)
    try:
        with transaction.atomic():
            Found.objects.create(subject=about.key, rule=finding.rule[:255], observation_id=observe(observed, REPORTER))
    except IntegrityError:
        return False
    return True


def _summary(finding: Finding) -> str:
    if not finding.places:
        return f"{finding.rule}: {finding.text}"
    more = finding.count - len(finding.places[:3])
    return f"{finding.rule}: {finding.text} {', '.join(finding.places[:3])}{f' and {more} more' if more > 0 else ''}"


def _close(file: Scannable, observation: UUID) -> None:
    """A file that could not be looked into has been by now."""
    with transaction.atomic():
        Found.objects.filter(subject=file.filename, rule=NOT_SCANNED).delete()
        try:
            decide(observation, Verdict.HARMLESS, "It was scanned later.", REPORTER.name)
        except Conflict:
            return  # somebody did already
