# SPDX-License-Identifier: Apache-2.0
"""A partner who reports leaked tokens: real keys, signatures, and a server that lists the public ones."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Scanner:
    """Signs reports. ``asked`` counts how often its list was fetched; ``status`` and ``body`` replace the list."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys = {"first": ec.generate_private_key(ec.SECP256R1())}
        self.asked = 0
        self.status = 200
        self.body: bytes | None = None

    def listed(self) -> bytes:
        if self.body is not None:
            return self.body
        keys = [{"key_identifier": name, "key": _pem(key), "is_current": True} for name, key in self.keys.items()]
        return json.dumps({"public_keys": keys}).encode()

    def headers(self, body: bytes, key: str = "first", prefix: str = "GITHUB-PUBLIC-KEY") -> dict[str, str]:
        signature = base64.b64encode(self.keys[key].sign(body, ec.ECDSA(SHA256()))).decode()
        return {f"{prefix}-IDENTIFIER": key, f"{prefix}-SIGNATURE": signature}


def report(*tokens: str, url: str = "https://example.org/leak") -> bytes:
    return json.dumps([{"type": "pypi_api_token", "token": token, "url": url} for token in tokens]).encode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@contextmanager
def scanner() -> Iterator[Scanner]:
    """Run a key server on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked += 1
            body = told.listed()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Scanner(f"http://127.0.0.1:{server.server_port}/keys")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
