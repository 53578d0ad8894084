# SPDX-License-Identifier: Apache-2.0
"""Members as folders: what lies directly in one."""

from collections.abc import Iterable
from dataclasses import dataclass

from cheeseshop.inside.archives import Member


@dataclass(slots=True)
class Folder:
    """A folder in a folder, with how many files it holds and how large they are, in bytes."""

    name: str
    path: str
    count: int = 0
    size: int = 0


def children(members: Iterable[Member], path: str) -> tuple[list[Folder], list[tuple[str, Member]]]:
    """Return the folders directly in ``path`` (empty, or with a slash at its end), and the files with their names."""
    folders: dict[str, Folder] = {}
    files: list[tuple[str, Member]] = []
    for member in members:
        if not member.path.startswith(path):
            continue
        name, slash, _ = member.path[len(path) :].partition("/")
        if not slash:
            files.append((name, member))
            continue
        folder = folders.setdefault(name, Folder(name, f"{path}{name}/"))
        folder.count += 1
        folder.size += member.size
    return sorted(folders.values(), key=lambda each: each.name), sorted(files, key=lambda each: each[0])


def crumbs(path: str) -> list[tuple[str, str]]:
    """Return name and path of each folder above ``path``, from the outermost."""
    parts = path.rstrip("/").split("/")[:-1] if path else []
    return [(part, "/".join(parts[: n + 1]) + "/") for n, part in enumerate(parts)]
