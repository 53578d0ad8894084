# SPDX-License-Identifier: Apache-2.0
"""Who may have signed an upload's attestations: from a trusted publisher to a rule for certificates.

The kinds that the specification's clients know use the rules of ``pypi-attestations`` itself. For an issuer of one's
own we have other rules, with kinds of their own: called by a kind that clients know, such a publisher would be read as
the project of the same name on the public host.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cheeseshop.attestations.errors import InvalidAttestations
from cheeseshop.core.facts import OWN_GITHUB, OWN_GITLAB, PublisherIdentity

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from pydantic import BaseModel
    from sigstore.verify.policy import VerificationPolicy

OPENID = "OpenID Connect"
_PUBLIC_GITLAB = "https://gitlab.com"
_CLAIM = "1.3.6.1.4.1.57264.1."
ISSUER, REPOSITORY, COMMIT, REF, CONFIG = (_CLAIM + last for last in ("8", "12", "13", "14", "18"))


def signer_of(publisher: PublisherIdentity) -> dict[str, str]:
    """Return who must have signed the attestations of an upload by ``publisher``, as provenance names it.

    Raises:
        InvalidAttestations: where attestations of such a publisher can't be told to be its own.
    """
    named, issuer = publisher.attestation, publisher.issuer.rstrip("/")
    if named is not None:
        moved = named["kind"] == "GitLab" and issuer != _PUBLIC_GITLAB  # by the setting for the public one's issuer
        return named | {"kind": OWN_GITLAB, "issuer": issuer} if moved else dict(named)
    subject = publisher.claims.get("sub", "")
    if publisher.provider != "activestate" and "://" in subject:
        return {"kind": OPENID, "issuer": issuer, "subject": subject}
    raise InvalidAttestations(
        f"Attestations of {publisher.name} can't be verified, because its certificates do not name the publisher;"
        " upload without attestations."
    )


def spelled_as_signed(signer: dict[str, str], claims: Mapping[str, str]) -> dict[str, str]:
    """Return the signer with its repository in the certificate's spelling.

    People may have written it in other case than the host does, to which case means nothing; clients compare it.
    """
    home, wanted = claims.get(REPOSITORY, ""), signer.get("repository", "")
    if not wanted or not home.lower().endswith(f"/{wanted.lower()}"):
        return signer
    return signer | {"repository": home[-len(wanted) :]}


def rule_for(signer: Mapping[str, str], claims: Mapping[str, str]) -> "VerificationPolicy":
    """Return the rule that a certificate must follow to be the signer's. ``claims`` are the certificate's own.

    Raises:
        InvalidAttestations: for a kind that is not known.
    """
    import pypi_attestations as library  # noqa: PLC0415 - takes a second, and only attestations need it

    known: dict[str, type[BaseModel]] = {
        "GitHub": library.GitHubPublisher,
        "GitLab": library.GitLabPublisher,
        "Google": library.GooglePublisher,
        "CircleCI": library.CircleCIPublisher,
    }
    kind = signer["kind"]
    if kind in known:
        # Private, but the library's own command uses it so: its public way can't be given a trust root.
        rule: VerificationPolicy = known[kind].model_validate(signer)._as_policy()  # type: ignore[attr-defined]  # noqa: SLF001
        return rule
    if kind == OWN_GITLAB:
        home = f"{signer['issuer']}/{signer['repository']}"
        return _own_host(signer, claims, home, f"{home}//{signer['workflow_filepath']}")
    if kind == OWN_GITHUB:
        parts = urlsplit(signer["issuer"])  # such as https://HOST/_services/token
        home = f"{parts.scheme}://{parts.netloc}/{signer['repository']}"
        return _own_host(signer, claims, home, f"{home}/.github/workflows/{signer['workflow']}")
    if kind == OPENID:
        return _by_subject(signer)
    raise InvalidAttestations(f"Attestations of publishers of kind {kind!r} are not known here.")


def _own_host(signer: Mapping[str, str], claims: Mapping[str, str], home: str, file: str) -> "VerificationPolicy":
    """Return the library's rule for the public host, for another one: its issuer, repository and build file.

    The reference that the pipeline ran for is not ours to demand; the certificate says it twice, and both must agree.
    """
    from sigstore.verify import policy  # noqa: PLC0415 - as above

    references = [each for each in (claims.get(COMMIT), claims.get(REF)) if each]
    builds = [policy.OIDCBuildConfigURI(f"{file}@{each}") for each in references]
    return policy.AllOf(
        [policy.OIDCIssuerV2(signer["issuer"]), policy.OIDCSourceRepositoryURI(home), policy.AnyOf([*builds])]
    )


def _by_subject(signer: Mapping[str, str]) -> "VerificationPolicy":
    """Return the rule for an issuer of which we only know who uploads: issuer and subject must be the very same.

    The subject is the one of the identity token that this upload's own token was minted for. Authorities write it
    into the certificate as it is where the issuer's subjects are addresses.
    """
    from sigstore.verify import policy  # noqa: PLC0415 - as above

    return policy.AllOf([policy.OIDCIssuerV2(signer["issuer"]), _Subject(signer["subject"])])


class _Subject:
    """The certificate's one alternative name is this address."""

    def __init__(self, address: str) -> None:
        self._address = address

    def verify(self, cert: "Certificate") -> None:
        """Compare the names.

        Raises:
            VerificationError: when there is another one, or none.
        """
        from cryptography import x509  # noqa: PLC0415 - as above
        from sigstore.errors import VerificationError  # noqa: PLC0415 - as above

        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if names.get_values_for_type(x509.UniformResourceIdentifier) != [self._address] or len(list(names)) != 1:
            raise VerificationError(f"Certificate's subject is not {self._address!r}")
