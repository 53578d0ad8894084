# SPDX-License-Identifier: Apache-2.0
"""An index in a folder of its own."""

from tests.support.places import shop

__all__ = ["shop"]
