# SPDX-License-Identifier: Apache-2.0
"""Build services that issue identity tokens over HTTP: discovery, keys, and the address at which a runner asks.

Any number of issuers is served below one address: ``http://localhost:PORT/NAME``. Names that begin with ``broken-``
misbehave. ``python -m tests.support.build_service`` runs it as a process of its own; PUT the claims of the next job
to ``/NAME/job``.
"""

import json
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from zlib import crc32

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

RUNNER_TOKEN = "a secret of the runner"
ALGORITHMS = ["RS256", "RS384", "PS256", "ES256", "HS256", "none"]


class Keys:
    """The signing keys of the service: one in use, those before it still listed."""

    def __init__(self) -> None:
        self.rsa: list[RSAKey] = []
        self.rotate()
        self.elliptic = ECKey.generate_key("P-256", {"kid": "elliptic", "use": "sig"})
        with warnings.catch_warnings(action="ignore"):  # weak it shall be
            self.weak = RSAKey.generate_key(1024, {"kid": "weak", "use": "sig"})
        self.stranger = RSAKey.generate_key(2048, {"kid": self.current.kid, "use": "sig"})

    @property
    def current(self) -> RSAKey:
        return self.rsa[-1]

    def rotate(self) -> None:
        self.rsa.append(RSAKey.generate_key(2048, {"kid": f"key-{uuid4()}", "use": "sig"}))

    def listed(self) -> list[dict[str, Any]]:
        keys = [*self.rsa, self.elliptic, self.weak]
        return [dict(key.as_dict(private=False)) for key in keys]

    def sign(self, claims: dict[str, Any], algorithm: str = "RS256", key: Any = None, **header: Any) -> str:
        chosen = key or (self.elliptic if algorithm == "ES256" else self.current)
        head = {"alg": algorithm, "kid": chosen.kid, **header}
        return jwt.encode({k: v for k, v in head.items() if v is not None}, claims, chosen, algorithms=ALGORITHMS)


def github_job(issuer: str, audience: str = "localhost", **changes: Any) -> dict[str, Any]:
    """The claims of a job of ``octo/sample``'s workflow ``release.yml`` on GitHub. None drops a claim."""
    repository = str(changes.get("repository", "octo/sample"))
    claims = {
        **_times(issuer, audience),
        "sub": f"repo:{repository}:ref:refs/heads/main",
        "repository": repository,
        "repository_id": "55" if repository.lower() == "octo/sample" else str(crc32(repository.lower().encode())),
        "repository_owner": repository.partition("/")[0],
        "repository_owner_id": "7",
        "job_workflow_ref": f"{repository}/.github/workflows/release.yml@refs/heads/main",
        "ref": "refs/heads/main",
        "sha": "c0ffee",
        "event_name": "push",
        "run_id": "99",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def gitlab_job(issuer: str, audience: str = "localhost", **changes: Any) -> dict[str, Any]:
    """The claims of a job of ``group/sub/sample``'s pipeline on a GitLab."""
    path = str(changes.get("project_path", "group/sub/sample"))
    claims = {
        **_times(issuer, audience),
        "sub": f"project_path:{path}:ref_type:branch:ref:main",
        "project_path": path,
        "project_id": "20",
        "namespace_id": "72",
        "ref": "main",
        "ref_path": "refs/heads/main",
        "sha": "c0ffee",
        "ci_config_ref_uri": f"{issuer.partition('://')[2]}/{path}//.gitlab-ci.yml@refs/heads/main",
        "pipeline_id": "212",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def _times(issuer: str, audience: str) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": issuer, "aud": audience, "iat": now, "nbf": now - 5, "exp": now + 300, "jti": str(uuid4())}


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: "Server"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        name, _, place = address.path.lstrip("/").partition("/")
        base = f"{self.server.url}/{name}"
        self.server.asked[address.path] += 1
        if place == ".well-known/openid-configuration":
            self._discovery(name, base)
        elif place == "keys":
            self._keys(name)
        elif place == "token":  # as GitHub's runners ask
            if self.headers.get("Authorization", "").lower() != f"bearer {RUNNER_TOKEN}":
                self._json({}, 401)
                return
            audience = parse_qs(address.query)["audience"][0]
            job = github_job(base, **{"audience": audience} | self.server.jobs.get(name, {}))
            self._json({"value": self.server.keys.sign(job), "count": 1})
        elif place.startswith(("users/", "api/v4/projects/")):
            found = self.server.known.get(place)
            self._json(found or {}, 200 if found else 404)
        else:
            self._json({}, 404)

    def _discovery(self, name: str, base: str) -> None:
        if name == "broken-silent":
            self.close_connection = True
            return
        issuer = "https://other.example.org" if name == "broken-other" else base
        keys = "http://192.0.2.1/keys" if name == "broken-plain" else f"{base}/keys"
        if name == "broken-redirect":
            self.send_response(302)
            self.send_header("Location", f"{self.server.url}/github/.well-known/openid-configuration")
            self.end_headers()
            return
        self._json({"issuer": issuer, "jwks_uri": keys})

    def _keys(self, name: str) -> None:
        keys: list[Any] = self.server.keys.listed()
        if name == "broken-large":
            keys += [{"kid": str(n), "padding": "x" * 1000} for n in range(1000)]
        if name == "broken-keys":
            keys = [{**keys[0], "n": "!"}, "no key", {"kid": 5}]
        self._json({"keys": keys})

    def do_PUT(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.server.jobs[self.path.strip("/").partition("/")[0]] = told
        self._json({})

    def _json(self, told: object, status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class Server(ThreadingHTTPServer):
    """The service: its keys, what jobs say, what its API knows, and how often each address was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.keys = Keys()
        self.jobs: dict[str, dict[str, Any]] = {}
        self.known: dict[str, dict[str, Any]] = {}
        self.asked: Counter[str] = Counter()
        self.url = f"http://localhost:{self.server_port}"


@contextmanager
def service_here() -> Iterator[Server]:
    """Run the service in a thread of this process, so that a test has its keys."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def service_apart() -> Iterator[str]:
    """Run the service in a process of its own, and give its address."""
    process = subprocess.Popen([sys.executable, "-m", "tests.support.build_service"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def next_job(issuer: str, **claims: object) -> None:
    """Say what the next jobs' tokens claim beside the usual."""
    httpx.put(f"{issuer}/job", json=claims, trust_env=False).raise_for_status()


if __name__ == "__main__":
    made = Server()
    print(made.url, flush=True)
    made.serve_forever()
