# SPDX-License-Identifier: Apache-2.0
"""Trusted publishing inside the process: registering, and asking for upload tokens as clients do."""

import json
from typing import Any

from django.test import Client

from cheeseshop.catalog.models import Project
from cheeseshop.publishers.flows.pending import add_pending
from cheeseshop.publishers.flows.register import add_publisher, wanted
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher

GITHUB = {"owner": "Octo", "repository": "Sample", "workflow": "release.yml", "environment": ""}
GITLAB = {"namespace": "Group/sub", "project": "Sample", "workflow_filepath": ".gitlab-ci.yml", "environment": ""}


def link(project: str, issuer: str, /, **fields: str) -> ProjectPublisher:
    """Add a publisher to a project."""
    found = Project.objects.get(normalized_name=project)
    before = set(found.publisher_links.values_list("pk", flat=True))
    add_publisher(found.pk, wanted(issuer, fields), "alice")
    return found.publisher_links.exclude(pk__in=before).get()


def wait_for(user: Any, project: str, issuer: str, /, **fields: str) -> PendingPublisher:
    """Register a publisher of a project to come."""
    return add_pending(user, project, wanted(issuer, fields))


def exchange(token: Any, path: str = "/_/oidc/mint-token") -> tuple[int, dict[str, Any]]:
    """Ask for an upload token."""
    reply = Client().post(path, json.dumps({"token": token}), "application/json")
    return reply.status_code, reply.json()


def minted(token: str) -> str:
    """An upload token that must be given."""
    status, told = exchange(token)
    assert status == 200, told
    assert set(told) == {"success", "token", "expires"}
    return str(told["token"])


def faults(token: str) -> list[tuple[str, str]]:
    """Why no token is given: codes, and claims (or the whole text where no claim is named)."""
    status, told = exchange(token)
    assert status == 422, told
    assert told["message"] == "Token request failed"
    return [(each["code"], each["description"].partition(":")[0]) for each in told["errors"]]
