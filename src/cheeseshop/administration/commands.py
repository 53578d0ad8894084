# SPDX-License-Identifier: Apache-2.0
"""What whoever has the server does by command, written down as the keepers' deeds are."""

from collections.abc import Callable

from django.db import transaction

from cheeseshop.access.site_roles import SiteRole, site_roles
from cheeseshop.accounts.flows import restrain
from cheeseshop.accounts.flows.restrain import By
from cheeseshop.accounts.models import User
from cheeseshop.administration.models import Deed
from cheeseshop.core.errors import Refusal

ACTOR = "administrator by command"
_FLOWS: dict[str, Callable[[User, By], None]] = {
    "freeze": restrain.freeze,
    "unfreeze": restrain.unfreeze,
    "disable": restrain.disable,
    "enable": restrain.enable,
    "reset-factors": restrain.reset_factors,
}


def restrain_user(action: str, user: User, reason: str) -> None:
    """Freeze an account, or whatever ``action`` says.

    Raises:
        Refusal: as the flow of that name.
    """
    with transaction.atomic():
        _write(action, user, reason)
        _FLOWS[action](user, By(None, reason))


def change_roles(user: User, give: list[str], take: list[str], reason: str) -> list[str]:
    """Give and take roles of the site, and return what they are now.

    Raises:
        Refusal: for a word that is no role, or as the flow.
    """
    unknown = sorted({*give, *take} - {role.value for role in SiteRole})
    if unknown:
        raise Refusal(f"There is no role {unknown[0]!r}; there are {', '.join(SiteRole)}.")
    wanted = {SiteRole(role) for role in ({*site_roles(user), *give} - {*take})}
    with transaction.atomic():
        _write("roles", user, reason, f"roles: {', '.join(sorted(wanted))}")
        return restrain.set_site_roles(user, wanted, By(None, reason))


def _write(action: str, user: User, reason: str, detail: str = "") -> None:
    Deed.objects.create(
        actor=ACTOR,
        action=action,
        kind="accounts.user",
        subject=user.username,
        subject_id=str(user.pk),
        reason=reason,
        detail=detail,
    )
