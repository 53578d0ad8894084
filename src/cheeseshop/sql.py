# SPDX-License-Identifier: Apache-2.0
"""Statements written by hand, for the paths that every upload and every publishing takes.

Building a query with the ORM costs 0.2-0.5 ms of processor time and running it 0.02, so that forty of them were most
of an upload. The ORM still owns the schema, the conversion of values and everything that is not on such a path.
Statements are written in the part of SQL that SQLite and PostgreSQL share, with ``%s`` for each value.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Field, Model
from django.utils.dateparse import parse_datetime

Row = tuple[Any, ...]


def first(statement: str, *values: object) -> Row | None:
    """Run a query and return its first row, or None."""
    cursor = _run(statement, values)
    row: Row | None = cursor.fetchone()
    cursor.close()
    return row


def every(statement: str, *values: object) -> list[Row]:
    """Run a query and return all its rows."""
    cursor = _run(statement, values)
    rows: list[Row] = cursor.fetchall()
    cursor.close()
    return rows


def one_by_one(statement: str, *values: object) -> Iterator[Row]:
    """Run a query and yield its rows as they are found, so that what nobody takes is not looked for (on SQLite)."""
    cursor = _run(statement, values)
    try:
        yield from iter(cursor.fetchone, None)
    finally:
        cursor.close()


def run(statement: str, *values: object) -> int:
    """Run a statement and return how many rows it touched."""
    cursor = _run(statement, values)
    count = int(cursor.rowcount)
    cursor.close()
    return count


def insert(row: Model) -> None:
    """Insert a new row. No signals, no ``save``; a key that the database makes is not read back.

    Raises:
        IntegrityError: when a constraint does not hold.
    """
    connection = connections[DEFAULT_DB_ALIAS]  # found once: the proxy looks it up at every attribute
    statement, fields = _insertion(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    _execute(connection, statement, values).close()


@contextmanager
def relaxed_transaction() -> Iterator[None]:
    """Open a transaction whose commit does not wait for the disk: for rows that may go with a power failure.

    Within an open transaction it is a part of that one. SQLite's pragma can't change inside a transaction.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    sqlite = connection.vendor == "sqlite" and not connection.in_atomic_block
    if sqlite:
        run("PRAGMA synchronous=NORMAL")
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
                run("SET LOCAL synchronous_commit TO OFF")
            yield
    finally:
        if sqlite:
            run("PRAGMA synchronous=FULL")


@lru_cache(maxsize=64)
def _insertion(model: type[Model]) -> "tuple[str, list[Field[Any, Any]]]":
    """Return a model's INSERT, and the fields whose values it takes."""
    meta = model._meta  # noqa: SLF001 - Django's documented interface
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{meta.db_table}" ({names}) VALUES ({places})', fields  # noqa: S608 - our own schema


def _run(statement: str, values: Sequence[Any]) -> Any:  # noqa: ANN401 - a cursor of Django's or the driver's
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "sqlite":  # which has neither UUIDs nor dates of its own
        values = [_for_sqlite(value) if isinstance(value, UUID | datetime) else value for value in values]
    return _execute(connection, statement, values)


def _execute(connection: BaseDatabaseWrapper, statement: str, values: Sequence[Any]) -> Any:  # noqa: ANN401 - as above
    """Run a statement and return its cursor, which the caller closes.

    On SQLite it is the driver's own: Django's does the same with five times the processor time of the statement.
    Somebody who watches the statements (tests do) still sees every one.
    """
    if connection.vendor != "sqlite" or connection.execute_wrappers or connection.queries_logged:
        cursor = connection.cursor()
        cursor.execute(statement, values)
        return cursor
    if connection.connection is None:
        connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return connection.connection.execute(_with_marks(statement), values)


@lru_cache(maxsize=256)
def _with_marks(statement: str) -> str:
    return statement.replace("%s", "?")


def _for_sqlite(value: UUID | datetime) -> object:
    if isinstance(value, UUID):
        return value.hex
    return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(value)


def as_uuid(value: object) -> UUID:
    """Return an identifier that was read."""
    return value if isinstance(value, UUID) else UUID(str(value))


def as_moment(value: object) -> datetime:
    """Return a moment that was read, aware, in UTC.

    Raises:
        ValueError: for anything that is no moment.
    """
    moment = value if isinstance(value, datetime) else parse_datetime(str(value))
    if moment is None:
        raise ValueError(f"{value!r} is no moment")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_json(value: object) -> Any:  # noqa: ANN401 - a JSON value
    """Return a JSON value that was read."""
    return json.loads(value) if isinstance(value, str | bytes) else value
