# SPDX-License-Identifier: Apache-2.0
"""How many files one account, or one address, may send in an hour; fewer while the account is new."""

from cheeseshop.accounts.queries import is_new
from cheeseshop.core import current
from cheeseshop.rates.counting import Limit, spend
from cheeseshop.uploads.admission import Sender

_TOO_MANY = "Too many files were uploaded; the administrator can allow more."
_NEW = "Too many files were uploaded by an account that is new; it may send more when it is some days old."


def check_frequency(sender: Sender) -> None:
    """Count a file that is about to be sent. An administrator's token has no limit.

    Raises:
        Refusal: with status 429, when there were too many.
    """
    bearer, settings = sender.bearer, current.settings()
    if bearer.issued_by_administrator:
        return
    limits = [Limit(f"upload:address:{sender.client}", settings.uploads_per_hour_address, _TOO_MANY)]
    if bearer.publisher is not None:
        limits.append(Limit(f"upload:publisher:{bearer.publisher.id}", settings.uploads_per_hour_user, _TOO_MANY))
    else:
        user = bearer.person.id
        limits.append(Limit(f"upload:user:{user}", settings.uploads_per_hour_user, _TOO_MANY))
        few = settings.new_account_uploads_per_hour
        if few and is_new(user):
            limits.append(Limit(f"upload:new:{user}", few, _NEW))
    spend(*limits)
