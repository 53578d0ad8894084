# SPDX-License-Identifier: Apache-2.0
"""Limits of a project's own, set by an administrator."""

from uuid import UUID

from django.db import transaction

from cheeseshop.catalog.flows.changing import Changed, change, locked
from cheeseshop.catalog.limits import LARGEST_FILE, LARGEST_PROJECT
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.core.sizes import in_words
from cheeseshop.journal import flows as journal


def set_limits(
    project: UUID, file_size: int | None, total_size: int | None, *, actor: str, reason: str = ""
) -> Changed:
    """Set what a project's files, and all of them together, may have at most, in bytes. None leaves a limit as it is.

    A limit of the instance's own size takes the project's own away.

    Raises:
        Refusal: for less than the instance gives everybody, or more than anybody gets.
        Missing: when the project is gone.
    """
    settings = current.settings()
    own_file = checked_limit("A file's limit", file_size, settings.max_file_size, LARGEST_FILE)
    own_total = checked_limit("A project's limit", total_size, settings.max_project_size, LARGEST_PROJECT)
    with transaction.atomic():
        owner = locked(project)
        said = []
        if file_size is not None:
            owner.max_file_size = own_file
            said.append(f"{in_words(file_size)} a file")
        if total_size is not None:
            owner.max_total_size = own_total
            said.append(f"{in_words(total_size)} in all")
        if not said:
            raise Refusal("Say which limit to set: of a file, of all files together, or both.")
        owner.save(update_fields=["max_file_size", "max_total_size"])
        action = f"set limits {', '.join(said)}" + (f": {reason}" if reason else "")
        journal.commit([change(owner, action[:600], actor)], [journal.Dirty(owner.normalized_name)])
    return Changed(owner.normalized_name)


def checked_limit(what: str, size: int | None, least: int, most: int) -> int | None:
    """Return the limit to keep, in bytes; None where it is the instance's own.

    Raises:
        Refusal: for less than ``least``, which everybody has, or more than ``most``.
    """
    most = max(least, most)
    if size is not None and not least <= size <= most:
        raise Refusal(f"{what} is from {in_words(least)} to {in_words(most)} here, not {in_words(size)}.")
    return None if size == least else size
