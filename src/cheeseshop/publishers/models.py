# SPDX-License-Identifier: Apache-2.0
"""Who may publish by a build service's word: declared issuers, publishers, their links to projects, pending ones."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id


class Issuer(models.Model):
    """An OpenID Connect issuer that an administrator declared.

    ``provider`` is the module that knows its claims (``gitlab`` for a GitLab of one's own); ``declared`` is the one
    that reads ``template``. ``url`` is the very text of the claim ``iss``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=300, unique=True)
    provider = models.CharField(max_length=40)
    template = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.CharField(max_length=50, blank=True)

    def __str__(self) -> str:
        return self.name


class Publisher(models.Model):
    """One identity at one issuer: what a person filled in, in the issuer's own spelling.

    ``fields_key`` is a digest of the fields as they are compared, so that an identity has one row; ``place`` is what
    the publishers that a token may mean are found by, such as a repository. A row stays when its last project left
    it, because files name it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(max_length=40)
    issuer = models.CharField(max_length=300)
    fields: Any = models.JSONField(default=dict)
    fields_key = models.CharField(max_length=64)
    place = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=now)
    projects: Any = models.ManyToManyField("catalog.Project", through="ProjectPublisher", related_name="publishers")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "fields_key"], name="publisher_once")]
        indexes: ClassVar = [models.Index(fields=["issuer", "place"], name="publisher_by_place")]

    def __str__(self) -> str:
        return f"{self.provider} {self.place}"


class ProjectPublisher(models.Model):
    """Leave for a publisher to upload to a project.

    ``pinned`` holds the immutable identifiers (of owner and repository) that the first token carried. They belong to
    the link and not to the publisher: each project trusts whom it met first, and no other project's trust is its own.
    ``anchor`` is the pinned identifier that a renamed repository is found by.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(
        "catalog.Project", on_delete=models.CASCADE, related_name="publisher_links", db_index=False
    )
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE, related_name="links")
    pinned = models.JSONField(default=dict)
    anchor = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=now)
    created_by = models.CharField(max_length=100, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    unbound_environment = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "publisher"], name="publisher_link_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], name="publisher_link_unused", condition=models.Q(last_used_at__isnull=True)
            ),
            models.Index(fields=["anchor"], name="publisher_link_by_anchor", condition=~models.Q(anchor="")),
        ]

    def __str__(self) -> str:
        return f"{self.publisher} of {self.project}"


class PendingPublisher(models.Model):
    """A publisher of a project that does not exist yet, whose first upload creates it. It reserves no name.

    One identity waits for one name but once, or a stranger could register somebody's repository beside them and own
    what it publishes. ``organization_id`` is the organisation that shall own the project; without one, ``user`` shall.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pending_publishers")
    organization_id = models.UUIDField(null=True, blank=True)
    project_name = models.CharField(max_length=200)
    normalized_name = models.CharField(max_length=200)
    lookalike_key = models.CharField(max_length=200, db_index=True)
    provider = models.CharField(max_length=40)
    issuer = models.CharField(max_length=300)
    fields: Any = models.JSONField(default=dict)
    fields_key = models.CharField(max_length=64)
    place = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["normalized_name", "issuer", "fields_key"], name="pending_publisher_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["issuer", "place"], name="pending_by_place")]

    def __str__(self) -> str:
        return f"{self.provider} {self.place} for {self.project_name}"


class ProjectRule(models.Model):
    """What a project's owners demand of those who upload."""

    project = models.OneToOneField(
        "catalog.Project", primary_key=True, on_delete=models.CASCADE, related_name="publishing_rule"
    )
    only_publishers = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"rule of {self.project_id}"


class UsedTokenId(models.Model):
    """The ``jti`` of an identity token that was exchanged, digested with its issuer, until it has expired anyway."""

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest


class TokenWarning(models.Model):
    """That owners were told of an API token that uploaded to a project which has a publisher: once for each two."""

    project = models.ForeignKey("catalog.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    token_id = models.UUIDField()
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "token_id"], name="token_warning_once")]

    def __str__(self) -> str:
        return f"{self.token_id} on {self.project_id}"
