# SPDX-License-Identifier: Apache-2.0
"""A line of the access log has six words, whatever a client asks for."""

import asyncio

import pytest

from cheeseshop.edge.access_log import AccessLog


@pytest.mark.parametrize("path", ["/simple/x/", "/a b/", "/a\nGET /forged/ 200 1 0.1 ::1", "/\u202e/", "/ä/", '/"/'])
def test_a_line_has_six_words(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    async def add() -> None:
        log = AccessLog()
        log.add({"method": "GET", "path": path, "client": ("127.0.0.1", 1)}, 200, 5, 0.0)
        log.flush()

    asyncio.run(add())
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    words = lines[0].split(" ")
    assert (len(words), words[0], words[2], words[5]) == (6, "GET", "200", "127.0.0.1")
