# SPDX-License-Identifier: Apache-2.0
"""Import a file from a folder, through the same checks as an upload."""

import os
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import Person, person
from cheeseshop.core import current
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.filenames import parse_filename
from cheeseshop.distributions.inspection import inspect_distribution
from cheeseshop.edge_contract.protocols import SpooledFile, SpooledForm
from cheeseshop.publishing.receiving import receive
from cheeseshop.storage import Store, digests, open_store
from cheeseshop.uploads.acceptance import allowances
from cheeseshop.uploads.admission import Sender


class Outcome(StrEnum):
    """What importing a file did."""

    NEW = "new"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class _AdministratorsWord:
    """Stands for a token: who may run the command needs none."""

    person: Person
    issued_by_administrator: bool = True
    publisher: None = None
    token_id: None = None

    @property
    def actor(self) -> str:
        """What the journal calls who acts."""
        return self.person.username

    def check(self, _project_name: str | None, _project_id: UUID | None, _action: str | None = None) -> None:
        """Every use is allowed."""


def import_file(path: Path, user: User, *, legacy: bool = False) -> Outcome:
    """Import one distribution as ``user``.

    Raises:
        Refusal: with the message an uploader would read.
    """
    store = open_store()
    spooled = _spool(store, path)
    try:
        form = SpooledForm(_fields(spooled, legacy=legacy), spooled)
        holder = person(user.id)
        if holder is None:
            raise Missing(f"There is no user {user.username!r} any more.")
        sender = Sender(_AdministratorsWord(holder), "", "cheeseshop import")  # type: ignore[arg-type]
        accepted = receive(store, current.settings().url, sender, form, legacy=legacy)
    finally:
        spooled.path.unlink(missing_ok=True)
    return Outcome.NEW if accepted.new else Outcome.SAME


def _fields(spooled: SpooledFile, *, legacy: bool) -> dict[str, list[str]]:
    try:
        parsed = parse_filename(spooled.filename)
        with spooled.path.open("rb") as source:
            metadata = inspect_distribution(
                source, spooled.filename, None, legacy=legacy, allowances=allowances()
            ).metadata
    except DistributionRefused as error:
        raise Refusal(str(error)) from error
    return {
        "metadata_version": ["2.1"],
        "name": [metadata.name],
        "version": [str(metadata.version)],
        ":action": ["file_upload"],
        "protocol_version": ["1"],
        "filetype": [parsed.packagetype],
        "pyversion": [parsed.python_tag],
        "sha256_digest": [spooled.sha256],
    }


def _spool(store: Store, path: Path) -> SpooledFile:
    """Copy the file into the store's file system, so that it can be linked in, and hash the copy."""
    handle, name = tempfile.mkstemp(dir=store.spool, prefix="import-")
    with os.fdopen(handle, "wb") as target, path.open("rb") as source:
        _copy(source, target)
    md5, sha256, blake2, size = digests(Path(name))
    return SpooledFile(Path(name), path.name, "application/octet-stream", size, md5, sha256, blake2)


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while block := source.read(1 << 20):
        target.write(block)
