# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.administration"
    label = "administration"
