# SPDX-License-Identifier: Apache-2.0
"""The addresses of the site's texts and announcements, and of the pages on which they are edited."""

from django.urls import path
from django.views.generic import RedirectView

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.notices.catalogue import PIECES
from cheeseshop.notices.views import managing, public

_ELSEWHERE = {  # how other indexes call these pages
    "policy/terms-of-use/": "text-terms",
    "policy/terms-of-service/": "text-terms",
    "policy/privacy-notice/": "text-privacy",
    "policy/acceptable-use-policy/": "text-acceptable-use",
    "sponsor/": "text-sponsors",
}

urlpatterns = [
    *(path(piece.path, public.text, {"key": piece.key}, name=piece.view_name) for piece in PIECES if piece.path),
    *(path(old, RedirectView.as_view(pattern_name=name, permanent=True)) for old, name in _ELSEWHERE.items()),
    path("2fa/", RedirectView.as_view(url="/help/#twofa", permanent=True)),
    path("announcements/", public.announcements, name="announcements"),
    path("announcements/<int:pk>/", public.announcement, name="announcement"),
    path("manage/texts/", managing.texts, name="site-texts"),
    path("manage/texts/<str:key>/", sensitive_to_change(managing.text), name="site-text"),
    path("manage/announcements/", sensitive_to_change(managing.announcements), name="manage-announcements"),
    path("manage/announcements/<int:pk>/", sensitive_to_change(managing.announcement), name="manage-announcement"),
]
