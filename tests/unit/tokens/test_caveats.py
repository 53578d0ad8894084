# SPDX-License-Identifier: Apache-2.0
"""Which caveats hold when."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from cheeseshop.tokens.caveats import Use, first_unmet

USER = UUID("0191f2a0-0000-7000-8000-000000000000")
PROJECT = UUID("0191f2a0-0000-7000-8000-000000000001")
AT = datetime.fromtimestamp(1000, UTC)
ON_PROJECT = Use(USER, AT, "a", PROJECT)
ON_NEW_PROJECT = Use(USER, AT, "a", None)
ANYWHERE = Use(USER, AT)


@pytest.mark.parametrize(
    ("caveat", "use", "holds"),
    [
        (b"[0,1001,0]", ANYWHERE, True),
        (b"[0,1000,0]", ANYWHERE, False),
        (b"[0,2000,1001]", ANYWHERE, False),
        (b'[1,["a","b"]]', ON_PROJECT, True),
        (b'[1,["b"]]', ON_PROJECT, False),
        (b'[1,["b"]]', ANYWHERE, True),
        (f'[2,["{PROJECT}"]]'.encode(), ON_PROJECT, True),
        (f'[2,["{USER}"]]'.encode(), ON_PROJECT, False),
        (f'[2,["{PROJECT}"]]'.encode(), ON_NEW_PROJECT, False),
        (f'[3,"{USER}"]'.encode(), ANYWHERE, True),
        (f'[3,"{PROJECT}"]'.encode(), ANYWHERE, False),
        (b'[3,"not a uuid"]', ANYWHERE, False),
        (b'{"version":1,"permissions":"user"}', ON_PROJECT, True),
        (b'{"version":1,"permissions":{"projects":["a"]}}', ON_PROJECT, True),
        (b'{"version":1,"permissions":{"projects":["b"]}}', ON_PROJECT, False),
        (b'{"nbf":0,"exp":1001}', ANYWHERE, True),
        (b'{"nbf":0,"exp":1000}', ANYWHERE, False),
        (f'{{"project_ids":["{PROJECT}"]}}'.encode(), ON_PROJECT, True),
        (b'{"version":1,"permissions":"user","more":1}', ON_PROJECT, False),
        (b"[9]", ANYWHERE, False),
        (b"[]", ANYWHERE, False),
        (b"7", ANYWHERE, False),
        (b"not json", ANYWHERE, False),
        (b"\xff", ANYWHERE, False),
        (b"[" * 100_000, ANYWHERE, False),
    ],
)
def test_caveat(caveat: bytes, use: Use, holds: bool) -> None:
    assert (first_unmet([caveat], use) is None) is holds
