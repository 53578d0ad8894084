# SPDX-License-Identifier: Apache-2.0
"""One index for the tests of a worker, and a way to run clients."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.archives import build_sdist, build_wheel
from tests.support.index import Index, clean_environ, live_index

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index")) as running:
        yield running


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a client that is installed beside the tests, in an empty folder and home."""
    home = tmp_path / "home"
    home.mkdir()

    def call(*arguments: str, check: bool = True, **environ: str) -> "subprocess.CompletedProcess[str]":
        program = str(Path(sys.executable).parent / arguments[0])
        done = subprocess.run(
            [program, *arguments[1:]],
            cwd=tmp_path,
            env=clean_environ() | {"HOME": str(home), "UV_CACHE_DIR": str(home / "uv")} | environ,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    return call


@pytest.fixture
def dist(tmp_path: Path) -> Callable[..., list[str]]:
    """Build a wheel and an sdist of a project into a folder, and return their paths."""

    def build(name: str, version: str, **options: object) -> list[str]:
        folder = tmp_path / "dist"
        folder.mkdir(exist_ok=True)
        paths = []
        for built in (build_wheel(name, version, **options), build_sdist(name, version)):  # type: ignore[arg-type]
            filename, data = built
            (folder / filename).write_bytes(data)
            paths.append(str(folder / filename))
        return paths

    return build
