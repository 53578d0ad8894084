# SPDX-License-Identifier: Apache-2.0
"""Unmodified clients publish without a secret: a build service in a process of its own, TLS in front of the index."""

import json
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.build_service import RUNNER_TOKEN, next_job, service_apart
from tests.support.index import Index, live_index
from tests.support.tls import Front, front, trusted_by_clients

pytestmark = [pytest.mark.clients, pytest.mark.index]

Build = Callable[..., list[str]]


def fields(**told: str) -> list[str]:
    return [part for name, value in told.items() for part in ("--field", f"{name}={value}")]


def hub(repository: str, **more: str) -> list[str]:
    return fields(owner="octo", repository=repository, workflow="release.yml", **more)


@dataclass(frozen=True)
class Shop:
    """An index behind TLS, and a build service that it trusts."""

    index: Index
    url: str
    service: str
    trust: dict[str, str]

    @property
    def legacy(self) -> str:
        return f"{self.url}/legacy/"

    def runner(self, issuer: str = "github") -> dict[str, str]:
        """What GitHub's runner puts into the environment of a job that may ask for identity tokens."""
        return self.trust | {
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.service}/{issuer}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": RUNNER_TOKEN,
        }

    def identity(self, issuer: str, **claims: str) -> str:
        next_job(f"{self.service}/{issuer}", **claims)
        reply = httpx.get(
            f"{self.service}/{issuer}/token?audience=localhost",
            headers={"authorization": f"bearer {RUNNER_TOKEN}"},
            trust_env=False,
        )
        return str(reply.json()["value"])

    def files(self, project: str) -> set[str]:
        page = httpx.get(f"{self.index.url}/simple/{project}/", trust_env=False).text
        return set(re.findall(r">([^<]+\.(?:whl|tar\.gz))<", page))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("trusted")
    with service_apart() as service, front(folder) as tls:
        issuers = {f"CHEESESHOP_{each.upper()}_OIDC_ISSUER": f"{service}/{each}" for each in ("github", "gitlab")}
        with live_index(folder, CHEESESHOP_URL=tls.url, **issuers) as index:
            _point(tls, index)
            yield Shop(index, tls.url, service, trusted_by_clients(tls))


def _point(tls: Front, index: Index) -> None:
    tls.to = int(index.url.rpartition(":")[2])


def test_uv_creates_a_project_from_a_pending_publisher_and_goes_on(shop: Shop, run, dist: Build) -> None:
    shop.index.command("publisher", "expect", "by-uv-trusted", "--user", "alice", "--issuer", "github", *hub("sample"))
    publish = ("uv", "publish", "--trusted-publishing", "always", "--publish-url", shop.legacy)
    next_job(f"{shop.service}/github")
    run(*publish, *dist("by_uv_trusted", "1.0"), **shop.runner())
    assert len(shop.files("by-uv-trusted")) == 2
    listed = json.loads(shop.index.command("publisher", "list", "by-uv-trusted", "--json").stdout)
    assert [each["publisher"] for each in listed] == ["octo/sample release.yml"]
    assert json.loads(shop.index.command("publisher", "list", "--json").stdout) == []
    run(*publish, *dist("by_uv_trusted", "2.0"), **shop.runner())
    assert len(shop.files("by-uv-trusted")) == 4


def test_uv_prints_which_claim_does_not_fit(shop: Shop, run, dist: Build) -> None:
    paths = dist("by_uv_refused", "1.0")
    run("uv", "publish", "--publish-url", shop.legacy, "--token", shop.index.token, *paths[:1], **shop.trust)
    shop.index.command(
        "publisher", "add", "by-uv-refused", "--issuer", "github", *hub("refused", environment="release")
    )
    next_job(
        f"{shop.service}/github",
        repository="octo/refused",
        job_workflow_ref="octo/refused/.github/workflows/release.yml@refs/heads/main",
    )
    publish = ("uv", "publish", "--trusted-publishing", "always", "--publish-url", shop.legacy)
    done = run(*publish, *paths, check=False, **shop.runner())
    assert done.returncode != 0
    assert "environment: expected 'release', found nothing" in done.stderr
    assert len(shop.files("by-uv-refused")) == 1


def test_uv_publishes_from_a_gitlab_of_one_s_own(shop: Shop, run, dist: Build) -> None:
    shop.index.command("issuer", "add", "our-gitlab", f"{shop.service}/own", "--provider", "gitlab")
    told = fields(namespace="group/sub", project="sample", workflow_filepath=".gitlab-ci.yml")
    shop.index.command("publisher", "expect", "by-gitlab", "--user", "alice", "--issuer", "our-gitlab", *told)
    host = f"{shop.service.partition('://')[2]}/own"
    token = shop.identity(
        "own",
        sub="project_path:group/sub/sample:ref_type:branch:ref:main",
        project_path="group/sub/sample",
        project_id="20",
        namespace_id="72",
        ref_path="refs/heads/main",
        ci_config_ref_uri=f"{host}/group/sub/sample//.gitlab-ci.yml@refs/heads/main",
    )
    job = shop.trust | {"GITLAB_CI": "true", "CI": "true", "LOCALHOST_ID_TOKEN": token}
    publish = ("uv", "publish", "--trusted-publishing", "always", "--publish-url", shop.legacy)
    run(*publish, *dist("by_gitlab", "1.0"), **job)
    assert len(shop.files("by-gitlab")) == 2


def test_twine_uploads_with_the_token_that_a_mint_request_gave(shop: Shop, run, dist: Build, tmp_path: Path) -> None:
    shop.index.command("publisher", "expect", "by-twine-trusted", "--user", "alice", "--issuer", "github",
                       *hub("twined"))  # fmt: skip
    identity = shop.identity(
        "github",
        repository="octo/twined",
        job_workflow_ref="octo/twined/.github/workflows/release.yml@refs/heads/main",
    )
    trust = ssl.create_default_context(cafile=shop.trust["SSL_CERT_FILE"])
    reply = httpx.post(f"{shop.url}/_/oidc/mint-token", json={"token": identity}, verify=trust, trust_env=False)
    token = reply.json()["token"]
    upload = ("twine", "upload", "--repository-url", shop.legacy, "-u", "__token__", "-p", token)
    run(*upload, *dist("by_twine_trusted", "1.0"), **shop.trust)
    assert len(shop.files("by-twine-trusted")) == 2
    done = run(*upload, *dist("by_twine_other", "1.0")[-1:], check=False, **shop.trust)
    assert done.returncode != 0


def test_a_project_that_takes_files_from_publishers_only_refuses_tokens(shop: Shop, run, dist: Build) -> None:
    shop.index.command("publisher", "expect", "strict", "--user", "alice", "--issuer", "github",
                       *hub("strict"))  # fmt: skip
    next_job(
        f"{shop.service}/github",
        repository="octo/strict",
        job_workflow_ref="octo/strict/.github/workflows/release.yml@refs/heads/main",
    )
    publish = ("uv", "publish", "--publish-url", shop.legacy)
    run(*publish, "--trusted-publishing", "always", *dist("strict", "1.0"), **shop.runner())
    by_token = ("--token", shop.index.token)
    run(*publish, *by_token, *dist("strict", "1.1"), **shop.trust)
    shop.index.command("publisher", "only", "strict")
    done = run(*publish, *by_token, *dist("strict", "1.2"), check=False, **shop.trust)
    assert done.returncode != 0
    assert "takes files from its trusted publishers only" in done.stderr
    run(*publish, "--trusted-publishing", "always", *dist("strict", "1.3"), **shop.runner())


def test_the_index_agrees_with_itself_afterwards(shop: Shop) -> None:
    shop.index.command("verify", "--repair")  # marks that wait for the next batch
    assert shop.index.command("verify").returncode == 0
