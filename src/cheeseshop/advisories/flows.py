# SPDX-License-Identifier: Apache-2.0
"""Reading advisories in, matching them to releases, and matching new releases to them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from packaging.version import Version

from cheeseshop import sql
from cheeseshop.advisories import osv
from cheeseshop.advisories.models import Advisory, AffectedProject, Finding, MatchedUpTo
from cheeseshop.advisories.osv import AdvisoryError, Affected, Range, Record
from cheeseshop.catalog.models import Project, Release
from cheeseshop.core.clock import now
from cheeseshop.journal import flows as journal
from cheeseshop.journal.models import Entry, SerialCounter

_BATCH = 500


@dataclass(slots=True)
class Loaded:
    """What became of the records of a load."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    projects: set[str] = field(default_factory=set)


def load(records: Iterable[tuple[str, bytes]], source: str = "osv") -> Loaded:
    """Read records, each with a name for messages. Those that were not modified since the last time are passed over."""
    told = Loaded()
    prepare()
    for name, data in records:
        try:
            raw = json.loads(data)
            record = osv.parse(raw)
        except (ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, AdvisoryError) else "it is no JSON"
            told.refused.append(f"{name}: {reason}")
            continue
        if record.affected or Advisory.objects.filter(pk=record.id).exists():
            read_in(record, raw, source, told)
    return told


def prepare() -> None:
    """Before the first advisory is read, note that all releases until now are matched by reading it."""
    if not Advisory.objects.exists():
        serial = SerialCounter.objects.get(pk=1).serial
        MatchedUpTo.objects.update_or_create(id=1, defaults={"serial": serial})


def read_in(record: Record, raw: Any, source: str, told: Loaded) -> None:  # noqa: ANN401 - a JSON value
    """Write one advisory, and match it. Pages of projects that it changes are marked."""
    known = Advisory.objects.filter(pk=record.id).values_list("modified_at", flat=True).first()
    if known is not None and known >= record.modified:
        told.unchanged += 1
        return
    with transaction.atomic():
        before = set(AffectedProject.objects.filter(advisory=record.id).values_list("normalized_name", flat=True))
        Advisory.objects.update_or_create(id=record.id, defaults=_columns(record, raw, source))
        AffectedProject.objects.filter(advisory=record.id).delete()
        AffectedProject.objects.bulk_create(_row(record.id, each) for each in record.affected)
        by_name = {each.normalized_name: each for each in record.affected}
        found = Project.objects.select_for_update().filter(normalized_name__in=before | by_name.keys())
        touched = [p for p in found.order_by("normalized_name") if _match(p, record.id, by_name.get(p.normalized_name))]
        told.projects.update(p.normalized_name for p in touched)
        _journal(touched, record.id)
    told.new += known is None
    told.changed += known is not None


def _journal(projects: list[Project], identity: str) -> None:
    changes = [journal.Change(p.name, p.normalized_name, f"advisory {identity}") for p in projects]
    if changes:
        journal.commit(changes, [journal.Dirty(p.normalized_name) for p in projects])


def _columns(record: Record, raw: Any, source: str) -> dict[str, Any]:  # noqa: ANN401 - a JSON value
    return {
        "source": source,
        "modified_at": record.modified,
        "published_at": record.published,
        "withdrawn_at": record.withdrawn,
        "aliases": list(record.aliases),
        "summary": record.summary,
        "details": record.details,
        "link": record.link,
        "raw": json.dumps(raw).replace("\\u0000", ""),
        "read_at": now(),
    }


def _row(advisory: str, affected: Affected) -> AffectedProject:
    return AffectedProject(
        advisory_id=advisory,
        normalized_name=affected.normalized_name,
        ranges=[[each.low, each.high, each.inclusive] for each in affected.ranges],
        versions=list(affected.versions),
        fixed=list(affected.fixed),
    )


def affected_of(row: AffectedProject) -> Affected:
    """Return what a row says, as the format's module understands it."""
    ranges = tuple(Range(low, high, inclusive=inclusive) for low, high, inclusive in row.ranges)
    return Affected(row.normalized_name, ranges, tuple(row.versions), tuple(row.fixed))


def _match(project: Project, advisory: str, affected: Affected | None) -> bool:
    """Bring a project's findings of one advisory in line with it, and tell whether any release's pages change."""
    releases = Release.objects.filter(project=project).values_list("id", "version")
    matched = {i for i, version in releases.iterator() if affected and osv.affects(affected, Version(version))}
    rows = Finding.objects.filter(release__project=project, advisory=advisory)
    had = set(rows.values_list("release_id", flat=True))
    rows.exclude(release__in=matched).delete()
    fixed = list(affected.fixed) if affected else []
    rows.update(fixed=fixed)
    Finding.objects.bulk_create(
        Finding(release_id=each, advisory_id=advisory, fixed=fixed) for each in sorted(matched - had)
    )
    return bool(matched or had)


def remove_from(project: Project, advisory: str) -> bool:
    """Take an advisory's findings off a project, and tell whether there were any. Part of a transaction."""
    return _match(project, advisory, None)


def match_new_releases() -> int:
    """Match what was released since the last time to the advisories that are known, and return how many findings came.

    Several processes may do so at once.
    """
    row = sql.first(
        "SELECT m.serial, j.serial FROM journal_serialcounter j, advisories_matchedupto m WHERE m.id = 1 AND j.id = 1"
    )
    if row is None or row[0] >= row[1]:
        return 0
    with transaction.atomic():
        cursor = MatchedUpTo.objects.select_for_update().get(pk=1)
        entries = list(Entry.objects.filter(serial__gt=cursor.serial).order_by("serial")[:_BATCH])
        if not entries:
            return 0
        MatchedUpTo.objects.filter(pk=1).update(serial=entries[-1].serial)
        made = list(_new_findings({(e.normalized_name, e.version) for e in entries if e.action == "new release"}))
        Finding.objects.bulk_create(made, ignore_conflicts=True)
        _tell({finding.release.project for finding in made})
    return len(made)


def _new_findings(released: set[tuple[str, str]]) -> Iterator[Finding]:
    names = {name for name, _ in released}
    for row in AffectedProject.objects.filter(normalized_name__in=names):
        affected = affected_of(row)
        versions = [version for name, version in released if name == row.normalized_name]
        matching = [version for version in versions if osv.affects(affected, Version(version))]
        for release in Release.objects.select_related("project").filter(
            project__normalized_name=row.normalized_name, version__in=matching
        ):
            yield Finding(release=release, advisory_id=row.advisory_id, fixed=row.fixed)


def _tell(projects: set[Project]) -> None:
    ordered = sorted(projects, key=lambda each: each.normalized_name)
    changes = [journal.Change(p.name, p.normalized_name, "advisories matched") for p in ordered]
    if changes:
        journal.commit(changes, [journal.Dirty(p.normalized_name) for p in ordered])
