# SPDX-License-Identifier: Apache-2.0
"""Start Django in this process."""

import os


def setup() -> None:
    """Load the applications, as a command, a worker or a test needs them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cheeseshop.config.settings")
    import django  # noqa: PLC0415 - the command's parent process must not load Django

    django.setup()
