# SPDX-License-Identifier: Apache-2.0
"""Any OpenID Connect issuer that an administrator declares, by a template of its claims."""

from collections.abc import Iterator

from cheeseshop.publishers.providers.base import Claims, Fields, IssuerFacts, Mismatch, Provider, shown, text_of
from cheeseshop.publishers.providers.template import PLACEHOLDER, matches, read_template

_WORDS = {"exact": "", "any_case": "", "prefix": "a text that begins with ", "glob": "", "not": "anything but "}


class Declared(Provider):
    """Reads the template of its issuer."""

    key = "declared"
    title = "OpenID Connect issuer"
    needs_jti = False

    def __init__(self, issuer: IssuerFacts) -> None:
        super().__init__(issuer)
        self._template = template = read_template(issuer.template)
        self.specs, self.pins, self.shown = template.specs, template.pins, template.shown
        self.algorithms = template.algorithms

    def place(self, fields: Fields) -> str:
        """Return the field that is found by."""
        return self._folded(fields[self._template.anchor_field])

    def place_of(self, claims: Claims) -> str:
        """Return the claim of that field."""
        return self._folded(text_of(claims.get(self._template.anchor.claim)))

    def _folded(self, value: str) -> str:
        return value.lower() if self._template.anchor.match == "any_case" else value

    def compare(self, fields: Fields, claims: Claims) -> Iterator[Mismatch]:
        """Compare by the template's rules. A rule that names a field which was left empty asks nothing."""
        for rule in self._template.rules:
            if any(not fields.get(name) for name in PLACEHOLDER.findall(rule.value)):
                continue
            found = text_of(claims.get(rule.claim))
            if not found or not matches(rule.match, found, rule.value, fields):
                wanted = PLACEHOLDER.sub(lambda m: fields[m.group(1)], rule.value)
                yield Mismatch(rule.claim, f"{_WORDS[rule.match]}{wanted!r}", shown(claims, rule.claim))
        for pin in self.pins:
            if not text_of(claims.get(pin)):
                yield Mismatch(pin, "an identifier", shown(claims, pin))

    def describe(self, fields: Fields) -> str:
        """Name what was filled in."""
        return " ".join(fields[spec.name] for spec in self.specs if fields.get(spec.name))

    def urls(self, fields: Fields) -> tuple[str, ...]:
        """Return the template's address."""
        if not self._template.url:
            return ()
        return (PLACEHOLDER.sub(lambda m: fields.get(m.group(1), ""), self._template.url),)
