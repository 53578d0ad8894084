# SPDX-License-Identifier: Apache-2.0
"""What an upload means for publishers. Every function is part of the upload's transaction, before its journal."""

from uuid import UUID

from cheeseshop import sql
from cheeseshop.accounts import history
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.core.errors import TryAgain
from cheeseshop.core.facts import PublisherIdentity
from cheeseshop.core.ids import new_id
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher, TokenWarning
from cheeseshop.publishers.owners import give_to_organization
from cheeseshop.publishers.queries import Pending


def project_created(project: UUID, publisher: PublisherIdentity | None, pending: Pending | None) -> None:
    """Turn the pending publisher that created a project into a publisher of it, and drop others for that name.

    Raises:
        TryAgain: when the pending publisher was removed meanwhile.
    """
    if publisher is not None and pending is not None:
        _adopt(project, publisher, pending)
    row = sql.first("SELECT lookalike_key FROM catalog_project WHERE id = %s", project)
    if row and sql.first("SELECT 1 FROM publishers_pendingpublisher WHERE lookalike_key = %s LIMIT 1", row[0]):
        _drop_others(row[0])


def _adopt(project: UUID, publisher: PublisherIdentity, pending: Pending) -> None:
    if not sql.run("DELETE FROM publishers_pendingpublisher WHERE id = %s", pending.id):
        raise TryAgain("The pending publisher was removed while the file was checked.")
    if pending.organization_id is not None:
        give_to_organization(project, pending.organization_id)
    moment = now()
    sql.insert(
        ProjectPublisher(
            id=new_id(),
            project_id=project,
            publisher_id=publisher.id,
            pinned=publisher.pinned,
            anchor=next(iter(publisher.pinned.values()), ""),
            created_by="a pending publisher",
            last_used_at=moment,
            published_at=moment,
        )
    )
    tell_owners(Project.objects.get(pk=project), "project-created-by-publisher", publisher=publisher.name)


def _drop_others(lookalike_key: str) -> None:
    for each in PendingPublisher.objects.filter(lookalike_key=lookalike_key).select_related("user"):
        each.delete()
        history.mail(each.user, "pending-publisher-invalid", project=each.project_name, publisher=str(each))


def published(project: UUID, publisher: PublisherIdentity) -> None:
    """Keep when a publisher last uploaded, and tell the owners of its first time."""
    moment = now()
    place = (project, publisher.id)
    if sql.run(f"{_USED}, published_at = %s{_OF} AND published_at IS NULL", moment, moment, *place):
        tell_owners(Project.objects.get(pk=project), "publisher-first-release", publisher=publisher.name)
        return
    if not sql.run(_USED + _OF, moment, *place):
        raise TryAgain("The publisher was removed from the project while the file was checked.")


_USED = "UPDATE publishers_projectpublisher SET last_used_at = %s"
_OF = " WHERE project_id = %s AND publisher_id = %s"


def warn_of_token(project: UUID, token: UUID) -> None:
    """Tell the owners, once for each token, that it uploaded to a project which has trusted publishers."""
    _, first = TokenWarning.objects.get_or_create(project_id=project, token_id=token)
    if not first:
        return
    row = sql.first(
        "SELECT t.description, u.username FROM tokens_token t JOIN accounts_user u ON u.id = t.user_id WHERE t.id = %s",
        token,
    )
    if row:
        tell_owners(Project.objects.get(pk=project), "token-beside-publisher", token=row[0], by=row[1])
