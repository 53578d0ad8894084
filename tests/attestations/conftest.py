# SPDX-License-Identifier: Apache-2.0
"""A signing service that the index trusts, and a project that a workflow publishes."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.edge_contract.protocols import Reply
from cheeseshop.storage import Store
from tests.support.archives import BuiltDistribution, build_wheel
from tests.support.factories import make_token, make_user, upload
from tests.support.notary import Identity, Notary, github
from tests.support.trusted import github_publisher, link

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Change settings for one test."""

    def change(**values: Any) -> None:
        changed = replace(current.settings(), **values)
        monkeypatch.setattr(current, "settings", lambda: changed)

    return change


@pytest.fixture
def notary(tmp_path: Path, settings: Callable[..., None]) -> Notary:
    """A signing service, whose root this index trusts and no other."""
    made = Notary()
    path = tmp_path / "trusted_root.json"
    path.write_bytes(made.trusted_root())
    settings(trust_root=str(path))
    return made


@pytest.fixture
def project(store: Store) -> Project:
    """A project of alice's with one release that she uploaded herself."""
    assert upload(store, make_token(make_user()), build_wheel("demo", "0.1")).status == 200
    return Project.objects.get()


@pytest.fixture
def publisher_token(project: Project) -> str:
    """A token of the workflow that may publish the project."""
    return link(project, github_publisher())


def attested(notary: Notary, built: BuiltDistribution, *identities: Identity, **changes: Any) -> str:
    """The field of an upload: an attestation of the file by each identity (the publishing workflow's by default)."""
    sha256 = hashlib.sha256(built.content).hexdigest()
    signers = identities or (github(),)
    return json.dumps([notary.attest(built.filename, sha256, each, **changes) for each in signers])


def upload_demo(store: Store, token: str, attestations: str, version: str = "1.0") -> Reply:
    return upload(store, token, build_wheel("demo", version), attestations=attestations)
