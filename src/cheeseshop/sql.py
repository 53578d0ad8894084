# SPDX-License-Identifier: Apache-2.0
"""Statements written by hand, for the paths that every upload and every publishing takes.

Building a query with the ORM costs 0.2-0.5 ms of processor time and running it 0.02, so that forty of them were most
of an upload. The ORM still owns the schema, the conversion of values and everything that is not on such a path.
Statements are written in the part of SQL that SQLite and PostgreSQL share, with ``%s`` for each value.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, BinaryField, BooleanField, CharField, Field, IntegerField, Model, TextField
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
    connection = _connection()
    statement, read, fields = _insertion(type(row))
    values = [
        value if plain and type(value) in _AS_THEY_ARE else field.get_db_prep_save(value, connection)
        for value, (field, plain) in zip(read(row), fields, strict=True)
    ]
    _execute(connection, statement, values).close()


@contextmanager
def relaxed_transaction() -> Iterator[None]:
    """Open a transaction whose commit does not wait for the disk: for rows that may go with a power failure.

    Within an open transaction it is a part of that one. SQLite's pragma can't change inside a transaction.
    """
    connection = _connection()
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


# What a driver takes as it is. Asking the field costs ten times as much, for each of sixty fields of an upload.
_AS_THEY_ARE = frozenset({str, int, bool, bytes, NoneType})
_OF_PYTHON = (UUID, datetime)
_PLAIN = (CharField, TextField, IntegerField, BooleanField, BinaryField)


@lru_cache(maxsize=64)
def _insertion(model: type[Model]) -> "tuple[str, Callable[[Model], Row], list[tuple[Field[Any, Any], bool]]]":
    """Return a model's INSERT, what reads its values from a row, and each field, with whether its values are plain."""
    meta = model._meta  # noqa: SLF001 - Django's documented interface
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f'INSERT INTO "{meta.db_table}" ({names}) VALUES ({places})'  # noqa: S608 - our own schema
    return statement, attrgetter(*(field.attname for field in fields)), [(field, _is_plain(field)) for field in fields]


def _is_plain(field: "Field[Any, Any]") -> bool:
    """Tell whether the driver takes a field's values as they are. Somebody else's kind of field may change them."""
    kind = getattr(field, "target_field", field)
    return isinstance(kind, _PLAIN) and type(kind).__module__ == Field.__module__


class _Own(threading.local):
    """A thread's connection: Django finds it again through three layers, thirty times an upload."""

    def __init__(self) -> None:
        self.connection = connections[DEFAULT_DB_ALIAS]


_own = _Own()


def _connection() -> BaseDatabaseWrapper:
    return _own.connection


def _run(statement: str, values: Sequence[Any]) -> Any:  # noqa: ANN401 - a cursor of Django's or the driver's
    connection = _connection()
    if connection.vendor == "sqlite":  # which has neither UUIDs nor dates of its own
        adapt = connection.ops.adapt_datetimefield_value
        values = [
            (value.hex if isinstance(value, UUID) else adapt(value)) if isinstance(value, _OF_PYTHON) else value
            for value in values
        ]
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
