# SPDX-License-Identifier: Apache-2.0
"""The addresses of advisories."""

from django.urls import path

from cheeseshop.advisories import views

urlpatterns = [
    path("advisory/<str:identity>/", views.advisory, name="advisory"),
    path("manage/advisory/<str:identity>/dispute/", views.dispute, name="dispute-advisory"),
    path("_/vulnerabilities/osv/report", views.report, name="report-vulnerabilities"),
    path("osv/v1/vulns/<str:identity>", views.record, name="osv-record"),
    path("osv/v1/query", views.query, name="osv-query"),
    path("osv/v1/querybatch", views.query_batch, name="osv-query-batch"),
]
