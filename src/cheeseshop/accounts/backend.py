# SPDX-License-Identifier: Apache-2.0
"""Who is let in by a password, and who stays in by a session."""

from allauth.account.auth_backends import AuthenticationBackend

from cheeseshop.accounts.models import User


class OnlyWhoMayAct(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend, for accounts that are neither inactive nor frozen: freezing one ends its sessions at once."""

    def user_can_authenticate(self, user: User) -> bool:
        """Tell whether an account may be used."""
        return user.may_act
