# SPDX-License-Identifier: Apache-2.0
"""What a verified attestation tells people. Every text in it was chosen by whoever built the file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cheeseshop.attestations.errors import printable
from cheeseshop.attestations.signers import COMMIT, CONFIG, ISSUER, REF, REPOSITORY

if TYPE_CHECKING:
    from pypi_attestations import Attestation

_LONGEST = 500
_TRIGGER, _RUN, _RUNNER = ("1.3.6.1.4.1.57264.1." + last for last in ("20", "21", "11"))


@dataclass(frozen=True, slots=True)
class Statement:
    """One attestation in words. What is not known is empty; times are ISO 8601 in UTC."""

    predicate_type: str
    issuer: str
    repository: str
    commit: str
    ref: str
    workflow: str
    trigger: str
    run: str
    runner: str
    log_index: str
    log_id: str
    logged_at: str
    in_public_log: bool
    builder: str
    build_type: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def read(attestation: "Attestation", statement: Mapping[str, Any], *, in_public_log: bool) -> Statement:
    """Read an attestation that was verified, with its statement."""
    claims = attestation.certificate_claims
    entry: Mapping[str, Any] = attestation.verification_material.transparency_entries[0]
    predicate = statement.get("predicate")
    return Statement(
        predicate_type=_text(statement["predicateType"]),
        issuer=_text(claims.get(ISSUER)),
        repository=_text(claims.get(REPOSITORY)),
        commit=_text(claims.get(COMMIT)),
        ref=_text(claims.get(REF)),
        workflow=_text(claims.get(CONFIG)),
        trigger=_text(claims.get(_TRIGGER)),
        run=_text(claims.get(_RUN)),
        runner=_text(claims.get(_RUNNER)),
        log_index=_text(entry["logIndex"]),
        log_id=_text(entry["logId"]["keyId"]),
        logged_at=datetime.fromtimestamp(int(entry["integratedTime"]), UTC).isoformat(),
        in_public_log=in_public_log,
        builder=_text(_within(predicate, "runDetails", "builder", "id")),
        build_type=_text(_within(predicate, "buildDefinition", "buildType")),
    )


def _text(value: object) -> str:
    return printable(str(value), _LONGEST) if isinstance(value, str | int) else ""


def _within(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
