# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.notify"
    label = "notify"
