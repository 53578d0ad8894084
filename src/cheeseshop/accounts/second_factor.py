# SPDX-License-Identifier: Apache-2.0
"""Checking second factors where allauth leaves room: replayed codes, clocks that are off, counters that go back."""

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse

from cheeseshop.accounts.models import User
from cheeseshop.core.clock import now

STEP = 30
_TOLERATED = 1
_LOOKED_AT = 10

WRONG = _("This code is wrong. Type the newest one that your application shows.")
REPLAYED = _("This code was used already. Wait for the next one.")
CLOCK = _(
    "This code is of another moment: the clock of your device is wrong. Set it to be taken from the network, then type "
    "the newest code."
)
WENT_BACK = _("This security device has answered before with a higher counter: it may be a copy. It was not accepted.")


def step_of(secret: str, code: str) -> int | None:
    """Return the time step (RFC 6238) a code belongs to, within ten steps of now, the nearest first."""
    present = int(now().timestamp()) // STEP
    for offset in sorted(range(-_LOOKED_AT, _LOOKED_AT + 1), key=abs):
        expected = format_hotp_value(hotp_value(secret, present + offset))
        if compare_user_code(actual=code, expected=expected):
            return present + offset
    return None


def check_step(step: int | None) -> int:
    """Check that a code is of this moment, one step early or late.

    Raises:
        ValidationError: saying that it is wrong, or that the clock is.
    """
    if step is None:
        raise ValidationError(WRONG)
    if abs(step - int(now().timestamp()) // STEP) > _TOLERATED:
        raise ValidationError(CLOCK)
    return step


def use_code(user: User, code: str) -> Authenticator:
    """Use a code of a person's application, or one of their recovery codes, which is gone then.

    Raises:
        ValidationError: saying what is wrong with it.
    """
    with transaction.atomic():
        found = {
            a.type: a
            for a in Authenticator.objects.select_for_update()
            .filter(user=user)
            .exclude(type=Authenticator.Type.WEBAUTHN)
        }
        codes = found.get(Authenticator.Type.RECOVERY_CODES)
        wrapped = codes.wrap() if codes is not None else None
        if wrapped is not None and wrapped.validate_code(code):  # reads its row anew, which knows what is left
            return wrapped.instance
        application = found.get(Authenticator.Type.TOTP)
        if application is None:
            raise ValidationError(gettext("This code is wrong, or was used already."))
        step = check_step(step_of(decrypt(application.data["secret"]), code))
        if step <= application.data.get("last_step", 0):
            raise ValidationError(REPLAYED)
        application.data["last_step"] = step
        application.save(update_fields=["data"])
        return application


def check_counter(device: Authenticator, credential: dict[str, Any]) -> None:
    """Check that a device's signature counter went up (WebAuthn 7.2, step 22), and keep it. Both 0: it has none.

    Raises:
        ValidationError: when it did not.
    """
    counter = AuthenticationResponse.from_dict(credential).response.authenticator_data.counter
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=device.pk)
        known = row.data.get("counter")
        if known is None:
            known = row.wrap().authenticator_data.counter
        if (counter or known) and counter <= known:
            raise ValidationError(WENT_BACK)
        row.data["counter"] = counter
        row.save(update_fields=["data"])
    device.data = row.data
