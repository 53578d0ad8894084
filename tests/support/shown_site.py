# SPDX-License-Identifier: Apache-2.0
"""An index with something on every kind of page, and the list of those pages."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.archives import BuiltDistribution, build_wheel
from tests.support.index import Index, live_index
from tests.support.notary import PUBLISH, SLSA, Notary, github

WHEEL, LATER = "shown-1.0-py3-none-any.whl", "shown-2.0rc1-py3-none-any.whl"
BOM = "all.cdx.json"
PROJECT = "/project/shown/1.0/"
PAGES = {  # each with its status
    "/": 200,
    "/search/?q=shown": 200,
    "/search/?q=shwon": 200,
    "/search/?q=nothingatall": 200,
    "/project/shown/": 200,
    f"{PROJECT}files/": 200,
    f"{PROJECT}files/{WHEEL}/": 200,
    f"{PROJECT}releases/": 200,
    f"{PROJECT}dependencies/": 200,
    f"{PROJECT}provenance/": 200,
    f"{PROJECT}provenance/{WHEEL}/": 200,
    "/project/shown/2.0rc1/provenance/": 200,  # by token, after a release that a trusted publisher sent
    f"{PROJECT}statistics/": 200,
    "/project/shown/0.9/": 200,  # yanked, and known to be vulnerable
    "/project/stale/": 200,  # archived
    f"{PROJECT}inside/{WHEEL}/": 200,
    f"{PROJECT}inside/{WHEEL}/at/shown/__init__.py": 200,
    f"{PROJECT}inside/{WHEEL}/at/shown-1.0.dist-info/sboms/{BOM}": 200,
    f"/project/shown/2.0rc1/inside/{LATER}/difference/?from=1.0": 200,
    "/advisory/OSV-1/": 200,
    "/user/alice/": 200,
    "/user/bob/": 200,  # who has no project
    "/org/Acme/": 200,
    "/trending/": 200,
    "/newest/projects/": 200,
    "/newest/releases/": 200,
    "/help/translations/": 200,
    "/classifiers/": 200,
    "/classifiers/?q=internet": 200,
    "/help/": 200,
    "/sitemap/": 200,
    "/legacy/": 200,
    "/security/": 200,
    "/policy/terms/": 200,
    "/announcements/": 200,
    "/announcements/1/": 200,
    "/status/": 200,
    "/stats/": 200,
    "/stats/downloads/": 200,
    "/account/login/": 200,
    "/account/register/": 200,
    "/account/request-password-reset/": 200,
    "/account/recover/": 200,
    "/nothing/here": 404,
    "/search/?q=a&page=x": 400,
    "/manage/observations/": 403,
}
OF_A_MEMBER = {"/manage/observations/"}  # pages that only somebody who is logged in comes to

_README = """# A heading

Some *text*, a [link](https://example.org/), a picture
<img src="SITE/static/web/mark.svg" alt="of the mark" width="64" height="64">
<script>alert("no")</script>

| a | b |
| - | - |
| 1 | 2 |

- a word, and `code in a line`
- another

> Somebody said so.

    a line of code that is long enough to be wider than any telephone that anybody carries about with them today
"""
LINES = [
    "Summary: A project that is shown", "Description-Content-Type: text/markdown", "License: MIT",
    "Requires-Python: >=3.9,<4", "Project-URL: Source, https://example.org/shown",
    "Author-Email: Alice Ann <alice@example.org>", "Keywords: cheese,shop",
    "Classifier: Framework :: Django", "Classifier: Topic :: Internet",
    "Classifier: Programming Language :: Python :: 3 :: Only",
]  # fmt: skip
_BOM = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
    {"type": "library", "name": "zlib", "version": "1.3.1", "purl": "pkg:generic/zlib@1.3.1"}]}  # fmt: skip
_FILL = "from cheeseshop.config.boot import setup; setup(); from tests.support.filling import fill; fill()"


@dataclass(frozen=True)
class ShownSite:
    """A running index, the session of a member, and the developers' page of components, which it does not serve."""

    index: Index
    session: str
    components: str


@contextmanager
def shown_site(folder: Path) -> Iterator[ShownSite]:
    """Run an index that has something to show on every page in ``PAGES``."""
    notary, root = Notary(), folder / "trusted_root.json"
    root.write_bytes(notary.trusted_root())
    settings = {"CHEESESHOP_TRUST_ROOT": str(root), "CHEESESHOP_UPLOAD_2": "yes",
                "CHEESESHOP_IMAGE_NETWORKS": "127.0.0.0/8,::1/128"}  # fmt: skip
    with live_index(folder, **settings) as index:
        filled = _fill(index, notary)
        _until_found(index)
        yield ShownSite(index, filled["session"], filled["components"])


def shown_wheel(url: str) -> BuiltDistribution:
    """The wheel of which most is shown. Its description has a picture that lies at the site itself."""
    sbom = {f"shown-1.0.dist-info/sboms/{BOM}": json.dumps(_BOM).encode()}
    needs = ["stale>=1", 'elsewhere[fast]<3; python_version < "3.12"']
    readme = _README.replace("SITE", url)
    return build_wheel("shown", "1.0", metadata_lines=LINES, description=readme, requires=needs, extra=sbom)


def _fill(index: Index, notary: Notary) -> dict[str, str]:
    """Fill the index in one process, which is told what the notary signs, and tells a session and a page."""
    wheel, kind = shown_wheel(index.url), "https://actions.github.io/buildtypes/workflow/v1"
    sha256 = hashlib.sha256(wheel.content).hexdigest()
    both = [
        notary.attest(wheel.filename, sha256, github(), PUBLISH),
        notary.attest(wheel.filename, sha256, github(), SLSA, predicate={"buildDefinition": {"buildType": kind}}),
    ]
    environ = index.environ | {"PYTHONPATH": str(Path.cwd()), "CHEESESHOP_DEBUG": "yes"}
    done = subprocess.run(
        [sys.executable, "-c", _FILL], env=environ, input=json.dumps(both), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return told


def _until_found(index: Index) -> None:
    """Wait until search has followed the journal."""
    until = time.monotonic() + 60
    while True:
        reply = httpx.get(f"{index.url}/search.json?q=shown", trust_env=False, timeout=60)
        if reply.json().get("total", 0):
            return
        assert time.monotonic() < until, "the index does not follow the journal"
        time.sleep(0.3)  # not faster than searches are answered
