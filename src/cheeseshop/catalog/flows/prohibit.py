# SPDX-License-Identifier: Apache-2.0
"""Names that no new project may take, as administrators say."""

from collections.abc import Iterable

from django.db import transaction
from packaging.utils import canonicalize_name

from cheeseshop.catalog.models import ProhibitedName
from cheeseshop.catalog.names import check_form
from cheeseshop.core.errors import Missing

_LONGEST_COMMENT = 500


def prohibit_names(names: Iterable[str], comment: str) -> None:
    """Refuse names to new projects from now on, in any spelling. A project that has one keeps it.

    Raises:
        Refusal: when one is no name, so that none is refused.
    """
    with transaction.atomic():
        for name in names:
            check_form(name)
            told = {"comment": comment[:_LONGEST_COMMENT]}
            ProhibitedName.objects.update_or_create(normalized_name=canonicalize_name(name), defaults=told)


def allow_name(name: str) -> None:
    """Take a prohibition back.

    Raises:
        Missing: when there is none.
    """
    if not ProhibitedName.objects.filter(normalized_name=canonicalize_name(name)).delete()[0]:
        raise Missing(f"{name} is not prohibited.")
