# SPDX-License-Identifier: Apache-2.0
"""The addresses of leaked tokens."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.leaks import views

urlpatterns = [
    path("_/secrets/disclose-token", views.disclose_token, name="disclose-token"),
    path("_/github/disclose-token", views.disclose_token),
    path("manage/leaked-tokens/", sensitive_to_change(views.paste), name="leaked-tokens"),
]
