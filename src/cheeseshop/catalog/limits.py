# SPDX-License-Identifier: Apache-2.0
"""What is said of files and projects that would be larger than their limit: the size, the limit, where to ask."""

from packaging.utils import canonicalize_name

from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.core.sizes import GIB, MIB, in_unit

LARGEST_FILE = GIB  # the most that anybody gets for one file
LARGEST_PROJECT = 1024 * GIB


def file_too_large(name: str, limit: int, size: int) -> Refusal:
    """Return the refusal of a file of ``size`` bytes."""
    has = f"this file has {in_unit(size, MIB)} MB"
    return Refusal(f"File too large. Limit for project {name!r} is {in_unit(limit, MIB)} MB; {has}. {_where(name)}")


def project_too_large(name: str, limit: int, total: int, size: int) -> Refusal:
    """Return the refusal of a file of ``size`` bytes, for which a project that has ``total`` has no room."""
    has = f"it has {in_unit(total, GIB)} GB, and this file {in_unit(size, MIB)} MB"
    told = f"Limit for project {name!r} total size is {in_unit(limit, GIB)} GB; {has}"
    return Refusal(f"Project size too large. {told}. {_where(name)}")


def _where(name: str) -> str:
    site = current.settings().url
    asked = f"An owner can ask for more: {site}/manage/project/{canonicalize_name(name)}/settings/limits/"
    return f"{asked} See {site}/help/#size-limits for more information."
