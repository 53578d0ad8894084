# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop serve``: prepare in a short-lived child, then run the server. This process never imports Django."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from cheeseshop.core.settings import SERVED_URL, load_settings

_CONNECTIONS = 8192


def serve(host: str, port: int, workers: int) -> int:
    """Serve until a signal says stop. Returns the exit status."""
    settings = load_settings()
    if not _names_its_address():
        os.environ["CHEESESHOP_URL"] = f"http://localhost:{port}"
        settings = load_settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    (settings.data / SERVED_URL).write_text(settings.url, "utf-8")
    os.environ["CHEESESHOP_DATA"] = str(settings.data.resolve())
    prepared = subprocess.run([sys.executable, "-m", "cheeseshop.cli", "init"], check=False)
    if prepared.returncode:
        return prepared.returncode
    _greet(settings.url)
    Granian(
        "cheeseshop.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        loop=Loops.uvloop,
        backlog=4096,
        backpressure=_CONNECTIONS,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
    ).serve()
    return 0


def _names_its_address() -> bool:
    """Tell whether the environment or the configuration file sets the address."""
    if "CHEESESHOP_URL" in os.environ:
        return True
    config = Path(os.environ.get("CHEESESHOP_CONFIG", "cheeseshop.toml"))
    return config.is_file() and "url" in tomllib.loads(config.read_text("utf-8"))


def _program() -> str:
    """Return what to type in another terminal: the path, where the program lies below this folder and not on PATH."""
    started = Path(sys.argv[0]).absolute()
    if started.name == "cheeseshop" and started.is_relative_to(Path.cwd()):
        return str(started.relative_to(Path.cwd()))
    return "cheeseshop"


def _greet(url: str) -> None:
    program = _program()
    print(
        f"""
Cheeseshop serves {url}   (Ctrl-C stops it)

  Create an account and a token, in another terminal, in this folder:
    echo 'a long password' | {program} user create alice --email alice@example.org --password-stdin --verified
    {program} token create --user alice --description laptop

  Publish:
    uv publish --publish-url {url}/legacy/ --token TOKEN dist/*
    twine upload --repository-url {url}/legacy/ -u __token__ -p TOKEN dist/*

  Install:
    pip install --index-url {url}/simple/ NAME
    uv pip install --default-index {url}/simple/ NAME
""",
        flush=True,
    )
