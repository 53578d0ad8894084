# SPDX-License-Identifier: Apache-2.0
"""The ActiveState Platform: a project that its builder publishes."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from cheeseshop.publishers.providers.base import Claims, Fields, FieldSpec, Mismatch, Provider, equal, shown, text_of

_NAME = r"[a-zA-Z0-9._-]+"
_BUILDER = "pypi-publisher"


class ActiveState(Provider):
    """A project of an organisation, and whoever set the publishing up there, if named.

    Attestations of its builds can't be told to be its own: nothing certifies keys for them.
    """

    key = "activestate"
    title = "ActiveState"
    specs = (
        FieldSpec(
            "organization",
            _("Organisation"),
            _("Its name in the Platform's addresses."),
            rule=_NAME,
            says=_("An organisation's name has letters, digits, '.', '_' and '-'."),
        ),
        FieldSpec(
            "project",
            _("Project"),
            _("Its name in the Platform's addresses."),
            rule=_NAME,
            says=_("A project's name has letters, digits, '.', '_' and '-'."),
        ),
        FieldSpec(
            "actor",
            _("User"),
            _("Who publishes there, by username. The identifier of the first one is kept."),
            required=False,
            rule=_NAME,
            says=_("A username has letters, digits, '.', '_' and '-'."),
        ),
    )
    pins = ("project_id", "organization_id", "actor_id")
    shown = ("actor", "artifact_id", "ingredient", "project_path")
    needs_jti = False

    def place(self, fields: Fields) -> str:
        """Return organisation and project."""
        return f"{fields['organization']}/{fields['project']}"

    def place_of(self, claims: Claims) -> str:
        """Return organisation and project."""
        return f"{text_of(claims.get('organization'))}/{text_of(claims.get('project'))}"

    def compare(self, fields: Fields, claims: Claims) -> Iterator[Mismatch]:
        """Compare subject, organisation, project, builder, and the user if one is named."""
        subject = f"org:{fields['organization']}:project:{fields['project']}"
        if ":".join(text_of(claims.get("sub")).split(":")[:4]) != subject:
            yield Mismatch("sub", repr(subject), shown(claims, "sub"))
        yield from equal(claims, "organization", fields["organization"])
        yield from equal(claims, "project", fields["project"])
        yield from equal(claims, "builder", _BUILDER)
        if not text_of(claims.get("actor_id")):
            yield Mismatch("actor_id", "an identifier", shown(claims, "actor_id"))
        if fields.get("actor"):
            yield from equal(claims, "actor", fields["actor"])

    def urls(self, fields: Fields) -> tuple[str, ...]:
        """Return the project's page."""
        return (f"https://platform.activestate.com/{fields['organization']}/{fields['project']}",)
