# SPDX-License-Identifier: Apache-2.0
"""Keepers of each role, fast password hashes, and an index in a folder of its own."""

from tests.support.places import shop
from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick", "shop"]
