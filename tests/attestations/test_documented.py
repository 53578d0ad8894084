# SPDX-License-Identifier: Apache-2.0
"""The program in the documentation verifies what the index serves, and fails for what it should."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cheeseshop.attestations.examination import Subject, examine
from tests.support.archives import build_wheel
from tests.support.notary import Notary, gitlab
from tests.support.trusted import gitlab_publisher

PAGE = Path(__file__).parents[2] / "docs/reference/integrity.md"
HOST = "https://git.example.org"


@pytest.mark.parametrize(
    ("repository", "content", "status"),
    [(f"{HOST}/group/demo", b"", 0), (f"{HOST}/group/other", b"", 1), (f"{HOST}/group/demo", b"x", 1)],
)
def test_it_verifies_a_file_of_ones_own_gitlab(
    notary: Notary, tmp_path: Path, repository: str, content: bytes, status: int
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    filename, data = build_wheel("demo", "1.0")
    sha256 = hashlib.sha256(data).hexdigest()
    value = json.dumps([notary.attest(filename, sha256, gitlab(HOST))])
    found = examine([value], gitlab_publisher(issuer=HOST), Subject(filename, sha256))
    assert found is not None
    (tmp_path / filename).write_bytes(data + content)
    (tmp_path / "provenance").write_bytes(found.provenance)
    arguments = [str(tmp_path / each) for each in (filename, "provenance", "trusted_root.json")]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments, HOST, repository], capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    assert ("OK https://docs.pypi.org/attestations/publish/v1" in done.stdout) == (status == 0)
