# SPDX-License-Identifier: Apache-2.0
"""The row of a publisher, made when it is first named."""

from cheeseshop.publishers.models import Publisher
from cheeseshop.publishers.providers.base import Fields, Provider

LONGEST_PLACE = 300
LONGEST_NAME = 100


def publisher_row(provider: Provider, fields: Fields) -> Publisher:
    """Return the one row of an identity. Part of the caller's transaction."""
    row, _ = Publisher.objects.get_or_create(
        issuer=provider.issuer.url,
        fields_key=provider.fields_key(fields),
        defaults={
            "provider": provider.issuer.key,
            "fields": fields,
            "place": provider.place(fields)[:LONGEST_PLACE],
        },
    )
    return row


def name_of(provider: Provider, fields: Fields) -> str:
    """Name a publisher, as journal and mails do: the issuer, then what it is there."""
    return f"{provider.issuer.name} {provider.describe(fields)}"[:LONGEST_NAME]
