# SPDX-License-Identifier: Apache-2.0
"""Fast password hashes, no limits left over from the test before, and an index in a folder of its own."""

from tests.support.places import shop
from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick", "shop"]
