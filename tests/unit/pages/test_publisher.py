# SPDX-License-Identifier: Apache-2.0
"""Pages follow their rows: byte for byte, in chunks, through yanks and quarantine."""

import gzip
import json

import pytest
from packaging.version import Version

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.clock import now
from cheeseshop.edge.paths import EdgePaths
from cheeseshop.edge.reading import Entry, Pages
from cheeseshop.journal.flows import Change, Dirty, commit
from cheeseshop.pages import publisher
from cheeseshop.pages.listing import emit_list
from cheeseshop.storage import Store
from tests.support.factories import SITE, make_user

pytestmark = pytest.mark.django_db

JSON = b"application/vnd.pypi.simple.v1+json"


@pytest.fixture
def project() -> Project:
    user: User = make_user()
    made = Project.objects.create(name="Big.Project", normalized_name="big-project", lookalike_key="b1gpr0ject")
    made.roles.create(user=user, role="Owner")
    return made


def add_release(project: Project, version: str, files: int = 1) -> Release:
    release = Release.objects.create(
        project=project,
        version=version,
        sort_key=sort_key(Version(version)),
        is_prerelease=Version(version).is_prerelease,
    )
    for number in range(files):
        digest = f"{File.objects.count():064x}"
        File.objects.create(
            release=release,
            filename=f"big_project-{version}-{number}-py3-none-any.whl",
            packagetype="bdist_wheel",
            python_version="py3",
            requires_python=">=3.8",
            size=1000,
            md5="0" * 32,
            sha256=digest,
            blake2_256=digest,
            metadata_sha256="f" * 64,
        )
    return release


def touch(project: Project, scope: str = "") -> None:
    commit([Change(project.name, project.normalized_name, "touched")], [Dirty(project.normalized_name, scope)])


def publish(store: Store, project: Project, scope: str = "") -> None:
    touch(project, scope)
    publisher.publish_project(store, SITE, project.normalized_name)


def page(store: Store, path: str, accept: bytes = b"", encoding: bytes = b"") -> bytes:
    pages = Pages(EdgePaths(store.pages, store.public, store.spool))
    found = pages.answer((path, b"", accept, encoding))
    assert isinstance(found, Entry), found
    return found.answer.body


def simple(store: Store) -> dict[str, object]:
    return json.loads(page(store, "/simple/big-project/", JSON))


def test_every_byte_of_the_html_page(store: Store, project: Project) -> None:
    release = add_release(project, "1.0")
    Release.objects.filter(pk=release.pk).update(yanked_at=now(), yanked_reason='bad "build"')
    publish(store, project)
    serial = Project.objects.get().last_serial
    url = f"{SITE}/packages/00/00/{'0' * 60}/big_project-1.0-0-py3-none-any.whl"
    assert page(store, "/simple/big-project/").decode() == (
        "<!DOCTYPE html>\n<html>\n  <head>\n"
        '    <meta name="pypi:repository-version" content="1.4">\n'
        '    <meta name="pypi:project-status" content="active">\n'
        "    <title>Links for big-project</title>\n  </head>\n  <body>\n    <h1>Links for big-project</h1>\n"
        f'<a href="{url}#sha256={"0" * 64}" data-requires-python="&gt;=3.8" data-yanked="bad &quot;build&quot;"'
        f' data-dist-info-metadata="sha256={"f" * 64}" data-core-metadata="sha256={"f" * 64}">'
        "big_project-1.0-0-py3-none-any.whl</a><br />\n"
        f"  </body>\n</html>\n<!--SERIAL {serial}-->\n"
    )


def test_the_json_page_has_what_the_specification_asks(store: Store, project: Project) -> None:
    add_release(project, "1.0")
    add_release(project, "2.0", files=0)
    publish(store, project)
    found = simple(store)
    assert list(found) == ["meta", "name", "project-status", "versions", "files"]
    assert found["versions"] == ["1.0"]
    (file,) = found["files"]  # type: ignore[misc]
    assert list(file) == [
        "filename", "url", "hashes", "requires-python", "size", "upload-time", "yanked", "core-metadata",
        "data-dist-info-metadata", "provenance",
    ]  # fmt: skip
    assert file["yanked"] is False


def test_every_encoding_holds_the_same_page(store: Store, project: Project) -> None:
    import zstandard

    add_release(project, "1.0", files=3)
    publish(store, project)
    plain = page(store, "/simple/big-project/")
    assert gzip.decompress(page(store, "/simple/big-project/", encoding=b"gzip")) == plain
    packed = page(store, "/simple/big-project/", encoding=b"zstd")
    assert zstandard.ZstdDecompressor().decompress(packed) == plain


def test_a_page_grown_step_by_step_equals_one_made_at_once(store: Store, project: Project, tmp_path) -> None:
    order = [f"{n % 13}.{n}" for n in range(150)]
    for number, version in enumerate(order):
        release = add_release(project, version, files=1 + number % 3)
        publish(store, project, bytes(release.sort_key).hex())
    grown = publisher.read_page(store.project_folder("big-project"))
    assert grown is not None
    assert len(grown.header["chunks"]) > 3
    fresh = Store(tmp_path / "fresh")
    fresh.prepare()
    publisher.publish_project(fresh, SITE, "big-project")
    for path in ("/simple/big-project/", "/pypi/big-project/json", "/pypi/big-project/3.3/json"):
        for accept in (b"", JSON):
            assert page(store, path, accept) == page(fresh, path, accept)
            assert gzip.decompress(page(store, path, accept, b"gzip")) == page(fresh, path, accept)
    versions = [Version(v) for v in simple(store)["versions"]]  # type: ignore[union-attr]
    assert versions == sorted(versions)
    named = {f"c.{name}" for name in (*grown.header["chunks"], *grown.header["retired"])}
    kept = {p.name for p in store.project_folder("big-project").iterdir() if p.name.startswith("c.")}
    assert named <= kept
    assert len(kept - named) == 0


def test_a_quarantined_project_has_an_empty_page_that_says_so(store: Store, project: Project) -> None:
    add_release(project, "1.0", files=70)
    publish(store, project)
    Project.objects.update(quarantined_at=now(), quarantine_reason="malware")
    publish(store, project)
    found = simple(store)
    assert (found["files"], found["versions"]) == ([], [])
    assert found["project-status"] == {"status": "quarantined", "reason": "malware"}
    answer = Pages(EdgePaths(store.pages, store.public, store.spool)).answer(("/pypi/big-project/json", b"", b"", b""))
    assert answer.status == 404  # type: ignore[union-attr]
    Project.objects.update(quarantined_at=None, quarantine_reason="")
    publish(store, project)
    assert len(simple(store)["files"]) == 70  # type: ignore[arg-type]


def test_a_quarantined_release_and_file_are_left_out(store: Store, project: Project) -> None:
    add_release(project, "1.0")
    add_release(project, "2.0", files=2)
    Release.objects.filter(version="1.0").update(quarantined_at=now())
    File.objects.filter(filename__contains="2.0-1").update(quarantined_at=now())
    publish(store, project)
    assert [f["filename"] for f in simple(store)["files"]] == ["big_project-2.0-0-py3-none-any.whl"]  # type: ignore[attr-defined]


def test_the_latest_release_is_unyanked_final_highest(store: Store, project: Project) -> None:
    for version in ("1.0", "2.0", "3.0rc1"):
        add_release(project, version)
    Release.objects.filter(version="2.0").update(yanked_at=now())
    publish(store, project)
    found = json.loads(page(store, "/pypi/big-project/json"))
    assert found["info"]["version"] == "1.0"
    assert list(found["releases"]) == ["3.0rc1", "2.0", "1.0"]
    assert found["ownership"] == {"roles": [{"role": "Owner", "user": "alice"}], "organization": None}
    assert [f["filename"] for f in found["urls"]] == ["big_project-1.0-0-py3-none-any.whl"]
    assert found["vulnerabilities"] == []


def test_a_deleted_project_loses_its_pages(store: Store, project: Project) -> None:
    publish(store, project)
    Project.objects.all().delete()
    publisher.publish_project(store, SITE, "big-project")
    assert not store.project_folder("big-project").exists()


def test_the_list_grown_in_steps_equals_one_made_at_once(store: Store, tmp_path) -> None:
    emit_list(store, SITE, None)
    for start in range(0, 900, 90):
        names = [f"p{(n * 7919) % 900:03}" for n in range(start, start + 90)]
        Project.objects.bulk_create(Project(name=n.upper(), normalized_name=n, lookalike_key=n) for n in names)
        emit_list(store, SITE, set(names))
    fresh = Store(tmp_path / "fresh")
    fresh.prepare()
    emit_list(fresh, SITE, None)

    def read(of: Store, name: str) -> bytes:
        current = json.loads((of.pages / "_list/current").read_bytes())
        return (of.pages / "_list" / current["dir"] / name).read_bytes()

    assert read(store, "list.html") == read(fresh, "list.html")
    assert gzip.decompress(read(store, "list.json.gz")) == read(fresh, "list.json")
    listed = [p["name"] for p in json.loads(read(store, "list.json"))["projects"]]
    assert listed == sorted(listed)
    assert len(listed) == 900
