# SPDX-License-Identifier: Apache-2.0
"""Every provider, by the key that issuers name it by. A new one is a module with a subclass, and its line here."""

from cheeseshop.publishers.providers.activestate import ActiveState
from cheeseshop.publishers.providers.base import IssuerFacts, Provider
from cheeseshop.publishers.providers.declared import Declared
from cheeseshop.publishers.providers.github import GitHub
from cheeseshop.publishers.providers.gitlab import GitLab
from cheeseshop.publishers.providers.google import Google

PROVIDERS: dict[str, type[Provider]] = {each.key: each for each in (GitHub, GitLab, Google, ActiveState, Declared)}


def provider_of(issuer: IssuerFacts) -> Provider:
    """Return the rules for an issuer's tokens.

    Raises:
        KeyError: when no module has its provider's key.
        Refusal: when its template is broken.
    """
    return PROVIDERS[issuer.provider](issuer)
