# SPDX-License-Identifier: Apache-2.0
"""An index of very many projects and people, written in bulk, and the pages of administration that must stay fast."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Model

from cheeseshop.access.models import ProjectRole
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.journal.models import Entry
from cheeseshop.tokens.models import Token

PAGES = {
    "start": "/admin/",
    "people": "/admin/accounts/user/",
    "people, page 100": "/admin/accounts/user/?p=100",
    "people by name": "/admin/accounts/user/?q=person-77",
    "people by name, nobody": "/admin/accounts/user/?q=zzz",
    "people by address": "/admin/accounts/user/?q=person-77@",
    "people, frozen": "/admin/accounts/user/?only=frozen",
    "people, with a role": "/admin/accounts/user/?only=keepers",
    "one person": "/admin/accounts/user/{person}/",
    "addresses": "/admin/account/emailaddress/",
    "addresses by beginning": "/admin/account/emailaddress/?q=person-4242",
    "tokens": "/admin/tokens/token/",
    "tokens of a person": "/admin/tokens/token/?q=@person-4242",
    "events": "/admin/accounts/securityevent/",
    "events of a person": "/admin/accounts/securityevent/?q=person-4242",
    "projects": "/admin/catalog/project/",
    "projects, page 100": "/admin/catalog/project/?p=100",
    "projects by name": "/admin/catalog/project/?q=project-9",
    "one project": "/admin/catalog/project/{project}/",
    "releases": "/admin/catalog/release/",
    "releases of a project": "/admin/catalog/release/?q=project-4242",
    "files": "/admin/catalog/file/",
    "files by name": "/admin/catalog/file/?q=project_4242-",
    "roles": "/admin/access/projectrole/",
    "roles of a person": "/admin/access/projectrole/?q=@person-4242",
    "journal": "/admin/journal/entry/",
    "journal of a project": "/admin/journal/entry/?q=project-4242",
    "hygiene": "/admin/hygiene/",
    "hygiene, sole owners": "/admin/hygiene/?kind=sole-owner&page=20",
}
_BATCH = 2000


def make_large_index(projects: int, people: int) -> dict[str, str]:
    """Write people with an address, a token and an event each; projects with a release, a file and an owner each.

    Returns the identities that ``PAGES`` names.
    """
    moment = now()
    users = [
        User(username=f"person-{n}", email=f"person-{n}@example.org", date_joined=moment, password="!")
        for n in range(people)
    ]
    write(users)
    write(EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users)
    ago = moment - timedelta(days=200)
    write(
        Token(user=user, description="laptop", created_at=ago, last_used_at=moment if n % 3 else None)
        for n, user in enumerate(users)
    )
    write(SecurityEvent(user=user, kind="account:create", at=ago) for user in users)
    made = write_projects(projects, users)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"person": str(users[people // 2].pk), "project": str(made)}


def write_projects(count: int, users: list[User]) -> object:
    """Write the projects, and return the identity of one in the middle."""
    found: list[Project] = []
    for begin in range(0, count, _BATCH):
        some = [
            Project(name=f"Project-{n}", normalized_name=f"project-{n}", lookalike_key=f"project{n}", last_serial=n + 1)
            for n in range(begin, min(begin + _BATCH, count))
        ]
        write(some)
        releases = [Release(project=each, version="1.0", sort_key=b"\x01") for each in some]
        write(releases)
        write(
            File(release=release, filename=f"project_{n}-1.0.tar.gz", packagetype="sdist", python_version="source",
                 size=1000, md5="", sha256="", blake2_256=f"{n:064}") for n, release in enumerate(releases, begin)
        )  # fmt: skip
        write(ProjectRole(project=p, user=users[n % len(users)], role="Owner") for n, p in enumerate(some, begin))
        write(
            Entry(serial=n + 1, at=now(), project=p.name, normalized_name=p.normalized_name, action="create")
            for n, p in enumerate(some, begin)
        )
        found += some[:1]
    return found[len(found) // 2].pk


def write(rows: Iterable[Model]) -> None:
    """Insert rows of one model, some at a time."""
    pending: Iterator[Model] = iter(rows)
    while batch := list(islice(pending, _BATCH)):
        type(batch[0])._default_manager.bulk_create(batch)
