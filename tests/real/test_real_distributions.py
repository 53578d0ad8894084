# SPDX-License-Identifier: Apache-2.0
"""Real distributions of the public index: imported, looked at, installed from us alone. ``make real`` fetches them."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.real.fetch import FILES, ROOTS, TOOLS, wanted
from tests.support.archives import build_wheel
from tests.support.index import Index, clean_environ, live_index

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not (TOOLS / "complete").is_file(), reason="not fetched: make real fetches and runs these"),
    pytest.mark.xdist_group("real"),
]

# What the strict checks say about old files, and that nothing else is refused.
_METADATA_1_0 = "classifier introduced in metadata version 1.1, not 1.0"
OLD = {
    "Flask-0.1.tar.gz": _METADATA_1_0,
    "MarkupSafe-0.11.tar.gz": _METADATA_1_0,
    "PyYAML-3.10.zip": _METADATA_1_0,
    "Sphinx-0.1.61611.tar.gz": _METADATA_1_0,
    "Unidecode-0.04.1.tar.gz": "PKG-INFO has a control character in line 32",
    "docutils-0.9.tar.gz": _METADATA_1_0,
    "emoji-0.1.0.tar.gz": "The description failed to render",
    "pip-0.2.tar.gz": _METADATA_1_0,
    "pyramid-1.0.1.tar.gz": _METADATA_1_0,
    "pytz-2004a.tar.gz": "PKG-INFO has a line that is no field",
    "requests-0.10.0.tar.gz": _METADATA_1_0,
    "setuptools-0.6b1.zip": _METADATA_1_0,
    "simplejson-1.1.tar.gz": _METADATA_1_0,
    "six-0.9.0.tar.gz": _METADATA_1_0,
    "zope.interface-3.3.0.tar.gz": "see PEP 625",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """An index with all of them, and why files were refused strictly, and then as old ones."""

    index: Index
    strictly: dict[str, str]
    as_legacy: dict[str, str]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    with live_index(tmp_path_factory.mktemp("real"), CHEESESHOP_ACCESS_LOG="yes") as running:
        strictly = import_folder(running, FILES) | import_folder(running, TOOLS)
        yield Imported(running, strictly, import_folder(running, FILES, "--legacy"))


@pytest.fixture(scope="module")
def index(imported: Imported) -> Index:
    return imported.index


def import_folder(index: Index, folder: Path, *options: str) -> dict[str, str]:
    """Import a folder, and return why files were refused."""
    done = index.command("import", str(folder), "--user", "alice", "--json", *options, check=False, timeout=600)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found, done.stderr
    return {each["file"]: each["reason"] for each in found if each["outcome"] == "refused"}


def get(url: str, accept: str = "") -> httpx.Response:
    return httpx.get(url, headers={"accept": accept} if accept else {}, trust_env=False, timeout=60)


def test_there_are_enough_of_them() -> None:
    assert len(wanted()) + sum(1 for _ in TOOLS.glob("*.whl")) >= 60


def test_only_old_files_are_refused_and_legacy_import_takes_them(imported: Imported) -> None:
    refused = imported.strictly
    for name, why in OLD.items():
        assert why in refused[name], (name, refused[name])
    assert set(refused) == set(OLD)
    assert imported.as_legacy == {}


def test_verify_finds_nothing_wrong(index: Index) -> None:
    index.command("verify", "--repair", check=False, timeout=300)
    index.command("verify", timeout=300)


@pytest.mark.parametrize("path", sorted(p for f in (FILES, TOOLS) for p in f.glob("*.whl")), ids=lambda p: p.name)
def test_metadata_and_bytes_are_served_as_they_are(index: Index, path: Path) -> None:
    project = parse_wheel_filename(path.name)[0]
    page = get(f"{index.url}/simple/{project}/", "application/vnd.pypi.simple.v1+json").json()
    found = next(f for f in page["files"] if f["filename"] == path.name)
    content = path.read_bytes()
    assert get(found["url"]).content == content
    assert found["hashes"] == {"sha256": hashlib.sha256(content).hexdigest()}
    served = get(f"{found['url']}.metadata").content
    with zipfile.ZipFile(path) as archive:
        stem = "-".join(path.name.split("-")[:2])
        assert served == archive.read(f"{stem}.dist-info/METADATA")
    assert found["core-metadata"] == {"sha256": hashlib.sha256(served).hexdigest()}


@pytest.mark.parametrize("project", sorted({name for name, _ in wanted()}))
def test_pages_show_them(index: Index, project: str) -> None:
    reply = get(f"{index.url}/project/{project}/")
    assert reply.status_code == 200
    inside = reply.text.partition('class="description')[2]
    assert not re.search(r"<script|javascript:|\son[a-z]+=", inside.partition("</main>")[0])
    assert get(f"{index.url}/pypi/{project}/json").json()["info"]["name"]


def test_a_readme_of_two_megabytes(index: Index, tmp_path: Path) -> None:
    with zipfile.ZipFile(FILES / "boto3_stubs-1.41.2-py3-none-any.whl") as archive:
        text = archive.read("boto3_stubs-1.41.2.dist-info/METADATA").decode().partition("\n\n")[2]
    long = text * (2 * 1024 * 1024 // len(text) + 1)
    filename, content = build_wheel(
        "long-readme", "1.0", description=long, metadata_lines=["Description-Content-Type: text/markdown"]
    )
    (tmp_path / filename).write_bytes(content)
    assert import_folder(index, tmp_path) == {}
    assert len(get(f"{index.url}/pypi/long-readme/json").json()["info"]["description"]) >= 2 * 1024 * 1024
    assert get(f"{index.url}/project/long-readme/").status_code == 200


def requirements(index: Index, folder: Path) -> Path:
    """Write the tools' requirements with the hashes that our pages give."""
    lines = []
    for path in sorted(TOOLS.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(path.name)
        page = get(f"{index.url}/simple/{name}/", "application/vnd.pypi.simple.v1+json").json()
        digest = next(f["hashes"]["sha256"] for f in page["files"] if f["filename"] == path.name)
        lines.append(f"{canonicalize_name(name)}=={version} --hash=sha256:{digest}")
    target = folder / "requirements.txt"
    target.write_text("\n".join(lines) + "\n")
    return target


def run(folder: Path, *command: str) -> str:
    environ = clean_environ() | {"HOME": str(folder), "UV_CACHE_DIR": str(folder / "uv")}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def check_tools(python: Path, folder: Path) -> None:
    versions = dict(root.split("==") for root in ROOTS)
    assert run(folder, str(python), "-m", "jupyterlab", "--version").strip() == versions["jupyterlab"]
    assert run(folder, str(python), "-m", "django", "--version").strip() == versions["django"]
    run(folder, str(python), "-m", "django", "startproject", "site_of_ours")
    run(folder, str(python), "site_of_ours/manage.py", "check")


def test_pip_installs_jupyterlab_and_django_from_us_alone(index: Index, tmp_path: Path) -> None:
    wanted_here = requirements(index, tmp_path)
    run(tmp_path, sys.executable, "-m", "venv", "env")
    options = ("--require-hashes", "--no-cache-dir", "--index-url", f"{index.url}/simple/")
    run(tmp_path, str(tmp_path / "env/bin/pip"), "install", *options, "-r", str(wanted_here))
    check_tools(tmp_path / "env/bin/python", tmp_path)


def test_uv_installs_jupyterlab_and_django_from_us_alone(index: Index, tmp_path: Path) -> None:
    wanted_here = requirements(index, tmp_path)
    run(tmp_path, program("uv"), "venv", "--python", sys.executable, "env")
    options = ("--require-hashes", "--default-index", f"{index.url}/simple/", "--python", "env/bin/python")
    run(tmp_path, program("uv"), "pip", "install", *options, "-r", str(wanted_here))
    check_tools(tmp_path / "env/bin/python", tmp_path)


@pytest.mark.parametrize("command", ["lock", "compile"])
def test_uv_resolves_jupyterlab_without_a_wheel(index: Index, tmp_path: Path, command: str) -> None:
    before = len(wheel_requests(logged(index)))
    python = ".".join(map(str, sys.version_info[:3]))
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nname = "consumer"\nversion = "1"\nrequires-python = "=={python}"\n'
        f'dependencies = ["{ROOTS[0]}", "{ROOTS[1]}"]\n'
        "[tool.uv]\nenvironments = [\"sys_platform == 'linux'\"]\n"
    )
    ours = ("--default-index", f"{index.url}/simple/", "--no-cache")
    if command == "lock":
        run(tmp_path, program("uv"), "lock", *ours)
        assert 'name = "jupyterlab"' in (tmp_path / "uv.lock").read_text()
    else:
        assert f"{ROOTS[0]}" in run(tmp_path, program("uv"), "pip", "compile", "pyproject.toml", *ours)
    log = logged(index)
    assert len(wheel_requests(log)) == before
    assert ".whl.metadata" in log


def logged(index: Index) -> str:
    """Return the access log up to now; it is written in batches, so that this asks until it sees itself."""
    marker = f"/simple/marker-{uuid4()}/"
    log = Path(index.data).parent / "serve.log"
    for _ in range(10_000):
        get(index.url + marker)
        text = log.read_text()
        if marker in text:
            return text
    raise AssertionError("the access log is not written")


def wheel_requests(log: str) -> list[str]:
    return [line for line in log.splitlines() if re.search(r"GET /packages/\S+\.whl(?![.\w])", line)]
