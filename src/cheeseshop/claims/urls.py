# SPDX-License-Identifier: Apache-2.0
"""The addresses of claims."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.claims import views

urlpatterns = [
    path("manage/claims/", views.mine, name="claims"),
    path("manage/claims/new/", views.new, name="new-claim"),
    path("manage/claims/queue/", views.queue, name="claim-queue"),
    path("manage/claims/<uuid:claim>/", sensitive_to_change(views.claim), name="claim"),
    path("claims/answer/<str:token>/", views.answer, name="answer-claim"),
]
