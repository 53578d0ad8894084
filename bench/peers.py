# SPDX-License-Identifier: Apache-2.0
"""Peers, each in an environment of its own below ``bench/work``, and processes that end when a block ends."""

import base64
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

WORK = Path(__file__).parent / "work"
DEVPI = ("devpi-server==6.20.3",)
PYPISERVER = ("pypiserver==2.4.2",)


@dataclass(frozen=True, slots=True)
class Target:
    """Where to upload to, with which credentials."""

    name: str
    url: str
    user: str
    password: str


class PeerMissing(Exception):  # noqa: N818 - a state
    """A peer can't be installed or started here. The message says why."""


def environment(name: str, packages: tuple[str, ...]) -> Path:
    """Return the folder of programs of a peer's own environment, made when it is missing."""
    place = WORK / name
    if not (place / "complete").is_file():
        shutil.rmtree(place, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        done = subprocess.run(
            [place / "bin" / "pip", "install", "-q", *packages], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise PeerMissing(f"{name} does not install: {done.stderr.strip().splitlines()[-1]}")
        (place / "complete").touch()
    return place / "bin"


@contextmanager
def running(command: list[str], url: str, log: Path, **environ: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until the block ends; the block begins when ``url`` answers."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=os.environ | environ, start_new_session=True
        )
        try:
            _wait(process, url, log)
            yield process
        finally:
            _end(process)


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return
    raise PeerMissing(f"{url} does not answer: {log.read_text()[-500:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def devpi(folder: Path, port: int = 8672) -> Iterator[Target]:
    """Run devpi-server with an empty index, and log in: its token is checked faster than a password."""
    programs = environment("devpi", DEVPI)
    data = folder / "devpi"
    init = [programs / "devpi-init", "--serverdir", data, "--no-root-pypi"]
    subprocess.run(init, check=True, capture_output=True)
    command = [str(programs / "devpi-server"), "--serverdir", str(data), "--host", "127.0.0.1", "--port", str(port)]
    root = f"http://127.0.0.1:{port}"
    with running(command, f"{root}/+api", folder / "devpi.log"):
        with httpx.Client(base_url=root, trust_env=False, timeout=60) as client:
            token = client.post("/+login", json={"user": "root", "password": ""}).json()["result"]["password"]
            word = base64.b64encode(f"root:{token}".encode()).decode()
            index = {"type": "stage", "bases": [], "volatile": True}
            client.put("/root/dev", json=index, headers={"X-Devpi-Auth": word}).raise_for_status()
        yield Target("devpi", f"{root}/root/dev/", "root", token)


@contextmanager
def pypiserver(folder: Path, port: int = 8673) -> Iterator[Target]:
    """Run pypiserver as it is shipped, open to everybody."""
    programs = environment("pypiserver", PYPISERVER)
    data = folder / "pypiserver"
    data.mkdir(exist_ok=True)
    command = [
        str(programs / "pypi-server"),
        "run",
        "-p",
        str(port),
        "-i",
        "127.0.0.1",
        "-a",
        ".",
        "-P",
        ".",
        str(data),
    ]
    with running(command, f"http://127.0.0.1:{port}/", folder / "pypiserver.log"):
        yield Target("pypiserver", f"http://127.0.0.1:{port}/", "", "")


_NGINX = """
daemon off; pid {folder}/nginx.pid; worker_processes 1; error_log {folder}/nginx.err;
events {{ worker_connections 1024; }}
http {{
  default_type text/html; access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  open_file_cache max=20000 inactive=60s;
  server {{ listen 127.0.0.1:{port}; root {folder}/static; }}
}}
"""


@contextmanager
def nginx(folder: Path, port: int = 8674) -> Iterator[str]:
    """Run one worker of nginx over ``folder/static``, and give its address."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise PeerMissing("nginx is not installed (Debian: apt install nginx-light)")
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port))
    (folder / "static").mkdir(exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    with running([program, "-c", str(config), "-e", str(folder / "nginx.err")], url, folder / "nginx.log"):
        yield url


@contextmanager
def bare(folder: Path, replies: Path, port: int = 8661) -> Iterator["tuple[str, subprocess.Popen[bytes]]"]:
    """Run the bare application over the replies in a file, with the server settings that ours has."""
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--no-ws"]
    command += ["--port", str(port), "--log-level", "warning", "bench.bare:app"]
    url = f"http://127.0.0.1:{port}"
    with running(command, url, folder / "bare.log", BENCH_REPLIES=str(replies)) as process:
        yield url, process
