# SPDX-License-Identifier: Apache-2.0
"""The routes of trusted publishing."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from cheeseshop.access.permissions import Action
from cheeseshop.accounts import limits
from cheeseshop.api.schemas import Message, PublisherIn, PublisherOut, PublishingRule
from cheeseshop.api.security import caller, project_for
from cheeseshop.core.errors import Refusal
from cheeseshop.publishers.flows import register
from cheeseshop.publishers.models import ProjectPublisher
from cheeseshop.publishers.providers.base import InvalidFields
from cheeseshop.publishing.managing import follow

router = Router(tags=["publishers"])
_REFUSALS = dict.fromkeys((400, 403, 404, 409, 422, 429, 503), Message)


@router.get("/projects/{name}/publishers/", response={200: list[PublisherOut], **_REFUSALS})
def list_publishers(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List the trusted publishers of a project."""
    project = project_for(request, name, Action.READ)
    rows = ProjectPublisher.objects.filter(project=project).select_related("publisher").order_by("created_at")
    return [
        {
            "id": row.pk,
            "issuer": row.publisher.provider,
            "name": register.title_of(row.publisher),
            "fields": row.publisher.fields,
            "pinned": row.pinned,
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
        }
        for row in rows
    ]


@router.post("/projects/{name}/publishers/", response={200: Message, **_REFUSALS})
def add_publisher(request: HttpRequest, name: str, told: PublisherIn) -> dict[str, str]:
    """Let a build service publish a project."""
    project = project_for(request, name, Action.ADMIN)
    actor = caller(request)
    try:
        limits.spend(request, "register_publisher", str(actor.pk), "You registered many publishers.")
        asked = register.wanted(told.issuer, told.fields)
    except limits.TooMany as error:
        raise Refusal(str(error.message), status=429, retry_after=error.seconds) from error
    except InvalidFields as invalid:
        raise Refusal(str(invalid), status=422) from invalid
    follow(register.add_publisher(project.pk, asked, actor.username))
    return {"message": f"{asked.name} may publish {project.name}."}


@router.delete("/projects/{name}/publishers/{publisher}", response={200: Message, **_REFUSALS})
def remove_publisher(request: HttpRequest, name: str, publisher: UUID) -> dict[str, str]:
    """Let a publisher upload no more."""
    project = project_for(request, name, Action.ADMIN)
    follow(register.remove_publisher(project.pk, publisher, caller(request).username))
    return {"message": "It can't publish any more."}


@router.post("/projects/{name}/publishing", response={200: Message, **_REFUSALS})
def set_rule(request: HttpRequest, name: str, told: PublishingRule) -> dict[str, str]:
    """Let only trusted publishers upload, or API tokens too."""
    project = project_for(request, name, Action.ADMIN)
    actor = caller(request).username
    follow(register.set_rule(project.pk, actor, only_publishers=told.only_publishers))
    return {"message": "Only trusted publishers upload." if told.only_publishers else "API tokens upload too."}
