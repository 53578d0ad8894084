# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Have every account event written down."""
        from cheeseshop.accounts.signals import connect  # noqa: PLC0415 - needs the models

        connect()
