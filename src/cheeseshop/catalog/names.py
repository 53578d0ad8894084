# SPDX-License-Identifier: Apache-2.0
"""Which names a new project may take."""

from cheeseshop import sql
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.distributions.names import is_stdlib_name, ultranormalize


def check_new_project(name: str, normalized_name: str) -> None:
    """Check the name of a project that does not exist yet, in the order clients know.

    Raises:
        Refusal: when the name is the standard library's, prohibited, or too like another.
        Conflict: when the project exists.
    """
    if is_stdlib_name(name):
        raise Refusal(f"The name {name!r} isn't allowed (conflict with Python standard library module name).")
    near = sql.every(
        "SELECT normalized_name, name FROM catalog_project WHERE normalized_name = %s OR lookalike_key = %s",
        normalized_name,
        ultranormalize(name),
    )
    if any(other == normalized_name for other, _ in near):
        raise Conflict(f"The name {name!r} conflicts with an existing project.")
    if sql.first("SELECT 1 FROM catalog_prohibitedname WHERE normalized_name = %s", normalized_name):
        raise Refusal(f"The name {name!r} isn't allowed.")
    if near:
        raise Refusal(f"The name {name!r} is too similar to an existing project ({near[0][1]}).")
