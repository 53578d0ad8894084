# SPDX-License-Identifier: Apache-2.0
"""Advisories that somebody pushes to us, signed: which versions of which project each one is about.

Unlike the records of a feed they name versions one by one, and a project at a time. What a feed told of an advisory
stays as it is: that record is whole.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from cheeseshop.advisories.flows import Loaded, affected_of, prepare, read_in
from cheeseshop.advisories.models import Advisory, AffectedProject
from cheeseshop.advisories.osv import ECOSYSTEM, Affected, Record, is_identity
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal
from cheeseshop.leaks.partners import Partner, check_signature

SOURCE = "pushed"
MOST_REPORTS = 1000
_MOST_VERSIONS = 20_000
_LONGEST_VERSION = 200
_LONGEST_DETAILS = 200_000


@dataclass(frozen=True, slots=True)
class Pushed:
    """One report: an advisory, and the versions of one project that it is about; none takes it off the project."""

    id: str
    project: str
    versions: tuple[str, ...]
    fixed: tuple[str, ...]
    aliases: tuple[str, ...]
    link: str
    summary: str
    details: str
    withdrawn: bool


def check_source(headers: Mapping[str, str], body: bytes) -> None:
    """Check that the source of pushed advisories signed the very bytes of a body.

    Raises:
        Refusal: when it did not, when its keys can't be had, or when there is none.
    """
    source = Partner("The source of advisories", "VULN-PUBLIC-KEY", current.settings().osv_keys_url)
    if source.keys_url == "off":
        raise Refusal("This index takes no pushed advisories.")
    if not all(f"{source.header}-{part}" in headers for part in ("IDENTIFIER", "SIGNATURE")):
        raise Refusal(f"{source.header}-IDENTIFIER and {source.header}-SIGNATURE must be there.")
    check_signature(source, headers, body)


def reports_in(body: bytes) -> list[Pushed]:
    """Read a signed body: a list of ``{"project", "versions", "id", "link", "aliases", …}``.

    Raises:
        Refusal: when it is none, or too long a one.
    """
    try:
        items = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("The body is not JSON.") from error
    if not isinstance(items, list) or len(items) > MOST_REPORTS:
        raise Refusal(f"The body is a list of at most {MOST_REPORTS} reports.")
    return [_report(item) for item in items]


def _report(item: Any) -> Pushed:  # noqa: ANN401 - whatever JSON holds
    match item:
        case {"project": str(project), "versions": list(versions), "id": str(identity)} if is_identity(identity):
            pass
        case _:
            raise Refusal("A report has a project, a list of versions, and an id of letters, digits, '.', '_' and '-'.")
    try:
        name = str(canonicalize_name(project[:300], validate=True))
    except InvalidName as error:
        raise Refusal(f"{project[:100]!r} is no name of a project.") from error
    link = _text(item.get("link"), 500)
    events = item.get("events")
    fixed = [each.get("fixed") for each in events if isinstance(each, dict)] if isinstance(events, list) else []
    return Pushed(
        id=identity,
        project=name,
        versions=_versions(versions),
        fixed=tuple(sorted(_versions(fixed), key=Version)),
        aliases=_texts(item.get("aliases")),
        link=link if link.startswith("https://") else f"https://osv.dev/vulnerability/{identity}",
        summary=_text(item.get("summary"), 1000),
        details=_text(item.get("details"), _LONGEST_DETAILS),
        withdrawn=bool(item.get("withdrawn")),
    )


def _versions(texts: list[Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in texts[:_MOST_VERSIONS]:
        if isinstance(text, str) and len(text) <= _LONGEST_VERSION:
            try:
                Version(text)
            except (InvalidVersion, ValueError):
                continue
            found[text] = None
    return tuple(found)


def _texts(value: object) -> tuple[str, ...]:
    listed = value[:100] if isinstance(value, list) else []
    return tuple(_text(each, 100) for each in listed if isinstance(each, str))


def _text(value: object, longest: int) -> str:
    return value.replace("\0", "")[:longest] if isinstance(value, str) else ""


def take(reports: list[Pushed]) -> Loaded:
    """Bring advisories in line with reports, each in one transaction. Projects that are not here are passed over."""
    told = Loaded()
    prepare()
    for report in reports:
        if Project.objects.filter(normalized_name=report.project).exists():
            _take(report, told)
    return told


def _take(report: Pushed, told: Loaded) -> None:
    with transaction.atomic():
        known = Advisory.objects.select_for_update().filter(pk=report.id).first()
        if known is not None and known.source != SOURCE:
            told.unchanged += 1
            return
        if known is None and not report.versions:
            return
        rows = AffectedProject.objects.filter(advisory=report.id).exclude(normalized_name=report.project)
        affected = [affected_of(row) for row in rows]
        if report.versions:
            affected.append(Affected(report.project, (), report.versions, report.fixed))
        record = _record(report, tuple(affected), known)
        if known is not None and _says(_raw(record)) == _says(json.loads(known.raw)):
            told.unchanged += 1
            return
        read_in(record, _raw(record), SOURCE, told)


def _record(report: Pushed, affected: tuple[Affected, ...], known: Advisory | None) -> Record:
    moment = now()
    withdrawn = (known.withdrawn_at if known else None) or moment
    return Record(
        id=report.id,
        modified=moment,
        published=known.published_at if known else moment,
        withdrawn=withdrawn if report.withdrawn else None,
        aliases=report.aliases,
        summary=report.summary,
        details=report.details,
        link=report.link,
        affected=affected,
    )


def _raw(record: Record) -> dict[str, Any]:
    """Return a record in the OSV format, as auditors ask for it."""
    raw: dict[str, Any] = {
        "schema_version": "1.6.0",
        "id": record.id,
        "modified": record.modified.isoformat(),
        "aliases": list(record.aliases),
        "summary": record.summary,
        "details": record.details,
        "references": [{"type": "ADVISORY", "url": record.link}],
        "affected": [
            {
                "package": {"ecosystem": ECOSYSTEM, "name": each.normalized_name},
                "versions": list(each.versions),
                "database_specific": {"fixed": list(each.fixed)},
            }
            for each in record.affected
        ],
    }
    for key, moment in (("published", record.published), ("withdrawn", record.withdrawn)):
        if moment is not None:
            raw[key] = moment.isoformat()
    return raw


def _says(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what a record says, in an order of its own."""
    affected = sorted(raw["affected"], key=lambda each: str(each["package"]["name"]))
    return {key: value for key, value in raw.items() if key != "modified"} | {"affected": affected}
