# SPDX-License-Identifier: Apache-2.0
"""Templates of claims, by which an administrator declares an issuer that no module knows.

A template is a JSON object: ``fields``, what a person fills in, each with its ``claim`` and how the two must
``match``; ``require``, further claims and what they must be, where ``{field}`` stands for what was filled in; ``pin``,
claims that never change; ``show``, claims worth keeping; ``url``, the address that a publisher vouches for;
``algorithms`` of its signatures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cheeseshop.core.errors import Refusal
from cheeseshop.publishers.providers.base import Fields, FieldSpec, text_of

MATCHES = ("exact", "any_case", "prefix", "glob", "not")
ALGORITHMS = ("RS256", "PS256", "ES256")
_MOST = 20
_MOST_STARS = 8
_LONGEST = 500
_KEYS = {"fields", "require", "pin", "show", "url", "algorithms"}
_FIELD_KEYS = {"name", "claim", "label", "hint", "match", "required", "initial"}
PLACEHOLDER = re.compile(r"\{([a-z0-9_]+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a claim must be: a value in which ``{field}`` stands for what was filled in."""

    claim: str
    match: str
    value: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was checked."""

    specs: tuple[FieldSpec, ...]
    rules: tuple[Rule, ...]
    pins: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    url: str = ""
    algorithms: tuple[str, ...] = ("RS256",)
    of_claim: dict[str, Rule] = field(default_factory=dict)

    @property
    def anchor(self) -> Rule:
        """The rule of the first field that must be filled in and match wholly: publishers are found by it."""
        return next(r for s, r in self.wholly())

    @property
    def anchor_field(self) -> str:
        """The field of that rule."""
        return next(s.name for s, _ in self.wholly())

    def wholly(self) -> Iterator[tuple[FieldSpec, Rule]]:
        """Yield the fields that must be filled in and match wholly, with their rules."""
        for spec in self.specs:
            rule = self.of_claim.get(spec.name)
            if spec.required and rule and rule.match in {"exact", "any_case"}:
                yield spec, rule


def read_template(told: object) -> Template:
    """Check a template.

    Raises:
        Refusal: saying what is wrong with it.
    """
    if not isinstance(told, dict) or not told:
        raise Refusal("A template is a JSON object with the fields that people fill in; see the documentation.")
    _known(told, _KEYS, "A template")
    specs, of_claim = _read_fields(told.get("fields"))
    names = {spec.name for spec in specs}
    template = Template(
        specs,
        (*of_claim.values(), *_read_rules(told.get("require", []), names)),
        _texts(told, "pin"),
        _texts(told, "show"),
        _read_url(told.get("url", ""), names),
        _algorithms(told),
        of_claim,
    )
    if not any(True for _ in template.wholly()):
        raise Refusal("One field at least must be required, have a claim, and match exact or any_case.")
    return template


def _known(told: dict[str, Any], keys: set[str], what: str) -> None:
    unknown = sorted(set(told) - keys)
    if unknown:
        raise Refusal(f"{what} has no {unknown[0]!r}; it may have {', '.join(sorted(keys))}.")


def _read_fields(told: object) -> tuple[tuple[FieldSpec, ...], dict[str, Rule]]:
    if not isinstance(told, list) or not 0 < len(told) <= _MOST:
        raise Refusal(f"'fields' is a list of 1 to {_MOST} objects, one for each thing that a person fills in.")
    specs: list[FieldSpec] = []
    of_claim: dict[str, Rule] = {}
    for each in told:
        if not isinstance(each, dict):
            raise Refusal("Each of 'fields' is an object with a name or a claim.")
        _known(each, _FIELD_KEYS, "A field")
        claim, name = _text(each, "claim"), _text(each, "name") or _slug(_text(each, "claim"))
        if not re.fullmatch("[a-z][a-z0-9_]{0,39}", name) or name in {spec.name for spec in specs}:
            raise Refusal(f"A field needs a name of its own, of lower-case letters, digits and '_', not {name!r}.")
        match = _match(each, "exact")
        if match == "not":
            raise Refusal(f"The field {name!r} can't match 'not'; 'require' can.")
        specs.append(_spec(each, name, match))
        if claim:
            of_claim[name] = Rule(claim, match, f"{{{name}}}")
    return tuple(specs), of_claim


def _spec(told: dict[str, Any], name: str, match: str) -> FieldSpec:
    stars = rf"[^*]*(?:\*[^*]*){{0,{_MOST_STARS}}}" if match == "glob" else ""
    return FieldSpec(
        name,
        _text(told, "label") or name.replace("_", " ").capitalize(),
        _text(told, "hint"),
        required=told.get("required", True) is not False,
        any_case=match == "any_case",
        rule=stars,
        says=f"A pattern has at most {_MOST_STARS} asterisks." if stars else "",
        initial=_text(told, "initial"),
    )


def _read_rules(told: object, names: set[str]) -> tuple[Rule, ...]:
    if not isinstance(told, list) or len(told) > _MOST:
        raise Refusal(f"'require' is a list of at most {_MOST} objects with claim, match and value.")
    rules = []
    for each in told:
        if not isinstance(each, dict) or not _text(each, "claim"):
            raise Refusal("Each of 'require' is an object with claim, match and value.")
        _known(each, {"claim", "match", "value"}, "A requirement")
        value = text_of(each.get("value"))
        if not value or len(value) > _LONGEST:
            raise Refusal(f"The requirement of {each['claim']!r} needs a value of at most {_LONGEST} characters.")
        _placeholders(value, names)
        rules.append(Rule(_text(each, "claim"), _match(each, "exact"), value))
    return tuple(rules)


def _read_url(told: object, names: set[str]) -> str:
    if not isinstance(told, str) or (told and not re.match(r"https://[a-zA-Z0-9.-]+(?::[0-9]+)?(?:/|\Z)", told)):
        raise Refusal("'url' begins with https:// and a host; {field} may stand in its path only.")
    _placeholders(told, names)
    return told


def _placeholders(text: str, names: set[str]) -> None:
    for name in PLACEHOLDER.findall(text):
        if name not in names:
            raise Refusal(f"{{{name}}} stands for a field, and there is none of that name.")


def _match(told: dict[str, Any], default: str) -> str:
    match = told.get("match", default)
    if match not in MATCHES:
        raise Refusal(f"'match' is one of {', '.join(MATCHES)}, not {match!r}.")
    return str(match)


def _algorithms(told: dict[str, Any]) -> tuple[str, ...]:
    found = _texts(told, "algorithms") or ("RS256",)
    if not set(found) <= set(ALGORITHMS):
        raise Refusal(f"'algorithms' may have {', '.join(ALGORITHMS)}, not {', '.join(found)}.")
    return found


def _texts(told: dict[str, Any], key: str) -> tuple[str, ...]:
    found = told.get(key, [])
    if not isinstance(found, list) or len(found) > _MOST or not all(text_of(each) == each != "" for each in found):
        raise Refusal(f"'{key}' is a list of at most {_MOST} texts.")
    return tuple(found)


def _text(told: dict[str, Any], key: str) -> str:
    found = told.get(key, "")
    if not isinstance(found, str) or text_of(found) != found or len(found) > _LONGEST:
        raise Refusal(f"{key!r} is a text of at most {_LONGEST} characters.")
    return found


def _slug(claim: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", claim.rpartition("/")[2].lower()).strip("_")[:40]


def matches(how: str, found: str, wanted: str, fields: Fields) -> bool:
    """Tell whether a claim is what a rule demands. In a glob, ``*`` stands for any text, and only there.

    An asterisk in what a person filled in counts in their own glob field, and as itself inside a longer value.
    """
    whole = PLACEHOLDER.fullmatch(wanted)
    if how == "glob" and not whole:
        return _glob(found, [_filled(part, fields) for part in wanted.split("*")])
    value = _filled(wanted, fields)
    if how == "glob":
        return _glob(found, value.split("*"))
    if how == "any_case":
        return found.lower() == value.lower()
    if how == "prefix":
        return found.startswith(value)
    return found != value if how == "not" else found == value


def _filled(text: str, fields: Fields) -> str:
    return PLACEHOLDER.sub(lambda m: fields[m.group(1)], text)


def _glob(found: str, parts: list[str]) -> bool:
    """Look for the parts one after another: linear, whatever the pattern is."""
    first, *middle = parts
    if not middle:
        return found == first
    last = middle.pop()
    if len(found) < len(first) + len(last) or not found.startswith(first) or not found.endswith(last):
        return False
    at, end = len(first), len(found) - len(last)
    for part in middle:
        at = found.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
