# SPDX-License-Identifier: Apache-2.0
"""Projects, releases, files, burnt filenames and blob leases."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from cheeseshop.core.clock import now
from cheeseshop.core.facts import Status, Visibility
from cheeseshop.core.ids import new_id
from cheeseshop.edge_contract.keys import blob_key


class Stateful(models.Model):
    """State that an owner or a moderator sets: lifecycle (PEP 792), quarantine, visibility."""

    status = models.CharField(max_length=16, default=Status.ACTIVE.value)
    status_reason = models.CharField(max_length=500, blank=True)
    quarantined_at = models.DateTimeField(null=True, blank=True)
    quarantine_reason = models.CharField(max_length=500, blank=True)
    visibility = models.CharField(max_length=16, default=Visibility.PUBLIC.value)

    class Meta:
        abstract = True


def _state_constraints(prefix: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=models.Q(status__in=[s.value for s in Status]), name=f"{prefix}_status_known"),
        models.CheckConstraint(
            condition=models.Q(visibility__in=[v.value for v in Visibility]), name=f"{prefix}_visibility_known"
        ),
    ]


class Project(Stateful):
    """A project. ``lookalike_key`` is the ultranormalised name, unless an administrator let a look-alike in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    normalized_name = models.CharField(max_length=200, unique=True)
    lookalike_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=now)
    last_serial = models.BigIntegerField(default=0)
    total_size = models.BigIntegerField(default=0)
    max_file_size = models.BigIntegerField(null=True, blank=True)
    max_total_size = models.BigIntegerField(null=True, blank=True)
    organization = models.ForeignKey(  # indexed below, only where there is one
        "organizations.Organization",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
        db_index=False,
    )

    class Meta:
        constraints: ClassVar = _state_constraints("project")
        indexes: ClassVar = [
            models.Index(
                fields=["organization"], name="project_of_organization", condition=models.Q(organization__isnull=False)
            ),
            models.Index(
                fields=["max_file_size"], name="project_own_limit", condition=models.Q(max_file_size__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Release(Stateful):
    """A release. ``facts`` is the core metadata as JSON; ``verified`` says what of it is known to be true.

    ``sort_key`` orders versions bytewise as PEP 440 does, and is equal where versions are (1.0 and 1.0.0).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(  # its index is the unique constraint's
        Project, on_delete=models.CASCADE, related_name="releases", db_index=False
    )
    version = models.CharField(max_length=200)
    sort_key = models.BinaryField(max_length=400)
    is_prerelease = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    summary = models.CharField(max_length=512, blank=True)
    requires_python = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=dict)
    verified = models.JSONField(default=dict)
    yanked_at = models.DateTimeField(null=True, blank=True)
    yanked_reason = models.CharField(max_length=500, blank=True)
    uploaded_by = models.ForeignKey(  # each index is another page that an upload forces to the disk
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sort_key"], name="release_version_once"),
            *_state_constraints("release"),
        ]

    def __str__(self) -> str:
        return self.version


class Description(models.Model):
    """A release's long description: as sent, and rendered. Its own table, as it can be megabytes."""

    release = models.OneToOneField(Release, primary_key=True, on_delete=models.CASCADE, related_name="description")
    raw = models.TextField(blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    html = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"description of {self.release_id}"


class PackageType(models.TextChoices):
    """The kinds of distribution that are accepted."""

    SDIST = "sdist"
    WHEEL = "bdist_wheel"


class File(Stateful):
    """A distribution file. Digests are lower-case hex; size is in bytes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="files")
    filename = models.CharField(max_length=255, unique=True)
    packagetype = models.CharField(max_length=16, choices=PackageType.choices)
    python_version = models.CharField(max_length=100)
    requires_python = models.CharField(max_length=500, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    size = models.BigIntegerField()
    md5 = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64)
    blake2_256 = models.CharField(max_length=64, unique=True)
    metadata_sha256 = models.CharField(max_length=64, blank=True)
    metadata_size = models.BigIntegerField(default=0)
    provenance_sha256 = models.CharField(max_length=64, blank=True)
    uploaded_at = models.DateTimeField(default=now)
    uploaded_by = models.ForeignKey(  # each index is another page that an upload forces to the disk
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    publisher = models.ForeignKey(  # set where no person uploaded it; a row of publishers outlives its projects
        "publishers.Publisher", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    user_agent = models.CharField(max_length=300, blank=True)
    yanked_at = models.DateTimeField(null=True, blank=True)
    yanked_reason = models.CharField(max_length=500, blank=True)
    legacy_faults = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="file_size_natural"),
            models.CheckConstraint(condition=models.Q(packagetype__in=PackageType.values), name="file_type_known"),
            *_state_constraints("file"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def blob_key(self) -> str:
        """The key of the file's bytes in the store, and its path under ``/packages/``."""
        return blob_key(self.blake2_256, self.filename)


class UsedFilename(models.Model):
    """Every filename that was ever accepted, in lower case. It outlives file, release and project.

    Names are never used twice, in no other letter case either: installers take Foo-1.0.zip and foo-1.0.zip for one.
    """

    filename = models.CharField(primary_key=True, max_length=255)

    def __str__(self) -> str:
        return self.filename


class ProjectCreation(models.Model):
    """Who created a project within the last hour, and from where, for the limits. Older rows are removed."""

    at = models.DateTimeField(default=now, db_index=True)
    user_id = models.UUIDField()
    address = models.CharField(max_length=120)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user_id", "at"], name="creation_by_user"),
            models.Index(fields=["address", "at"], name="creation_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at}"


class ProhibitedName(models.Model):
    """A name that no new project may take."""

    normalized_name = models.CharField(primary_key=True, max_length=200)
    comment = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.normalized_name


class BlobLease(models.Model):
    """A promise that a blob is about to be recorded, so that the sweeper leaves it alone until it expires."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=400)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class BlobClaim(models.Model):
    """A blob that the sweeper is removing. A put of a claimed key is refused until the claim is gone."""

    key = models.CharField(primary_key=True, max_length=400)

    def __str__(self) -> str:
        return self.key
