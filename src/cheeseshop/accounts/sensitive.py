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


def sensitive_to_change(view: View) -> View:
    """Let people read, and ask for a recent confirmation before what they send."""
    wrapped: View = login_required(reauthentication_required(app="cheeseshop", allow_get=True)(view))
    wrapped.is_sensitive_to_change = True  # type: ignore[attr-defined]
    return wrapped
