# SPDX-License-Identifier: Apache-2.0
"""A small client of Upload 2.0 (PEP 694), over HTTP."""

import hashlib
from typing import Any

import httpx

MEDIA_TYPE = "application/vnd.pypi.upload.v2+json"
META = {"meta": {"api-version": "2.0"}}


class UploadClient:
    """Speaks the draft to an index, with a token."""

    def __init__(self, url: str, token: str) -> None:
        self.root = f"{url}/upload/2.0/"
        self.http = httpx.Client(trust_env=False, auth=("__token__", token), timeout=60)

    def call(self, method: str, url: str, told: dict[str, Any] | None = None) -> httpx.Response:
        kind = {"content-type": MEDIA_TYPE}
        if method == "POST":
            return self.http.post(url, json=META | (told or {}), headers=kind)
        return self.http.request(method, url)

    def open(self, name: str, version: str) -> dict[str, Any]:
        reply = self.call("POST", self.root, {"name": name, "version": version, "nonce": "x"})
        assert reply.status_code == 201, reply.text
        session: dict[str, Any] = reply.json()
        assert reply.headers["location"] == session["links"]["session"]
        return session

    def declare(self, session: dict[str, Any], filename: str, data: bytes, **more: Any) -> httpx.Response:
        told = {"filename": filename, "size": len(data), "hashes": {"sha256": hashlib.sha256(data).hexdigest()}}
        return self.call("POST", session["links"]["upload"], told | {"mechanism": "http-post-bytes"} | more)

    def send(self, file: dict[str, Any], data: bytes) -> httpx.Response:
        kind = {"content-type": "application/octet-stream"}
        return self.http.post(file["mechanism"]["file_url"], content=data, headers=kind)

    def stage(self, session: dict[str, Any], filename: str, data: bytes) -> dict[str, Any]:
        declared = self.declare(session, filename, data)
        assert declared.status_code == 202, declared.text
        file: dict[str, Any] = declared.json()
        sent = self.send(file, data)
        assert sent.status_code == 201, sent.text
        done = self.call("POST", file["links"]["complete"])
        assert done.status_code == 201, done.text
        return file

    def publish(self, session: dict[str, Any]) -> httpx.Response:
        return self.call("POST", session["links"]["publish"])

    def status(self, session: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = self.call("GET", session["links"]["session"]).json()
        return told
