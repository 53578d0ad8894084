# SPDX-License-Identifier: Apache-2.0
"""Unmodified clients upload attestations, fetch provenance and verify it, without a network."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from cheeseshop.attestations.trust import PUBLIC
from tests.attestations.conftest import SAMPLES
from tests.clients.test_trusted_publishing import Shop, hub
from tests.support.build_service import next_job, service_apart
from tests.support.index import live_index
from tests.support.notary import SLSA, Notary, client_folder, combined, github
from tests.support.tls import front, trusted_by_clients

pytestmark = [pytest.mark.clients, pytest.mark.index]

Build = Callable[..., list[str]]
SDIST = "pypi_attestations-0.0.19.tar.gz"


@pytest.fixture(scope="module")
def notary() -> Notary:
    return Notary()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, notary: Notary) -> Iterator[Shop]:
    """An index that trusts the public instance and a signing service of its own."""
    folder = tmp_path_factory.mktemp("attested")
    public = resources.files("sigstore._store").joinpath(quote(PUBLIC, safe=""), "trusted_root.json").read_bytes()
    (folder / "trusted_root.json").write_bytes(combined(public, notary.trusted_root()))
    with service_apart() as service, front(folder) as tls:
        settings = {
            "CHEESESHOP_URL": tls.url,
            "CHEESESHOP_GITHUB_OIDC_ISSUER": f"{service}/github",
            "CHEESESHOP_TRUST_ROOT": str(folder / "trusted_root.json"),
        }
        with live_index(folder, **settings) as index:
            tls.to = int(index.url.rpartition(":")[2])
            yield Shop(index, tls.url, service, trusted_by_clients(tls))


@pytest.fixture
def cache(tmp_path: Path, notary: Notary) -> dict[str, str]:
    """The environment of a client that trusts the signing service, and works offline."""
    for name, data in client_folder(notary.trusted_root()).items():
        (tmp_path / "cache" / name).parent.mkdir(parents=True)
        (tmp_path / "cache" / name).write_bytes(data)
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data")}


def attest(notary: Notary, path: str, repository: str, kind: str = "publish") -> str:
    """Write an attestation beside a file, where clients look for it."""
    sha256 = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    more = {"predicate_type": SLSA} if kind == "slsa" else {}
    value = notary.attest(Path(path).name, sha256, github(repository), **more)
    beside = f"{path}.{kind}.attestation"
    Path(beside).write_text(json.dumps(value))
    return beside


def expect(shop: Shop, project: str, owner: str, repository: str) -> None:
    fields = (
        hub(repository)
        if owner == "octo"
        else [each.replace("owner=octo", f"owner={owner}") for each in hub(repository)]
    )
    shop.index.command("publisher", "expect", project, "--user", "alice", "--issuer", "github", *fields)
    home = f"{owner}/{repository}"
    workflow = f"{home}/.github/workflows/release.yml@refs/heads/main"
    next_job(f"{shop.service}/github", repository=home, repository_owner=owner, job_workflow_ref=workflow)


def provenance(shop: Shop, project: str, filename: str, target: Path) -> Path:
    """Fetch the provenance of a file from where the simple page says that it is."""
    accept = {"accept": "application/vnd.pypi.simple.v1+json"}
    page = httpx.get(f"{shop.index.url}/simple/{project}/", headers=accept, trust_env=False).json()
    (address,) = (each["provenance"] for each in page["files"] if each["filename"] == filename)
    assert address.startswith(f"{shop.url}/integrity/{project}/")
    reply = httpx.get(address.replace(shop.url, shop.index.url), trust_env=False)
    assert reply.status_code == 200
    target.write_bytes(reply.content)
    return target


def verify(run, path: str, found: Path, repository: str, **environ: str):
    command = ("pypi-attestations", "verify", "pypi", "--offline", "--provenance-file", str(found))
    return run(*command, "--repository", f"https://github.com/{repository}", path, check=False, **environ)


def test_uv_publishes_with_attestations_and_their_provenance_verifies_until_a_byte_changes(
    shop: Shop, notary: Notary, run, dist: Build, tmp_path: Path, cache: dict[str, str]
) -> None:
    expect(shop, "by-uv-attested", "octo", "attested")
    paths = dist("by_uv_attested", "1.0")
    beside = [attest(notary, path, "octo/attested") for path in paths]
    beside.append(attest(notary, paths[0], "octo/attested", "slsa"))
    publish = ("uv", "publish", "--trusted-publishing", "always", "--publish-url", shop.legacy)
    run(*publish, *paths, *beside, **shop.runner())
    for path in paths:
        found = provenance(shop, "by-uv-attested", Path(path).name, tmp_path / "found.provenance")
        done = verify(run, path, found, "octo/attested", **cache)
        assert done.returncode == 0, done.stderr
        assert f"OK: {Path(path).name}" in done.stderr
    assert verify(run, paths[0], found, "octo/other", **cache).returncode != 0
    assert verify(run, paths[1], found, "octo/attested").returncode != 0  # under the public instance's root
    (stored,) = (each for each in shop.index.data.rglob("*.provenance.*") if each.read_bytes() == found.read_bytes())
    body = stored.read_bytes()
    at = body.index(b'"signature":"') + 40
    with stored.open("r+b") as handle:
        handle.seek(at)
        handle.write(b"A" if body[at : at + 1] != b"A" else b"B")
    changed = provenance(shop, "by-uv-attested", Path(paths[1]).name, tmp_path / "changed.provenance")
    done = verify(run, paths[1], changed, "octo/attested", **cache)
    assert done.returncode != 0
    assert "Verification failed" in done.stderr
    said = shop.index.command("verify", check=False).stdout
    assert f"{Path(paths[1]).name}.provenance" in said
    stored.write_bytes(body)
    shop.index.command("verify")


def test_twine_uploads_real_attestations_that_the_public_root_verifies(shop: Shop, run, tmp_path: Path) -> None:
    expect(shop, "pypi-attestations", "trailofbits", "pypi-attestations")
    for kind in ("", ".publish.attestation", ".slsa.attestation"):
        shutil.copy(SAMPLES / f"{SDIST}{kind}", tmp_path)
    identity = httpx.get(
        f"{shop.service}/github/token?audience=localhost",
        headers={"authorization": f"bearer {shop.runner()['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"},
        trust_env=False,
    ).json()["value"]
    minted = httpx.post(f"{shop.index.url}/_/oidc/mint-token", json={"token": identity}, trust_env=False).json()
    run(
        "twine", "upload", "--attestations", "--repository-url", shop.legacy, "-u", "__token__", "-p", minted["token"],
        SDIST, f"{SDIST}.publish.attestation", f"{SDIST}.slsa.attestation", **shop.trust,
    )  # fmt: skip
    found = provenance(shop, "pypi-attestations", SDIST, tmp_path / "found.provenance")
    done = verify(run, str(tmp_path / SDIST), found, "trailofbits/pypi-attestations")
    assert done.returncode == 0, done.stderr
    page = httpx.get(f"{shop.index.url}/project/pypi-attestations/0.0.19/provenance/{SDIST}/", trust_env=False).text
    assert "https://github.com/trailofbits/pypi-attestations/commit/" in page


def test_uv_prints_why_attestations_are_refused(shop: Shop, notary: Notary, run, dist: Build) -> None:
    expect(shop, "by-uv-forged", "octo", "forged")
    path = dist("by_uv_forged", "1.0")[0]
    beside = attest(notary, path, "octo/attested")
    publish = ("uv", "publish", "--trusted-publishing", "always", "--publish-url", shop.legacy)
    done = run(*publish, path, beside, check=False, **shop.runner())
    assert done.returncode != 0
    printed = " ".join(done.stderr.split())  # uv breaks lines at a width of its own
    assert "Invalid attestations supplied during upload: Verification failed" in printed
    assert httpx.get(f"{shop.index.url}/simple/by-uv-forged/", trust_env=False).status_code == 404
    too_long = httpx.post(
        f"{shop.index.url}/legacy/",
        headers={"authorization": f"token {shop.index.token}"},
        data={"attestations": "x" * 10_000_000},
        files={"content": ("a-1.0.tar.gz", b"x")},
        trust_env=False,
    )
    assert (too_long.status_code, "256 KiB" in too_long.text) == (400, True)


def test_pip_and_uv_install_what_carries_attestations(
    shop: Shop, notary: Notary, run, dist: Build, tmp_path: Path
) -> None:
    expect(shop, "installable", "octo", "installable")
    path = dist("installable", "1.0")[0]
    publish = ("uv", "publish", "--trusted-publishing", "always", "--publish-url", shop.legacy)
    run(*publish, path, attest(notary, path, "octo/installable"), **shop.runner())
    simple = f"{shop.url}/simple/"
    run("pip", "install", "--no-cache-dir", "--index-url", simple, "--target", str(tmp_path / "by_pip"), "installable",
        PIP_CERT=shop.trust["SSL_CERT_FILE"], **shop.trust)  # fmt: skip
    run("uv", "pip", "install", "--no-cache", "--default-index", simple, "--python", sys.executable,
        "--target", str(tmp_path / "by_uv"), "installable", **shop.trust)  # fmt: skip
    for place in ("by_pip", "by_uv"):
        assert (tmp_path / place / "installable").is_dir()
