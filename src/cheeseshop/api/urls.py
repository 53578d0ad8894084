# SPDX-License-Identifier: Apache-2.0
"""The API is built when it is first asked for: its library takes a third of a second to load."""

from cheeseshop.api.routes import api

app_name = api.urls_namespace
urlpatterns = api.urls[0]
