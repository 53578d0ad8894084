# SPDX-License-Identifier: Apache-2.0
"""Project names by themselves: what may be one, which look alike, and which are taken by the standard library.

What an instance's rows say of a name is asked in ``catalog.names``, which holds all rules in their order.
"""

import re
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

from packaging.utils import NormalizedName, canonicalize_name

from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.stdlib_more import MORE

_PROJECT_NAME = re.compile(r"([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])\Z", re.IGNORECASE | re.ASCII)
_ULTRANORMAL = str.maketrans(ascii_uppercase, ascii_lowercase) | str.maketrans("liLIoO", "111100", "._-")


def check_project_name(name: str) -> None:
    """Refuse a name that the core metadata specification does not allow.

    :raises DistributionRefused: with `field` "name".
    """
    if not _PROJECT_NAME.match(name):
        raise DistributionRefused(
            "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.", "name"
        )


def ultranormalize(name: str) -> str:
    """Return the form under which names that a reader confuses are equal.

    Separators are dropped, `l` and `i` become `1`, `o` becomes `0`, and the rest is lower-cased. Letters beyond ASCII,
    which no project's name may have, are left as they are: lower-casing them could make two names equal that are not,
    or change a name's length.
    """
    return name.translate(_ULTRANORMAL)


def is_stdlib_name(name: str) -> bool:
    """Tell whether `name` is a module of the standard library of any Python since 2.5, or a package of one."""
    return canonicalize_name(name.strip("._-")) in _stdlib_names()


@lru_cache(maxsize=1)
def _stdlib_names() -> frozenset[NormalizedName]:
    """Return every module name and every dotted prefix, edge punctuation stripped, normalised."""
    # Imported late: only the creation of a project needs it.
    from stdlib_list import short_versions, stdlib_list  # noqa: PLC0415 - needed rarely

    modules = {module for version in short_versions for module in stdlib_list(version)}
    modules.update(*MORE.values())
    prefixes = {
        ".".join(parts[:count]) for parts in (name.split(".") for name in modules) for count in range(1, len(parts) + 1)
    }
    return frozenset(canonicalize_name(prefix.strip("._-")) for prefix in prefixes)
