# SPDX-License-Identifier: Apache-2.0
"""Searching by the beginning of a value, so that an index answers, whatever the number of rows."""

from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from packaging.utils import canonicalize_name

from cheeseshop.accounts.queries import user_named
from cheeseshop.catalog.models import Project

Row = TypeVar("Row", bound=Model)

_LAST = "\U0010ffff"


def beginning(rows: QuerySet[Row], field: str, text: str) -> QuerySet[Row]:
    """Return the rows whose ``field`` begins with ``text``, in that case.

    PostgreSQL answers LIKE by an index of patterns, which Django makes beside each indexed text. SQLite does not with
    the way Django writes it, but compares bytes, so that there a range is the same.
    """
    if connection.vendor == "sqlite":
        return rows.filter(**{f"{field}__gte": text, f"{field}__lt": text + _LAST})
    return rows.filter(**{f"{field}__startswith": text})


def of_person(rows: QuerySet[Row], text: str, field: str = "user") -> QuerySet[Row]:
    """Return the rows that belong to the person of that name, in any case, with or without an @ before it."""
    found = user_named(text.removeprefix("@").strip())
    return rows.filter(**{field: found}) if found else rows.none()


def of_project(rows: QuerySet[Row], text: str, field: str = "project") -> QuerySet[Row]:
    """Return the rows that belong to the project of that name, in any spelling; with an @ before it, to a person."""
    if text.startswith("@"):
        return of_person(rows, text)
    found = Project.objects.filter(normalized_name=canonicalize_name(text)).first()
    return rows.filter(**{field: found}) if found else rows.none()


def identity(text: str) -> UUID | None:
    """Return the identity that was typed, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
