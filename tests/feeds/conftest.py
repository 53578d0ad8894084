# SPDX-License-Identifier: Apache-2.0
"""An index with a few projects."""

from tests.support.places import shop

__all__ = ["shop"]
