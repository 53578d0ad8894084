# SPDX-License-Identifier: Apache-2.0
"""Clients of servers that the administrator set up beside the index, mostly at private addresses.

So the guard on addresses which strangers name has no place here. Importing this loads an HTTP client.
"""

import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx


def host_of(address: str) -> str:
    """Return what a server is called, without the password that its address may hold."""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else f"{parts.hostname}"
    return f"{host}:{parts.port}" if parts.port else host


def client_of(address: str, **options: Any) -> httpx.Client:  # noqa: ANN401 - what httpx takes
    """Return a client for the server at an address, whose path and password are left to the caller.

    The machine's own trust decides, so that a private authority may vouch for it. Connections are kept.
    """
    return httpx.Client(
        base_url=f"{urlsplit(address).scheme}://{host_of(address)}",
        verify=ssl.create_default_context(),
        trust_env=False,
        **options,
    )
