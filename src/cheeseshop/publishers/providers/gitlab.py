# SPDX-License-Identifier: Apache-2.0
"""GitLab CI/CD, of gitlab.com or of one's own. Claims: https://docs.gitlab.com/ci/secrets/id_token_authentication/."""

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_lazy as _

from cheeseshop.core.facts import OWN_GITLAB
from cheeseshop.publishers.fetching import fetch_json
from cheeseshop.publishers.providers.base import Claims, Fields, FieldSpec, Mismatch, Provider, equal, shown, text_of

_SEGMENT = r"[a-zA-Z0-9_][a-zA-Z0-9_.-]*"


class GitLab(Provider):
    """A pipeline of a project, in an environment if one is named."""

    key = "gitlab"
    title = "GitLab CI/CD"
    specs = (
        FieldSpec(
            "namespace",
            _("Namespace"),
            _("The user or group, with its subgroups: group/subgroup."),
            any_case=True,
            rule=rf"{_SEGMENT}(?:/{_SEGMENT})*",
            says=_("A namespace has letters, digits, '_', '.' and '-', and '/' between groups."),
        ),
        FieldSpec(
            "project",
            _("Project"),
            _("The project's name in its address."),
            any_case=True,
            rule=_SEGMENT,
            says=_("A project's name has letters, digits, '_', '.' and '-'; its groups go into the field above."),
        ),
        FieldSpec(
            "workflow_filepath",
            _("Top-level pipeline file"),
            _("The path of the pipeline's own file in the repository."),
            rule=r"(?!/)[^@]*[^/@]\.ya?ml",
            says=_("A pipeline's file is named by its path, such as .gitlab-ci.yml or ci/release.yml."),
            initial=".gitlab-ci.yml",
        ),
        FieldSpec(
            "environment",
            _("Environment"),
            _("The job's environment, in its very spelling. Recommended."),
            required=False,
            rule=r"[a-zA-Z0-9_/${}. -]+",
            says=_("An environment's name has letters, digits, spaces and _/${}.-"),
        ),
    )
    pins = ("project_id", "namespace_id")
    follows_renames = True
    shown = ("ref", "ref_path", "sha", "environment", "pipeline_id", "job_id", "pipeline_source", "user_login")

    def place(self, fields: Fields) -> str:
        """Return the project's path."""
        return f"{fields['namespace']}/{fields['project']}".lower()

    def place_of(self, claims: Claims) -> str:
        """Return the project's path."""
        return text_of(claims.get("project_path")).lower()

    def moved(self, fields: Fields, claims: Claims) -> Fields:
        """Take the new path."""
        namespace, _, project = text_of(claims.get("project_path")).rpartition("/")
        return fields | {"namespace": namespace, "project": project}

    def compare(self, fields: Fields, claims: Claims) -> Iterator[Mismatch]:
        """Compare the project, its pipeline, and the environment if one is demanded."""
        path = f"{fields['namespace']}/{fields['project']}"
        yield from equal(claims, "project_path", path, any_case=True)
        subject = ":".join(text_of(claims.get("sub")).split(":")[:2])
        if subject.lower() != f"project_path:{path}".lower():
            yield Mismatch("sub", f"'project_path:{path}:…'", shown(claims, "sub"))
        for identifier in self.pins:
            if not text_of(claims.get(identifier)):
                yield Mismatch(identifier, "an identifier", shown(claims, identifier))
        yield from self._compare_pipeline(path, fields["workflow_filepath"], claims)
        if fields.get("environment"):
            yield from equal(claims, "environment", fields["environment"])

    def _compare_pipeline(self, path: str, file: str, claims: Claims) -> Iterator[Mismatch]:
        references = [each for each in (text_of(claims.get("ref_path")), text_of(claims.get("sha"))) if each]
        if len(references) < 2:  # noqa: PLR2004 - both
            yield Mismatch("ref_path and sha", "a reference and a commit", "nothing")
            return
        found = text_of(claims.get("ci_config_ref_uri"))
        place, separator, rest = found.partition("//")
        wanted = {f"{host}/{path}".lower() for host in self._hosts()}
        if place.lower() in wanted and separator and rest in {f"{file}@{each}" for each in references}:
            return
        expected = " or ".join(repr(f"{self._hosts()[0]}/{path}//{file}@{each}") for each in references)
        yield Mismatch("ci_config_ref_uri", expected, shown(claims, "ci_config_ref_uri"))

    def _hosts(self) -> list[str]:
        """GitLab writes its host with the port where that is not the scheme's own, and with its folder."""
        parts = urlsplit(self.issuer.url)
        folder = parts.path.rstrip("/")
        return [f"{host}{folder}" for host in dict.fromkeys((parts.hostname or "", parts.netloc))]

    def describe(self, fields: Fields) -> str:
        """Name project, pipeline and environment."""
        environment = f" ({fields['environment']})" if fields.get("environment") else ""
        return f"{fields['namespace']}/{fields['project']} {fields['workflow_filepath']}{environment}"

    def urls(self, fields: Fields) -> tuple[str, ...]:
        """Return the repository, and on gitlab.com its pages."""
        namespace, project = fields["namespace"], fields["project"]
        own = f"{self.issuer.url.rstrip('/')}/{namespace}/{project}"
        if urlsplit(self.issuer.url).hostname != "gitlab.com":
            return (own,)
        first, _, groups = namespace.partition("/")
        pages = f"https://{first.lower()}.gitlab.io"
        if not groups and project.lower() == f"{first.lower()}.gitlab.io":
            return own, pages
        return own, f"{pages}/{f'{groups}/' if groups else ''}{project}"

    def attestation(self, fields: Fields) -> dict[str, str] | None:
        """Name the project and its pipeline. A GitLab of one's own must not speak for gitlab.com's names."""
        own = {"kind": OWN_GITLAB, "issuer": self.issuer.url.rstrip("/")}
        told = {"kind": "GitLab"} if self.issuer.key == self.key else own
        told["repository"] = f"{fields['namespace']}/{fields['project']}"
        told["workflow_filepath"] = fields["workflow_filepath"]
        return told | ({"environment": fields["environment"]} if fields.get("environment") else {})

    def look_up(self, fields: Fields) -> dict[str, str]:
        """Ask for the identifiers of project and namespace, which only public projects tell."""
        path = quote(f"{fields['namespace']}/{fields['project']}", safe="")
        found = fetch_json(f"{self.issuer.url.rstrip('/')}/api/v4/projects/{path}")
        namespace = found.get("namespace")
        owner = namespace.get("id") if isinstance(namespace, dict) else None
        return {"project_id": text_of(found.get("id")), "namespace_id": text_of(owner)}
