# SPDX-License-Identifier: Apache-2.0
"""What goes in and out, as the OpenAPI description has it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

Reason = Annotated[str, Field(max_length=500)]


class Message(Schema):
    """What happened, or why it did not."""

    message: str


class ProjectOut(Schema):
    """A project of the token's owner."""

    name: str
    normalized_name: str
    role: str = Field(description="Owner or Maintainer; Member: only by being in its organisation")
    organization: str | None = Field(description="the organisation that owns it")
    status: str
    status_reason: str
    quarantined: bool
    total_size: int = Field(description="bytes")
    last_serial: int
    downloads_30_days: int | None = Field(None, description="of a project that was asked for by itself")


class FileOut(Schema):
    """A file of a release."""

    filename: str
    size: int = Field(description="bytes")
    sha256: str
    uploaded_at: datetime
    yanked: bool
    yanked_reason: str
    downloads_30_days: int


class ReleaseOut(Schema):
    """A release with its files."""

    version: str
    released_at: datetime
    yanked: bool
    yanked_reason: str
    downloads_30_days: int
    files: list[FileOut]


class ReleaseLine(Schema):
    """A release in a list."""

    version: str
    released_at: datetime
    yanked: bool
    yanked_reason: str
    files: int = Field(description="how many there are")
    size: int = Field(description="bytes of all files")


class HistoryLine(Schema):
    """A line of the journal."""

    serial: int
    at: datetime
    actor: str
    action: str
    version: str = Field(description="of the release that it is about, or empty")


class Yank(Schema):
    """Why something is yanked."""

    reason: Reason = ""


class StatusIn(Schema):
    """What an owner says of a project (PEP 792)."""

    status: Literal["active", "archived", "deprecated"]
    reason: Reason = ""


class CollaboratorOut(Schema):
    """Somebody with a role on a project, or invited to one."""

    username: str
    role: str
    invited: bool = Field(description="an invitation that is not answered yet")


class RoleIn(Schema):
    """Which role to give."""

    role: Literal["Owner", "Maintainer"]


class InviteIn(RoleIn):
    """Whom to invite."""

    username: Annotated[str, Field(min_length=1, max_length=50)]


class OrganizationOut(Schema):
    """An organisation of the token's owner."""

    name: str
    display_name: str
    kind: str
    description: str
    url: str
    role: str
    active: bool


class MemberOut(Schema):
    """A member of an organisation."""

    username: str
    role: str


class TeamOut(Schema):
    """A team of an organisation."""

    name: str
    members: list[str] = Field(description="usernames, of service accounts too")
    projects: dict[str, str] = Field(description="normalized names, and the team's role on each")


class TeamRoleOut(Schema):
    """A team's role on a project."""

    team: str
    role: str


class TokenOut(Schema):
    """A token, without its secret."""

    id: UUID
    description: str
    projects: list[str] = Field(description="normalized names; none: the whole account")
    actions: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class PublisherOut(Schema):
    """A trusted publisher of a project."""

    id: UUID
    issuer: str = Field(description="the issuer's key")
    name: str
    fields: dict[str, str]
    pinned: dict[str, str] = Field(description="immutable identifiers that its first token carried")
    created_at: datetime
    last_used_at: datetime | None


class PublisherIn(Schema):
    """A publisher to add: the key of its issuer, and that issuer's fields."""

    issuer: Annotated[str, Field(min_length=1, max_length=40)]
    fields: Annotated[dict[str, Annotated[str, Field(max_length=300)]], Field(max_length=20)]


class PublishingRule(Schema):
    """Who may upload."""

    only_publishers: bool
