# SPDX-License-Identifier: Apache-2.0
"""Which addresses of the network are called.

What a stranger names, for a webhook or as a picture, must not reach what only this machine can: its own services, the
cloud's metadata, the network behind the firewall. A name is looked up once, what it resolves to is judged, and that
very address is called, so that a name that resolves differently the second time gains nothing.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}")


class NotCalled(Exception):  # noqa: N818 - what happened to the address
    """An address that is not called, with the reason that its owner reads."""


def check_url(url: str) -> tuple[str, int]:
    """Check the form of an address, and return host and port.

    Raises:
        NotCalled: when it is not one that can be called.
    """
    if not url.isprintable() or " " in url:
        raise NotCalled("An address has no spaces or line breaks.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotCalled("This is no address of the form https://host/path.") from error
    host = parts.hostname or ""
    if parts.scheme not in {"https", "http"} or not host:
        raise NotCalled("An address begins with https:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise NotCalled("An address carries no username or password; the signature proves where a message is from.")
    if not (_HOST.fullmatch(host) or ":" in host):
        raise NotCalled(f"{host} is no name of a host.")
    return host, port or (443 if parts.scheme == "https" else 80)


def resolve(url: str, networks: str = "") -> Address:
    """Return the address of the network to call for a URL. Asks DNS.

    ``networks`` names those that may be called though they are not public, by commas or spaces.

    Raises:
        NotCalled: when the name is not known, or may not be called.
    """
    host, port = check_url(url)
    try:
        found = {ip_address(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, ValueError, UnicodeError) as error:
        raise NotCalled(f"The name {host} is not known.") from error
    allowed = [ip_network(text, strict=False) for text in networks.replace(",", " ").split()]
    for address in sorted(found, key=lambda each: (each.version, int(each))):
        real = getattr(address, "ipv4_mapped", None) or address
        inside = any(real in network for network in allowed)
        if inside:
            return address
        if real.is_global and not real.is_multicast:
            if urlsplit(url).scheme != "https":
                raise NotCalled("A public address is called by https only.")
            return address
    raise NotCalled(f"{host} is not a public address; an administrator can allow networks of your own.")
