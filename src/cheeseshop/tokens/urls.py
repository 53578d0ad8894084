# SPDX-License-Identifier: Apache-2.0
"""The addresses of tokens."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive
from cheeseshop.tokens import views

urlpatterns = [
    path("manage/account/tokens/", views.tokens, name="tokens"),
    path("manage/account/token/", sensitive(views.new_token), name="new-token"),
    path("manage/account/token/<uuid:token>/remove/", sensitive(views.remove_token), name="remove-token"),
]
