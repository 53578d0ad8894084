# SPDX-License-Identifier: Apache-2.0
"""Verify the attestations that come with an upload (PEP 740), before anything of it is stored.

Signatures, certificates and log entries are checked by ``pypi-attestations`` and ``sigstore``; what a statement must
say, and of which file, is checked here. Everything works on bounded bytes in memory, and nothing is fetched.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from cheeseshop.attestations import trust
from cheeseshop.attestations.errors import InvalidAttestations
from cheeseshop.attestations.reading import Statement, read
from cheeseshop.attestations.signers import rule_for, signer_of, spelled_as_signed
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal, TryAgain
from cheeseshop.core.facts import PublisherIdentity
from cheeseshop.edge_contract.protocols import MOST_ATTESTATION_BYTES

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pypi_attestations import Attestation

log = logging.getLogger(__name__)

PUBLISH = "https://docs.pypi.org/attestations/publish/v1"
SLSA = "https://slsa.dev/provenance/v1"
_MOST = 2
_IN_TOTO = "https://in-toto.io/Statement/v1"
_PAYLOAD = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Subject:
    """The file that attestations must be about."""

    filename: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Attested:
    """Attestations that hold: the provenance object as it is stored and served, who signed, and what it says."""

    provenance: bytes
    signer: dict[str, str]
    statements: tuple[Statement, ...]

    @property
    def sha256(self) -> str:
        """The digest of the provenance object."""
        return hashlib.sha256(self.provenance).hexdigest()


def examine(values: Sequence[str], publisher: PublisherIdentity | None, subject: Subject) -> Attested | None:
    """Verify the values of an upload's field ``attestations``; None where there are none, or they are not looked at.

    Raises:
        InvalidAttestations: naming what is wrong.
        TryAgain: when the instance's own trust root can't be read.
    """
    given = [value for value in values if value]
    if not given or not current.settings().allow_attestations:
        return None
    if len(given) > 1:
        raise InvalidAttestations("The field may be given once, with all of them in one JSON list.")
    if publisher is None:
        raise InvalidAttestations("They are accepted from trusted publishers only; upload without them.")
    if len(given[0].encode()) > MOST_ATTESTATION_BYTES:
        raise InvalidAttestations(f"They may have {MOST_ATTESTATION_BYTES // 1024} KiB together.")
    try:
        return _examine(given[0], signer_of(publisher), subject)
    except Refusal:
        raise
    except trust.BrokenTrustRoot as error:
        log.exception("attestations can't be verified")
        raise TryAgain("The index can't verify attestations at the moment; its administrator must look.") from error
    except Exception as error:
        # Hostile certificates and log entries make the libraries raise far more kinds than they name.
        raise InvalidAttestations(_why(error)) from error


def _examine(text: str, signer: dict[str, str], subject: Subject) -> Attested:
    attestations = _parsed(text)
    statements: list[Statement] = []
    signer = spelled_as_signed(signer, attestations[0].certificate_claims)
    for attestation in attestations:
        claims = attestation.certificate_claims
        payload = _verified(attestation, signer, claims)
        statement = _statement(payload)
        check_statement(statement, subject)
        if statement["predicateType"] in {each.predicate_type for each in statements}:
            raise InvalidAttestations(f"There are two of type {statement['predicateType']}; send one of each type.")
        statements.append(read(attestation, statement, in_public_log=trust.is_public()))
    bundle = {"publisher": signer, "attestations": [each.model_dump(mode="json") for each in attestations]}
    return Attested(orjson.dumps({"version": 1, "attestation_bundles": [bundle]}), signer, tuple(statements))


@lru_cache(maxsize=1)
def _reader() -> "TypeAdapter[list[Attestation]]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - takes a second, and only attestations need it
    from pypi_attestations import Attestation  # noqa: PLC0415 - as above

    return TypeAdapter(list[Attestation])


def _parsed(text: str) -> "list[Attestation]":
    from pydantic import ValidationError  # noqa: PLC0415 - as above

    try:
        found = _reader().validate_json(text)
    except ValidationError as error:
        raise InvalidAttestations(f"The field is not a list of attestation objects: {_why(error)}") from error
    if not found:
        raise InvalidAttestations("The list is empty; leave the field out instead.")
    if len(found) > _MOST:
        raise InvalidAttestations(f"There are {len(found)}, and a file may have {_MOST} at most.")
    if any(len(each.verification_material.transparency_entries) != 1 for each in found):
        raise InvalidAttestations("Each must have one entry of a transparency log: clients verify the first alone.")
    return found


def _verified(attestation: "Attestation", signer: Mapping[str, str], claims: Mapping[str, str]) -> bytes:
    """Return the statement's bytes, once certificate, signature, log entry and signer have been verified."""
    from sigstore.errors import Error  # noqa: PLC0415 - as above

    verifier = trust.verifier()
    try:
        kind, payload = verifier.verify_dsse(attestation.to_bundle(), rule_for(signer, claims))
    except Error as error:
        raise InvalidAttestations(f"Verification failed: {_why(error)}") from error
    if kind != _PAYLOAD:
        raise InvalidAttestations("The signed payload is no in-toto statement.")
    return payload


def _statement(payload: bytes) -> dict[str, Any]:
    try:
        statement = json.loads(payload, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise InvalidAttestations(f"The statement is not valid JSON: {_why(error)}") from error
    if not isinstance(statement, dict):
        raise InvalidAttestations("The statement is no JSON object.")
    return statement


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what two readers would understand differently."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key is there twice")
    return made


def check_statement(statement: Mapping[str, Any], subject: Subject) -> None:
    """Check what a statement says, and of which file.

    Raises:
        InvalidAttestations: naming what is wrong.
    """
    if statement.get("_type") != _IN_TOTO:
        raise InvalidAttestations(f"The statement's _type must be {_IN_TOTO}.")
    _check_subject(statement.get("subject"), subject)
    kind = statement.get("predicateType")
    if kind not in (PUBLISH, SLSA):  # a list and not a set: it may be anything
        raise InvalidAttestations(f"The predicate type {kind!r} is not known; known are {PUBLISH} and {SLSA}.")
    if kind == PUBLISH and statement.get("predicate"):
        raise InvalidAttestations("A publish attestation has no predicate.")


def _check_subject(found: object, subject: Subject) -> None:
    from pypi_attestations import Distribution  # noqa: PLC0415 - as above

    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
        raise InvalidAttestations("The statement must have exactly one subject.")
    name, digest = found[0].get("name"), found[0].get("digest")
    if not isinstance(name, str) or not _same_distribution(name, subject.filename):
        raise InvalidAttestations(f"They are about {name!r}, and not about {subject.filename!r}.")
    sha256 = digest.get("sha256") if isinstance(digest, dict) else None
    if sha256 != subject.sha256:
        raise InvalidAttestations(
            f"They are about a file with sha256 {sha256!r}; that of this file is {subject.sha256}."
        )
    Distribution(name=name, digest=subject.sha256)


def _same_distribution(name: str, filename: str) -> bool:
    """Compare filenames as clients do: as what they name, in whatever spelling."""
    from packaging.utils import parse_sdist_filename, parse_wheel_filename  # noqa: PLC0415 - beside its only use

    if name == filename:
        return True
    parse: Any = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
    try:
        return bool(parse(name) == parse(filename))
    except ValueError:
        return False


def _why(error: Exception) -> str:
    """Return the first thing that an error says."""
    errors = getattr(error, "errors", None)
    if callable(errors):
        first = errors(include_url=False, include_input=False, include_context=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
    return str(error) or type(error).__name__
