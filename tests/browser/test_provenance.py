# SPDX-License-Identifier: Apache-2.0
"""Provenance in Chromium: the way from the project's tab to a file's panels and to the attestations."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.support.archives import build_sdist, build_wheel
from tests.support.index import Index, live_index
from tests.support.notary import PUBLISH, SLSA, Notary, github

pytestmark = [pytest.mark.browser, pytest.mark.index]

WHEEL, SDIST = build_wheel("shown", "1.0"), build_sdist("shown", "1.0")
TAB = "/project/shown/1.0/provenance/"
FILE = f"{TAB}{WHEEL.filename}/"
_ADOPT = """
from cheeseshop.config.boot import setup
setup()
from cheeseshop.catalog.models import Project
from tests.support.trusted import github_publisher, link
print(link(Project.objects.get(), github_publisher()))
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index where one release was attested."""
    folder, notary = tmp_path_factory.mktemp("index"), Notary()
    (folder / "trusted_root.json").write_bytes(notary.trusted_root())
    sha256 = hashlib.sha256(WHEEL.content).hexdigest()
    build = {"buildDefinition": {"buildType": "https://actions.github.io/buildtypes/workflow/v1"}}
    both = [notary.attest(WHEEL.filename, sha256, github(), PUBLISH)]
    both.append(notary.attest(WHEEL.filename, sha256, github(), SLSA, predicate=build))
    with live_index(folder, CHEESESHOP_TRUST_ROOT=str(folder / "trusted_root.json")) as running:
        send(running, running.token, build_wheel("shown", "0.1"))
        environ = running.environ | {"PYTHONPATH": str(Path.cwd())}
        done = subprocess.run([sys.executable, "-c", _ADOPT], env=environ, capture_output=True, text=True, check=True)
        send(running, done.stdout.strip(), WHEEL, json.dumps(both))
        send(running, done.stdout.strip(), SDIST)
        yield running


def send(index: Index, token: str, built: tuple[str, bytes], attestations: str = "") -> None:
    filename, data = built
    sdist = filename.endswith(".tar.gz")
    fields = {
        ":action": "file_upload", "protocol_version": "1", "metadata_version": "2.1", "name": "shown",
        "version": filename.removesuffix(".tar.gz").split("-")[1], "filetype": "sdist" if sdist else "bdist_wheel",
        "pyversion": "source" if sdist else "py3", "sha256_digest": hashlib.sha256(data).hexdigest(),
        "attestations": attestations,
    }  # fmt: skip
    headers = {"authorization": f"token {token}"}
    reply = httpx.post(f"{index.url}/legacy/", headers=headers, data=fields, files={"content": (filename, data)},
                       trust_env=False)  # fmt: skip
    assert reply.status_code == 200, reply.text


def test_without_scripts_and_by_keyboard_from_the_project_to_the_proof(index: Index, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{index.url}/project/shown/1.0/")
    page.get_by_role("link", name="Provenance").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{TAB}")
    page.get_by_role("link", name=WHEEL.filename).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{FILE}")
    assert page.locator("section.file").count() == 2
    page.get_by_role("link", name="The attestations themselves").click()
    page.wait_for_url("**/integrity/**")
    assert json.loads(page.locator("body").inner_text())["version"] == 1
    context.close()
