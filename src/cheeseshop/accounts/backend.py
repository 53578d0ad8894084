# SPDX-License-Identifier: Apache-2.0
"""Who is let in by a password, and who stays in by a session."""

from allauth.account.auth_backends import AuthenticationBackend

from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named


class OnlyWhoMayAct(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend, for accounts that are neither inactive nor frozen: freezing one ends its sessions at once."""

    def _authenticate_by_username(self, username: str, password: str) -> User | None:
        """Look a person up as we do everywhere, then check the password."""
        return self._check_password(user_named(username), password)  # type: ignore[no-any-return]

    def user_can_authenticate(self, user: User) -> bool:
        """Tell whether an account may be used: never a service account, which acts by tokens alone."""
        return user.may_log_in
