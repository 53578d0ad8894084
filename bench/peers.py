# SPDX-License-Identifier: Apache-2.0
"""Peers, each in an environment of its own below ``bench/work``, and servers that end when a block ends."""

import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

WORK = Path(__file__).parent / "work"
DEVPI = ("devpi-server==6.20.3",)
PYPISERVER = ("pypiserver==2.4.2",)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, its process, and the seconds from its start to its first answer."""

    url: str
    process: psutil.Process
    started: float


@dataclass(frozen=True, slots=True)
class Target:
    """Where to upload to, with which credentials."""

    name: str
    url: str
    user: str
    password: str
    server: Server | None = None


class PeerMissing(Exception):  # noqa: N818 - a state
    """A peer can't be installed or started here. The message says why."""


def environment(name: str, packages: tuple[str, ...]) -> Path:
    """Return the folder of programs of a peer's own environment, made when it is missing."""
    place = WORK / name
    wanted = "\n".join(packages)
    done = place / "complete"
    if not done.is_file() or done.read_text() != wanted:
        shutil.rmtree(place, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        pip = [str(place / "bin" / "pip"), "install", "-q", *packages]
        installed = subprocess.run(pip, capture_output=True, text=True, check=False)
        if installed.returncode:
            raise PeerMissing(f"{name} does not install: {installed.stderr.strip().splitlines()[-1]}")
        done.write_text(wanted)
    return place / "bin"


def free_port() -> int:
    """Return a port that nothing listens on: a fixed one might belong to another server, and be measured for ours."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], url: str, log: Path, **environ: str) -> Iterator[Server]:
    """Run a server until the block ends; the block begins when ``url`` answers."""
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=os.environ | environ, start_new_session=True
        )
        try:
            _wait(process, url, log)
            yield Server(url, psutil.Process(process.pid), time.perf_counter() - began)
        finally:
            _end(process)


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    end = time.monotonic() + 60
    with httpx.Client(trust_env=False, timeout=10) as client:
        while time.monotonic() < end and process.poll() is None:
            try:
                if client.get(url).status_code < 500:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.01)
    raise PeerMissing(f"{url} does not answer: {log.read_text(errors='replace')[-500:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def devpi(folder: Path) -> Iterator[Target]:
    """Run devpi-server with one index, and log in: with the password, each upload would cost it a slow hash."""
    programs = environment("devpi", DEVPI)
    data = folder / "devpi"
    subprocess.run([programs / "devpi-init", "--serverdir", data, "--no-root-pypi"], check=True, capture_output=True)
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    command = [str(programs / "devpi-server"), "--serverdir", str(data), "--host", "127.0.0.1", "--port", str(port)]
    with running(command, f"{root}/+api", folder / "devpi.log") as server:
        with httpx.Client(base_url=root, trust_env=False, timeout=60) as client:
            token = client.post("/+login", json={"user": "root", "password": ""}).json()["result"]["password"]
            word = base64.b64encode(f"root:{token}".encode()).decode()
            index = {"type": "stage", "bases": [], "volatile": True}
            client.put("/root/dev", json=index, headers={"X-Devpi-Auth": word}).raise_for_status()
        yield Target("devpi", f"{root}/root/dev/", "root", token, server)


@contextmanager
def pypiserver(folder: Path) -> Iterator[Target]:
    """Run pypiserver as it is shipped, open to everybody, over ``folder/pypiserver``."""
    programs = environment("pypiserver", PYPISERVER)
    data = folder / "pypiserver"
    data.mkdir(exist_ok=True)
    port = free_port()
    command = [str(programs / "pypi-server"), "run", "-p", str(port), "-i", "127.0.0.1", "-a", ".", "-P", "."]
    command += ["--disable-fallback", str(data)]
    url = f"http://127.0.0.1:{port}/"
    with running(command, url, folder / "pypiserver.log") as server:
        yield Target("pypiserver", url, "", "", server)


# open_file_cache and no access log: nginx at its best. A page has one form here, so each form has a name of its own.
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
def nginx(folder: Path) -> Iterator[Server]:
    """Run one worker of nginx over ``folder/static``."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise PeerMissing("nginx is not installed (Debian: apt install nginx-light)")
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port))
    (folder / "static").mkdir(exist_ok=True)
    command = [program, "-c", str(config), "-e", str(folder / "nginx.err")]
    with running(command, f"http://127.0.0.1:{port}", folder / "nginx.log") as server:
        yield server


@contextmanager
def bare(folder: Path, replies: Path) -> Iterator[Server]:
    """Run the bare application over the replies in a file, with the server settings that ``cheeseshop serve`` has."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--no-ws", "--workers", "1"]
    command += ["--backlog", "4096", "--backpressure", "8192", "--port", str(port), "--log-level", "warning"]
    url = f"http://127.0.0.1:{port}"
    log = folder / f"{replies.name}.log"
    with running([*command, "bench.bare:app"], url, log, BENCH_REPLIES=str(replies)) as server:
        yield server
