# SPDX-License-Identifier: Apache-2.0
"""The log of a server in front of the index: each line once."""

from pathlib import Path

import pytest

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.stats.flows.ingest import ingest_log
from cheeseshop.stats.models import Kind, ReadLog
from cheeseshop.stats.queries import downloads_by, downloads_of
from cheeseshop.storage import Store
from tests.support.downloads import PIP, UV, count, key_of

pytestmark = pytest.mark.django_db
WHEEL = "demo-1.0-py3-none-any.whl"


def line(request: str, agent: str = "-", status: int = 200) -> str:
    return f'203.0.113.9 - - [{now():%d/%b/%Y:%H:%M:%S} +0000] "{request}" {status} 99 "-" "{agent}"\n'


def fetched(agent: str) -> str:
    return line(f"GET /packages/{key_of(WHEEL)} HTTP/1.1", agent)


def total() -> int:
    return downloads_of(Project.objects.get(normalized_name="demo"))


def test_each_line_is_counted_once(shop: Store, alice: User, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(fetched(PIP.replace('"', "\\x22")) + fetched(UV.replace('"', '\\"')) + fetched("pip")[:-9])
    assert ingest_log(shop, log).downloads == 2
    assert ingest_log(shop, log).lines == 0
    log.write_text(log.read_text() + fetched("pip")[-9:] + fetched("pip"))
    renamed = log.rename(tmp_path / "access.log.1")
    assert ingest_log(shop, renamed).downloads == 2
    log.write_text(fetched("curl/8.5"))  # a new file under the old name
    assert ingest_log(shop, log).downloads == 1
    count(shop)
    assert total() == 5
    demo = Project.objects.get(normalized_name="demo")
    found = dict(downloads_by(demo.pk, Kind.INSTALLER, 30))
    assert (found["pip"], found["uv"], found["Browser"]) == (1, 1, 1)


def test_what_is_no_download_is_passed_over(shop: Store, alice: User, tmp_path: Path) -> None:
    path = f"/packages/{key_of(WHEEL)}"
    log = tmp_path / "access.log"
    wrong = [
        line(f"HEAD {path} HTTP/1.1"), line(f"GET {path} HTTP/1.1", status=404),
        line(f"GET {path} HTTP/1.1", status=206),
        line(f"GET {path}.metadata HTTP/1.1"), line("GET /simple/demo/ HTTP/1.1"), line("GET http://[/x HTTP/1.1"),
        "\n", "x" * 200_000 + "\n", fetched("pip").replace("+0000", "+9999999"), '"\\' * 9000 + "\n",
    ]  # fmt: skip
    log.write_text("".join(wrong))
    assert ingest_log(shop, log).downloads == 0
    count(shop)
    assert total() == 0


@pytest.mark.parametrize("recorded", [False, True])
def test_a_death_in_between_counts_once(
    shop: Store, alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, recorded: bool
) -> None:
    log = tmp_path / "access.log"
    log.write_text(fetched(PIP))
    create = ReadLog.objects.create

    def dies(**values: object) -> None:
        if recorded:
            create(**values)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ReadLog.objects, "create", dies)
        with pytest.raises(KeyboardInterrupt):
            ingest_log(shop, log)
    ingest_log(shop, log)
    count(shop)
    assert total() == 1
