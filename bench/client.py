# SPDX-License-Identifier: Apache-2.0
"""Upload wheels with the form that twine sends, and print how long it took, as JSON.

``python -m bench.client URL USER PASSWORD JOBS FOLDER SKIP TAKE``: a process of its own, so that the client's work is
not done by the process that measures, and the same client for every server.
"""

import hashlib
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

_local = threading.local()


def _session(user: str, password: str) -> requests.Session:
    session: requests.Session | None = getattr(_local, "session", None)
    if session is None:
        session = _local.session = requests.Session()
        session.trust_env = False
        session.auth = (user, password) if user else None
    return session


def _upload(url: str, user: str, password: str, path: Path) -> tuple[int, float, str]:
    blob = path.read_bytes()
    name, version = path.name.split("-")[:2]
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": name.replace("_", "-"),
        "version": version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": hashlib.sha256(blob).hexdigest(),
        "md5_digest": hashlib.md5(blob).hexdigest(),
    }
    files = {"content": (path.name, blob, "application/octet-stream")}
    began = time.perf_counter()
    reply = _session(user, password).post(url, data=fields, files=files, timeout=120)
    return reply.status_code, time.perf_counter() - began, reply.text[:200]


def main() -> None:
    """Upload and print."""
    url, user, password, jobs, folder, skip, take = sys.argv[1:]
    paths = sorted(Path(folder).glob("*.whl"))[int(skip) : int(skip) + int(take)]
    began = time.perf_counter()
    with ThreadPoolExecutor(int(jobs)) as pool:
        done = list(pool.map(lambda path: _upload(url, user, password, path), paths))
    wall = time.perf_counter() - began
    errors = [f"{status}: {text}" for status, _, text in done if status != 200]
    print(json.dumps({"count": len(done), "wall": wall, "times": [t for _, t, _ in done], "errors": errors[:3]}))


if __name__ == "__main__":
    main()
