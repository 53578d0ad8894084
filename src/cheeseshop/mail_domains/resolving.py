# SPDX-License-Identifier: Apache-2.0
"""Asking DNS whether a domain takes mail. Only a clear no counts: whatever may be temporary says nothing.

RFC 5321, section 5.1 says where mail goes: to the exchanges (MX), or where there are none, to the domain's own
address. RFC 7505 is the record of a domain that takes none.
"""

from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dns.resolver import Answer

_SECONDS = 5.0
_MOST_EXCHANGES = 5
_PORT = 53


class Found(Enum):
    """What a look-up found."""

    GOOD = auto()
    LAPSED = auto()
    UNKNOWN = auto()


class Resolver(Protocol):
    """Whoever can tell whether a domain takes mail."""

    def look_up(self, domain: str) -> Found:
        """Tell how it is with a domain. Never fails."""
        ...


class DnsResolver:
    """Asks the machine's name servers, or those that are named: ``address`` or ``address:port``, by spaces."""

    def __init__(self, servers: str = "") -> None:
        from dns.nameserver import Do53Nameserver  # noqa: PLC0415 - takes long to load, which every start would pay
        from dns.resolver import Resolver as Stub  # noqa: PLC0415 - as above

        named = servers.split()
        self._stub = Stub(configure=not named)
        if named:
            self._stub.nameservers = [Do53Nameserver(*_host_and_port(each)) for each in named]
        self._stub.lifetime = _SECONDS
        self._stub.timeout = _SECONDS / 2

    def look_up(self, domain: str) -> Found:
        """Tell how it is with a domain."""
        from dns.exception import DNSException  # noqa: PLC0415 - as above

        try:
            return self._takes_mail(domain)
        except (DNSException, OSError, ValueError):  # time-outs, servers that fail, names that are none
            return Found.UNKNOWN

    def _takes_mail(self, domain: str) -> Found:
        from dns.resolver import NXDOMAIN  # noqa: PLC0415 - as above

        try:
            answer = self._ask(domain, "MX")
            if answer is None:
                return self._has_address(domain)
            exchanges = [str(record.exchange) for record in sorted(answer, key=lambda each: each.preference)]
            if exchanges == ["."]:
                return Found.LAPSED
        except NXDOMAIN:
            return Found.LAPSED
        return self._any_exchange(exchanges[:_MOST_EXCHANGES])

    def _any_exchange(self, exchanges: list[str]) -> Found:
        """Exchanges that are gone may be registered by others as well as the domain itself."""
        found = Found.LAPSED
        for exchange in exchanges:
            each = self._exchange(exchange)
            if each is Found.GOOD:
                return each
            if each is Found.UNKNOWN:
                found = each
        return found

    def _exchange(self, exchange: str) -> Found:
        from dns.exception import DNSException  # noqa: PLC0415 - as above
        from dns.resolver import NXDOMAIN  # noqa: PLC0415 - as above

        try:
            return self._has_address(exchange)
        except NXDOMAIN:
            return Found.LAPSED
        except (DNSException, OSError, ValueError):
            return Found.UNKNOWN

    def _has_address(self, name: str) -> Found:
        has = self._ask(name, "A") is not None or self._ask(name, "AAAA") is not None
        return Found.GOOD if has else Found.LAPSED

    def _ask(self, name: str, kind: str) -> "Answer | None":
        """Return the records of a kind, or None where the name has none.

        Raises:
            NXDOMAIN: when there is no such name.
            DNSException: when that can't be found out.
        """
        from dns.resolver import NoAnswer  # noqa: PLC0415 - as above

        try:
            return self._stub.resolve(name.rstrip(".") + ".", kind, search=False)
        except NoAnswer:
            return None


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if (host and ":" not in host.strip("[]")) or host.startswith("["):
        return host.strip("[]"), int(port)
    return text, _PORT
