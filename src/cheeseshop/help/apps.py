# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class HelpConfig(AppConfig):
    """Finds the templates of this domain."""

    name = "cheeseshop.help"
    label = "help"
