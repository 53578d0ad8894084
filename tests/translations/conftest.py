# SPDX-License-Identifier: Apache-2.0
"""Fast password hashes, and no limits left over from the test before."""

from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick"]
