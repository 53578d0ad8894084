# SPDX-License-Identifier: Apache-2.0
"""Reports of projects by people, and when reports of malware suffice to act without waiting for a moderator."""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from packaging.utils import canonicalize_name

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.accounts.telling import tell_administrators
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.moderation.flows import Observed, Reporter, observe
from cheeseshop.moderation.models import Case, Kind, Observation, Subject, Verdict
from cheeseshop.moderation.observers import trusted_of

LONGEST_LINK, SHORTEST, LONGEST = 2000, 10, 2000
YOUNG = timedelta(hours=24)
_MOST = 500
_INSPECTOR = "inspector.pypi.io"
_MARKUP = re.compile(r"<[A-Za-z/!?]")


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports of a project, and the address inside it where that is to be seen.

    Who reports by the form is mailed that it has come.
    """

    project: UUID
    kind: Kind
    summary: str
    link: str = ""
    by_form: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A report that is recorded. ``act``: it is time for quarantine; then ``why`` says by which rule, in public."""

    observation: UUID
    act: bool
    why: str = ""


def check_summary(text: str) -> str:
    """Return what was observed, without the blanks around it.

    Raises:
        Refusal: when it is too short, too long, or holds HTML.
    """
    told = text.strip()
    if not SHORTEST <= len(told) <= LONGEST:
        raise Refusal(
            gettext("Say in %(shortest)s to %(longest)s characters what you found; these are %(told)s.")
            % {"shortest": SHORTEST, "longest": LONGEST, "told": len(told)}
        )
    if _MARKUP.search(told) or "\0" in told:
        raise Refusal(gettext("Write plain text; HTML is not taken."))
    return told


def check_link(link: str, normalized_name: str) -> str:
    """Return the address where the finding is to be seen: inside this very project, here or on the public inspector.

    Raises:
        Refusal: for any other.
    """
    site = urlsplit(current.settings().url)
    try:
        found = urlsplit(link)
        parts = found.path.split("/")
        here = (found.scheme, found.netloc) in {(site.scheme, site.netloc), ("https", _INSPECTOR)}
        named = parts[:2] == ["", "project"] and len(parts) > 3  # noqa: PLR2004 - "", project, NAME, more
        if len(link) <= LONGEST_LINK and here and named and canonicalize_name(unquote(parts[2])) == normalized_name:
            return link
    except ValueError:
        pass
    raise Refusal(
        gettext(
            "Give the address inside the project where it is to be seen, as "
            "%(scheme)s://%(netloc)s/project/%(normalized_name)s/VERSION/inside/FILE/at/PATH, of at "
            "most %(longest_link)s characters."
        )
        % {
            "scheme": site.scheme,
            "netloc": site.netloc,
            "normalized_name": normalized_name,
            "longest_link": LONGEST_LINK,
        }
    )


def record(report: Report, by: User) -> Recorded:
    """Record a report, and find out under the project's lock whether the reports of it suffice to act.

    The very same report again, by a second click or a retry, is not recorded twice.

    Raises:
        Missing: when the project is gone.
    """
    with transaction.atomic():
        project = Project.objects.select_for_update().filter(pk=report.project).first()
        if project is None:
            raise Missing(gettext("This project does not exist any more."))
        waiting = Observation.objects.filter(project_id=project.pk, kind=report.kind, verdict="")
        same = waiting.filter(reported_by=by, summary=report.summary).first()
        made = same.pk if same else _write(project, report, by, first=not waiting.exists())
        why = "" if project.quarantined_at else _reason_to_act(project, report.kind)
    return Recorded(made, bool(why), why)


def _write(project: Project, report: Report, by: User, *, first: bool) -> UUID:
    payload = {"link": report.link} if report.link else {}
    what = Observed(report.kind, project.normalized_name, report.summary, Subject.PROJECT, project.pk, payload)
    made = observe(what, Reporter(by.username, by.pk))
    if first:
        tell_administrators(f"A report of {project.name}", _link(made))
    if report.by_form:
        history.mail(by, "report-received", project=project.name, summary=report.summary)
    return made


def _link(observation: UUID) -> str:
    return f"{current.settings().url}/manage/observations/{observation}/"


def _reason_to_act(project: Project, kind: Kind) -> str:
    """Return by which rule the reports of malware suffice, or nothing. What was cleared needs new reports."""
    if kind is not Kind.MALWARE:
        return ""
    rows = Observation.objects.filter(project_id=project.pk, kind=kind, reported_by__isnull=False)
    cleared = Case.objects.filter(project_id=project.pk, version="", filename="", cleared_at__isnull=False)
    last = cleared.order_by("-cleared_at").values_list("cleared_at", flat=True).first()
    if last is not None:
        rows = rows.filter(created_at__gt=last)
    reporters = set(rows.exclude(verdict=Verdict.HARMLESS).values_list("reported_by", flat=True)[:_MOST])
    if not trusted_of(reporters):
        return ""
    if now() - project.created_at < YOUNG:
        return "A trusted observer reported this new project as malware; a moderator looks at it."
    if len(reporters) > 1:
        return "Several people, a trusted observer among them, reported it as malware; a moderator looks at it."
    return ""
