# SPDX-License-Identifier: Apache-2.0
"""What lies about, in one organisation or on the whole index. Each kind is one statement, a page at a time.

Of the whole index, each is read in the order of an index that holds little else, so that a million rows cost no more.
What an organisation's owners see is the organisation's: its service accounts' tokens, and not its members' own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.organizations.models import MemberRole, Membership, Organization, TeamMember, TeamRole
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher
from cheeseshop.tokens.models import Token

PAGE = 50
LONG = timedelta(days=90)
SOON = timedelta(days=30)
_SERVICE_TOKENS = 2000


class Kind(StrEnum):
    """What is looked for."""

    NEVER_USED = "never-used-tokens"
    UNUSED = "unused-tokens"
    EXPIRING = "expiring"
    INACTIVE = "inactive-people"
    PUBLISHERS = "unused-publishers"
    SOLE_OWNER = "sole-owner"


TITLES = {
    Kind.NEVER_USED: (
        _("Tokens that were never used"),
        _("Made more than 90 days ago. Revoke them: nobody will miss them."),
    ),
    Kind.UNUSED: (
        _("Tokens that are not used any more"),
        _("Last used more than 90 days ago. Revoke what nobody needs."),
    ),
    Kind.EXPIRING: (_("Close to expiry"), _("Within 30 days. Replace what is still needed.")),
    Kind.INACTIVE: (
        _("People without activity"),
        _("Nothing of theirs within 90 days. Do they need access?"),
    ),
    Kind.PUBLISHERS: (
        _("Publishers that never published"),
        _("Registered more than 90 days ago. Remove mistakes."),
    ),
    Kind.SOLE_OWNER: (
        _("Projects with a sole owner"),
        _("If that person leaves, nobody can go on."),
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that lies about. ``row`` is what it is about, which the page links to; ``since`` may be unknown."""

    subject: str
    detail: str
    since: datetime | None
    row: Any


def findings(kind: Kind, organization: Organization | None, page: int = 1) -> tuple[list[Finding], bool]:
    """Return one page of what was found (None: on the whole index), and whether there is more."""
    begin = (page - 1) * PAGE
    found = _KINDS[kind](organization)[begin : begin + PAGE + 1]
    rows = [_FINDING[kind](row) for row in found]
    return rows[:PAGE], len(rows) > PAGE


def _tokens(organization: Organization | None) -> QuerySet[Token]:
    rows = Token.objects.filter(user__isnull=False).select_related("user").defer("key", "publisher_facts")
    return rows.filter(user__service_of=organization) if organization else rows


def _never_used(organization: Organization | None) -> QuerySet[Token]:
    rows = _tokens(organization).filter(last_used_at=None, created_at__lt=now() - LONG)
    return rows.order_by("created_at")


def _unused(organization: Organization | None) -> QuerySet[Token]:
    return _tokens(organization).filter(last_used_at__lt=now() - LONG).order_by("last_used_at")


def _expiring(organization: Organization | None) -> Sequence[Token | PendingPublisher]:
    """Return tokens and pending publishers that end within thirty days, the next first.

    When a token ends is a caveat of it and no column: an organisation's are few enough to be looked at, and of the
    whole index those are taken whose holders were told of it, a week before.
    """
    moment = now()
    if organization:
        tokens = _tokens(organization)[:_SERVICE_TOKENS]
        pending = PendingPublisher.objects.filter(organization_id=organization.pk)
    else:
        tokens = _tokens(None).filter(expiry_told_at__gt=moment - LONG).order_by("-expiry_told_at")[:_SERVICE_TOKENS]
        pending = PendingPublisher.objects.all()
    ending: list[Token | PendingPublisher] = [
        token for token in tokens if token.expires_at is not None and moment < token.expires_at <= moment + SOON
    ]
    soon = pending.filter(expires_at__gt=moment, expires_at__lte=moment + SOON).order_by("expires_at")
    ending += soon.select_related("user")[:_SERVICE_TOKENS]
    return sorted(ending, key=lambda each: each.expires_at or moment)


def _inactive(organization: Organization | None) -> QuerySet[User]:
    """Return members of an organisation, or people with a role on the site, who did nothing for long."""
    rows = User.objects.filter(is_active=True, service_of=None)
    if organization:
        rows = rows.filter(pk__in=Membership.objects.filter(organization=organization).values("user"))
    else:
        rows = rows.filter(is_staff=True)
    events = SecurityEvent.objects.filter(user=OuterRef("pk")).order_by("-at").values("at")[:1]
    used = Token.objects.filter(user=OuterRef("pk")).order_by().values("user").annotate(at=Max("last_used_at"))
    joined = F("date_joined")
    newest = Greatest(
        joined,
        Coalesce("last_login", joined),
        Coalesce(Subquery(events), joined),
        Coalesce(Subquery(used.values("at")), joined),
    )
    return rows.annotate(seen=newest).filter(seen__lt=now() - LONG).order_by(Lower("username"))


def _publishers(organization: Organization | None) -> QuerySet[ProjectPublisher]:
    rows = ProjectPublisher.objects.filter(last_used_at=None, created_at__lt=now() - LONG)
    rows = rows.filter(project__organization=organization) if organization else rows
    return rows.select_related("project", "publisher").order_by("created_at")


def _sole_owner(organization: Organization | None) -> QuerySet[Any]:
    """Return projects that one person alone owns. In an organisation of several owners there is none."""
    owners = ProjectRole.objects.filter(project=OuterRef("pk"), role=Role.OWNER)
    if organization is None:
        # A count is asked for row by row, in the order of the names, until a page is full. PostgreSQL would turn a
        # NOT EXISTS into a join of all projects with all roles, and sort it.
        count = owners.order_by().values("project").annotate(number=Count("pk")).values("number")
        first = owners.order_by("pk").values("user__username")[:1]
        rows = Project.objects.filter(organization=None).alias(number=Subquery(count)).filter(number=1)
        return rows.annotate(owner=Subquery(first)).order_by("normalized_name")
    mine = Membership.objects.filter(organization=organization, role=MemberRole.OWNER).select_related("user")[:2]
    if len(mine) != 1:
        return Project.objects.none()
    by_team = TeamRole.objects.filter(project=OuterRef("pk"), role=Role.OWNER).filter(
        Exists(TeamMember.objects.filter(team=OuterRef("team")).exclude(user=mine[0].user))
    )
    others = Exists(owners.exclude(user=mine[0].user))
    alone = Project.objects.filter(~others, ~Exists(by_team), organization=organization)
    return alone.annotate(owner=Value(mine[0].user.username)).order_by("normalized_name")


_KINDS: dict[Kind, Callable[[Organization | None], Any]] = {
    Kind.NEVER_USED: _never_used,
    Kind.UNUSED: _unused,
    Kind.EXPIRING: _expiring,
    Kind.INACTIVE: _inactive,
    Kind.PUBLISHERS: _publishers,
    Kind.SOLE_OWNER: _sole_owner,
}


def _ending(row: Token | PendingPublisher) -> Finding:
    if isinstance(row, Token):
        return Finding(f"{row.user}: {row.description}", gettext("API token"), row.expires_at, row)
    return Finding(
        row.project_name,
        gettext("pending publisher %(place)s, of %(user)s") % {"place": row.place, "user": row.user},
        row.expires_at,
        row,
    )


_FINDING: dict[Kind, Callable[[Any], Finding]] = {
    Kind.NEVER_USED: lambda row: Finding(f"{row.user}: {row.description}", gettext("made"), row.created_at, row),
    Kind.UNUSED: lambda row: Finding(f"{row.user}: {row.description}", gettext("last used"), row.last_used_at, row),
    Kind.EXPIRING: _ending,
    Kind.INACTIVE: lambda row: Finding(row.username, gettext("last seen"), row.seen, row),
    Kind.PUBLISHERS: lambda row: Finding(
        gettext("%(publisher)s of %(project)s") % {"publisher": row.publisher, "project": row.project},
        gettext("registered"),
        row.created_at,
        row,
    ),
    Kind.SOLE_OWNER: lambda row: Finding(
        row.name, gettext("owned by %(owner)s alone") % {"owner": row.owner}, None, row
    ),
}


def everything(organization: Organization | None, most: int) -> Iterable[tuple[Kind, list[Finding], bool]]:
    """Return the first ``most`` findings of each kind, and whether there are more."""
    for kind in Kind:
        found, more = findings(kind, organization)
        yield kind, found[:most], more or len(found) > most
