# SPDX-License-Identifier: Apache-2.0
"""An OpenID Connect issuer in a process of its own: discovery, keys, authorisation, tokens, user info.

``python -m tests.support.issuer PORT`` logs in whoever is asked for, without a question: the person is in
``/person`` (PUT a JSON of claims there). It checks the client's secret and the PKCE verifier, and signs real JWTs.
"""

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "cheeseshop", "a client secret"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_codes: dict[str, dict[str, str]] = {}
_person: dict[str, Any] = {}


class Issuer(BaseHTTPRequestHandler):
    """Answers one request."""

    @property
    def _base(self) -> str:
        return f"http://localhost:{self.server.server_port}"  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/.well-known/openid-configuration":
            paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo",
                     "jwks_uri": "keys"}  # fmt: skip
            self._json({"issuer": self._base} | {name: f"{self._base}/{path}" for name, path in paths.items()})
        elif address.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key()))
            self._json({"keys": [key | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        elif address.path == "/authorize":
            asked = dict(parse_qsl(address.query))
            code = secrets.token_urlsafe()
            _codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif address.path == "/userinfo":
            self._json(_person)

    def do_PUT(self) -> None:
        _person.clear()
        _person.update(json.loads(self._body()))
        self._json({})

    def do_POST(self) -> None:
        form = {k: v[0] for k, v in parse_qs(self._body().decode()).items()}
        asked = _codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = form.get("client_secret") == SECRET or self.headers.get("Authorization") == f"Basic {basic}"
        if asked is None or not known or challenge != asked["code_challenge"]:
            self._json({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {"iss": self._base, "aud": CLIENT, "iat": now, "exp": now + 300, **_person}
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        token = jwt.encode(claims, _KEY, "RS256", headers={"kid": "one"})
        self._json({"access_token": "x", "token_type": "Bearer", "id_token": token, "expires_in": 300})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _json(self, told: object, status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def issuer() -> Iterator[str]:
    """Run the issuer in a process of its own, and give its address."""
    process = subprocess.Popen([sys.executable, "-m", "tests.support.issuer"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def become(address: str, **claims: object) -> None:
    """Say who logs in next."""
    httpx.put(f"{address}/person", json=claims, trust_env=False).raise_for_status()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    print(f"http://localhost:{server.server_port}", flush=True)
    server.serve_forever()
