# SPDX-License-Identifier: Apache-2.0
"""The list of pages that the browser looks at has every kind of public page; a new one fails until it is there."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.support.shown_site import PAGES
from tests.web.test_routes import ANYBODY

_FOR_PROGRAMS = {
    "search.json", "opensearch.xml", "RPC2", "_health/", "robots.txt", "rss/updates.xml", "rss/packages.xml",
    "rss/project/<str:name>/releases.xml", "sitemap.xml", "osv/v1/vulns/<str:identity>", "osv/v1/query",
    "osv/v1/querybatch", "image/<str:mac>/<str:address>", "<bucket:bucket>.sitemap.xml", "humans.txt",
    ".well-known/security.txt", ".well-known/funding-manifest-urls", "account/password-strength/",
    "_/oidc/audience", "_/oidc/mint-token", "_/oidc/github/mint-token", "_/oidc/burn-token", ".well-known/pytp",
    "api/openapi.yaml", "_/secrets/disclose-token", "_/github/disclose-token", "rss/announcements.xml",
    "_/vulnerabilities/osv/report",
}  # fmt: skip
_LEAD_ON = {"language/",   # to other addresses
    "pypi", "pypi/", "pypi/<str:name>/", "pypi/<str:name>/<str:version>/", "p/<str:name>/",
    "p/<str:name>/<str:version>/", "u/<str:username>/",
    "packages/<str:_kind>/<str:_letter>/<str:_project>/<str:filename>", "project/<str:name>/<str:version>/inside/",
    "account/logout/", "account/passkey/", "policy/terms-of-use/", "policy/terms-of-service/",
    "policy/privacy-notice/", "policy/acceptable-use-policy/", "sponsor/", "2fa/",
}  # fmt: skip
_ALIKE = {  # made by the view and template of a page that is there
    "policy/privacy/", "policy/acceptable-use/", "policy/code-of-conduct/", "trademarks/", "credits/", "sponsors/",
    "donate/",
}  # fmt: skip
_BY_LINK_OR_STEP = {  # looked at in tests/browser/test_accounts.py and test_names_and_limits.py
    "account/inactive/", "account/verification-sent/", r"account/^verify-email/(?P<key>[-:\w]+)/$",
    "account/request-password-reset/sent/", "account/reset-password/", "account/reset-password/done/",
    r"account/^reset-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "claims/answer/<str:token>/",
    "account/recover/<str:token>/", "account/recover/cancel/<str:token>/",
}  # fmt: skip


def test_every_kind_of_public_page_is_looked_at() -> None:
    shown = set()
    for path in PAGES:
        try:
            shown.add(resolve(urlsplit(path).path).route)
        except Resolver404:
            assert PAGES[path] == 404, path
    apart = _FOR_PROGRAMS | _LEAD_ON | _ALIKE | _BY_LINK_OR_STEP
    assert apart - ANYBODY == set(), "is no public route"
    assert ANYBODY - shown - apart == set(), "enter a path of it in PAGES of tests/support/shown_site.py"
