# SPDX-License-Identifier: Apache-2.0
"""What a new password must be: not too long, strong by zxcvbn, and not known from a breach."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from zxcvbn import zxcvbn

from cheeseshop.accounts.breached import is_breached
from cheeseshop.accounts.models import User

LONGEST = 4096
STRONG_ENOUGH = 2
_LOOKED_AT = 72  # characters; zxcvbn's time grows with the square

BREACHED = _(
    "This password appears in a security breach or has been compromised and can't be used. Choose one that you use "
    "nowhere else; see Help, Compromised passwords."
)


def score(password: str, *known: str) -> tuple[int, str]:
    """Return 0 to 4, and what would make the password better. ``known`` is what an attacker tries first."""
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=[word[:100] for word in known if word])
    feedback = found["feedback"]
    return int(found["score"]), " ".join(filter(None, [feedback["warning"], *feedback["suggestions"]]))


class PasswordRules:
    """Django's password validator with all of our rules."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Check a new password.

        Raises:
            ValidationError: saying which rule it breaks.
        """
        if len(password) > LONGEST:
            raise ValidationError(gettext("A password has at most %(longest)s characters.") % {"longest": LONGEST})
        known = (user.username, user.full_name, user.email) if user else ()
        points, advice = score(password, *known)
        if points < STRONG_ENOUGH:
            raise ValidationError(
                (gettext("This password is too easy to guess. %(advice)s") % {"advice": advice}).strip()
            )
        if is_breached(password):
            raise ValidationError(BREACHED)

    def get_help_text(self) -> str:
        """Say what is asked of a password."""
        return gettext("A few words that don't belong together are better than one word with signs in it.")
