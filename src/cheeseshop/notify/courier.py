# SPDX-License-Identifier: Apache-2.0
"""The thread in every worker that delivers mails, and does what each domain must do now and then."""

import time

from django.utils.module_loading import import_string

from cheeseshop.background import Repeating
from cheeseshop.notify.flows import deliver_due

CHORES_INTERVAL = 3600.0


class Courier(Repeating):
    """Delivers what is due each second, and calls ``chores``, functions by their path, each hour.

    Chores must be safe to run twice at once, because every worker runs them.
    """

    def __init__(self, chores: tuple[str, ...] = ()) -> None:
        super().__init__("courier", "the courier failed; it will try again")
        self._chores = chores
        self._done_at = time.monotonic()

    def work(self) -> None:
        """Deliver what is due, and do the chores if it is time."""
        deliver_due()
        self._do_chores()

    def _do_chores(self) -> None:
        if time.monotonic() - self._done_at < CHORES_INTERVAL:
            return
        self._done_at = time.monotonic()
        for chore in self._chores:
            import_string(chore)()
