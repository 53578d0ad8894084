# SPDX-License-Identifier: Apache-2.0
"""Do beforehand what would make the first upload after a start wait."""

from cheeseshop.distributions.names import is_stdlib_name


def warm_up() -> None:
    """Read the tables that are read once. Harmless to run again, and beside requests."""
    is_stdlib_name("warm-up")
