# SPDX-License-Identifier: Apache-2.0
"""Create what an instance needs: folders, tables, static files, an empty list of projects."""

import shutil
from pathlib import Path

from cheeseshop import __version__
from cheeseshop.config.boot import setup
from cheeseshop.core import current


def prepare() -> None:
    """Bring the instance in the data folder up to this version of the program. Safe to run again."""
    settings = current.settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    (settings.data / "mail").mkdir(exist_ok=True)
    setup()
    from django.core.management import call_command  # noqa: PLC0415 - Django must be set up first

    from cheeseshop.pages.loop import Publisher  # noqa: PLC0415 - as above
    from cheeseshop.storage import open_store  # noqa: PLC0415 - as above

    if waiting_migrations():  # the command takes a third of a second to find out
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    call_command("createcachetable", verbosity=0)
    _collect_static()
    Publisher(open_store(), settings.url).step(at_once=True)


def waiting_migrations() -> int:
    """Return how many migrations the database lacks. Django must be set up.

    Raises:
        DatabaseError: when it does not answer.
    """
    from django.db import connection  # noqa: PLC0415 - Django must be set up first
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - as above

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _collect_static() -> None:
    from django.conf import settings as django_settings  # noqa: PLC0415 - Django must be set up first
    from django.core.management import call_command  # noqa: PLC0415 - as above

    root = django_settings.STATIC_ROOT
    stamp = root / ".version"
    sources = Path(__file__).parent.parent / "web" / "static"
    state = f"{__version__} {max((p.stat().st_mtime_ns for p in sources.rglob('*')), default=0)}"
    if stamp.is_file() and stamp.read_text() == state:
        return
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)
