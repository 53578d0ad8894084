# SPDX-License-Identifier: Apache-2.0
"""Fetch real distributions into ``tests/real/cache``: ``python -m tests.real.fetch``. What is there is not asked again.

``files/`` gets the single files of ``distributions.txt``, ``tools/`` JupyterLab and Django with everything they need on
this platform. ``REAL_INDEX`` names another index to fetch from.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import httpx

INDEX = os.environ.get("REAL_INDEX", "https://pypi.org/simple")
CACHE = Path(__file__).parent / "cache"
FILES, TOOLS = CACHE / "files", CACHE / "tools"
ROOTS = ("jupyterlab==4.4.10", "django==5.2.8")
_LIMIT = 100 * 1024 * 1024
_JSON = {"accept": "application/vnd.pypi.simple.v1+json"}


def wanted() -> list[tuple[str, str]]:
    """Return project and filename of every single file."""
    lines = (Path(__file__).parent / "distributions.txt").read_text("utf-8").splitlines()
    return [(name, filename) for name, filename in (line.split() for line in lines if line and line[0] != "#")]


def fetch_file(client: httpx.Client, project: str, filename: str) -> str:
    """Fetch one file, check its hash, and return what is wrong with it, or nothing."""
    target = FILES / filename
    if target.is_file():
        return ""
    listing = client.get(f"{INDEX}/{project}/", headers=_JSON)
    found = [f for f in listing.json()["files"] if f["filename"] == filename] if listing.is_success else []
    if not found:
        return "the index does not have it"
    content = bytearray()
    with client.stream("GET", found[0]["url"]) as reply:
        for block in reply.iter_bytes():
            content += block
            if len(content) > _LIMIT:
                return "it is larger than 100 MiB"
    if hashlib.sha256(content).hexdigest() != found[0]["hashes"]["sha256"]:
        return "its hash is not what the index says"
    fresh = target.with_suffix(".part")
    fresh.write_bytes(content)
    fresh.rename(target)
    return ""


def fetch_tools() -> None:
    """Download the tools with everything they need, as wheels for this platform."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    stamp = TOOLS / "complete"
    if stamp.is_file() and stamp.read_text() == " ".join(ROOTS):
        return
    command = [sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", str(TOOLS), *ROOTS]
    subprocess.run(command, check=True)
    stamp.write_text(" ".join(ROOTS))


def main() -> None:
    """Fetch everything, and say what could not be had."""
    FILES.mkdir(parents=True, exist_ok=True)
    missing = 0
    with httpx.Client(follow_redirects=True, timeout=60) as client:
        for project, filename in wanted():
            problem = fetch_file(client, project, filename)
            if problem:
                missing += 1
                print(f"{filename}: {problem}", file=sys.stderr)
    fetch_tools()
    count = sum(1 for path in CACHE.rglob("*") if path.suffix in {".whl", ".gz", ".zip"})
    print(f"{count} distributions in {CACHE}; {missing} could not be had", file=sys.stderr)
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
