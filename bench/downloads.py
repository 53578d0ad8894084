# SPDX-License-Identifier: Apache-2.0
"""What counting costs: files downloaded from two indexes of ours, one that counts and one that does not, in turns.

Many files and many clients, so that what is counted in a second is many different things, as it is in real life; the
small files are the worst case, because nothing else of a request is as cheap. The count in another process, once a
minute, goes on meanwhile, as it does by default.
"""

import json
import re
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import psutil

from bench.corpus import MEBI, many_projects, sized
from bench.processes import settle
from bench.rates import Subject, compare
from tests.support.index import Index, live_index

_FILES, _CLIENTS = 200, 37
_ROUNDS = 40  # of two seconds each: more than a minute of each index, and a median that other work hardly moves
_SCRIPT = """
local paths = {paths}
local agents = {agents}
local requests, at = {{}}, 0
init = function()
  for turn = 1, #paths * #agents do
    local headers = {{["User-Agent"] = agents[turn % #agents + 1]}}
    requests[turn] = wrk.format("GET", paths[turn % #paths + 1], headers)
  end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
"""


def measure(folder: Path) -> None:
    """Print the rates of small files and of a file of 1 MiB, counted and not counted; the ratio is what is asked."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: install it (Debian: apt install wrk).")
    wheels = many_projects(folder / "small", _FILES)
    large = sized(folder / "mebi", "mebi", MEBI).parent
    with ExitStack() as stack:
        counting, not_counting = (_ours(stack, folder / word, [wheels, large], word) for word in ("on", "off"))
        names = sorted({path.name.partition("-1.0")[0].replace("_", "-") for path in wheels.iterdir()})
        paths = [_path_of(counting, name) for name in names]
        settle([psutil.Process(index.process.pid) for index in (counting, not_counting)])
        for title, chosen in (("small files", paths), ("a file of 1 MiB", [_path_of(counting, "mebi")])):
            script = folder / f"{len(chosen)}.lua"
            script.write_text(_SCRIPT.format(paths=_lua(chosen), agents=_lua(_agents())))
            compare(
                f"{title}, fetched by {_CLIENTS} kinds of clients",
                [
                    Subject(name, index.url, psutil.Process(index.process.pid), rounds=_ROUNDS, script=script)
                    for name, index in (("counted", counting), ("not counted", not_counting))
                ],
            )
    _check_counted(counting, not_counting)  # their servers have ended, and so let go of what they wrote last


def _ours(stack: ExitStack, folder: Path, sources: list[Path], counting: str) -> Index:
    folder.mkdir()
    index = stack.enter_context(live_index(folder, CHEESESHOP_ACCESS_LOG="no", CHEESESHOP_COUNT_DOWNLOADS=counting))
    for source in sources:
        index.command("import", str(source), "--user", "alice", timeout=300)
    return index


def _path_of(index: Index, project: str) -> str:
    page = httpx.get(f"{index.url}/simple/{project}/", trust_env=False, timeout=60)
    return urlsplit(urljoin(str(page.url), re.findall(r'href="([^"#]+\.whl)', page.text)[0])).path


def _agents() -> list[str]:
    """Return what pip says of itself, for different Pythons."""
    told = {
        "ci": None,
        "cpu": "x86_64",
        "distro": {"id": "bookworm", "libc": {"lib": "glibc", "version": "2.36"}, "name": "Debian GNU/Linux"},
        "implementation": {"name": "CPython"},
        "installer": {"name": "pip", "version": "25.3"},
        "openssl_version": "OpenSSL 3.0.17 1 Jul 2025",
        "setuptools_version": "80.9.0",
        "system": {"name": "Linux", "release": "6.1.0"},
    }
    pythons = [f"3.{11 + number % 4}.{number}" for number in range(_CLIENTS)]
    return [f"pip/25.3 {json.dumps(told | {'python': python}, separators=(',', ':'))}" for python in pythons]


def _lua(texts: list[str]) -> str:
    """Write texts as Lua does: JSON's quoting of plain ASCII is the same."""
    return "{" + ", ".join(json.dumps(text) for text in texts) + "}"


def _check_counted(counting: Index, not_counting: Index) -> None:
    """See to it that one index did count and the other did not: otherwise the ratio would mean nothing."""
    statement = "SELECT coalesce(sum(downloads), 0) FROM downloads"
    totals = []
    for index in (counting, not_counting):
        index.command("stats", "count")
        told = json.loads(index.command("stats", "query", "--json", statement).stdout)
        totals.append(int(told["rows"][0][0]))
    if not totals[0] or totals[1]:
        sys.exit(f"{totals[0]} downloads were counted where they should be, and {totals[1]} where not.")
    print(f"  {totals[0]:,} downloads were counted.")
