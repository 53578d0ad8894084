# SPDX-License-Identifier: Apache-2.0
"""A project with very many files, written in bulk: rows alone, for what reads rows."""

import hashlib
from datetime import timedelta

from packaging.version import Version

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.clock import now
from cheeseshop.journal.models import Entry

_SIZE = 1000
_FACTS = {"project_urls": [["Home", "https://example.org/"]], "requires_dist": [f"library-{n}>=1" for n in range(20)]}


def make_large_project(owner: User, name: str = "large", *, releases: int = 1000, files_each: int = 20) -> Project:
    """Make a project of ``releases`` times ``files_each`` files, every tenth release yanked, with its history."""
    total = releases * files_each * _SIZE
    project = Project.objects.create(name=name, normalized_name=name, lookalike_key=name, total_size=total)
    ProjectRole.objects.create(project=project, user=owner, role=Role.OWNER)
    begin = now() - timedelta(days=releases)
    made = [
        Release(project=project, version=f"1.{n}", sort_key=sort_key(Version(f"1.{n}")), facts=_FACTS,
                created_at=begin + timedelta(days=n), yanked_at=begin if n % 10 == 0 else None)
        for n in range(releases)
    ]  # fmt: skip
    Release.objects.bulk_create(made, batch_size=500)
    files = [_file(name, release, number) for release in made for number in range(files_each)]
    File.objects.bulk_create(files, batch_size=500)
    _write_history(project, files, owner)
    return project


def _file(name: str, release: Release, number: int) -> File:
    filename = f"{name}-{release.version}-{number}-py3-none-any.whl"
    digest = hashlib.sha256(filename.encode()).hexdigest()
    return File(release=release, filename=filename, packagetype="bdist_wheel", python_version="py3", size=_SIZE,
                md5=digest[:32], sha256=digest, blake2_256=digest, uploaded_at=release.created_at)  # fmt: skip


def _write_history(project: Project, files: list[File], owner: User) -> None:
    first = (Entry.objects.order_by("-serial").values_list("serial", flat=True).first() or 0) + 1
    Entry.objects.bulk_create(
        [
            Entry(serial=first + n, at=file.uploaded_at, project=project.name, normalized_name=project.normalized_name,
                  version=file.release.version, action=f"add py3 file {file.filename}", actor=owner.username)
            for n, file in enumerate(files)
        ],
        batch_size=500,
    )  # fmt: skip
    project.last_serial = first + len(files) - 1
    project.save(update_fields=["last_serial"])
