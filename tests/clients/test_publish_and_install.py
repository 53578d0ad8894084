# SPDX-License-Identifier: Apache-2.0
"""Unmodified clients publish to us and install from us."""

import hashlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.index import Index

pytestmark = [pytest.mark.clients, pytest.mark.index]

Build = Callable[..., list[str]]
Run = Callable[..., object]


def test_twine_publishes_and_pip_installs_with_hashes(index: Index, run, dist: Build, tmp_path: Path) -> None:
    paths = dist("by_twine", "1.0")
    upload = ("twine", "upload", "--repository-url", f"{index.url}/legacy/", "-u", "__token__", "-p", index.token)
    run(*upload, *paths)
    run(*upload, *paths)  # the same bytes again are welcome
    digest = hashlib.sha256(Path(paths[0]).read_bytes()).hexdigest()
    (tmp_path / "requirements.txt").write_text(f"by-twine==1.0 --hash=sha256:{digest}\n")
    run(
        "pip", "install", "--no-cache-dir", "--index-url", f"{index.url}/simple/", "--require-hashes",
        "--only-binary", ":all:", "--target", str(tmp_path / "site"), "-r", "requirements.txt",
    )  # fmt: skip
    assert (tmp_path / "site" / "by_twine").is_dir()


def test_twine_shows_why_an_upload_is_refused(index: Index, run, dist: Build) -> None:
    paths = dist("refused_twine", "1.0")
    done = run(
        "twine", "upload", "--verbose", "--repository-url", f"{index.url}/legacy/", "-u", "__token__",
        "-p", "pypi-nonsense", paths[0], check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "403" in done.stdout
    assert "Invalid API Token" in done.stdout


def test_uv_publishes_checks_and_installs(index: Index, run, dist: Build, tmp_path: Path) -> None:
    paths = dist("by_uv", "1.0")
    publish = ("uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token)
    run(*publish, *paths)
    again = run(*publish, "--check-url", f"{index.url}/simple/", *paths)
    assert "already exists, skipping" in again.stderr
    run(
        "uv", "pip", "install", "--no-cache", "--default-index", f"{index.url}/simple/", "--python", sys.executable,
        "--target", str(tmp_path / "site"), "by-uv==1.0",
    )  # fmt: skip
    assert (tmp_path / "site" / "by_uv").is_dir()


def test_uv_resolves_from_metadata_without_a_wheel(index: Index, run, dist: Build, tmp_path: Path) -> None:
    publish = ("uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token)
    run(*publish, dist("resolve_leaf", "1.0")[0])
    run(*publish, dist("resolve_root", "1.0", requires=("resolve-leaf>=1",))[0])
    (tmp_path / "requirements.in").write_text("resolve-root\n")
    done = run("uv", "pip", "compile", "-v", "--no-cache", "--default-index", f"{index.url}/simple/", "requirements.in")
    assert re.findall(r"^(resolve-\w+==1\.0)$", done.stdout, re.MULTILINE) == ["resolve-leaf==1.0", "resolve-root==1.0"]
    assert ".whl.metadata" in done.stderr
    log = (index.data.parent / "serve.log").read_text()
    assert not re.search(r"GET \S*resolve_root\S*\.whl ", log)


def test_uv_locks_a_project(index: Index, run, dist: Build, tmp_path: Path) -> None:
    run("uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token, *dist("lockable", "1.0"))
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["lockable"]\n'
        f'[[tool.uv.index]]\nurl = "{index.url}/simple/"\ndefault = true\n'
    )
    run("uv", "lock", UV_NO_CONFIG="0", UV_PYTHON=sys.executable)
    lock = (tmp_path / "uv.lock").read_text()
    assert "upload-time" in lock
    assert f"{index.url}/packages/" in lock


def test_flit_publishes(index: Index, run, tmp_path: Path) -> None:
    (tmp_path / "by_flit.py").write_text('"""Published by flit."""\n__version__ = "1.0"\n')
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["flit_core>=3.11"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "by_flit"\ndynamic = ["version", "description"]\n'
    )
    run("flit", "publish", FLIT_INDEX_URL=f"{index.url}/legacy/", FLIT_USERNAME="__token__", FLIT_PASSWORD=index.token)
    assert httpx.get(f"{index.url}/pypi/by-flit/json", trust_env=False).json()["info"]["version"] == "1.0"


def test_hatch_publishes(index: Index, run, dist: Build) -> None:
    paths = dist("by_hatch", "1.0")
    run(
        "hatch",
        "publish",
        "--no-prompt",
        "--repo",
        f"{index.url}/legacy/",
        "-u",
        "__token__",
        "-a",
        index.token,
        *paths,
    )
    assert httpx.get(f"{index.url}/simple/by-hatch/", trust_env=False).text.count("<a ") == 2


def test_verify_finds_nothing_wrong_afterwards(index: Index, run, dist: Build) -> None:
    run("uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token, *dist("verified", "1.0"))
    done = index.command("verify", "--repair")
    assert "mended" not in done.stdout.replace("dirty", "")
    assert index.command("verify").returncode == 0
