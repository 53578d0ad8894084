# SPDX-License-Identifier: Apache-2.0
"""A project with very many files, written in bulk: rows alone, for what reads rows."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.db.models import Model
from packaging.version import Version

from cheeseshop import sql
from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id
from cheeseshop.journal.models import Entry

_SIZE = 1000
_BATCH = 500
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
    names = [(release, f"{name}-{release.version}-{n}-py3-none-any.whl") for release in made for n in range(files_each)]
    _insert(
        File(packagetype="bdist_wheel", python_version="py3", size=_SIZE, uploaded_at=begin),
        ("id", "release_id", "filename", "md5", "sha256", "blake2_256"),
        (_file(release, filename) for release, filename in names),
    )
    first = (Entry.objects.order_by("-serial").values_list("serial", flat=True).first() or 0) + 1
    _insert(
        Entry(at=begin, project=name, normalized_name=name, actor=owner.username),
        ("serial", "version", "action"),
        ((first + n, release.version, f"add py3 file {filename}") for n, (release, filename) in enumerate(names)),
    )
    Project.objects.filter(pk=project.pk).update(last_serial=first + len(names) - 1)
    return project


def _file(release: Release, filename: str) -> tuple[object, ...]:
    digest = hashlib.sha256(filename.encode()).hexdigest()
    return new_id(), release.pk, filename, digest[:32], digest, digest


def _insert(pattern: Model, changing: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Insert rows that are alike but for a few columns, copied from the first: 20,000 models take ten times as long."""
    fields = {field.attname: field for field in pattern._meta.concrete_fields}
    first, *others = rows
    for name, value in zip(changing, first, strict=True):
        setattr(pattern, name, value)
    sql.insert(pattern)
    columns = ", ".join(f'"{field.column}"' for field in fields.values())
    taken = ", ".join(
        f"v.column{changing.index(name) + 1}" if name in changing else f'p."{field.column}"'
        for name, field in fields.items()
    )
    table, key = pattern._meta.db_table, pattern._meta.pk.attname
    for start in range(0, len(others), _BATCH):
        batch = others[start : start + _BATCH]
        places = ", ".join([f"({', '.join(['%s'] * len(changing))})"] * len(batch))
        values = [
            fields[name].get_db_prep_save(value, connection)
            for row in batch
            for name, value in zip(changing, row, strict=True)
        ]
        statement = (
            f'INSERT INTO "{table}" ({columns}) SELECT {taken} FROM "{table}" p, (VALUES {places}) v WHERE p.{key}'
        )
        sql.run(f"{statement} = %s", *values, fields[key].get_db_prep_save(pattern.pk, connection))
