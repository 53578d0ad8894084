# SPDX-License-Identifier: Apache-2.0
"""What keepers do to accounts, addresses and tokens."""

from collections.abc import Callable
from typing import Any

from django import forms

from cheeseshop.access.site_roles import SiteAction, SiteRole, site_roles
from cheeseshop.accounts.flows import addresses, restrain
from cheeseshop.accounts.flows.restrain import By
from cheeseshop.accounts.models import User
from cheeseshop.administration import nuking
from cheeseshop.administration.acting import Action, Doer, Why
from cheeseshop.tokens.flows import revoke_by_keeper
from cheeseshop.tokens.models import Token


def _by(doer: Doer) -> By:
    return By(doer.keeper, doer.reason)


def _flow(flow: Callable[[Any, By], object]) -> Callable[[Any, Doer], None]:
    """Return how a flow of accounts is run, which changes no page of the index."""

    def run(row: Any, doer: Doer) -> None:  # noqa: ANN401 - a row of whichever page
        flow(row, _by(doer))

    return run


class SiteRoles(Why):
    """Which roles somebody has on the site."""

    roles = forms.MultipleChoiceField(
        label="Roles on the site",
        required=False,
        choices=[(role.value, role.value.capitalize()) for role in SiteRole],
        widget=forms.CheckboxSelectMultiple,
        help_text="None: no role. A role that single sign-on gives is given again at the next log-in.",
    )
    field_order = ("roles", "reason")

    def __init__(self, row: User, typed: str, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as a form's
        super().__init__(row, typed, *arguments, **named)
        self.fields["roles"].initial = site_roles(row)


def _set_roles(user: User, doer: Doer) -> None:
    restrain.set_site_roles(user, {SiteRole(role) for role in doer.told["roles"]}, _by(doer))


class Nuke(Why):
    """The last word on an account. ``seen`` is what was shown, so that nothing else goes."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, row: User, typed: str, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as a form's
        super().__init__(row, typed, *arguments, **named)
        self.fields["seen"].initial = nuking.footprint(row).digest


def _lives(user: User) -> bool:
    return user.deleted_at is None


ACTIONS = (
    Action(
        "freeze",
        "Freeze",
        SiteAction.FREEZE,
        _flow(restrain.freeze),
        "The person is logged out everywhere and can't log in; every API token of theirs is refused at once. "
        "Projects and roles stay. It can be taken back.",
        when=lambda user: _lives(user) and user.frozen_at is None,
        danger=True,
    ),
    Action(
        "unfreeze",
        "Unfreeze",
        SiteAction.FREEZE,
        _flow(restrain.unfreeze),
        "The person can log in again, and their API tokens work again: revoke those that must not.",
        when=lambda user: _lives(user) and user.frozen_at is not None,
    ),
    Action(
        "disable",
        "Disable",
        SiteAction.ACCOUNTS,
        _flow(restrain.disable),
        "The account is closed: nobody logs in to it, its API tokens are refused at once, its public page is gone. "
        "It can be taken back.",
        when=lambda user: _lives(user) and user.is_active,
        danger=True,
    ),
    Action(
        "enable",
        "Enable",
        SiteAction.ACCOUNTS,
        _flow(restrain.enable),
        "The account is opened again, with its API tokens.",
        when=lambda user: _lives(user) and not user.is_active,
    ),
    Action(
        "reset-factors",
        "Reset second factors",
        SiteAction.ACCOUNTS,
        _flow(restrain.reset_factors),
        "Every second factor, recovery code and known browser is removed and the person is logged out. "
        "Whoever knows the password can set up new factors: be sure who asks.",
        when=lambda user: _lives(user) and not user.is_service,
        danger=True,
    ),
    Action(
        "withdraw-password",
        "Make the password useless",
        SiteAction.ACCOUNTS,
        _flow(restrain.withdraw_password),
        "The person is logged out and chooses a new password by a mailed link.",
        when=lambda user: _lives(user) and not user.is_service,
        danger=True,
    ),
    Action(
        "roles",
        "Set site roles",
        SiteAction.SITE_ROLES,
        _set_roles,
        "The person is logged out, and has these roles at the next log-in.",
        SiteRoles,
        when=lambda user: _lives(user) and not user.is_service,
    ),
    Action(
        "nuke",
        "Nuke",
        SiteAction.NUKE,
        nuking.run,
        "Removes the account and what is listed here for good. Nothing of it can be brought back.",
        Nuke,
        when=lambda user: _lives(user) and not user.is_service,
        typed=lambda user: user.username,
        preview=nuking.tables,
        danger=True,
        alone=True,
    ),
)

ADDRESS_ACTIONS = (
    Action(
        "unverify",
        "Unverify",
        SiteAction.ACCOUNTS,
        _flow(addresses.unverify),
        "The address counts for nothing until its owner follows a new link. "
        "The person can't change anything meanwhile if it is the primary one.",
        when=lambda address: address.verified,
    ),
    Action(
        "remove",
        "Remove address",
        SiteAction.ACCOUNTS,
        _flow(addresses.remove),
        "The account has this address no more. A primary address stays: freeze the account instead.",
        when=lambda address: not address.primary,
        typed=lambda address: address.email,
        danger=True,
        gone=True,
    ),
)


def _revoke(token: Token, doer: Doer) -> None:
    revoke_by_keeper(token.pk, doer.reason)


TOKEN_ACTIONS = (
    Action(
        "revoke",
        "Revoke token",
        SiteAction.TOKENS,
        _revoke,
        "The token is refused from now on. Its holder is told.",
        danger=True,
        gone=True,
    ),
)
