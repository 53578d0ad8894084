# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class ScanningConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.scanning"
    label = "scanning"
