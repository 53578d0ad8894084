# SPDX-License-Identifier: Apache-2.0
"""A process that dies at any named step of an upload leaves nothing half-written, and a retry completes it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.archives import build_wheel
from tests.support.index import clean_environ, command, database

pytestmark = [pytest.mark.faults, pytest.mark.index]

_UPLOAD = """
import os, sys
from pathlib import Path
from cheeseshop.config.boot import setup
setup()
from cheeseshop.accounts.queries import user_named
from cheeseshop.core import current
from cheeseshop.publishing.receiving import receive
from cheeseshop.storage import open_store
from cheeseshop.uploads.admission import Sender
from cheeseshop.tokens.authentication import Origin, authenticate
from tests.support.factories import form_for

def step(name):
    if name == sys.argv[2]:
        os._exit(9)

path = Path(sys.argv[1])
store = open_store()
sender = Sender(authenticate("token " + sys.argv[3], Origin("", "")), "", "")
receive(store, current.settings().url, sender, form_for(store, path.name, path.read_bytes()), step=step)
"""


@pytest.mark.parametrize("step", ["checked", "leased", "stored", "recorded", "published"])
def test_death_at_a_step(step: str, tmp_path: Path) -> None:
    filename, data = build_wheel("mortal", "1.0")
    (tmp_path / filename).write_bytes(data)
    with database() as chosen:
        environ = clean_environ() | {"CHEESESHOP_DATA": str(tmp_path / "var"), "PYTHONPATH": str(Path.cwd())} | chosen
        command(environ, "init")
        command(
            environ,
            "user",
            "create",
            "alice",
            "--email",
            "a@example.org",
            "--password-stdin",
            "--verified",
            stdin="x y",
        )
        token = command(environ, "token", "create", "--user", "alice").stdout.strip()

        def upload(dies_at: str) -> int:
            program = [sys.executable, "-c", _UPLOAD, str(tmp_path / filename), dies_at, token]
            return subprocess.run(program, env=environ, timeout=100, check=False).returncode

        assert upload(step) == 9
        command(environ, "verify", "--repair", check=False)
        command(environ, "verify")
        assert upload("none") == 0
        command(environ, "verify", "--repair", check=False)
        command(environ, "verify")
    page = (tmp_path / "var" / "pages" / "mortal" / "page").read_bytes()
    assert filename.encode() in page
