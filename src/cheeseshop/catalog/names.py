# SPDX-License-Identifier: Apache-2.0
"""Which names a new project may take: every rule, in the order that clients know, each with its place on the help page.

Pure rules of a name alone are in ``distributions.names``, because the form of an upload is checked by them too; the
distance of typing slips, which refuses nothing, is in ``distributions.typos``.
"""

from enum import StrEnum

from cheeseshop import sql
from cheeseshop.core import current
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.names import check_project_name, is_stdlib_name, ultranormalize

LONGEST_NAME = 200


class Rule(StrEnum):
    """A rule of names. Its value is the anchor on the help page that explains it."""

    FORM = "name-form"
    STANDARD_LIBRARY = "name-standard-library"
    TAKEN = "name-taken"
    PROHIBITED = "name-prohibited"
    LOOK_ALIKE = "name-look-alike"


def check_new_project(name: str, normalized_name: str) -> None:
    """Check the name of a project that does not exist yet, in the order clients know.

    Raises:
        Refusal: when the name is malformed, the standard library's, prohibited, or too like another.
        Conflict: when the project exists, with a release or without.
    """
    check_form(name)
    if is_stdlib_name(name):
        raise _refused(name, "isn't allowed (conflict with Python standard library module name)", Rule.STANDARD_LIBRARY)
    near = _near(name, normalized_name)
    for other, shown, bare in near:
        if other == normalized_name:
            raise Conflict(_taken(name, shown, bare=bool(bare)))
    if sql.first("SELECT 1 FROM catalog_prohibitedname WHERE normalized_name = %s", normalized_name):
        raise _refused(name, "isn't allowed (an administrator has prohibited it)", Rule.PROHIBITED)
    if near:
        raise _refused(name, f"is too similar to an existing project ({near[0][1]})", Rule.LOOK_ALIKE)


def check_form(name: str) -> None:
    """Check what the core metadata specification asks of a name, and that it is not too long.

    Raises:
        Refusal: when it is malformed.
    """
    try:
        check_project_name(name)
    except DistributionRefused as error:
        raise _refused(name[:LONGEST_NAME], f"is invalid: {error.message.rstrip('.')}", Rule.FORM) from error
    if len(name) > LONGEST_NAME:
        raise _refused(f"{name[:50]}…", f"is too long: at most {LONGEST_NAME} characters", Rule.FORM)


NEAR = """
SELECT normalized_name, name, NOT EXISTS (SELECT 1 FROM catalog_release r WHERE r.project_id = p.id)
FROM catalog_project p WHERE normalized_name = %s OR lookalike_key = %s"""


def _near(name: str, normalized_name: str) -> list[sql.Row]:
    """Return the projects that have this name or look like it, by one look-up of two unique indexes."""
    return sql.every(NEAR, normalized_name, ultranormalize(name))


def _taken(name: str, shown: str, *, bare: bool) -> str:
    told = "conflicts with an existing project"
    if bare:
        told += f" ({shown} has no release yet, so that it has no page; its name is taken all the same)"
    return _refused(name, told, Rule.TAKEN).message


def _refused(name: str, told: str, rule: Rule) -> Refusal:
    where = f"{current.settings().url}/help/#{rule.value}"
    return Refusal(f"The name {name!r} {told}. See {where} for more information.")
