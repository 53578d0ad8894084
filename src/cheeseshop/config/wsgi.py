# SPDX-License-Identifier: Apache-2.0
"""Django as a WSGI application: it only ever sees complete requests, handed over by the edge."""

from cheeseshop.config.boot import setup

setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 - Django must be set up first

application = WSGIHandler()
