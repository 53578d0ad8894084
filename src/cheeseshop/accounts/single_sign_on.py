# SPDX-License-Identifier: Apache-2.0
"""Log-in by an OpenID Connect issuer: which account it opens, and which site roles its groups give."""

import re
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from cheeseshop.accounts import history, names
from cheeseshop.accounts.models import USERNAME, User
from cheeseshop.core import current
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import is_on

ADMINISTRATOR = "administrator"
_LONGEST = 50
_TRIES = 100


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """How an issuer's word becomes an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Let everybody in whom the issuer vouches for, unless nothing can be changed now."""
        return not is_on(Switch.READ_ONLY)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Make the account at once: the issuer has told all we ask."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take username and full name from the claims, mended to what is allowed here."""
        user: User = super().populate_user(request, sociallogin, data)
        claims = claims_of(sociallogin.account)
        user.username = free_name(str(claims.get("preferred_username") or data.get("username") or data.get("email")))
        user.full_name = str(claims.get("name") or "")[:100]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: object = None) -> User:
        """Keep the account, then its roles."""
        user: User = super().save_user(request, sociallogin, form)
        apply_roles(user, sociallogin.account)
        history.record(user, "account:sso:connected", request, current.settings().oidc_name)
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        """Go back to the account after connecting it."""
        history.record(socialaccount.user, "account:sso:connected", request, current.settings().oidc_name)
        return reverse("account")

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bring the roles of somebody who has an account up to date at each log-in."""
        if sociallogin.is_existing and apply_roles(sociallogin.user, sociallogin.account):
            history.record(sociallogin.user, "account:roles:changed", request)


def claims_of(account: SocialAccount) -> dict[str, Any]:
    """Return what the issuer told: the user-info answer, over the identity token."""
    told = account.extra_data
    return {**told, **told.get("id_token", {}), **told.get("userinfo", {})}


def free_name(wanted: str) -> str:
    """Return a username that is allowed and free, as near as can be to what the issuer says."""
    base = re.sub(r"[^a-zA-Z0-9._-]+", "-", wanted.partition("@")[0]).strip("._-")[: _LONGEST - 4] or "user"
    for number in range(1, _TRIES):
        name = base if number == 1 else f"{base}-{number}"
        try:
            USERNAME(name)
            names.check_username(name)
        except ValidationError:
            continue
        return name
    raise ValidationError(gettext("No username like the one of the issuer is free; ask the administrator."))


def wanted_roles(account: SocialAccount) -> set[str]:
    """Return the site roles that a person's groups give, by the setting ``oidc_roles``."""
    settings = current.settings()
    groups = claims_of(account).get(settings.oidc_groups_claim) or []
    mine = {groups} if isinstance(groups, str) else {str(g) for g in groups}
    pairs = (pair.partition("=") for pair in settings.oidc_roles.split(",") if "=" in pair)
    return {role.strip() for group, _, role in pairs if group.strip() in mine}


def apply_roles(user: User, account: SocialAccount) -> bool:
    """Give and take site roles, so that they are what the groups say. Tells whether anything changed."""
    if not current.settings().oidc_roles:
        return False
    wanted = wanted_roles(account)
    rules = ADMINISTRATOR in wanted
    with transaction.atomic():
        before = (user.is_superuser, user.is_staff, set(user.groups.values_list("name", flat=True)))
        user.is_superuser = rules
        user.is_staff = bool(wanted)
        user.save(update_fields=["is_superuser", "is_staff"])
        user.groups.set([Group.objects.get_or_create(name=role)[0] for role in sorted(wanted - {ADMINISTRATOR})])
    return before != (user.is_superuser, user.is_staff, wanted - {ADMINISTRATOR})
