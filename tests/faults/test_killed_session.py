# SPDX-License-Identifier: Apache-2.0
"""A process that dies while it stages or publishes leaves all of a session or nothing, and a retry completes it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.archives import build_sdist, build_wheel
from tests.support.index import clean_environ, command, database

pytestmark = [pytest.mark.faults, pytest.mark.index]

_STAGE_AND_PUBLISH = """
import os, sys
from pathlib import Path
from cheeseshop.config.boot import setup
setup()
from packaging.utils import canonicalize_name
from packaging.version import Version
from cheeseshop.staging.flows.files import complete_file, declare_file, take_bytes
from cheeseshop.staging.flows.sessions import Opened, open_session
from cheeseshop.staging.models import StagedFile
from cheeseshop.staging.receiving import publish
from cheeseshop.staging.requests import DeclaredFile, NewSession
from cheeseshop.storage import open_store
from cheeseshop.tokens.authentication import Origin, authenticate
from cheeseshop.uploads.admission import Sender
from tests.support.staging import spooled

def step(name):
    if name == sys.argv[1]:
        os._exit(9)

store = open_store()
sender = Sender(authenticate("token " + sys.argv[2], Origin("", "")), "", "")
try:
    session = open_session(sender, NewSession("mortal", canonicalize_name("mortal"), Version("1.0")))
except Opened as already:
    session = already.session
for path in map(Path, sys.argv[3:]):
    data = path.read_bytes()
    content = spooled(store, data)
    kind = "bdist_wheel" if path.suffix == ".whl" else "sdist"
    file = StagedFile.objects.filter(session=session, filename=path.name).first() or declare_file(
        sender, session, DeclaredFile(path.name, kind, len(data), {"sha256": content.sha256}, "")
    )
    if file.status == "pending":
        take_bytes(store, sender, file, content, step)
        complete_file(store, file)
    content.path.unlink()
publish(store, sender, session, step)
"""


@pytest.mark.parametrize("step", ["leased", "stored", "recorded", "published"])
def test_death_at_a_step(step: str, tmp_path: Path) -> None:
    built = [build_wheel("mortal", "1.0"), build_sdist("mortal", "1.0")]
    for filename, data in built:
        (tmp_path / filename).write_bytes(data)
    paths = [str(tmp_path / filename) for filename, _ in built]
    with database() as chosen:
        environ = clean_environ() | {"CHEESESHOP_DATA": str(tmp_path / "var"), "PYTHONPATH": str(Path.cwd())} | chosen
        environ["CHEESESHOP_UPLOAD_2"] = "yes"
        command(environ, "init")
        person = ("user", "create", "alice", "--email", "a@example.org", "--password-stdin", "--verified")
        command(environ, *person, stdin="x y")
        token = command(environ, "token", "create", "--user", "alice").stdout.strip()

        def work(dies_at: str) -> int:
            program = [sys.executable, "-c", _STAGE_AND_PUBLISH, dies_at, token, *paths]
            return subprocess.run(program, env=environ, timeout=100, check=False).returncode

        assert work(step) == 9
        shown = published(tmp_path, built)
        assert shown in (0, 2)
        command(environ, "verify", "--repair", check=False)
        command(environ, "verify")
        assert published(tmp_path, built) == (2 if step in {"recorded", "published"} else 0)
        if step not in {"recorded", "published"}:
            assert work("none") == 0
            command(environ, "verify", "--repair", check=False)
            command(environ, "verify")
    assert published(tmp_path, built) == 2


def published(folder: Path, built: list[tuple[str, bytes]]) -> int:
    """How many of the files the project's page names."""
    page = folder / "var" / "pages" / "mortal" / "page"
    content = page.read_bytes() if page.exists() else b""
    return sum(filename.encode() in content for filename, _ in built)
