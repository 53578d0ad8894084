# SPDX-License-Identifier: Apache-2.0
"""A counting that is killed at any named step is done again, and every download is counted once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.archives import build_wheel
from tests.support.index import clean_environ, command, database

pytestmark = [pytest.mark.faults, pytest.mark.index]

_COUNT = """
import os, signal, sys
from cheeseshop.config.boot import setup
setup()
from cheeseshop.stats.flows.count import count_downloads
from cheeseshop.stats.raw import parquet
from cheeseshop.stats.raw.choice import open_raw
from cheeseshop.storage import open_store
from tests.support.downloads import PIP, write_segment

def step(name):
    if name == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

def torn(path):
    step("written")  # the bytes are there, under a name that nobody reads
    synced(path)

synced, parquet.sync_path = parquet.sync_path, torn
store = open_store()
write_segment(store, {("mortal-1.0-py3-none-any.whl", PIP): int(sys.argv[2])})
count_downloads(store, open_raw(store), step)
"""
_STEPS = ("claimed", "read", "written", "stored", "recorded", "removed", "compacted")


def test_death_at_each_step(tmp_path: Path) -> None:
    filename, data = build_wheel("mortal", "1.0")
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / filename).write_bytes(data)
    with database() as chosen:
        environ = clean_environ() | {"CHEESESHOP_DATA": str(tmp_path / "var"), "PYTHONPATH": str(Path.cwd())} | chosen
        command(environ, "init")
        create = ("user", "create", "alice", "--email", "a@example.org", "--password-stdin", "--verified")
        command(environ, *create, stdin="x y")
        command(environ, "import", str(packages), "--user", "alice")
        for number, step in enumerate(_STEPS):
            dead = subprocess.run(
                [sys.executable, "-c", _COUNT, step, str(10**number)], env=environ, timeout=100, check=False
            )
            assert dead.returncode == -9, step
        command(environ, "stats", "count")
        told = command(environ, "stats", "query", "--json", "SELECT sum(downloads)::BIGINT FROM downloads").stdout
        assert json.loads(told)["rows"] == [[1111111]]
        program = (
            "from cheeseshop.config.boot import setup; setup()\n"
            "from cheeseshop.stats.queries import site_downloads; print(site_downloads()['last_day'])"
        )
        shown = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
        assert shown.stdout.strip() == "1111111"
