# SPDX-License-Identifier: Apache-2.0
"""A pool of real processes on one database and one store, which all begin a piece of work at the same moment.

Work is a function of this module and its arguments, because it travels to another process.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from tests.support.index import clean_environ, command, database

_line: "Barrier"


def _start(environ: dict[str, str], line: Barrier) -> None:
    """Set a process of the pool up: settings first, then Django."""
    global _line  # noqa: PLW0603 - each process has its own
    _line = line
    os.environ.update(environ)
    from cheeseshop.config.boot import setup

    setup()
    from cheeseshop.distributions.names import is_stdlib_name

    is_stdlib_name("warm-up")


def _wait_and_do(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    _line.wait(60)
    return work(*arguments)


class Racers:
    """The pool. ``run`` gives each process its arguments, and returns what each of them answered."""

    def __init__(self, pool: ProcessPoolExecutor, count: int) -> None:
        self._pool, self.count = pool, count

    def run(self, work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        assert len(arguments) == self.count, "as many as there are processes, or they wait for each other"
        return list(self._pool.map(_wait_and_do, [work] * self.count, arguments, timeout=120))

    def ask(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Let one process do something by itself."""
        return self._pool.submit(work, *arguments).result(120)


@contextmanager
def racers(folder: Path, count: int) -> Iterator[Racers]:
    """Start ``count`` processes on an index of their own, with the people ann and ben."""
    with database() as chosen:
        environ = clean_environ() | {"CHEESESHOP_DATA": str(folder / "var"), "CHEESESHOP_ACCESS_LOG": "off"} | chosen
        command(environ, "init")
        context = get_context("spawn")
        line = context.Barrier(count)
        with ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(environ, line)) as pool:
            made = Racers(pool, count)
            made.ask(make_people)
            yield made


def make_people() -> None:
    from tests.support.factories import make_user

    for name in ("ann", "ben"):
        make_user(name)


def make_token(username: str) -> str:
    from cheeseshop.accounts.queries import user_named
    from tests.support import factories

    user = user_named(username)
    assert user is not None
    return factories.make_token(user)


def send(token: str, filename: str, data: bytes) -> tuple[int, str]:
    """Upload a file through admission, acceptance and publishing; the status and the words of the answer."""
    from cheeseshop.storage import open_store
    from tests.support.factories import upload

    store = open_store()
    store.prepare()
    reply = upload(store, token, (filename, data))
    return reply.status, reply.body


def set_total(project: str, total: int) -> None:
    from cheeseshop.catalog.models import Project

    Project.objects.filter(normalized_name=project).update(total_size=total)


def state(project: str) -> dict[str, Any]:
    """What the rows say of a project."""
    from cheeseshop.access.models import ProjectRole
    from cheeseshop.catalog.models import File, Project, UsedFilename

    found = Project.objects.filter(normalized_name=project).first()
    files = {file.filename: file.sha256 for file in File.objects.filter(release__project=found)}
    return {
        "total": found.total_size if found else None,
        "sizes": sum(File.objects.filter(release__project=found).values_list("size", flat=True)),
        "files": files,
        "used": UsedFilename.objects.filter(filename__in=[name.lower() for name in files]).count(),
        "owners": sorted(
            ProjectRole.objects.filter(project=found, role="Owner").values_list("user__username", flat=True)
        ),
    }


def remove_file(project: str, filename: str) -> bool:
    """Delete a file. False where another was quicker."""
    from cheeseshop.catalog.flows import remove
    from cheeseshop.catalog.models import Project
    from cheeseshop.core.errors import Missing

    try:
        remove.remove_file(Project.objects.get(normalized_name=project).pk, filename, "ann")
    except Missing:
        return False
    return True


def add_owner(project: str, username: str) -> None:
    from cheeseshop.access.models import ProjectRole
    from cheeseshop.accounts.models import User
    from cheeseshop.catalog.models import Project

    owned = Project.objects.get(normalized_name=project)
    ProjectRole.objects.get_or_create(project=owned, user=User.objects.get(username=username), role="Owner")


def leave(project: str, username: str) -> bool:
    """Leave a project. False where that is refused because nobody would be left, or it was done already."""
    from cheeseshop.accounts.models import User
    from cheeseshop.catalog.flows import collaborators
    from cheeseshop.catalog.models import Project
    from cheeseshop.core.errors import Conflict, Missing

    user = User.objects.get(username=username)
    try:
        collaborators.remove(Project.objects.get(normalized_name=project).pk, user.pk, user)
    except (Conflict, Missing):
        return False
    return True


def page_names(project: str, filename: str) -> bool:
    """Tell whether a project's published page names a file."""
    from cheeseshop.pages.publisher import read_page
    from cheeseshop.storage import open_store

    page = read_page(open_store().project_folder(project))
    return page is not None and filename.encode() in page.piece("html").raw
