# SPDX-License-Identifier: Apache-2.0
"""GitHub Actions. Claims: https://docs.github.com/actions/reference/security/oidc."""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_lazy as _

from cheeseshop.core import current
from cheeseshop.core.facts import OWN_GITHUB
from cheeseshop.publishers.fetching import fetch_json
from cheeseshop.publishers.providers.base import Claims, Fields, FieldSpec, Mismatch, Provider, equal, shown, text_of

_WORKFLOWS = "/.github/workflows/"
_LOGIN = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]*")


class GitHub(Provider):
    """A workflow of a repository, in an environment if one is named.

    The workflow that runs is compared, so that a reusable workflow of another repository never fits: what it does is
    not in the hands of the project.
    """

    key = "github"
    title = "GitHub Actions"
    specs = (
        FieldSpec(
            "owner",
            _("Owner"),
            _("The organisation or user that owns the repository."),
            any_case=True,
            longest=39,
            rule=_LOGIN.pattern,
            says=_("An owner's name has letters, digits and hyphens."),
        ),
        FieldSpec(
            "repository",
            _("Repository"),
            _("The repository's name, without its owner."),
            any_case=True,
            longest=100,
            rule=r"[a-zA-Z0-9._-]+",
            says=_("A repository's name has letters, digits, '.', '_' and '-'; its owner goes into the field above."),
        ),
        FieldSpec(
            "workflow",
            _("Workflow"),
            _("The file name of the publishing workflow in .github/workflows, such as release.yml."),
            rule=r"[^/@]+\.ya?ml",
            says=_("A workflow is named by its file, such as release.yml, without a folder."),
        ),
        FieldSpec(
            "environment",
            _("Environment"),
            _("The workflow's environment. Recommended: it can ask for an approval before a release."),
            required=False,
            any_case=True,
            rule=r"""[^'"`,;\\]+""",
            says=_("An environment's name has no quotes, commas, semicolons or backslashes."),
        ),
    )
    pins = ("repository_id", "repository_owner_id")
    follows_renames = True
    shown = ("ref", "sha", "environment", "event_name", "run_id", "run_attempt", "actor", "repository")

    @property
    def _is_public(self) -> bool:
        """Whether this is the built-in issuer, and no server that an administrator declared."""
        return self.issuer.key == self.key

    @property
    def _server(self) -> str:
        parts = urlsplit(self.issuer.url)
        return f"{parts.scheme}://{parts.netloc}"

    def place(self, fields: Fields) -> str:
        """Return owner and repository."""
        return f"{fields['owner']}/{fields['repository']}".lower()

    def place_of(self, claims: Claims) -> str:
        """Return owner and repository."""
        return text_of(claims.get("repository")).lower()

    def moved(self, fields: Fields, claims: Claims) -> Fields:
        """Take the new owner's and repository's names."""
        owner, _, repository = text_of(claims.get("repository")).partition("/")
        return fields | {"owner": owner, "repository": repository}

    def compare(self, fields: Fields, claims: Claims) -> Iterator[Mismatch]:
        """Compare repository, owner, the workflow that runs, and the environment if one is demanded."""
        repository = f"{fields['owner']}/{fields['repository']}"
        yield from equal(claims, "repository", repository, any_case=True)
        yield from equal(claims, "repository_owner", fields["owner"], any_case=True)
        for identifier in self.pins:
            if not text_of(claims.get(identifier)):
                yield Mismatch(identifier, "an identifier", shown(claims, identifier))
        yield from self._compare_workflow(repository, fields["workflow"], claims)
        if fields.get("environment"):
            yield from equal(claims, "environment", fields["environment"], any_case=True)
        event = text_of(claims.get("event_name"))
        if not event or event == "pull_request_target":
            yield Mismatch("event_name", "an event other than 'pull_request_target'", shown(claims, "event_name"))

    @staticmethod
    def _compare_workflow(repository: str, workflow: str, claims: Claims) -> Iterator[Mismatch]:
        """The owner's and the repository's names may differ in case; file and reference may not."""
        references = [each for each in (text_of(claims.get("ref")), text_of(claims.get("sha"))) if each]
        if len(references) < 2:  # noqa: PLR2004 - both
            yield Mismatch("ref and sha", "a reference and a commit", "nothing")
            return
        found = text_of(claims.get("job_workflow_ref"))
        place, folder, rest = found.partition(_WORKFLOWS)
        if place.lower() == repository.lower() and folder and rest in {f"{workflow}@{each}" for each in references}:
            return
        wanted = " or ".join(repr(f"{repository}{_WORKFLOWS}{workflow}@{each}") for each in references)
        yield Mismatch("job_workflow_ref", wanted, shown(claims, "job_workflow_ref"))

    def describe(self, fields: Fields) -> str:
        """Name repository, workflow and environment."""
        environment = f" ({fields['environment']})" if fields.get("environment") else ""
        return f"{fields['owner']}/{fields['repository']} {fields['workflow']}{environment}"

    def urls(self, fields: Fields) -> tuple[str, ...]:
        """Return the repository, and on github.com the owner's pages."""
        owner, repository = fields["owner"], fields["repository"]
        if not self._is_public:
            return (f"{self._server}/{owner}/{repository}",)
        pages = f"https://{owner.lower()}.github.io"
        own = pages if repository.lower() == f"{owner.lower()}.github.io" else f"{pages}/{repository}"
        return (f"https://github.com/{owner}/{repository}", own)

    def attestation(self, fields: Fields) -> dict[str, str] | None:
        """Name the repository and its workflow. A server of one's own must not speak for github.com's names."""
        own = {"kind": OWN_GITHUB, "issuer": self.issuer.url.rstrip("/")}
        told = {"kind": "GitHub"} if self._is_public else own
        told["repository"] = f"{fields['owner']}/{fields['repository']}"
        told["workflow"] = fields["workflow"]
        return told | ({"environment": fields["environment"]} if fields.get("environment") else {})

    def look_up(self, fields: Fields) -> dict[str, str]:
        """Ask for the owner's identifier."""
        api = current.settings().github_api_url.rstrip("/") if self._is_public else f"{self._server}/api/v3"
        found = fetch_json(f"{api}/users/{quote(fields['owner'], safe='')}")
        return {"repository_owner_id": text_of(found.get("id"))}
