# SPDX-License-Identifier: Apache-2.0
"""What an upload changes beside the catalogue, in the same transaction."""

from collections.abc import Callable
from uuid import UUID

from cheeseshop.publishers.flows import follow_upload as publishers
from cheeseshop.tokens.authentication import Bearer
from cheeseshop.uploads.rules import Standing


def consequences(bearer: Bearer, standing: Standing, *, created: bool) -> Callable[[UUID], None] | None:
    """Return what to do with the project's id before the journal, or None where there is nothing to do."""
    if created:
        return lambda project: publishers.project_created(project, bearer.publisher, standing.pending)
    identity, token = bearer.publisher, bearer.token_id
    if identity is not None:
        return lambda project: publishers.published(project, identity)
    if standing.rule.has_publishers and token is not None:
        return lambda project: publishers.warn_of_token(project, token)
    return None


def in_turn(*steps: Callable[[UUID], None] | None) -> Callable[[UUID], None]:
    """Return one step that takes those that there are, in their order."""

    def take(project: UUID) -> None:
        for step in steps:
            if step is not None:
                step(project)

    return take
