# SPDX-License-Identifier: Apache-2.0
"""Tokens leak into a file that twine uploads, and into a partner's report: in a whole index, over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.archives import build_wheel
from tests.support.index import PASSWORD, Index, live_index
from tests.support.key_server import Scanner, report, scanner
from tests.support.mailbox import Mailbox

pytestmark = [pytest.mark.clients, pytest.mark.index]


@pytest.fixture(scope="module")
def partner() -> Iterator[Scanner]:
    with scanner() as running:
        yield running


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, partner: Scanner) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index"), CHEESESHOP_GITHUB_KEYS_URL=partner.url) as running:
        yield running


def token_of(index: Index, name: str) -> str:
    address = f"{name}@example.org"
    index.command("user", "create", name, "--email", address, "--password-stdin", "--verified", stdin=PASSWORD)
    return index.command("token", "create", "--user", name).stdout.strip()


def told(index: Index, address: str) -> str:
    body = Mailbox(index.data).newest(address, "was found in public").get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_twine_uploads_a_wheel_that_holds_a_token(watched: Index, run, tmp_path: Path) -> None:
    leaked = token_of(watched, "victim")
    filename, data = build_wheel("careless", "1.0", extra={"careless/ci.sh": f"twine upload -p {leaked}\n".encode()})
    (tmp_path / filename).write_bytes(data)
    twine = ("twine", "upload", "--verbose", "--repository-url", f"{watched.url}/legacy/", "-u", "__token__")
    run(*twine, "-p", watched.token, str(tmp_path / filename))
    assert filename in httpx.get(f"{watched.url}/simple/careless/", trust_env=False).text
    second, data = build_wheel("careless_too", "1.0")
    (tmp_path / second).write_bytes(data)
    done = run(*twine, "-p", leaked, str(tmp_path / second), check=False)
    assert "403" in done.stdout
    assert filename in told(watched, "victim@example.org")
    watched.command("verify")


def test_a_report_over_http(watched: Index, partner: Scanner) -> None:
    body = report(token_of(watched, "reported"), url="https://example.org/repository/.pypirc")
    address = f"{watched.url}/_/secrets/disclose-token"
    with httpx.Client(trust_env=False) as client:
        forged = client.post(address, content=body, headers=partner.headers(b"other"))
        assert forged.status_code == 400
        for _ in range(2):
            reply = client.post(address, content=body, headers=partner.headers(body))
            assert (reply.status_code, reply.content) == (204, b"")
        huge = client.post(address, content=b"x" * 5_000_000, headers=partner.headers(b""))
        assert huge.status_code == 413
    assert "https://example.org/repository/.pypirc" in told(watched, "reported@example.org")
    assert partner.asked == 1


def test_the_command(watched: Index) -> None:
    token = token_of(watched, "pasted")
    done = watched.command("token", "disclose", "--url", "a log", stdin=f"TOKEN={token}\n")
    assert "of pasted" in done.stdout
    assert "no token" in watched.command("token", "disclose", stdin=token).stderr
