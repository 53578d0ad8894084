# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.discovery"
    label = "discovery"
