# SPDX-License-Identifier: Apache-2.0
"""What a form says about a distribution against what the distribution says of itself."""

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.form import UploadForm
from cheeseshop.distributions.metadata import CoreMetadata
from cheeseshop.distributions.metadata_rules import elide


def check_contradictions(form: UploadForm, artifact: CoreMetadata) -> None:
    """Refuse a form that contradicts the artifact in what installers act upon.

    Spelling does not matter: names, versions, specifiers and requirements are compared by meaning, requirements in any
    order. A field that the form leaves out contradicts nothing.

    :raises DistributionRefused: with the field, and both values in the message.
    """
    sent = form.metadata
    if canonicalize_name(sent.name) != canonicalize_name(artifact.name):
        raise _contradiction("name", sent.name, artifact.name)
    if sent.version != artifact.version:
        raise _contradiction("version", str(sent.version), str(artifact.version))
    if "requires_python" in form.present and not _same_specifiers(sent.requires_python, artifact.requires_python):
        raise _contradiction("requires_python", sent.requires_python, artifact.requires_python)
    if "requires_dist" in form.present and not _same_requirements(sent.requires_dist, artifact.requires_dist):
        only_sent = _spelled(sent.requires_dist, artifact.requires_dist)
        only_artifact = _spelled(artifact.requires_dist, sent.requires_dist)
        raise _contradiction("requires_dist", only_sent, only_artifact)


def _contradiction(field: str, sent: str | None, artifact: str | None) -> DistributionRefused:
    def shown(value: str | None) -> str:
        return "nothing" if not value else repr(elide(value))

    return DistributionRefused(
        f"The form contradicts the file: {field} is {shown(sent)} in the form and {shown(artifact)} in the file.", field
    )


def _same_specifiers(sent: str | None, artifact: str | None) -> bool:
    if sent == artifact:
        return True
    try:
        return SpecifierSet(sent or "") == SpecifierSet(artifact or "")
    except ValueError:
        return False  # Only in old files, where what can't be parsed has to be equal as text.


def _same_requirements(sent: tuple[str, ...], artifact: tuple[str, ...]) -> bool:
    return sent == artifact or {_meaning(one) for one in sent} == {_meaning(one) for one in artifact}


def _meaning(requirement: str) -> object:
    try:
        parsed = Requirement(requirement)
    except ValueError:
        return requirement
    extras = frozenset(canonicalize_name(extra) for extra in parsed.extras)
    return canonicalize_name(parsed.name), extras, parsed.specifier, parsed.url, str(parsed.marker)


def _spelled(some: tuple[str, ...], others: tuple[str, ...]) -> str:
    """Return those of `some` that mean something else than each of `others`."""
    meanings = {_meaning(other) for other in others}
    return ", ".join(one for one in some if _meaning(one) not in meanings)
