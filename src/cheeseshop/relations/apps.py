# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class RelationsConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.relations"
    label = "relations"
