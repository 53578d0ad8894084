# SPDX-License-Identifier: Apache-2.0
"""Sessions and staged files inside the process, by the flows that the edge and the views call."""

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from cheeseshop.edge_contract.protocols import Admission, Reply, RequestHead, SpooledFile, SpooledForm
from cheeseshop.staging.receiving import StagedReceiver
from cheeseshop.storage import Store, digests
from tests.support.upload_2 import MEDIA_TYPE, META


class Stager:
    """Somebody with a token who stages a release."""

    def __init__(self, store: Store, token: str) -> None:
        self.store, self.token = store, token
        self.receiver = StagedReceiver(store)
        self.links: dict[str, str] = {}

    def call(self, method: str, url: str, told: dict[str, Any] | None = None) -> Any:
        headers = {"authorization": f"token {self.token}"}
        path = "/" + url.split("/", 3)[3] if "://" in url else url
        body = json.dumps(META | (told or {})) if method == "POST" else ""
        return Client(headers=headers).generic(method, path, body, content_type=MEDIA_TYPE)

    def open(self, name: str = "demo", version: str = "1.0") -> dict[str, Any]:
        reply = self.call("POST", "/upload/2.0/", {"name": name, "version": version})
        assert reply.status_code == 201, reply.content
        told: dict[str, Any] = reply.json()
        self.links = told["links"]
        return told

    def declare(self, filename: str, data: bytes, more: dict[str, Any] | None = None) -> Any:
        told: dict[str, Any] = {"filename": filename, "size": len(data), "mechanism": "http-post-bytes"}
        told["hashes"] = {"sha256": hashlib.sha256(data).hexdigest()}
        return self.call("POST", self.links["upload"], told | (more or {}))

    def send(self, file: UUID | str, data: bytes) -> Reply:
        head = RequestHead(
            "POST", f"/upload/2.0/files/{file}/content", "", {"authorization": f"token {self.token}"}, "127.0.0.1"
        )
        admission = self.receiver.admit(head)
        if not isinstance(admission, Admission):
            return admission
        content = spooled(self.store, data)
        try:
            return self.receiver.accept(admission, SpooledForm(content=content))
        finally:
            content.path.unlink(missing_ok=True)

    def stage(self, filename: str, data: bytes) -> str:
        declared = self.declare(filename, data)
        assert declared.status_code == 202, declared.content
        url = str(declared.json()["links"]["file-upload-session"])
        sent = self.send(url.rstrip("/").rpartition("/")[2], data)
        assert sent.status == 201, sent.body
        done = self.call("POST", f"{url}complete/")
        assert done.status_code == 201, done.content
        return url

    def publish(self) -> Any:
        return self.call("POST", self.links["publish"])


def spooled(store: Store, data: bytes) -> SpooledFile:
    path = Path(store.spool) / f"upload-{uuid4()}"
    path.write_bytes(data)
    md5, sha256, blake2, size = digests(path)
    return SpooledFile(path, "", "application/octet-stream", size, md5, sha256, blake2)
