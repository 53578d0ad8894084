# SPDX-License-Identifier: Apache-2.0
"""A process that dies while it keeps attestations leaves file and provenance together, or neither."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.archives import build_wheel
from tests.support.index import clean_environ, command, database
from tests.support.notary import Notary, github

pytestmark = [pytest.mark.faults, pytest.mark.index]

_PREPARE = """
from cheeseshop.config.boot import setup
setup()
from cheeseshop.catalog.models import Project
from tests.support.trusted import github_publisher, link
print(link(Project.objects.create(name="mortal", normalized_name="mortal", lookalike_key="m0rta1"), github_publisher()))
"""
_UPLOAD = """
import os, sys
from pathlib import Path
from cheeseshop.config.boot import setup
setup()
from cheeseshop.core import current
from cheeseshop.publishing.receiving import receive
from cheeseshop.storage import open_store
from cheeseshop.uploads.admission import Sender
from cheeseshop.tokens.authentication import Origin, authenticate
from tests.support.factories import form_for

def step(name):
    if name == sys.argv[2]:
        os._exit(9)

path, store = Path(sys.argv[1]), open_store()
field = Path(sys.argv[1] + ".attestations").read_text()
sender = Sender(authenticate("token " + sys.argv[3], Origin("", "")), "", "")
form = form_for(store, path.name, path.read_bytes(), attestations=field)
receive(store, current.settings().url, sender, form, step=step)
"""


@pytest.mark.parametrize("step", ["stored", "recorded"])
def test_death_at_a_step(step: str, tmp_path: Path) -> None:
    notary, (filename, data) = Notary(), build_wheel("mortal", "1.0")
    value = notary.attest(filename, hashlib.sha256(data).hexdigest(), github())
    (tmp_path / filename).write_bytes(data)
    (tmp_path / f"{filename}.attestations").write_text(json.dumps([value]))
    (tmp_path / "trusted_root.json").write_bytes(notary.trusted_root())
    with database() as chosen:
        own = {"CHEESESHOP_DATA": str(tmp_path / "var"), "CHEESESHOP_TRUST_ROOT": str(tmp_path / "trusted_root.json")}
        environ = clean_environ() | own | {"PYTHONPATH": str(Path.cwd())} | chosen
        command(environ, "init")
        run = [sys.executable, "-c"]
        token = subprocess.run([*run, _PREPARE], env=environ, capture_output=True, text=True, check=True).stdout.strip()

        def upload(dies_at: str) -> int:
            program = [*run, _UPLOAD, str(tmp_path / filename), dies_at, token]
            return subprocess.run(program, env=environ, timeout=100, check=False).returncode

        assert upload(step) == 9
        command(environ, "verify", "--repair", check=False)
        command(environ, "verify")
        shown = [path for path in (tmp_path / "var" / "public").rglob("*") if path.is_file()]
        assert len(shown) == (0 if step == "stored" else 3)  # the file, its metadata and its provenance
        assert upload("none") == 0
        command(environ, "verify", "--repair", check=False)
        command(environ, "verify")
    (kept_now,) = (tmp_path / "var" / "blobs").rglob("*.provenance.*")
    (public,) = (path for path in (tmp_path / "var" / "public" / "provenance").rglob("*") if path.is_file())
    assert public.samefile(kept_now)
    assert b"data-provenance" in (tmp_path / "var" / "pages" / "mortal" / "page").read_bytes()
