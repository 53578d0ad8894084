# SPDX-License-Identifier: Apache-2.0
"""Unmodified bandersnatch mirrors a real index: all of it, then what changed."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xmlrpc.client import ServerProxy

import httpx
import pytest

from tests.support.index import Index, live_index
from tests.support.tls import front

pytestmark = [pytest.mark.clients, pytest.mark.index]

Build = Callable[..., list[str]]
Run = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Origin:
    """An index of its own, because a mirror takes all; with TLS, which `bandersnatch verify` insists on."""

    url: str
    index: Index
    trusted: Path


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    folder = tmp_path_factory.mktemp("origin")
    with front(folder) as outside, live_index(folder, CHEESESHOP_URL=outside.url) as index:
        outside.to = int(index.url.rpartition(":")[2])
        yield Origin(outside.url, index, outside.authority)


class Mirror:
    def __init__(self, run: Run, origin: Origin, folder: Path, method: str) -> None:
        self._run, self._folder = run, folder
        self._trusted = str(origin.trusted)
        self._config = folder / "bandersnatch.conf"
        folder.mkdir()
        self._config.write_text(
            f"[mirror]\ndirectory = {folder}/mirror\nmaster = {origin.url}\njson = true\n"
            f"hash-index = false\ntimeout = 20\nworkers = 2\napi-method = {method}\nstop-on-error = true\n"
        )

    def __call__(self, *arguments: str) -> str:
        done = self._run("bandersnatch", "--config", str(self._config), *arguments, SSL_CERT_FILE=self._trusted)
        return done.stdout + done.stderr  # type: ignore[attr-defined]

    @property
    def web(self) -> Path:
        return self._folder / "mirror" / "web"

    def page(self, name: str) -> dict[str, object]:
        return json.loads((self.web / "simple" / name / "index.v1_json").read_text())

    def files(self) -> dict[str, str]:
        """Each file that lies in the mirror, with its digest."""
        found = (self.web / "packages").rglob("*.*")
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in found if p.is_file()}


def offered(origin: Origin, name: str) -> dict[str, str]:
    """Each file that the index offers of a project, with its digest."""
    reply = httpx.get(f"{origin.index.url}/simple/{name}/", headers={"accept": "application/vnd.pypi.simple.v1+json"})
    return {f["filename"]: f["hashes"]["sha256"] for f in reply.json()["files"]}


def api(origin: Origin, token: str, method: str, path: str, **json_: object) -> None:
    reply = httpx.request(
        method,
        f"{origin.index.url}/api/v1/projects/{path}",
        headers={"authorization": f"Bearer {token}"},
        json=json_ or None,
    )
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("method", ["xmlrpc", "simple"])
def test_bandersnatch_mirrors_all_and_then_what_changed(
    origin: Origin, run: Run, dist: Build, tmp_path: Path, method: str
) -> None:
    keep, shrink, gone = f"keep-{method}", f"shrink-{method}", f"gone-{method}"
    publish = ("uv", "publish", "--publish-url", f"{origin.index.url}/legacy/", "--token", origin.index.token)
    for name in (keep, shrink, gone):
        run(*publish, *dist(name.replace("-", "_"), "1.0"))
    token = manager(origin, method)
    mirror = Mirror(run, origin, tmp_path / "b", method)
    wait_for_the_list(origin)
    mirror("mirror")
    for name in (keep, shrink, gone):
        assert len(offered(origin, name)) == 2
        assert offered(origin, name).items() <= mirror.files().items()

    run(*publish, *dist(keep.replace("-", "_"), "2.0"))
    api(origin, token, "POST", f"{keep}/releases/1.0/yank", reason="broken")
    wheel = f"{shrink.replace('-', '_')}-1.0-py3-none-any.whl"
    api(origin, token, "DELETE", f"{shrink}/files/{wheel}/")
    api(origin, token, "DELETE", f"{gone}/")
    wait_for_the_list(origin)
    mirror("mirror")
    assert offered(origin, keep).items() <= mirror.files().items()
    assert len(offered(origin, keep)) == 4
    yanked = {f["filename"]: f["yanked"] for f in mirror.page(keep)["files"]}  # type: ignore[attr-defined]
    assert [value for name, value in sorted(yanked.items()) if "-1.0" in name] == [True, True]
    assert (mirror.web / "simple" / keep / "index.html").read_text().count('data-yanked="broken"') == 2
    assert [f["filename"] for f in mirror.page(shrink)["files"]] == [f"{shrink.replace('-', '_')}-1.0.tar.gz"]  # type: ignore[attr-defined]

    mirror("verify", "--json-update", "--delete")
    everything = offered(origin, keep) | offered(origin, shrink)
    own = {name: digest for name, digest in mirror.files().items() if method in name}
    assert own == everything


def wait_for_the_list(origin: Origin) -> None:
    """Let the list of all projects catch up: it may follow a change by two seconds, and more on a busy machine."""
    newest = ServerProxy(f"{origin.index.url}/pypi").changelog_last_serial()
    accept = {"accept": "application/vnd.pypi.simple.v1+json"}
    end = time.monotonic() + 60
    while httpx.get(f"{origin.index.url}/simple/", headers=accept).json()["meta"]["_last-serial"] < newest:
        assert time.monotonic() < end, "the list of all projects does not follow"
        time.sleep(0.1)


def manager(origin: Origin, name: str) -> str:
    """A token of alice that may do everything."""
    made = origin.index.command(
        "token", "create", "--user", "alice", "--description", name, "--action", "admin", "--action", "yank"
    )
    return made.stdout.strip()
