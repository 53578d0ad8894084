# SPDX-License-Identifier: Apache-2.0
"""What every provider says of itself: what a person fills in, which claims it checks, and how."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext

Claims = Mapping[str, Any]
Fields = dict[str, str]

LONGEST = 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One thing that a person fills in.

    ``any_case``: compared without regard to case. ``rule`` must match all of the value, and ``says`` tells what it
    demands. A field that is not required narrows a publisher; the narrower of two that fit is taken.
    """

    name: str
    label: str | Promise
    hint: str | Promise = ""
    required: bool = True
    any_case: bool = False
    longest: int = LONGEST
    rule: str = ""
    says: str | Promise = ""
    initial: str = ""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A claim that is not what a publisher needs: expected and found, in words."""

    claim: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.claim}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """An issuer, built in or declared: its key and name here, the text of ``iss``, and which module knows it."""

    key: str
    name: str
    url: str
    provider: str
    template: dict[str, Any] = field(default_factory=dict)
    enabled: bool = True


class InvalidFields(Exception):  # noqa: N818 - read as a state
    """What was filled in breaks rules. ``errors`` has a message for each field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors.items()))
        self.errors = errors


class Provider:
    """Rules for the tokens of one issuer. A provider is a subclass with its own fields and ``compare``."""

    key: ClassVar[str]
    title: ClassVar[str]
    specs: tuple[FieldSpec, ...] = ()
    pins: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ("RS256",)
    needs_jti: ClassVar[bool] = True
    follows_renames: ClassVar[bool] = False

    def __init__(self, issuer: IssuerFacts) -> None:
        self.issuer = issuer

    def place(self, fields: Fields) -> str:
        """Return what publishers are found by, such as a repository, from what was filled in."""
        raise NotImplementedError

    def place_of(self, claims: Claims) -> str:
        """Return the same from a token, or an empty text where it names none."""
        raise NotImplementedError

    def compare(self, fields: Fields, claims: Claims) -> Iterator[Mismatch]:
        """Yield every claim that does not fit a publisher."""
        raise NotImplementedError

    def moved(self, fields: Fields, claims: Claims) -> Fields:
        """Return the fields with the name that a renamed repository has in a token."""
        del claims
        return fields

    def describe(self, fields: Fields) -> str:
        """Name a publisher in a few words."""
        return self.place(fields)

    def urls(self, fields: Fields) -> tuple[str, ...]:
        """Return the addresses that a publisher vouches for."""
        del fields
        return ()

    def attestation(self, fields: Fields) -> dict[str, str] | None:
        """Return who may have signed attestations of such an upload, as PEP 740 names publishers, or None."""
        del fields
        return None

    def environment(self, fields: Fields, claims: Claims) -> str:
        """Return the environment of a token that the publisher could be narrowed to and is not, or an empty text."""
        if "environment" not in {spec.name for spec in self.specs} or fields.get("environment"):
            return ""
        return text_of(claims.get("environment"))[:LONGEST]

    def look_up(self, fields: Fields) -> dict[str, str]:
        """Ask the provider for the identifiers to pin, before the first token. Only where the settings allow it."""
        del fields
        return {}

    def clean(self, values: Mapping[str, object]) -> Fields:
        """Check what a person filled in, and return it as it is kept.

        Raises:
            InvalidFields: with a message for each field.
        """
        errors: dict[str, str] = {}
        fields: Fields = {}
        for spec in self.specs:
            value = str(values.get(spec.name) or "").strip()
            message = _fault(spec, value)
            if message:
                errors[spec.name] = message
            fields[spec.name] = value
        unknown = sorted(set(values) - {spec.name for spec in self.specs})
        if unknown:
            errors[unknown[0]] = gettext("%(name)s has no such field; it has %(names)s.") % {
                "name": self.issuer.name,
                "names": ", ".join(s.name for s in self.specs),
            }
        if errors:
            raise InvalidFields(errors)
        return fields

    def fields_key(self, fields: Fields) -> str:
        """Return a digest of the fields as they are compared."""
        told = [(s.name, fields[s.name].lower() if s.any_case else fields[s.name]) for s in self.specs]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def narrowness(self, fields: Fields) -> int:
        """Return how many of the fields that one may leave empty are filled in."""
        return sum(1 for spec in self.specs if not spec.required and fields.get(spec.name))

    def pinned(self, claims: Claims) -> dict[str, str]:
        """Return the immutable identifiers in a token; the one that a renamed repository is found by is first."""
        found = {name: text_of(claims.get(name)) for name in self.pins}
        return {name: value[:100] for name, value in found.items() if value}

    def about(self, claims: Claims) -> dict[str, str]:
        """Return what is kept of a token: reference, commit, run."""
        found = {name: text_of(claims.get(name)) for name in self.shown}
        return {name: value[:LONGEST] for name, value in found.items() if value}


def _fault(spec: FieldSpec, value: str) -> str:
    if not value:
        return gettext("Fill in the %(label)s.") % {"label": str(spec.label).lower()} if spec.required else ""
    if len(value) > spec.longest:
        return gettext("It has %(count)s characters; %(longest)s are allowed.") % {
            "count": len(value),
            "longest": spec.longest,
        }
    if _CONTROL.search(value) or not _encodes(value):
        return gettext("It has characters that no name has.")
    if spec.rule and not re.fullmatch(spec.rule, value):
        return str(spec.says)
    return ""


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def text_of(value: object) -> str:
    """Return a claim as the text that is compared: a truth value as JSON writes it, anything composed as nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str) or _CONTROL.search(value) or not _encodes(value):
        return ""
    return value


def equal(claims: Claims, claim: str, *expected: str, any_case: bool = False) -> Iterator[Mismatch]:
    """Yield a mismatch unless a claim is one of these."""
    found = text_of(claims.get(claim))
    if found and (found in expected or (any_case and found.lower() in {each.lower() for each in expected})):
        return
    yield Mismatch(claim, " or ".join(repr(each) for each in expected), shown(claims, claim))


def shown(claims: Claims, claim: str) -> str:
    """Write what was found in a claim."""
    if claim not in claims:
        return "nothing"
    value = text_of(claims[claim])
    return repr(value[:LONGEST]) if value else "something else"
