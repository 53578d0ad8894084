# SPDX-License-Identifier: Apache-2.0
"""Settings: where they come from and what is refused."""

from pathlib import Path

import pytest

from cheeseshop.core.settings import Settings, SettingsError, load_settings

NOWHERE = Path("/nonexistent/cheeseshop.toml")


def test_defaults_need_nothing() -> None:
    assert load_settings({}, NOWHERE) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = tmp_path / "cheeseshop.toml"
    config.write_text('site_name = "Ours"\nthreads = 4\n')
    found = load_settings({"CHEESESHOP_THREADS": "8", "HOME": "/x"}, config)
    assert (found.site_name, found.threads) == ("Ours", 8)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"CHEESESHOP_DATABASE": "x"}, "Did you mean CHEESESHOP_DATABASE_URL"),
        ({"CHEESESHOP_ACCESS_LOG": "maybe"}, "must be yes or no"),
        ({"CHEESESHOP_THREADS": "many"}, "whole number"),
        ({"CHEESESHOP_THREADS": "-1"}, "whole number"),
        ({"CHEESESHOP_URL": "packages.example.org"}, "must be an address"),
        ({"CHEESESHOP_URL": "https://pypi"}, "confused"),
        ({"CHEESESHOP_URL": "https://x.example", "CHEESESHOP_DEBUG": "yes"}, "unsafe"),
        ({"CHEESESHOP_DATABASE_URL": "mysql://x"}, "postgresql://"),
        ({"CHEESESHOP_CLICKHOUSE": "clickhouse://x:9000"}, "must be an address"),
        ({"CHEESESHOP_OPENSEARCH": "http://x/a/b"}, "must be an address"),
        ({"CHEESESHOP_CLICKHOUSE": "http://x/a;b"}, "must be an address"),
    ],
)
def test_what_is_wrong_is_said(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environ, NOWHERE)


def test_a_trailing_slash_of_the_address_is_dropped() -> None:
    assert load_settings({"CHEESESHOP_URL": "https://x.example/"}, NOWHERE).url == "https://x.example"
