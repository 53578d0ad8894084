# SPDX-License-Identifier: Apache-2.0
"""Which names a new project may take."""

from cheeseshop.catalog.models import ProhibitedName, Project
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
    if Project.objects.filter(normalized_name=normalized_name).exists():
        raise Conflict(f"The name {name!r} conflicts with an existing project.")
    if ProhibitedName.objects.filter(normalized_name=normalized_name).exists():
        raise Refusal(f"The name {name!r} isn't allowed.")
    near = Project.objects.filter(lookalike_key=ultranormalize(name)).first()
    if near is None:
        return
    if near.normalized_name == normalized_name:  # created between the two questions
        raise Conflict(f"The name {name!r} conflicts with an existing project.")
    raise Refusal(f"The name {name!r} is too similar to an existing project ({near.name}).")
