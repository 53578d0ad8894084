# SPDX-License-Identifier: Apache-2.0
"""Real caches in front of an index: nginx and Varnish, set up by the files that we give administrators."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.processes import end, wait_until

DEPLOY = Path(__file__).parents[2] / "deploy"
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
_START = 30.0


@contextmanager
def nginx(folder: Path, port: int, purge: int, index: int) -> Iterator[str]:
    """Run nginx on a port, told of changes on another, in front of an index; yields its address."""
    program = shutil.which("nginx", path=_PATH)
    if program is None:
        pytest.skip("nginx is missing: apt install nginx")
    folder.mkdir(exist_ok=True)
    changes = ("8080", str(port)), ("8081", str(purge)), ("/var/cache/nginx/cheeseshop", str(folder / "cache"))
    site = _ours("nginx.conf", index, *changes)
    (folder / "site.conf").write_text(site)
    temporary = "\n".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\ndaemon off;\npid {folder}/pid;\n"
        f"worker_processes 2;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}\ninclude {folder}/site.conf;\n}}\n"
    )
    command = [program, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _running(command, folder, port) as address:
        yield address


@contextmanager
def varnish(folder: Path, port: int, purge: int, index: int) -> Iterator[str]:
    """As ``nginx``."""
    program = shutil.which("varnishd", path=_PATH)
    if program is None:
        pytest.skip("Varnish is missing: apt install varnish")
    folder.mkdir(exist_ok=True)
    (folder / "ours.vcl").write_text(_ours("varnish.vcl", index, ('.port = "8000"', f'.port = "{index}"')))
    work = Path(folder, "work")
    command = [program, "-F", "-j", "none", "-n", str(work), "-a", f"127.0.0.1:{port}",
               "-a", f"127.0.0.1:{purge}", "-f", str(folder / "ours.vcl"),
               "-s", "malloc,64m"]  # fmt: skip
    with _running(command, folder, port) as address:
        yield address


FRONTS = {
    "nginx": (nginx, "refresh+http://127.0.0.1:{purge}"),
    "varnish": (varnish, "keys+http://127.0.0.1:{purge}/purge"),
}
"""Each front, and how the setting names it."""


def _ours(name: str, index: int, *changes: tuple[str, str]) -> str:
    text = (DEPLOY / name).read_text()
    for old, new in (*changes, ("127.0.0.1:8000", f"127.0.0.1:{index}")):
        assert old in text or old == "127.0.0.1:8000", old
        text = text.replace(old, new)
    return text


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[str]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait(process, port, folder)
            yield f"http://127.0.0.1:{port}"
        finally:
            end(process)


def _wait(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    def answers() -> bool:
        try:
            httpx.get(f"http://127.0.0.1:{port}/status/", trust_env=False)
        except httpx.TransportError:
            return False
        return True

    assert wait_until(answers, process, _START), (folder / "log").read_text()
