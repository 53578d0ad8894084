# SPDX-License-Identifier: Apache-2.0
"""Trusted publishers, with tokens as minting would make them, for tests that begin behind it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.facts import PublisherIdentity
from cheeseshop.publishers.models import ProjectPublisher, Publisher
from cheeseshop.tokens import caveats, macaroons
from cheeseshop.tokens.models import Token

GITHUB = "https://token.actions.githubusercontent.com"


def github_publisher(repository: str = "octo/demo", workflow: str = "release.yml", **more: Any) -> PublisherIdentity:
    owner, _, name = repository.partition("/")
    fields = {"owner": owner, "repository": name, "workflow": workflow}
    signer = {"kind": "GitHub", "repository": repository, "workflow": workflow}
    return identity("github", GITHUB, f"{repository} {workflow}", fields, attestation=signer, **more)


def gitlab_publisher(
    repository: str = "group/demo", *, issuer: str = "https://gitlab.com", path: str = ".gitlab-ci.yml"
) -> PublisherIdentity:
    namespace, _, name = repository.rpartition("/")
    fields = {"namespace": namespace, "project": name, "workflow_filepath": path}
    signer = {"kind": "GitLab", "repository": repository, "workflow_filepath": path}
    return identity("gitlab", issuer, f"{repository} {path}", fields, attestation=signer)


def identity(provider: str, issuer: str, name: str, fields: dict[str, str], **more: Any) -> PublisherIdentity:
    return PublisherIdentity(
        id=uuid4(), provider=provider, issuer=issuer, name=name, fields=fields, claims=more.pop("claims", {}), **more
    )


def link(project: Project, publisher: PublisherIdentity) -> str:
    """Let a publisher upload to a project, and return a token of it."""
    Publisher.objects.create(
        id=publisher.id,
        provider=publisher.provider,
        issuer=publisher.issuer,
        fields=publisher.fields,
        fields_key=publisher.id.hex,
        place=publisher.name.lower(),
    )
    ProjectPublisher.objects.create(project=project, publisher_id=publisher.id)
    ends = int((now() + timedelta(minutes=15)).timestamp())
    stored = [[caveats.PUBLISHER, str(publisher.id)], [caveats.PROJECT_ID, [str(project.pk)]], [0, ends, 0]]
    token = Token.objects.create(
        publisher_id=publisher.id, publisher_facts=publisher.to_json(), description=publisher.name, caveats=stored
    )
    encoded = tuple(caveats.encode(each) for each in stored)
    return macaroons.mint(current.settings().host, str(token.id), bytes(token.key), encoded)
