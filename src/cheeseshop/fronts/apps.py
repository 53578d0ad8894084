# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class FrontsConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.fronts"
    label = "fronts"
