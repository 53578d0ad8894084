# SPDX-License-Identifier: Apache-2.0
"""A shared cache of its own: a real server on a free port."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.support.index import free_port


class Shared:
    """A Redis that can be stopped."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            pytest.skip("there is no redis-server")
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self.process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        while b"Ready to accept" not in (line := self.process.stdout.readline()):
            assert line, "it did not start"
        self.client = redis.Redis.from_url(self.url)

    def stop(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    made = Shared(tmp_path)
    yield made
    made.stop()
