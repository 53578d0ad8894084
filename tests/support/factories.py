# SPDX-License-Identifier: Apache-2.0
"""People, tokens and uploads for tests that work inside the process."""

from pathlib import Path
from uuid import uuid4

from cheeseshop.accounts.flows.create_user import NewUser, create_user
from cheeseshop.accounts.models import User
from cheeseshop.edge_contract.protocols import Admission, Reply, RequestHead, SpooledFile, SpooledForm
from cheeseshop.publishing.receiving import Receiver
from cheeseshop.storage import Store, digests
from cheeseshop.tokens.flows import TokenRequest, create_token

SITE = "http://localhost:8000"


def make_user(username: str = "alice", *, verified: bool = True) -> User:
    return create_user(NewUser(username, f"{username}@example.org", "a long password", verified=verified))


def make_token(user: User, *projects: str, administrator: bool = True, expires_days: int | None = None) -> str:
    return create_token(TokenRequest(user, str(uuid4()), projects, expires_days, issued_by_administrator=administrator))


def head(token: str) -> RequestHead:
    return RequestHead("POST", "/legacy/", "", {"authorization": f"token {token}", "user-agent": "test"}, "127.0.0.1")


def form_for(store: Store, filename: str, data: bytes, **changes: str) -> SpooledForm:
    """The form that a client would send for a distribution, spooled."""
    path = Path(store.spool) / f"upload-{uuid4()}"
    path.write_bytes(data)
    md5, sha256, blake2, size = digests(path)
    name, version = filename.removesuffix(".tar.gz").split("-")[:2]
    sdist = filename.endswith(".tar.gz")
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": name,
        "version": version,
        "filetype": "sdist" if sdist else "bdist_wheel",
        "pyversion": "source" if sdist else "py3",
        "sha256_digest": sha256,
        **changes,
    }
    content = SpooledFile(path, filename, "application/octet-stream", size, md5, sha256, blake2)
    return SpooledForm({key: [value] for key, value in fields.items() if value}, content)


def upload(store: Store, token: str, built: tuple[str, bytes], **changes: str) -> Reply:
    """Send a distribution through admission and acceptance, as the edge does."""
    receiver = Receiver(store, SITE)
    admission = receiver.admit(head(token))
    if not isinstance(admission, Admission):
        return admission
    form = form_for(store, *built, **changes)
    try:
        return receiver.accept(admission, form)
    finally:
        assert form.content is not None
        form.content.path.unlink(missing_ok=True)
