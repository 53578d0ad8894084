# SPDX-License-Identifier: Apache-2.0
"""Addresses that the answers link to, by names that can stand in translated text."""

from django.urls import reverse

from cheeseshop.notices.state import shown_pieces

_LINKS = {
    "account_url": "account",
    "announcements_feed_url": "rss-announcements",
    "announcements_url": "announcements",
    "api_url": "api-v1:openapi-json",
    "device_url": "mfa_add_webauthn",
    "history_url": "security-history",
    "new_claim_url": "new-claim",
    "new_projects_url": "rss-packages",
    "organizations_url": "organizations",
    "projects_url": "projects",
    "publishing_url": "pending-publishers",
    "recover_url": "ask-recovery",
    "reset_url": "account_reset_password",
    "sessions_url": "usersessions_list",
    "stats_url": "stats",
    "status_url": "status",
    "tokens_url": "tokens",
    "totp_url": "mfa_activate_totp",
    "two_factor_url": "mfa_index",
    "updates_url": "rss-updates",
}


_TEXTS = {
    "acceptable_use_url": "acceptable-use",
    "conduct_url": "code-of-conduct",
    "donate_url": "donate",
    "sponsors_url": "sponsors",
}


def links() -> dict[str, str]:
    """Return each link's name and path; an empty one for a text of the site that says nothing."""
    shown = {piece.key: reverse(piece.view_name) for piece in shown_pieces()}
    texts = {name: shown.get(key, "") for name, key in _TEXTS.items()}
    return {name: reverse(view) for name, view in _LINKS.items()} | texts
