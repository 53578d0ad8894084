# SPDX-License-Identifier: Apache-2.0
"""Which paths a member of an archive may have, so that unpacking it can write nowhere else."""

import itertools
import re
from collections.abc import Iterable

from cheeseshop.distributions.limits import MAX_MEMBER_NAME

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DRIVE = re.compile(r"[A-Za-z]:")
_MAX_COMPONENT = 255


def name_problem(name: str) -> str | None:
    """Return why a member may not be called `name`, which ends in "/" for a directory; None where it may."""
    if not name:
        return "a member has an empty name"
    if len(name) > MAX_MEMBER_NAME:
        return f"a member has a name of more than {MAX_MEMBER_NAME} characters"
    if _CONTROL_CHARACTER.search(name):
        return f"invalid character in filename {name!r}"
    if "\\" in name:
        return f"filename {name!r} has a backslash"
    if name[0] == "/" or _DRIVE.match(name):
        return f"filename {name!r} is absolute"
    return _component_problem(name)


def file_used_as_directory(files: Iterable[str], others: Iterable[str] = ()) -> str | None:
    """Return a path among `files` that is a directory too, or below which another member lies; None if there is none.

    `others` are directories. With the separator sorted before every other character, what lies below a path follows
    right after it, so that no set of all parents is needed, which for deep paths would be huge.
    """
    marked = sorted(
        [(name.replace("/", "\0"), True) for name in files]
        + [(n.rstrip("/").replace("/", "\0"), False) for n in others]
    )
    for (name, is_file), (following, _) in itertools.pairwise(marked):
        # Of equal names, the directory sorts first.
        if following == name or (is_file and following.startswith(f"{name}\0")):
            return name.replace("\0", "/")
    return None


def _component_problem(name: str) -> str | None:
    components = name.removesuffix("/").split("/")
    if ".." in components:
        return f"filename {name!r} leaves its directory"
    if "" in components or "." in components:
        return f"filename {name!r} is not normalised"
    if len(name) * 4 > _MAX_COMPONENT and any(
        len(part.encode("utf-8", "replace")) > _MAX_COMPONENT for part in components
    ):
        return f"a filename has a part of more than {_MAX_COMPONENT} bytes"
    return None
