# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class InsideConfig(AppConfig):
    """Registers the templates of this domain."""

    name = "cheeseshop.inside"
    label = "inside"
