# SPDX-License-Identifier: Apache-2.0
"""Every route is entered here with who may open it; a new one fails until it is."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

pytestmark = pytest.mark.django_db

ANYBODY = {
    "", "language/", "help/translations/", "search/", "search.json", "opensearch.xml", "classifiers/",
    "project/<str:name>/", "project/<str:name>/<str:version>/",
    "project/<str:name>/<str:version>/provenance/", "project/<str:name>/<str:version>/provenance/<str:filename>/",
    "project/<str:name>/<str:version>/files/", "project/<str:name>/<str:version>/files/<str:filename>/",
    "project/<str:name>/<str:version>/releases/",
    "project/<str:name>/<str:version>/statistics/", "project/<str:name>/<str:version>/dependencies/",
    "trending/", "newest/projects/", "newest/releases/", "stats/", "stats/downloads/", "user/<str:username>/",
    "legacy/", "help/", "RPC2", "pypi", "pypi/", "pypi/<str:name>/", "pypi/<str:name>/<str:version>/", "p/<str:name>/",
    "p/<str:name>/<str:version>/", "u/<str:username>/",
    "packages/<str:_kind>/<str:_letter>/<str:_project>/<str:filename>", "_health/", "robots.txt",
    "rss/updates.xml", "rss/packages.xml", "rss/project/<str:name>/releases.xml", "sitemap.xml", "status/",
    "advisory/<str:identity>/", "osv/v1/vulns/<str:identity>", "osv/v1/query", "osv/v1/querybatch",
    "project/<str:name>/<str:version>/inside/", "project/<str:name>/<str:version>/inside/<str:filename>/",
    "project/<str:name>/<str:version>/inside/<str:filename>/difference/",
    "project/<str:name>/<str:version>/inside/<str:filename>/at/<path:path>",
    "image/<str:mac>/<str:address>",
    "<bucket:bucket>.sitemap.xml", "humans.txt", ".well-known/security.txt", ".well-known/funding-manifest-urls",
    "account/login/", "account/logout/", "account/register/", "account/inactive/", "account/passkey/",
    "account/verification-sent/", r"account/^verify-email/(?P<key>[-:\w]+)/$", "account/request-password-reset/",
    "account/request-password-reset/sent/", "account/reset-password/", "account/reset-password/done/",
    r"account/^reset-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "account/password-strength/",
    "claims/answer/<str:token>/",
    "account/recover/", "account/recover/<str:token>/", "account/recover/cancel/<str:token>/",
    "_/oidc/audience", "_/oidc/mint-token", "_/oidc/github/mint-token", "_/oidc/burn-token", ".well-known/pytp",
    "org/<str:name>/",
    "api/openapi.yaml",
    "_/secrets/disclose-token", "_/github/disclose-token",
    "policy/terms/", "policy/privacy/", "policy/acceptable-use/", "policy/code-of-conduct/", "trademarks/", "security/",
    "credits/", "sponsors/", "donate/", "policy/terms-of-use/", "policy/terms-of-service/", "policy/privacy-notice/",
    "policy/acceptable-use-policy/", "sponsor/", "2fa/", "sitemap/", "announcements/", "announcements/<int:pk>/",
    "rss/announcements.xml",
    "_/vulnerabilities/osv/report",
}  # fmt: skip
DURING_LOG_IN = {"account/two-factor/", "account/two-factor/remember/", "account/confirm-login/"}
BY_TOKEN = {  # each with its action: tests/api
    "projects/", "projects/<name>/", "projects/<name>/status", "projects/<name>/releases/<version>/",
    "projects/<name>/releases/<version>/yank", "projects/<name>/releases/<version>/unyank",
    "projects/<name>/files/<filename>/", "projects/<name>/files/<filename>/yank",
    "projects/<name>/files/<filename>/unyank", "projects/<name>/collaborators/",
    "projects/<name>/collaborators/<username>", "projects/<name>/invitations/<username>",
    "projects/<name>/history/", "projects/<name>/releases/", "tokens/", "tokens/<token>",
    "projects/<name>/publishers/", "projects/<name>/publishers/<publisher>", "projects/<name>/publishing",
    "projects/<name>/teams/", "projects/<name>/teams/<team>", "organizations/", "organizations/<name>/",
    "organizations/<name>/members/", "organizations/<name>/teams/",
}  # fmt: skip
STAGING = {  # each by token: tests/staging
    "", "sessions/<uuid:session>/", "sessions/<uuid:session>/files/", "sessions/<uuid:session>/publish/",
    "sessions/<uuid:session>/extend/", "files/<uuid:file>/", "files/<uuid:file>/complete/",
}  # fmt: skip
BY_TOKEN_OF_OBSERVERS = {"danger-api/echo", "danger-api/projects/<str:name>/observations"}  # tests/moderation
DESCRIBED = {"", "openapi.json"}
LOGGED_IN = {
    "account/reauthenticate/", "account/reauthenticate/code/", "account/reauthenticate/device/", "accounts/search/",
}  # fmt: skip
BEHIND_THE_GATE = {
    "manage/unverified-account/", "manage/account/", "manage/account/sessions/", "manage/account/history/",
    "manage/account/two-factor/", "manage/account/webauthn-devices/", "manage/account/recovery-codes/burn/",
    "manage/recoveries/", "manage/account/tokens/", "manage/projects/", "manage/invitation/<uuid:invitation>/",
    "manage/organizations/", "manage/organizations/application/<uuid:application>/",
    "manage/organizations/invitation/<uuid:invitation>/", "manage/organization-applications/",
    "manage/organization/<str:name>/history/", "manage/organization/<str:name>/hygiene/",
    "manage/organization/<str:name>/team/<str:team>/history/",
    "manage/project/<str:name>/", "manage/project/<str:name>/history/", "manage/project/<str:name>/documentation/",
    "manage/observations/", "manage/limits/", "manage/quarantine/",
    "manage/advisory/<str:identity>/dispute/",
    "manage/observations/reporters/",
    "project/<str:name>/submit-malware-report/", "manage/claims/", "manage/claims/new/", "manage/claims/queue/",
    "manage/texts/",
}  # fmt: skip
SENSITIVE = {
    "manage/account/emails/", "manage/account/password/", "manage/account/password/set/", "manage/account/delete/",
    "manage/account/totp-provision/", "manage/account/totp-remove/", "manage/account/webauthn-provision/",
    "manage/account/webauthn-provision/<int:pk>/remove/", "manage/account/webauthn-provision/<int:pk>/rename/",
    "manage/account/recovery-codes/", "manage/account/recovery-codes/generate/",
    "manage/recoveries/<uuid:recovery>/", "manage/account/token/", "manage/account/token/<uuid:token>/remove/",
    "manage/issuers/",
    "manage/organization-applications/<uuid:application>/",
    "manage/organization/<str:name>/service-accounts/<uuid:account>/token/",
    "manage/organization/<str:name>/service-accounts/<uuid:account>/token/<uuid:token>/remove/",
}  # fmt: skip
SENSITIVE_TO_CHANGE = {
    "manage/observations/<uuid:observation>/",
    "manage/project/<str:name>/quarantine/",
    "manage/project/<str:name>/releases/", "manage/project/<str:name>/files/",
    "manage/project/<str:name>/settings/limits/", "manage/limits/<uuid:limit_request>/",
    "manage/claims/<uuid:claim>/",
    "manage/project/<str:name>/release/<str:version>/", "manage/project/<str:name>/file/<str:filename>/",
    "manage/project/<str:name>/settings/", "manage/project/<str:name>/collaboration/",
    "manage/account/publishing/", "manage/project/<str:name>/settings/publishing/",
    "manage/project/<str:name>/collaboration/<uuid:person>/",
    "manage/project/<str:name>/collaboration/revoke_invite/<uuid:invitation>/",
    "manage/project/<str:name>/webhooks/", "manage/project/<str:name>/webhooks/<uuid:webhook>/",
    "manage/project/<str:name>/organization/", "manage/organizations/offer/<uuid:offer>/",
    "manage/organization/<str:name>/projects/", "manage/organization/<str:name>/people/",
    "manage/organization/<str:name>/people/<uuid:person>/",
    "manage/organization/<str:name>/people/resend_invite/<uuid:invitation>/",
    "manage/organization/<str:name>/people/revoke_invite/<uuid:invitation>/",
    "manage/organization/<str:name>/teams/", "manage/organization/<str:name>/settings/",
    "manage/organization/<str:name>/service-accounts/",
    "manage/organization/<str:name>/service-accounts/<uuid:account>/",
    "manage/organization/<str:name>/team/<str:team>/projects/",
    "manage/organization/<str:name>/team/<str:team>/members/",
    "manage/organization/<str:name>/team/<str:team>/settings/",
    "manage/leaked-tokens/",
    "manage/quarantine/new/", "manage/quarantine/user/", "manage/quarantine/<uuid:case>/",
    "manage/texts/<str:key>/", "manage/announcements/", "manage/announcements/<int:pk>/",
    "manage/banners/",
}  # fmt: skip

LISTS = {  # of administration, each with what can be done to a row, and to none: tests/administration/test_roles.py
    "accounts/user": "act", "account/emailaddress": "act", "tokens/token": "act", "accounts/securityevent": "",
    "accounts/recovery": "", "catalog/project": "act", "catalog/release": "act", "catalog/file": "act",
    "access/projectrole": "act", "access/invitation": "act", "publishers/projectpublisher": "act",
    "publishers/pendingpublisher": "", "journal/entry": "", "organizations/organization": "act",
    "organizations/membership": "", "organizations/memberinvitation": "", "organizations/application": "",
    "moderation/observation": "", "claims/claim": "", "quotas/limitrequest": "", "flags/banner": "",
    "moderation/case": "",
    "flags/flagchange": "add", "notify/mail": "", "administration/deed": "", "catalog/prohibitedname": "act add",
    "accounts/prohibitedusername": "act add", "accounts/prohibiteddomain": "act add",
    "accounts/prohibitednetwork": "act add",
}  # fmt: skip
ADMINISTRATION = {"admin/"} | {
    f"admin/{each}/{rest}"
    for each, more in LISTS.items()
    for rest, need in (("", ""), ("<path:object_id>/", ""), ("<path:object_id>/do/<str:action>/", "act"),
                       ("do/<str:action>/", "add"))
    if need in more
}  # fmt: skip
SENSITIVE |= ADMINISTRATION | {"admin/hygiene/"}


def routes() -> Iterator[tuple[str, URLPattern]]:
    def walk(patterns: list[object], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for each in patterns:
            here = prefix + str(each.pattern)  # type: ignore[attr-defined]
            if isinstance(each, URLPattern):
                yield here, each
            else:
                yield from walk(each.url_patterns, here)  # type: ignore[attr-defined]

    yield from walk(get_resolver().url_patterns, "")


def address(route: str) -> str:
    named = re.sub("<(str|path):[a-z_]+>", "x", route)
    return "/" + re.sub("<uuid:[a-z_]+>", str(UUID(int=7)), named).replace("<int:pk>", "1")


def test_every_route_is_known_with_its_permission() -> None:
    found = {route for route, _ in routes() if not route.startswith("dev/")}
    assert (
        found
        == ANYBODY
        | DURING_LOG_IN
        | LOGGED_IN
        | BEHIND_THE_GATE
        | SENSITIVE
        | SENSITIVE_TO_CHANGE
        | {f"api/v1/{route}" for route in BY_TOKEN | DESCRIBED}
        | {f"upload/2.0/{route}" for route in STAGING}
        | BY_TOKEN_OF_OBSERVERS
    )


def test_sensitive_views_are_these_and_no_others() -> None:
    assert {route for route, each in routes() if getattr(each.callback, "is_sensitive", False)} == SENSITIVE
    asking = {route for route, each in routes() if getattr(each.callback, "is_sensitive_to_change", False)}
    assert asking == SENSITIVE_TO_CHANGE


@pytest.mark.parametrize("route", sorted(BEHIND_THE_GATE | SENSITIVE | SENSITIVE_TO_CHANGE))
@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_is_not_logged_in_is_led_to_the_log_in(client: Client, route: str, method: str) -> None:
    reply = getattr(client, method)(address(route))
    assert (reply.status_code, reply.headers["location"]) == (302, f"/account/login/?next={address(route)}")


@pytest.mark.parametrize("route", sorted(DURING_LOG_IN))
def test_the_steps_of_a_log_in_need_one(client: Client, route: str) -> None:
    reply = client.get(address(route))
    assert (reply.status_code, reply.headers["location"]) == (302, "/account/login/")


@pytest.mark.parametrize("route", sorted(LOGGED_IN))
def test_what_needs_a_person_refuses_others(client: Client, route: str) -> None:
    assert client.get(address(route)).status_code in {302, 401}
