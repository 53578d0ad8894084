# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.accounts"
    label = "accounts"
