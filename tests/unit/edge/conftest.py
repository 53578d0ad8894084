# SPDX-License-Identifier: Apache-2.0
"""A site for each test, and the edge over it."""

from pathlib import Path

import pytest

from cheeseshop.edge import Edge, EdgePaths
from tests.support.edge_site import lay_out, make_edge


@pytest.fixture
def paths(tmp_path: Path) -> EdgePaths:
    return lay_out(tmp_path)


@pytest.fixture
def edge(paths: EdgePaths) -> Edge:
    return make_edge(paths)
