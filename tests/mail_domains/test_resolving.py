# SPDX-License-Identifier: Apache-2.0
"""Whether a domain takes mail, asked of a real name server; and what a registry says, asked of a real one."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cheeseshop.mail_domains import resolving
from cheeseshop.mail_domains.registrations import Rdap
from cheeseshop.mail_domains.resolving import DnsResolver, Found
from tests.support.name_server import NameServer


def test_what_takes_mail(names: NameServer) -> None:
    names.has("by-mx.example", "MX", "10 mail.by-mx.example.")
    names.has("mail.by-mx.example", "A", "192.0.2.1")
    names.has("by-a.example", "A", "192.0.2.1")
    names.has("by-aaaa.example", "AAAA", "2001:db8::1")
    names.has("second.example", "MX", "10 gone.example.", "20 mail.by-mx.example.")
    resolver = DnsResolver(names.address)
    for domain in ("by-mx.example", "BY-A.example", "by-aaaa.example", "second.example"):
        assert resolver.look_up(domain) is Found.GOOD, domain


def test_what_does_not_any_more(names: NameServer) -> None:
    names.has("null.example", "MX", "0 .")
    names.has("text.example", "TXT", '"nothing"')
    names.has("dangling.example", "MX", "10 mail.gone.example.")
    resolver = DnsResolver(names.address)
    for domain in ("gone.example", "null.example", "text.example", "dangling.example"):
        assert resolver.look_up(domain) is Found.LAPSED, domain


def test_what_may_be_temporary_says_nothing(names: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "_SECONDS", 0.3)
    names.broken.add("broken.example")
    names.silent.add("silent.example")
    names.has("half.example", "MX", "10 mail.gone.example.", "20 broken.example.")
    resolver = DnsResolver(names.address)
    for domain in ("broken.example", "silent.example", "half.example", "a..b", "x" * 64 + ".example"):
        assert resolver.look_up(domain) is Found.UNKNOWN, domain
    assert DnsResolver("127.0.0.1:1").look_up("a.example") is Found.UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
    ],
)
def test_name_servers_are_named_with_or_without_port(text: str, expected: tuple[str, int]) -> None:
    assert resolving._host_and_port(text) == expected


class Registry:
    """Answers by path: a status and a body, or the place to go to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, tuple[int, Any]] = {}


@pytest.fixture
def registry() -> Iterator[Registry]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, told = running.answers.get(self.path, (404, {}))
            body = b"" if status == 302 else told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("location", told)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = Registry(f"http://127.0.0.1:{server.server_port}/domain")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield running
        server.shutdown()
        thread.join()


def test_when_a_domain_was_registered(registry: Registry) -> None:
    told = {"events": [{"eventAction": "expiration", "eventDate": "2030-01-01T00:00:00Z"},
                       {"eventAction": "registration", "eventDate": "2001-02-03T04:05:06Z"}]}  # fmt: skip
    registry.answers["/domain/example.org"] = (200, told)
    asked = Rdap(registry.url)
    assert asked.registered_at("example.org") == "2001-02-03T04:05:06Z"
    assert asked.registered_at("mail.example.org") == "2001-02-03T04:05:06Z"  # by its parent
    for path, answer in {
        "none.org": (200, {}),
        "odd.org": (200, {"events": [1, {"eventAction": "registration", "eventDate": 5}]}),
        "text.org": (200, b"<html>"),
        "list.org": (200, []),
        "large.org": (200, b" " * 600_000),
        "failing.org": (503, {}),
    }.items():
        registry.answers[f"/domain/{path}"] = answer
        assert asked.registered_at(path) == "", path
    assert asked.registered_at("unknown.org") == ""
    assert Rdap("http://127.0.0.1:1").registered_at("example.org") == ""


def test_a_registry_leads_to_public_addresses_only(registry: Registry) -> None:
    told = {"events": [{"eventAction": "registration", "eventDate": "2001-02-03T04:05:06Z"}]}
    registry.answers["/domain/other.org"] = (200, told)
    registry.answers["/domain/example.org"] = (302, f"{registry.url}/other.org")
    assert Rdap(registry.url).registered_at("example.org") == ""
