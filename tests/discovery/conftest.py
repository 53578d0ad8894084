# SPDX-License-Identifier: Apache-2.0
"""Projects to find, and an index of them."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import cache
from packaging.utils import canonicalize_name
from packaging.version import Version

from cheeseshop.catalog.models import Description, File, PackageType, Project, Release
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.clock import now
from cheeseshop.discovery.indexing import follow_journal, index_project
from tests.support.places import shop
from tests.support.static_files import static_files

__all__ = ["shop", "static_files"]


@pytest.fixture(autouse=True)
def no_limits(settings: object) -> Iterator[None]:
    """Nobody waits, except in the test of that."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}  # type: ignore[attr-defined]
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"search": "10000/s/ip"}  # type: ignore[attr-defined]
    cache.clear()
    yield
    cache.clear()


def release(project: Project, version: str, *, summary: str = "", description: str = "", at: datetime | None = None,
            **facts: object) -> Release:  # fmt: skip
    parsed = Version(version)
    made = Release.objects.create(
        project=project,
        version=version,
        sort_key=sort_key(parsed),
        is_prerelease=parsed.is_prerelease,
        summary=summary,
        facts=facts,
        created_at=at or now(),
    )
    if description:
        Description.objects.create(release=made, raw=description)
    filename = f"{project.normalized_name}-{version}.tar.gz"
    File.objects.create(
        release=made,
        filename=filename,
        packagetype=PackageType.SDIST,
        python_version="source",
        size=1,
        md5="0" * 32,
        sha256="0" * 64,
        blake2_256=f"{hash(filename) & (2**64 - 1):064x}",
    )
    return made


def shelve(name: str, version: str = "1.0", **told: object) -> Project:
    """Make a project with one release, and put it into the index."""
    normalized = canonicalize_name(name)
    project = Project.objects.create(name=name, normalized_name=normalized, lookalike_key=normalized)
    release(project, version, **told)  # type: ignore[arg-type]
    assert index_project(normalized)
    return project


def follow() -> None:
    """Read the journal to its end."""
    while follow_journal():
        pass
