# SPDX-License-Identifier: Apache-2.0
"""The one mark of sensitive actions: whoever did not confirm the password within an hour is asked to, then goes on."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required

View = Callable[..., Any]


def sensitive(view: View) -> View:
    """Ask for a recent confirmation before ``view``. A form that was sent is sent on after it."""
    wrapped: View = login_required(reauthentication_required(app="cheeseshop")(view))
    wrapped.is_sensitive = True  # type: ignore[attr-defined]
    return wrapped
