# SPDX-License-Identifier: Apache-2.0
"""A small site on disk for the edge alone, and an upload flow that tells what it was given."""

import json
from pathlib import Path

from cheeseshop.core.settings import Settings
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.edge_contract.container import make_piece, pack
from cheeseshop.edge_contract.keys import release_file
from cheeseshop.edge_contract.protocols import Admission, Reply, RequestHead, SpooledForm

KEY = f"ab/cd/{'0' * 60}/demo-1.0-py3-none-any.whl"
CONTENT = bytes(range(256)) * 4
LIMIT = 1024 * 1024


def lay_out(folder: Path) -> EdgePaths:
    """Write a public project ``demo`` with one release and one file, a private one, and the list of all projects."""
    paths = EdgePaths(folder / "pages", folder / "public", folder / "spool")
    paths.spool.mkdir(parents=True)
    write_page(paths, "demo")
    write_page(paths, "secret", visibility="private")
    write_page(paths, "sealed", quarantined=True)
    listed = paths.pages / "_list" / "v.1"
    listed.mkdir(parents=True)
    for name in ("list.html", "list.html.gz", "list.json", "list.json.gz"):
        (listed / name).write_bytes(name.encode())
    (paths.pages / "_list" / "current").write_text(json.dumps({"serial": 9, "dir": "v.1"}))
    blob = paths.public / "packages" / KEY
    blob.parent.mkdir(parents=True)
    blob.write_bytes(CONTENT)
    Path(f"{blob}.metadata").write_bytes(b"Name: demo\n")
    return paths


def write_page(paths: EdgePaths, name: str, serial: int = 7, **header: object) -> None:
    """Write a project's page as its publisher does: beside the old one, then over it."""
    folder = paths.pages / name
    folder.mkdir(parents=True, exist_ok=True)
    base = {"format": 1, "epoch": 1, "serial": serial, "name": name, "display": name, "status": "active"}
    more = {"visibility": "public", "reader_groups": [], "quarantined": False, "chunks": [], "latest": "1.0"}
    texts = {
        "html_head": b"<html>",
        "html": name.encode(),
        "html_tail": f"<!--{serial}--></html>\n".encode(),
        "json_head": b'{"versions":[',
        "versions": b'"1.0"',
        "json": b"{}",
        "legacy_head": b',"last_serial":7',
        "legacy_releases_open": b',"releases":{',
        "legacy": b'"1.0":[]',
        "legacy_releases_close": b"}",
    }
    fresh = folder / ".page"
    fresh.write_bytes(pack(base | more | header, {key: make_piece(raw) for key, raw in texts.items()}))
    fresh.rename(folder / "page")
    release = {"info": make_piece(b'{"version":"1.0"}'), "urls": make_piece(b"")}
    (folder / release_file("1.0")).write_bytes(pack({}, release))


class EchoUploads:
    """Admits whoever has a token, and answers with what was spooled."""

    def admit(self, head: RequestHead) -> Admission | Reply:
        """Admit by the presence of a header alone."""
        if "authorization" not in head.headers:
            return Reply(403, "Who are you?")
        return Admission(LIMIT, None)

    def accept(self, _admission: Admission, form: SpooledForm) -> Reply:
        """Tell fields, digests and size as JSON; the digest is taken again from the disk."""
        content = form.content
        assert content is None or content.path.stat().st_size == content.size
        told = {
            "fields": {name: [len(value) for value in values] for name, values in form.fields.items()},
            "misplaced": form.misplaced_files,
            "content": None
            if content is None
            else [content.filename, content.size, content.md5, content.sha256, content.blake2_256],
        }
        return Reply(200, json.dumps(told))


def make_edge(paths: EdgePaths, **settings: object) -> Edge:
    """Build the edge over a site, without Django."""
    chosen = Settings(**{"access_log": False, "url": "https://packages.example.org", **settings})  # type: ignore[arg-type]
    return Edge(chosen, paths, django=None, uploads=EchoUploads(), private_files=None)
