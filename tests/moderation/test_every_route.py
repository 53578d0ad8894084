# SPDX-License-Identifier: Apache-2.0
"""Nothing that gives bytes or metadata gives those of what is in quarantine. A new route fails until it is entered."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import File, Project
from cheeseshop.core import current
from cheeseshop.discovery.indexing import follow_journal
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.edge import app as edge_app
from cheeseshop.pages.loop import Publisher
from cheeseshop.publishing import quarantining
from cheeseshop.publishing.quarantining import Order
from cheeseshop.relations.flows import read_journal
from cheeseshop.storage import Store, open_store
from tests.support.actors import forget_limits
from tests.support.archives import build_sdist, build_wheel
from tests.support.asgi import ask
from tests.support.factories import SITE, make_token, make_user, upload
from tests.web.test_routes import ANYBODY

pytestmark = pytest.mark.django_db
SDIST, WHEEL = "held-2.0.tar.gz", "held-2.0-py3-none-any.whl"
JSON = "application/vnd.pypi.simple.v1+json"
SIMPLE = ("/simple/", "/simple/held/", "/pypi/held/json", "/pypi/held/1.0/json", "/pypi/held/2.0/json")

ASKED = {  # what gives something of a project, and how it is asked for
    "": [""],
    "search/": ["search/?q=held", "search/?q=word", "search/?q=mark", "search/?q=hel"],
    "search.json": ["search.json?q=held", "search.json?q=word", "search.json?q=hel"],
    "project/<str:name>/": ["project/held/"],
    "project/<str:name>/<str:version>/": ["project/held/1.0/", "project/held/2.0/"],
    "project/<str:name>/<str:version>/provenance/": ["project/held/2.0/provenance/", "project/held/1.0/provenance/"],
    "project/<str:name>/<str:version>/provenance/<str:filename>/": [f"project/held/2.0/provenance/{SDIST}/"],
    "project/<str:name>/<str:version>/files/": ["project/held/1.0/files/", "project/held/2.0/files/"],
    "project/<str:name>/<str:version>/files/<str:filename>/": [
        f"project/held/2.0/files/{SDIST}/", f"project/held/2.0/files/{WHEEL}/",
        "project/held/1.0/files/held-1.0.tar.gz/",
    ],
    "project/<str:name>/<str:version>/releases/": ["project/held/1.0/releases/", "project/held/2.0/releases/"],
    "project/<str:name>/<str:version>/statistics/": ["project/held/2.0/statistics/", "project/held/1.0/statistics/"],
    "project/<str:name>/<str:version>/dependencies/": [
        "project/held/2.0/dependencies/", "project/free/1.0/dependencies/",
    ],
    "project/<str:name>/<str:version>/inside/": ["project/held/2.0/inside/"],
    "project/<str:name>/<str:version>/inside/<str:filename>/": [f"project/held/2.0/inside/{SDIST}/"],
    "project/<str:name>/<str:version>/inside/<str:filename>/difference/": [
        f"project/held/2.0/inside/{SDIST}/difference/?from=1.0",
        "project/held/1.0/inside/held-1.0.tar.gz/difference/?from=2.0",
    ],
    "project/<str:name>/<str:version>/inside/<str:filename>/at/<path:path>": [
        f"project/held/2.0/inside/{SDIST}/at/held-2.0/PKG-INFO",
        f"project/held/2.0/inside/{SDIST}/at/held-2.0/PKG-INFO?raw",
    ],
    "stats/": ["stats/"],
    "trending/": ["trending/"],
    "newest/projects/": ["newest/projects/"],
    "newest/releases/": ["newest/releases/"],
    "user/<str:username>/": ["user/alice/"],
    "pypi/<str:name>/": ["pypi/held/"],
    "pypi/<str:name>/<str:version>/": ["pypi/held/2.0/"],
    "p/<str:name>/": ["p/held/"],
    "p/<str:name>/<str:version>/": ["p/held/2.0/"],
    "packages/<str:_kind>/<str:_letter>/<str:_project>/<str:filename>": [f"packages/source/h/held/{SDIST}"],
    "pypi": ["pypi?:action=display&name=held&version=2.0"],
    "pypi/": ["pypi/?:action=display&name=held"],
    "rss/updates.xml": ["rss/updates.xml"],
    "rss/packages.xml": ["rss/packages.xml"],
    "rss/project/<str:name>/releases.xml": ["rss/project/held/releases.xml"],
    "sitemap.xml": ["sitemap.xml"],
    "<bucket:bucket>.sitemap.xml": ["0.sitemap.xml", "1.sitemap.xml"],
    "org/<str:name>/": ["org/acme/"],
}  # fmt: skip
NOTHING_OF_PROJECTS = {
    "language/", "help/translations/",
    "stats/downloads/", "legacy/", "help/", "u/<str:username>/", "_health/", "robots.txt", "status/",
    "advisory/<str:identity>/", "osv/v1/vulns/<str:identity>", "osv/v1/query", "osv/v1/querybatch",
    "image/<str:mac>/<str:address>", "humans.txt", ".well-known/security.txt", ".well-known/funding-manifest-urls",
    "claims/answer/<str:token>/", "_/oidc/audience", "_/oidc/mint-token", "_/oidc/github/mint-token",
    "_/oidc/burn-token", ".well-known/pytp", "_/secrets/disclose-token", "_/github/disclose-token",
    "_/vulnerabilities/osv/report", "classifiers/", "opensearch.xml",
    "2fa/", "announcements/", "announcements/<int:pk>/",
    "rss/announcements.xml", "credits/", "donate/", "sponsor/",
    "sponsors/", "security/", "sitemap/", "trademarks/", "policy/acceptable-use-policy/", "policy/acceptable-use/",
    "policy/code-of-conduct/", "policy/privacy-notice/", "policy/privacy/", "policy/terms-of-service/",
    "policy/terms-of-use/", "policy/terms/",
    "api/openapi.yaml",
    "RPC2",  # asked below: what mirrors read of the journal names files for ever, and their roles and projects go
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    store, token = open_store(), make_token(make_user())
    for version in ("1.0", "2.0"):
        marks = {"metadata_lines": [f"Summary: mark of {version}"], "description": f"word of {version}"}
        assert upload(store, token, build_wheel("held", version, requires=("free",), **marks)).status == 200
        assert upload(store, token, build_sdist("held", version, **marks)).status == 200
    assert upload(store, token, build_wheel("free", "1.0")).status == 200
    read_journal()
    follow_journal()
    Publisher(store, SITE).step(at_once=True)
    return store


def edge(shop: Store) -> Edge:
    paths = EdgePaths(shop.pages, shop.public, shop.spool)
    return Edge(current.settings(), paths, django=None, uploads=None, private_files=None)


def everything(shop: Store) -> Iterator[tuple[str, str]]:
    """Every answer: how it was asked for, and what it says. Links to what is elsewhere lead to what is asked too."""
    asked, client = edge(shop), Client()
    forget_limits()  # searches are asked for more often than anybody may
    for path in SIMPLE:
        for accept in ("text/html", JSON):
            reply = ask(asked, path, {"accept": accept})
            yield f"{path} as {accept}", reply.body.decode() if reply.status == 200 else ""
    for file in File.objects.all():
        for path in (f"/packages/{file.blob_key}", f"/packages/{file.blob_key}.metadata"):
            if ask(asked, path).status == 200:
                yield path, f"{file.filename} {file.sha256}"
        path = f"/integrity/held/{file.filename.split('-')[1][:3]}/{file.filename}/provenance"
        if ask(asked, path).status == 200:
            yield path, file.filename
    for paths in ASKED.values():
        for path in paths:
            reply = client.get(f"/{path}")
            yield path, reply.content.decode() if reply.status_code == 200 else ""


def told(shop: Store, *marks: str) -> set[str]:
    """Where one of these is told."""
    return {path for path, body in everything(shop) if any(mark in body for mark in marks)}


def digests(rows: Callable[[File], bool]) -> list[str]:
    return [file.sha256 for file in File.objects.select_related("release") if rows(file)]


def test_every_public_route_is_asked_or_gives_nothing_of_projects() -> None:
    public = {route for route in ANYBODY if not route.startswith("account/")}
    assert public == ASKED.keys() | NOTHING_OF_PROJECTS
    assert not ASKED.keys() & NOTHING_OF_PROJECTS
    assert set(edge_app._ONLY_READ) == {"/stats/downloads/", "/simple/", "/packages/", "/integrity/"}


def test_a_project_in_quarantine_is_told_nowhere_and_is_as_before_when_cleared(shop: Store) -> None:
    project = Project.objects.get(normalized_name="held")
    marks = ["mark of", "word of", "held-1.0", "held-2.0", *digests(lambda f: f.release.project == project)]
    before, where = index_pages(shop), told(shop, *marks)
    assert len(where) > 20  # the marks are where they are looked for
    quarantining.hold(Order(Held(project.pk), "It steals.", "mod"))
    Publisher(shop, SITE).step(at_once=True)
    assert told(shop, *marks) == set()
    assert "held" not in "".join(body for path, body in everything(shop) if path.startswith("/simple/ as"))
    found = json.loads(ask(edge(shop), "/simple/held/", {"accept": JSON}).body)
    assert (found["files"], found["versions"]) == ([], [])
    assert found["project-status"] == {"status": "quarantined", "reason": "It steals."}
    page = Client().get("/project/held/").content.decode()
    assert "It steals." in page
    assert current.settings().contact in page
    case = project_case()
    quarantining.clear(case, "", "mod")
    Publisher(shop, SITE).step(at_once=True)
    assert (index_pages(shop), told(shop, *marks)) == (before, where)


def test_a_release_in_quarantine_is_told_nowhere_and_the_others_are(shop: Store) -> None:
    project = Project.objects.get(normalized_name="held")
    marks = ["mark of 2.0", "word of 2.0", "held-2.0", *digests(lambda f: f.release.version == "2.0")]
    before, where = index_pages(shop), told(shop, *marks)
    assert len(where) > 12
    quarantining.hold(Order(Held(project.pk, "2.0"), "It steals.", "mod"))
    assert told(shop, *marks) == set()
    assert len(told(shop, "mark of 1.0", "held-1.0")) > 8
    reply = Client().get("/project/held/2.0/")
    assert (reply.status_code, b"It steals." in reply.content) == (404, True)
    quarantining.clear(project_case(), "", "mod")
    assert (index_pages(shop), told(shop, *marks)) == (before, where)


def test_a_file_in_quarantine_is_told_nowhere_and_the_others_are(shop: Store) -> None:
    project = Project.objects.get(normalized_name="held")
    file = File.objects.get(filename=SDIST)
    before, where = index_pages(shop), told(shop, SDIST, file.sha256)
    assert len(where) > 8
    quarantining.hold(Order(Held(project.pk, "2.0", SDIST), "It steals.", "mod"))
    assert told(shop, SDIST, file.sha256) == set()
    assert len(told(shop, WHEEL)) > 4
    quarantining.clear(project_case(), "", "mod")
    assert (index_pages(shop), told(shop, SDIST, file.sha256)) == (before, where)


def test_mirrors_are_told_of_it(shop: Store) -> None:
    project = Project.objects.get(normalized_name="held")
    body = b"<methodCall><methodName>list_packages_with_serial</methodName></methodCall>"
    assert b"held" in Client().post("/pypi", body, "text/xml").content
    quarantining.hold(Order(Held(project.pk), "It steals.", "mod"))
    assert b"held" not in Client().post("/pypi", body, "text/xml").content
    body = body.replace(b"list_packages_with_serial", b"package_roles").replace(
        b"</methodName>", b"</methodName><params><param><value>held</value></param></params>"
    )
    assert b"alice" not in Client().post("/pypi", body, "text/xml").content


def project_case() -> object:
    from cheeseshop.moderation.models import Case

    return Case.objects.get(cleared_at=None).pk


def index_pages(shop: Store) -> dict[str, str]:
    """What installers and mirrors read, but for the serials, which every change moves."""
    pages = {path: body for path, body in everything(shop) if path.startswith(("/simple/", "/pypi/", "/packages/"))}
    return {path: re.sub(r'(serial"?:|SERIAL )\s*[0-9]+', r"\1", body) for path, body in pages.items()}
