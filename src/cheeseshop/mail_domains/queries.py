# SPDX-License-Identifier: Apache-2.0
"""What others ask about addresses and their domains."""

from cheeseshop.mail_domains.models import LapsedAddress


def has_lapsed(address: str) -> bool:
    """Tell whether an address lost its proof with its domain, so that no link that opens an account goes there."""
    return LapsedAddress.objects.filter(address__email__iexact=address).exists()
