# SPDX-License-Identifier: Apache-2.0
"""The token format, held against two other implementations of it."""

import pymacaroons
import pypitoken
import pytest

from cheeseshop.tokens import macaroons

KEY = b"k" * 32
IDENTIFIER = "0191f2a0-0000-7000-8000-000000000000"


def mint(*caveats: bytes) -> str:
    return macaroons.mint("packages.example.org", IDENTIFIER, KEY, caveats)


def test_our_token_is_read_and_verified_by_pymacaroons() -> None:
    theirs = pymacaroons.Macaroon.deserialize(mint(b'[3,"x"]').removeprefix("pypi-"))
    assert (theirs.location, theirs.identifier) == ("packages.example.org", IDENTIFIER.encode())
    verifier = pymacaroons.Verifier()
    verifier.satisfy_exact('[3,"x"]')
    assert verifier.verify(theirs, KEY)


def test_a_token_narrowed_offline_by_pymacaroons_verifies() -> None:
    theirs = pymacaroons.Macaroon.deserialize(mint().removeprefix("pypi-"))
    narrowed = theirs.add_first_party_caveat('[1,["a"]]')
    ours = macaroons.parse("pypi-" + narrowed.serialize())
    assert ours.caveats == (b'[1,["a"]]',)
    assert macaroons.verifies(ours, KEY)
    assert not macaroons.verifies(ours, b"x" * 32)


def test_a_token_narrowed_offline_by_pypitoken_verifies() -> None:
    token = pypitoken.Token.load(mint())
    token.restrict(project_names=["a"])
    ours = macaroons.parse(token.dump())
    assert macaroons.verifies(ours, KEY)
    assert len(ours.caveats) == 1


def test_removing_a_caveat_breaks_the_signature() -> None:
    narrowed = macaroons.parse(mint(b"[1]"))
    widened = macaroons.Macaroon(narrowed.location, narrowed.identifier, (), narrowed.signature)
    assert not macaroons.verifies(widened, KEY)


def test_padding_is_stripped_on_output_and_accepted_on_input() -> None:
    text = mint(b"[1,2]")
    assert not text.endswith("=")
    assert macaroons.parse(text + "=" * (-len(text.removeprefix("pypi-")) % 4)) == macaroons.parse(text)


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\r\n"])
def test_a_pasted_space_is_named(space: str) -> None:
    with pytest.raises(macaroons.BadMacaroon, match="spaces or line breaks"):
        macaroons.parse(mint() + space)


def test_third_party_caveats_are_refused() -> None:
    theirs = pymacaroons.Macaroon.deserialize(mint().removeprefix("pypi-"))
    foreign = theirs.add_third_party_caveat("https://elsewhere.example", "secret" * 6, "who")
    with pytest.raises(macaroons.BadMacaroon, match="third-party"):
        macaroons.parse("pypi-" + foreign.serialize())


@pytest.mark.parametrize("text", ["", "pypi-", "pypi-!!!", "pypi-AAAA", "nope", "pypi-" + "A" * 20000, "pypi-é"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(macaroons.BadMacaroon):
        macaroons.parse(text)


def test_every_truncation_is_refused() -> None:
    text = mint(b"[1,2,3]")
    for length in range(len(text) - 4):
        with pytest.raises(macaroons.BadMacaroon):
            macaroons.parse(text[:length])
