# SPDX-License-Identifier: Apache-2.0
"""The documentation is true of the code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from cheeseshop.cli.main import main
from cheeseshop.core.settings import PREFIX, Settings

ROOT = Path(__file__).parents[3]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_settings_page_lists_every_setting_as_the_code_explains_it() -> None:
    rows = [r for r in (ROOT / "docs/reference/settings.md").read_text("utf-8").splitlines() if r.startswith("| `")]
    expected = [f"| `{PREFIX}{f.name.upper()}` | `{f.default}` | {f.metadata['doc']} |" for f in fields(Settings)]
    assert rows == expected


def test_command_page_lists_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"^    ([a-z]+)(?: |$)", capsys.readouterr().out, re.MULTILINE))
    page = (ROOT / "docs/reference/command.md").read_text("utf-8")
    assert set(re.findall(r"^- `cheeseshop ([a-z]+)", page, re.MULTILINE)) == known
