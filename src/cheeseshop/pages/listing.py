# SPDX-License-Identifier: Apache-2.0
"""The list of all projects: name-ordered chunks on disk, joined into files that the edge streams."""

import os
import shutil
from bisect import bisect_right
from pathlib import Path

import orjson

from cheeseshop.catalog.models import Project
from cheeseshop.core.facts import Visibility
from cheeseshop.edge_contract.assembly import COMMA, PAGE_FORMAT
from cheeseshop.edge_contract.container import Container, Piece, join_gzip, join_raw, pack
from cheeseshop.journal.models import SerialCounter
from cheeseshop.pages import rendering
from cheeseshop.storage import Store, replace_file

CHUNK_PROJECTS = 200


def emit_list(store: Store, site: str, dirty: set[str] | None) -> int:
    """Render the chunks that hold ``dirty`` names again (None: all), write the list, and return its serial.

    Call it from the elected publisher only.
    """
    folder = store.pages / "_list"
    folder.mkdir(parents=True, exist_ok=True)
    counter = SerialCounter.objects.get()
    old = None if dirty is None else _index(folder, site)
    index = _rebuild(folder, None if old is None else old, dirty or set(), f"{counter.epoch}.{counter.serial}")
    _join(folder, index, counter.serial, site, f"v.{counter.epoch}.{counter.serial}.{os.urandom(3).hex()}")
    return counter.serial


def _index(folder: Path, site: str) -> list[list[str]] | None:
    try:
        state = orjson.loads((folder / "index").read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    fits = state["format"] == PAGE_FORMAT and state["site"] == site
    return state["chunks"] if fits else None


def _rebuild(folder: Path, old: list[list[str]] | None, dirty: set[str], stamp: str) -> list[list[str]]:
    if old is None:
        return _render(folder, "", None, f"{stamp}.{os.urandom(3).hex()}")
    lows = [low for low, _ in old]
    touched = {max(0, bisect_right(lows, name) - 1) for name in dirty} if old else set()
    if dirty and not old:
        return _render(folder, "", None, stamp)
    index: list[list[str]] = []
    for number, (low, name) in enumerate(old):
        if number in touched:
            high = lows[number + 1] if number + 1 < len(lows) else None
            index += _render(folder, low, high, f"{stamp}.{number}.{os.urandom(3).hex()}")
        else:
            index.append([low, name])
    return index


def _render(folder: Path, low: str, high: str | None, stamp: str) -> list[list[str]]:
    query = Project.objects.filter(
        normalized_name__gte=low, quarantined_at=None, visibility=Visibility.PUBLIC.value
    ).order_by("normalized_name")
    if high is not None:
        query = query.filter(normalized_name__lt=high)
    # Ordered again here: a PostgreSQL collation may not order as bytes do.
    found = sorted(query.values_list("normalized_name", "name", "last_serial"))
    index = []
    for start in range(0, max(1, len(found)), CHUNK_PROJECTS):
        group = found[start : start + CHUNK_PROJECTS]
        name = f"chunk.{stamp}.{start}"
        replace_file(folder / name, pack({"format": PAGE_FORMAT}, rendering.list_pieces(group)))
        index.append([low if start == 0 else group[0][0], name])
    return index


def _join(folder: Path, index: list[list[str]], serial: int, site: str, directory: str) -> None:
    chunks = [Container((folder / name).read_bytes()) for _, name in index]
    frame = rendering.list_frame(serial)
    target = folder / directory
    target.mkdir()
    for form in ("html", "json"):
        pieces = [frame[f"{form}_head"], *_between(chunks, form), frame[f"{form}_tail"]]
        (target / f"list.{form}").write_bytes(join_raw(pieces))
        (target / f"list.{form}.gz").write_bytes(join_gzip(pieces))
    state = {"format": PAGE_FORMAT, "site": site, "chunks": index}
    replace_file(folder / "index", orjson.dumps(state))
    previous = _current(folder)
    replace_file(folder / "current", orjson.dumps({"serial": serial, "dir": directory}))
    _sweep(folder, {name for _, name in index}, {directory, previous})


def _between(chunks: list[Container], form: str) -> list[Piece]:
    pieces: list[Piece] = []
    for chunk in chunks:
        piece = chunk.piece(form)
        if piece.raw:
            if pieces and form == "json":
                pieces.append(COMMA)
            pieces.append(piece)
    return pieces


def _current(folder: Path) -> str:
    try:
        return str(orjson.loads((folder / "current").read_bytes())["dir"])
    except (FileNotFoundError, orjson.JSONDecodeError):
        return ""


def _sweep(folder: Path, chunks: set[str], directories: set[str]) -> None:
    """Remove chunks and lists that are named no more; the list before this one stays for readers under way."""
    for path in folder.iterdir():
        if path.name.startswith("chunk.") and path.name not in chunks:
            path.unlink(missing_ok=True)
        elif path.name.startswith("v.") and path.name not in directories:
            shutil.rmtree(path, ignore_errors=True)
