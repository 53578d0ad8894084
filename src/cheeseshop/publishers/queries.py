# SPDX-License-Identifier: Apache-2.0
"""What uploads ask about publishers, one statement each, and what people read of them."""

from dataclasses import dataclass
from uuid import UUID

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.publishers.issuers import issuer_at
from cheeseshop.publishers.models import ProjectPublisher, ProjectRule, Publisher
from cheeseshop.publishers.providers import provider_of


@dataclass(frozen=True, slots=True)
class UploadRule:
    """What a project demands of uploads: from publishers only, has any, and whether one of them uploads now."""

    only_publishers: bool = False
    has_publishers: bool = False
    is_linked: bool = False


_RULE = """
SELECT EXISTS(SELECT 1 FROM publishers_projectrule WHERE project_id = %s AND only_publishers),
 EXISTS(SELECT 1 FROM publishers_projectpublisher WHERE project_id = %s),
 EXISTS(SELECT 1 FROM publishers_projectpublisher WHERE project_id = %s AND publisher_id = %s)"""


def upload_rule(project_id: UUID, publisher_id: UUID | None) -> UploadRule:
    """Return what a project demands of an upload by a publisher, or by anybody else (None)."""
    row = sql.first(_RULE, project_id, project_id, project_id, publisher_id)
    return UploadRule(*(bool(each) for each in row)) if row else UploadRule()


@dataclass(frozen=True, slots=True)
class Pending:
    """A registration of a publisher for a project that its upload is about to create."""

    id: UUID
    user_id: UUID
    organization_id: UUID | None


_PENDING = """
SELECT w.id, w.user_id, w.organization_id FROM publishers_pendingpublisher w
JOIN publishers_publisher p ON p.issuer = w.issuer AND p.fields_key = w.fields_key
WHERE p.id = %s AND w.normalized_name = %s AND w.expires_at > %s"""


def pending_for(publisher_id: UUID, normalized_name: str) -> Pending | None:
    """Return what lets a publisher create the project of that name, or None."""
    row = sql.first(_PENDING, publisher_id, normalized_name, now())
    if row is None:
        return None
    return Pending(sql.as_uuid(row[0]), sql.as_uuid(row[1]), None if row[2] is None else sql.as_uuid(row[2]))


@dataclass(frozen=True, slots=True)
class Listed:
    """A publisher of a project as people read it. ``urls`` are addresses that it vouches for."""

    link: ProjectPublisher
    name: str
    issuer: str
    urls: tuple[str, ...]
    pinned: str


def publishers_of(project_id: UUID) -> list[Listed]:
    """Return the publishers of a project, oldest first."""
    rows = ProjectPublisher.objects.filter(project=project_id).select_related("publisher").order_by("created_at")
    return [_listed(row) for row in rows]


def _listed(row: ProjectPublisher) -> Listed:
    pinned = ", ".join(f"{name} {value}" for name, value in row.pinned.items())
    return Listed(row, *described(row.publisher), pinned)


def described(publisher: Publisher) -> tuple[str, str, tuple[str, ...]]:
    """Return a publisher's name, its issuer's, and addresses that it vouches for."""
    issuer = issuer_at(publisher.issuer)
    if issuer is None:
        return str(publisher), publisher.issuer, ()
    provider = provider_of(issuer)
    return provider.describe(publisher.fields), issuer.name, provider.urls(publisher.fields)[:1]


def takes_only_publishers(project_id: UUID) -> bool:
    """Tell whether a project takes files from its publishers only."""
    return ProjectRule.objects.filter(project=project_id, only_publishers=True).exists()
