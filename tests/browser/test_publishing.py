# SPDX-License-Identifier: Apache-2.0
"""Trusted publishing at a browser: register, publish without a secret, look at it, narrow it, declare an issuer."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.support.archives import build_wheel
from tests.support.browsing import Person, in_the_index, set_up
from tests.support.build_service import RUNNER_TOKEN, next_job, service_apart
from tests.support.index import Index, live_index

_UV = str(Path(sys.executable).parent / "uv")
pytestmark = [pytest.mark.browser, pytest.mark.index]


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with service_apart() as address:
        yield address


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, service: str) -> Iterator[Index]:
    settings = {"CHEESESHOP_GITHUB_OIDC_ISSUER": f"{service}/github"}
    with live_index(tmp_path_factory.mktemp("index"), **settings) as running:
        yield running


def publish(index: Index, service: str, folder: Path, version: str) -> None:
    """Publish as a job of the build service does."""
    asked = httpx.get(
        f"{service}/github/token?audience=localhost",
        headers={"authorization": f"bearer {RUNNER_TOKEN}"},
        trust_env=False,
    )
    minted = httpx.post(f"{index.url}/_/oidc/mint-token", json={"token": asked.json()["value"]}, trust_env=False)
    filename, data = build_wheel("cheddar", version)
    (folder / filename).write_bytes(data)
    command = [_UV, "publish", "--publish-url", f"{index.url}/legacy/", "--token", minted.json()["token"]]
    subprocess.run([*command, str(folder / filename)], env=index.environ, check=True, capture_output=True)


def fill(person: Person, **fields: str) -> None:
    for label, value in fields.items():
        person.fill(label.replace("_", " ").capitalize(), value)


def test_from_a_registration_to_a_release(index: Index, service: str, browser: Browser, tmp_path: Path) -> None:
    dora = set_up(index, browser, "dora", 375)
    dora.go("/manage/account/publishing/")
    dora.follow("GitLab CI/CD")
    dora.follow("GitHub Actions")
    fill(dora, Project_name="Cheddar", Owner="octo", Repository="sample", Workflow=".github/workflows/release.yml")
    dora.press("Register the publisher")
    dora.look()
    assert dora.page.get_by_text("A workflow is named by its file").count() == 2
    dora.fill("Workflow", "release.yml")
    dora.press("Register the publisher")
    dora.look()
    assert dora.page.get_by_text("GitHub Actions octo/sample release.yml", exact=True).count() == 1
    next_job(f"{service}/github", environment="release")
    publish(index, service, tmp_path, "1.0")
    dora.go("/manage/project/cheddar/settings/publishing/")
    assert "last published" in dora.page.content()
    publish(index, service, tmp_path, "2.0")
    dora.go("/manage/project/cheddar/settings/publishing/")
    dora.press("Narrow to the environment release")
    dora.look()
    assert dora.page.get_by_text("octo/sample release.yml (release)", exact=True).count() == 1
    dora.press("Let only trusted publishers upload")
    dora.look()
    assert dora.page.get_by_text("Nobody: API tokens are refused.").count() == 1
    publish(index, service, tmp_path, "3.0")
    dora.go("/manage/project/cheddar/history/")
    assert len(re.findall(r"GitHub Actions octo/sample release\.yml</td>", dora.page.content())) >= 3
    dora.go("/project/cheddar/3.0/files/")
    assert not dora.failures


def test_an_administrator_declares_an_issuer(index: Index, browser: Browser) -> None:
    root = set_up(index, browser, "warden", 1280)
    in_the_index(
        index,
        "from cheeseshop.accounts.models import User\n"
        "User.objects.filter(username='warden').update(is_superuser=True, is_staff=True)",
    )
    root.go("/manage/issuers/")
    root.follow("Buildkite")
    root.fill("Address", "https://agent.buildkite.test")
    root.press("Declare the issuer")
    root.look()
    assert root.page.get_by_text("Buildkite is trusted.").count() == 1
    root.go("/manage/account/publishing/?issuer=buildkite")
    assert root.page.get_by_label("Pipeline", exact=True).count() == 1
    root.go("/manage/issuers/")
    root.press("Switch Buildkite off")
    root.look()
    root.press("Forget Buildkite")
    root.look()
    assert root.page.get_by_text("No issuer is declared").count() == 1
    assert not root.failures
