# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class ManageConfig(AppConfig):
    """Registers the templates of this front end."""

    name = "cheeseshop.manage"
    label = "manage"
