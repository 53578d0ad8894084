# SPDX-License-Identifier: Apache-2.0
"""A client of Upload 2.0 inside the process: JSON by Django's client, bytes as the edge hands them over."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cheeseshop.core import current
from cheeseshop.edge_contract.protocols import Admission, Reply, RequestHead, SpooledFile, SpooledForm
from cheeseshop.staging.receiving import StagedReceiver
from cheeseshop.staging.requests import MEDIA_TYPE
from cheeseshop.storage import Store, digests, open_store
from tests.support.factories import SITE, make_token, make_user

META = {"meta": {"api-version": "2.0"}}


class Stager:
    """Somebody who stages releases."""

    def __init__(self, store: Store, token: str) -> None:
        self.store = store
        self.header = f"Bearer {token}"

    def call(self, method: str, url: str, told: dict[str, Any] | None = None) -> Any:
        body = json.dumps(META | (told or {})) if method == "POST" else ""
        path = url.removeprefix(SITE)
        return Client().generic(method, path, body, MEDIA_TYPE, headers={"authorization": self.header})

    def open(self, name: str = "demo", version: str = "1.0") -> dict[str, Any]:
        reply = self.call("POST", "/upload/2.0/", {"name": name, "version": version})
        assert reply.status_code == 201, reply.content
        found: dict[str, Any] = json.loads(reply.content)
        return found

    def declare(self, session: dict[str, Any], filename: str, data: bytes, **more: Any) -> Any:
        told: dict[str, Any] = {
            "filename": filename,
            "size": len(data),
            "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
        }
        return self.call("POST", session["links"]["upload"], told | {"mechanism": "http-post-bytes"} | more)

    def send(self, file: dict[str, Any], data: bytes, query: str = "") -> Reply:
        path = file["mechanism"]["file_url"].removeprefix(SITE)
        head = RequestHead("POST", path, query, {"authorization": self.header}, "127.0.0.1")
        receiver = StagedReceiver(self.store)
        admission = receiver.admit(head)
        if not isinstance(admission, Admission):
            return admission
        spooled = Path(self.store.spool) / f"upload-{uuid4()}"
        spooled.write_bytes(data)
        md5, sha256, blake2, size = digests(spooled)
        content = SpooledFile(spooled, "", "application/octet-stream", size, md5, sha256, blake2)
        try:
            return receiver.accept(admission, SpooledForm(content=content))
        finally:
            spooled.unlink(missing_ok=True)

    def stage(self, session: dict[str, Any], filename: str, data: bytes) -> dict[str, Any]:
        declared = self.declare(session, filename, data)
        assert declared.status_code == 202, declared.content
        file: dict[str, Any] = json.loads(declared.content)
        assert self.send(file, data).status == 201
        assert self.call("POST", file["links"]["complete"]).status_code == 201
        return file

    def status(self, session: dict[str, Any]) -> str:
        told: str = json.loads(self.call("GET", session["links"]["session"]).content)["status"]
        return told


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def change(**settings: Any) -> None:
        told = {"data": tmp_path / "var", "url": SITE, "upload_2": True} | settings
        conf = replace(current.settings(), **told)
        monkeypatch.setattr(current, "settings", lambda: conf)

    change()
    return change


@pytest.fixture
def shop(configure: Callable[..., None]) -> Store:
    return open_store()


@pytest.fixture
def alice(shop: Store) -> Stager:
    return Stager(shop, make_token(make_user()))
