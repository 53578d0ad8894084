# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class HygieneConfig(AppConfig):
    """Registers the templates of this domain."""

    name = "cheeseshop.hygiene"
    label = "hygiene"
