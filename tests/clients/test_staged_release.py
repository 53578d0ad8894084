# SPDX-License-Identifier: Apache-2.0
"""A release is staged over HTTP, installed from its preview by pip and uv, published at once, then from /simple."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.archives import build_sdist, build_wheel
from tests.support.index import PASSWORD, Index, live_index
from tests.support.upload_2 import UploadClient

pytestmark = [pytest.mark.clients, pytest.mark.index]


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index"), CHEESESHOP_UPLOAD_2="yes") as running:
        yield running


@pytest.fixture
def client(staging: Index) -> UploadClient:
    return UploadClient(staging.url, staging.token)


def test_stage_preview_publish_install(staging: Index, client: UploadClient, run, tmp_path: Path) -> None:
    session = client.open("Staged_Release", "1.0")
    built = [build_wheel("staged_release", "1.0"), build_sdist("staged_release", "1.0"),
             build_wheel("staged_release", "1.0", tag="cp312-abi3-musllinux_1_2_x86_64")]  # fmt: skip
    for filename, data in built:
        client.stage(session, filename, data)
    assert {name: f["status"] for name, f in client.status(session)["files"].items()} == {
        filename: "completed" for filename, _ in built
    }
    with httpx.Client(trust_env=False) as anybody:
        assert anybody.get(f"{staging.url}/simple/staged-release/").status_code == 404
        assert anybody.get(f"{staging.url}/project/staged-release/").status_code == 404
        stage = session["links"]["stage"]
        assert session["session-token"] in stage
        assert anybody.get(f"{stage}staged-release/").status_code == 200
        assert anybody.get(f"{stage}other/").status_code == 404
        guess = stage.replace(session["session-token"], "x" * 43)
        assert anybody.get(f"{guess}staged-release/").status_code == 404
    pip = ("pip", "install", "--no-cache-dir", "--no-deps", "staged-release==1.0")
    run(*pip, "--index-url", stage, "--target", str(tmp_path / "pip"), "--only-binary", ":all:")
    assert (tmp_path / "pip" / "staged_release").is_dir()
    uv = ("uv", "pip", "install", "--no-deps", "staged-release==1.0")
    run(*uv, "--default-index", stage, "--target", str(tmp_path / "uv"))
    assert (tmp_path / "uv" / "staged_release").is_dir()
    published = client.publish(session)
    assert (published.status_code, published.json()["status"]) == (201, "published")
    assert client.publish(session).status_code == 201  # again is no error
    page = httpx.get(
        f"{staging.url}/simple/staged-release/",
        headers={"accept": "application/vnd.pypi.simple.v1+json"},
        trust_env=False,
    ).json()
    assert sorted(file["filename"] for file in page["files"]) == sorted(filename for filename, _ in built)
    assert page["name"] == "staged-release"
    run(*pip, "--index-url", f"{staging.url}/simple/", "--target", str(tmp_path / "after"), "--only-binary", ":all:")
    assert httpx.get(f"{stage}staged-release/", trust_env=False).status_code == 404
    assert client.status(session)["status"] == "published"
    staging.command("verify")


def test_a_large_file_goes_through_the_spool(staging: Index, client: UploadClient) -> None:
    data = build_wheel("heavy", "1.0", extra={"heavy/data.bin": bytes(range(256)) * 40_000}, compression=0)
    session = client.open("heavy", "1.0")
    client.stage(session, *data)
    assert list((staging.data / "spool").iterdir()) == []
    assert client.publish(session).status_code == 201
    staging.command("verify")


def test_a_canceled_session_leaves_nothing(staging: Index, client: UploadClient) -> None:
    session = client.open("given-up", "1.0")
    client.stage(session, *build_wheel("given_up", "1.0"))
    assert client.call("DELETE", session["links"]["session"]).status_code == 204
    assert client.status(session)["status"] == "canceled"
    assert httpx.get(f"{session['links']['stage']}given-up/", trust_env=False).status_code == 404
    assert client.publish(session).status_code == 409
    staging.command("verify", "--repair", check=False)
    staging.command("verify")
    again = client.open("given-up", "1.0")
    assert again["links"]["session"] != session["links"]["session"]


def test_bytes_that_are_not_what_was_declared(client: UploadClient) -> None:
    session = client.open("liar", "1.0")
    filename, data = build_wheel("liar", "1.0")
    file = client.declare(session, filename, data).json()
    for wrong, status in ((data + b"x", 413), (data[:-1], 400), (b"x" * len(data), 400)):
        reply = client.send(file, wrong)
        assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json"), reply.text
        assert reply.json()["status"] == status
        assert reply.json()["detail"]
    assert client.call("POST", file["links"]["complete"]).status_code == 409
    assert client.publish(session).status_code == 409
    assert client.send(file, data).status_code == 201
    assert client.send(file, data).status_code == 201  # until it is complete it may be sent again
    assert client.call("POST", file["links"]["complete"]).status_code == 201
    assert client.send(file, data).status_code == 409
    assert client.publish(session).status_code == 201


def test_nobody_else_can_touch_a_session(staging: Index, client: UploadClient) -> None:
    session = client.open("private", "1.0")
    file = client.declare(session, *build_wheel("private", "1.0")).json()
    staging.command(
        "user", "create", "mallory", "--email", "m@example.org", "--password-stdin", "--verified", stdin=PASSWORD
    )
    mallory = UploadClient(staging.url, staging.command("token", "create", "--user", "mallory").stdout.strip())
    links = session["links"]
    replies = [
        mallory.call("GET", links["session"]), mallory.call("DELETE", links["session"]), mallory.publish(session),
        mallory.call("POST", links["extend"], {"extend-for": 1}), mallory.declare(session, "private-1.0.tar.gz", b"x"),
        mallory.send(file, b"x"), mallory.call("POST", file["links"]["complete"]),
        mallory.call("DELETE", file["links"]["file-upload-session"]),
        mallory.call("POST", mallory.root, {"name": "private", "version": "1.0.0"}),
    ]  # fmt: skip
    assert [reply.status_code for reply in replies] == [403] * len(replies)
    anybody = UploadClient(staging.url, "pypi-nonsense")
    assert anybody.call("GET", links["session"]).status_code == 403
    assert anybody.send(file, b"x").status_code == 403
