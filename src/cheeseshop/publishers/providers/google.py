# SPDX-License-Identifier: Apache-2.0
"""Google Cloud: a service account, by its address."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from cheeseshop.publishers.providers.base import Claims, Fields, FieldSpec, Mismatch, Provider, equal, shown, text_of


class Google(Provider):
    """A service account. Its subject is an identifier that is never given again, so it is what is pinned."""

    key = "google"
    title = "Google Cloud"
    specs = (
        FieldSpec(
            "email",
            _("E-mail address"),
            _("The service account's address, such as name@project.iam.gserviceaccount.com."),
            rule=r"[^@\s]+@[^@\s]+\.[^@\s]+",
            says=_("This is no e-mail address."),
        ),
        FieldSpec(
            "sub",
            _("Subject"),
            _("The account's unique identifier. Without it, that of its first token is kept."),
            required=False,
            rule=r"[0-9]+",
            says=_("The subject is a number."),
        ),
    )
    pins = ("sub",)
    shown = ("email", "azp")
    needs_jti = False

    def place(self, fields: Fields) -> str:
        """Return the address."""
        return fields["email"]

    def place_of(self, claims: Claims) -> str:
        """Return the address."""
        return text_of(claims.get("email"))

    def compare(self, fields: Fields, claims: Claims) -> Iterator[Mismatch]:
        """Compare address and subject; Google must have checked the address."""
        yield from equal(claims, "email", fields["email"])
        if claims.get("email_verified") is not True:
            yield Mismatch("email_verified", "true", shown(claims, "email_verified"))
        if fields.get("sub"):
            yield from equal(claims, "sub", fields["sub"])
        elif not text_of(claims.get("sub")):
            yield Mismatch("sub", "an identifier", shown(claims, "sub"))

    def attestation(self, fields: Fields) -> dict[str, str] | None:
        """Name the address."""
        return {"kind": "Google", "email": fields["email"]}
