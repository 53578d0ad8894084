# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class LeaksConfig(AppConfig):
    """Registers the templates of this domain."""

    name = "cheeseshop.leaks"
    label = "leaks"
