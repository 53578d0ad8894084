# SPDX-License-Identifier: Apache-2.0
"""A server that speaks OpenSearch's protocol: osmem, written by others, which needs no Java and keeps nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from osmem_server import OsmemServer


@contextmanager
def open_search() -> Iterator[str]:
    """Run a server until the block ends, and give its address."""
    server = OsmemServer.start(japanese=False)
    try:
        yield f"{server.url}/projects"
    finally:
        server.close()
