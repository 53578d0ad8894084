# SPDX-License-Identifier: Apache-2.0
"""What an upload leaves here, in its own transaction: provenance, and word of provenance that was lost."""

from collections.abc import Callable
from uuid import UUID

from cheeseshop import sql
from cheeseshop.attestations.examination import Attested
from cheeseshop.attestations.models import Provenance
from cheeseshop.attestations.observing import LostProvenance, observe_lost_provenance
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.models import File, Project
from cheeseshop.tokens.authentication import Bearer


def follow_upload(file: File, version: str, bearer: Bearer, attested: Attested | None) -> Callable[[UUID], None]:
    """Return what to do with the project's id before the journal."""

    def follow(project: UUID) -> None:
        if attested is not None:
            statements = [each.to_json() for each in attested.statements]
            sql.insert(Provenance(file_id=file.id, publisher=attested.signer, statements=statements))
        if bearer.publisher is not None:
            _note_trusted(project, bearer.publisher.name)
        else:
            _note_token(project, file.filename, version, bearer.actor)

    return follow


def _note_trusted(project: UUID, publisher: str) -> None:
    """Remember that the project is published by a trusted publisher; writes only where that is news."""
    known = sql.first("SELECT trusted, publisher FROM attestations_practice WHERE project_id = %s", project)
    if known is None or (bool(known[0]), known[1]) != (True, publisher[:300]):
        sql.run(_TRUSTED, project, True, publisher[:300])


_TRUSTED = """
INSERT INTO attestations_practice (project_id, trusted, publisher) VALUES (%s, %s, %s)
ON CONFLICT (project_id) DO UPDATE SET trusted = excluded.trusted, publisher = excluded.publisher"""


def _note_token(project: UUID, filename: str, version: str, by: str) -> None:
    """Tell owners and administrators where the file before came from a trusted publisher: once, of two at a time."""
    known = sql.first("SELECT trusted, publisher FROM attestations_practice WHERE project_id = %s", project)
    if known is None or not known[0] or not sql.run(_LOST, False, project, True):
        return
    found = Project.objects.get(pk=project)
    told = LostProvenance(project, found.normalized_name, version, filename, known[1], by)
    tell_owners(found, "provenance-lost", version=version, filename=filename, publisher=known[1], by=by)
    observe_lost_provenance(told)


_LOST = "UPDATE attestations_practice SET trusted = %s WHERE project_id = %s AND trusted = %s"
