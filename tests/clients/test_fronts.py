# SPDX-License-Identifier: Apache-2.0
"""A cache in front of the index, real and set up as we say, forgets what changed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.fronts import FRONTS
from tests.support.index import Index, free_port, live_index

pytestmark = [pytest.mark.clients, pytest.mark.index]
HTML, JSON = {"accept": "text/html"}, {"accept": "application/vnd.pypi.simple.v1+json"}
PIP = {"accept": f"{JSON['accept']}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"}
PLAIN = {"accept-encoding": "identity"}
LONG = 60.0


@dataclass(frozen=True, slots=True)
class Fronted:
    """An index with a front."""

    index: Index
    address: str

    def get(self, path: str, headers: dict[str, str] = HTML) -> httpx.Response:
        return httpx.get(self.address + path, headers=headers, trust_env=False)

    def is_kept(self, path: str, headers: dict[str, str]) -> bool:
        """Ask for something until the front answers by itself; tell whether it did."""
        first, second = self.get(path, headers), self.get(path, headers)
        assert first.status_code == second.status_code == 200, (path, first.status_code, second.status_code)
        assert first.content == second.content
        return second.headers["x-cache"] not in {"MISS", "BYPASS", "0"}

    def until(self, path: str, seen: Callable[[httpx.Response], bool], headers: dict[str, str] = HTML) -> None:
        """Ask until the answer is as it must be."""
        end = time.monotonic() + LONG
        while not seen(answer := self.get(path, headers)):
            assert time.monotonic() < end, (path, answer.status_code, answer.headers, answer.text[:500])


@pytest.fixture(scope="module", params=sorted(FRONTS))
def fronted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fronted]:
    folder, port, purge = tmp_path_factory.mktemp("fronted"), free_port(), free_port()
    front, named = FRONTS[request.param]
    settings = {"CHEESESHOP_PURGE": named.format(purge=purge), "CHEESESHOP_TRUSTED_PROXIES": "1"}
    with live_index(folder, workers=2, **settings) as index:
        behind = urlsplit(index.url).port or 0
        with front(folder / "front", port, purge, behind) as address:
            yield Fronted(index, address)


def publish(index: Index, run: Callable[..., object], *files: str) -> None:
    run("uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token, *files)


def paths_of(index: Index, name: str) -> list[str]:
    """The path of each file and of its metadata, as the index itself tells them."""
    told = httpx.get(f"{index.url}/simple/{name}/", headers=JSON, trust_env=False).json()["files"]
    paths = [urlsplit(each["url"]).path for each in told]
    return paths + [f"{path}.metadata" for path, each in zip(paths, told, strict=True) if each["core-metadata"]]


def gone(answer: httpx.Response) -> bool:
    return answer.status_code == 404


def there(answer: httpx.Response) -> bool:
    return answer.status_code == 200


def test_what_changed_is_forgotten_and_nothing_else(
    fronted: Fronted, run: Callable[..., object], dist: Callable[..., list[str]]
) -> None:
    index = fronted.index
    publish(index, run, *dist("other", "1.0"))
    publish(index, run, *dist("fronted", "1.0"))
    files = paths_of(index, "fronted")
    assert len(files) >= 3
    pages = [("/simple/fronted/", form) for form in (HTML, JSON, PIP, HTML | PLAIN)] + [("/pypi/fronted/json", HTML)]
    fronted.until("/simple/", lambda answer: "fronted" in answer.text)
    for path, form in (*pages, *((file, HTML) for file in files), ("/simple/other/", HTML), ("/simple/", HTML)):
        assert fronted.is_kept(path, form), (path, form)

    publish(index, run, *dist("fronted", "2.0"))
    for form in (HTML, JSON, PIP, HTML | PLAIN):
        fronted.until("/simple/fronted/", lambda answer: "fronted-2.0" in answer.text, form)
    fronted.until("/pypi/fronted/json", lambda answer: answer.json()["info"]["version"] == "2.0")
    assert fronted.get(files[0]).headers["x-cache"] not in {"MISS", "0"}  # files stay where nothing happened to them

    for path, form in pages:
        fronted.is_kept(path, form)
    case = index.command("quarantine", "add", "fronted", "--reason", "It reads keys.").stdout.strip()
    for file in files:
        fronted.until(file, gone)
    for form in (JSON, PIP):
        fronted.until("/simple/fronted/", lambda answer: answer.json()["files"] == [], form)
    fronted.until("/simple/fronted/", lambda answer: "fronted-1.0" not in answer.text, HTML)
    fronted.until("/pypi/fronted/json", gone)
    fronted.until("/simple/", lambda answer: "fronted" not in answer.text)

    index.command("quarantine", "clear", case)
    for file in files:
        fronted.until(file, there)
    fronted.until("/simple/fronted/", lambda answer: len(answer.json()["files"]) == 4, JSON)
    assert fronted.get("/simple/other/").headers["x-cache"] not in {"MISS", "0"}


def test_unmodified_pip_installs_through_it(
    fronted: Fronted, run: Callable[..., object], dist: Callable[..., list[str]]
) -> None:
    publish(fronted.index, run, *dist("through", "1.0"))
    for _ in range(2):
        run("pip", "download", "--no-cache-dir", "--no-deps", "--index-url", f"{fronted.address}/simple/", "through")


def test_forms_are_not_confused(fronted: Fronted, run: Callable[..., object], dist: Callable[..., list[str]]) -> None:
    """What one client's words brought about is not what another gets, who said something else."""
    publish(fronted.index, run, *dist("kept", "1.0"))
    file = paths_of(fronted.index, "kept")[0]
    assert fronted.get(file, {"host": "elsewhere.example"}).status_code == 400  # not kept for others
    assert fronted.get(file).status_code == 200
    fronted.until("/simple/kept/", there)
    for accept in ("text/html;q=0.1, application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.v1+json, */*"):
        answer = fronted.get("/simple/kept/", {"accept": accept})
        direct = httpx.get(f"{fronted.index.url}/simple/kept/", headers={"accept": accept}, trust_env=False)
        assert answer.headers["content-type"] == direct.headers["content-type"]
    form = "?format=application/vnd.pypi.simple.v1%2Bjson"
    assert fronted.get(f"/simple/kept/{form}").json()["name"] == "kept"
    assert fronted.get("/simple/kept/").headers["content-type"].startswith("text/html")
    assert fronted.get("/simple/kept/", JSON).json()["name"] == "kept"


def test_nothing_is_lost_when_the_front_is_away_and_the_index_is_killed(
    tmp_path: Path, run: Callable[..., object], dist: Callable[..., list[str]]
) -> None:
    """The order is in the database when the command returns; it outlives the server, and is tried until it is taken."""
    port, purge = free_port(), free_port()
    front, named = FRONTS["nginx"]
    with live_index(tmp_path, CHEESESHOP_PURGE=named.format(purge=purge)) as index:
        behind = urlsplit(index.url).port or 0
        publish(index, run, *dist("fronted", "1.0"))
        files = paths_of(index, "fronted")
        with front(tmp_path / "front", port, purge, behind) as address:
            fronted = Fronted(index, address)
            assert all(fronted.is_kept(file, HTML) for file in files)
            assert fronted.is_kept("/simple/fronted/", JSON)
        index.command("quarantine", "add", "fronted", "--reason", "It reads keys.")
        index.process.send_signal(signal.SIGKILL)
        index.process.wait()
        with front(tmp_path / "front", port, purge, behind):
            assert {fronted.get(file).status_code for file in files} == {200}  # it could not know
            again = subprocess.Popen(
                [sys.executable, "-m", "cheeseshop.cli", "serve", "--port", str(behind), "--workers", "1"],
                env=index.environ,
                stdout=(tmp_path / "again.log").open("wb"),
                stderr=subprocess.STDOUT,
            )
            try:
                for file in files:
                    fronted.until(file, gone)
                fronted.until("/simple/fronted/", lambda answer: answer.json()["files"] == [], JSON)
            finally:
                again.terminate()
                again.wait(20)
