# SPDX-License-Identifier: Apache-2.0
"""Which addresses are called: none that a stranger should not reach through us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.outbound.addresses import NotCalled, check_url, resolve


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.0.0.1/", "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/", "https://[fe80::1]/", "https://[fc00::1]/", "https://0.0.0.0/",
        "https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://127.1/", "https://0x7f000001/",
        "https://224.0.0.1/", "https://100.64.0.1/", "https://[::]/", "https://255.255.255.255/",
        "https://[::ffff:169.254.169.254]/", "https://no-such-name.invalid/",
    ],
)  # fmt: skip
def test_what_is_not_public_is_not_called(url: str) -> None:
    with pytest.raises(NotCalled):
        resolve(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "ftp://example.org/", "//example.org/", "https://", "https:///path", "https://user:secret@example.org/",
        "https://example.org:99999/", "https://exa mple.org/", "javascript:alert(1)", "file:///etc/passwd",
        "https://example.org\\@localhost/", "https://ex\u00e4mple.org/", "https://[::1", "https://a\r\nb/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(NotCalled):
        check_url(url)


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"https://{text}"):
        try:
            host, port = check_url(url)
        except NotCalled:
            continue
        assert host
        assert 0 <= port <= 65535


def test_public_addresses_are_called_by_tls_only() -> None:
    assert str(resolve("https://1.1.1.1/hook")) == "1.1.1.1"
    with pytest.raises(NotCalled, match="https only"):
        resolve("http://1.1.1.1/hook")


def test_an_administrator_allows_networks() -> None:
    allowed = "10.0.0.0/8, 127.0.0.1/32"
    assert str(resolve("http://10.1.2.3/hook", allowed)) == "10.1.2.3"
    assert str(resolve("http://127.0.0.1:8080/hook", allowed)) == "127.0.0.1"
    with pytest.raises(NotCalled):
        resolve("http://127.0.0.2/hook", allowed)
