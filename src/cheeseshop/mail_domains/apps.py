# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class MailDomainsConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.mail_domains"
    label = "mail_domains"
