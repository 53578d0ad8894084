# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop verify``, ``doctor`` and ``settings``."""

import argparse
import json
import shutil
import sqlite3
import sys
from dataclasses import asdict, fields

from cheeseshop.cli import scanning
from cheeseshop.core.settings import PREFIX, Settings, load_settings

_ENOUGH_SPACE = 1024**3
_SECRET = frozenset({"secret_key", "database_url", "cache_url", "mail_url", "oidc_client_secret", "captcha_secret",
                     "purge_header", "clickhouse", "opensearch"})  # fmt: skip


def verify(options: argparse.Namespace) -> int:
    """Print what rows, bytes and pages disagree on. Returns 0 when clean, 1 when something is left to mend."""
    from cheeseshop.config.boot import setup  # noqa: PLC0415 - loads Django

    setup()
    from cheeseshop.publishing.verification import verify as problems  # noqa: PLC0415 - Django must be set up first

    left = 0
    for problem in problems(repair=options.repair):
        left += not problem.mended
        if options.json:
            print(json.dumps(asdict(problem)))
        else:
            print(f"{problem.kind}: {problem.subject}: {problem.detail}{' (mended)' if problem.mended else ''}")
    if not left and not options.json:
        print("Everything agrees.")
    return 1 if left else 0


def settings(options: argparse.Namespace) -> int:
    """Print every setting with its value, whether it was set, and what it means."""
    values = load_settings()
    rows = []
    for each in fields(Settings):
        value = getattr(values, each.name)
        shown = "(hidden)" if each.name in _SECRET and value else str(value)
        source = "default" if value == each.default else "set"
        rows.append({"name": PREFIX + each.name.upper(), "value": shown, "source": source, "doc": each.metadata["doc"]})
    if options.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        print(f"{row['name']} = {row['value']}  ({row['source']})\n    {row['doc']}")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Check the machine and the settings. Returns 1 when something would keep the index from working."""
    found = [_python(), _sqlite(), _disk(), _database()]
    if found[-1][1]:
        found += [_mails(), _breaches(), *_fronts()]
    found.append(scanning.lists())
    if options.json:
        print(json.dumps([{"check": n, "ok": ok, "detail": d} for n, ok, d in found]))
    else:
        for name, ok, detail in found:
            print(f"{'ok  ' if ok else 'FAIL'} {name}: {detail}")
    return 0 if all(ok for _, ok, _ in found) else 1


Finding = tuple[str, bool, str]


def _python() -> Finding:
    return "Python", sys.version_info >= (3, 11), sys.version.split()[0]


def _sqlite() -> Finding:
    return "SQLite", sqlite3.sqlite_version_info >= (3, 35), sqlite3.sqlite_version


def _disk() -> Finding:
    data = load_settings().data
    folder = data if data.is_dir() else data.absolute().parent
    free = shutil.disk_usage(folder).free
    return "disk", free > _ENOUGH_SPACE, f"{free / 1024**3:.1f} GiB free for {data}"


def _database() -> Finding:
    from cheeseshop.config.boot import setup  # noqa: PLC0415 - loads Django

    setup()
    from django.db import DatabaseError, connection  # noqa: PLC0415 - Django must be set up first

    from cheeseshop.config.prepare import waiting_migrations  # noqa: PLC0415 - as above

    try:
        waiting = waiting_migrations()
    except (DatabaseError, OSError) as error:
        return "database", False, f"does not answer: {error}"
    if waiting:
        return "database", False, f"{waiting} migrations wait; run `cheeseshop init`"
    return "database", True, connection.vendor


def _mails() -> Finding:
    from cheeseshop.notify.models import Mail  # noqa: PLC0415 - Django is set up by now

    given_up = Mail.objects.filter(due_at=None).count()
    waiting = Mail.objects.exclude(due_at=None).count()
    newest = Mail.objects.exclude(error="").order_by("-id").values_list("error", flat=True).first()
    detail = f"{waiting} wait, {given_up} were given up" + (f"; the last error: {newest}" if newest else "")
    return "mails", given_up == 0, detail


def _fronts() -> list[Finding]:
    """Have each cache in front purge a name that no project can have, and tell how much it still is to purge."""
    from cheeseshop.fronts import addresses  # noqa: PLC0415 - Django is set up by now
    from cheeseshop.fronts.calling import Caller  # noqa: PLC0415 - as above
    from cheeseshop.fronts.models import Purge  # noqa: PLC0415 - as above

    found = []
    for front in addresses.fronts():
        outcome = Caller(front).purge([addresses.project("-")])
        waiting = Purge.objects.filter(front=front.name).count()
        detail = outcome.detail or "takes purges"
        found.append((f"front {front.name}", not outcome.left, f"{detail}; {waiting} wait"))
    return found


def _breaches() -> Finding:
    from cheeseshop.accounts.breached import failures  # noqa: PLC0415 - Django is set up by now

    source = load_settings().breached_passwords_url
    return "breached passwords", True, f"{source}, could not be asked {failures()} times"
