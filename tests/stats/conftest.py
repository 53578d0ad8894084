# SPDX-License-Identifier: Apache-2.0
"""A shop with three files of two projects, whose downloads are counted."""

import pytest

from cheeseshop.accounts.models import User
from cheeseshop.journal.models import SerialCounter
from cheeseshop.storage import Store
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload
from tests.support.places import shop
from tests.support.quick_accounts import no_limits, quick
from tests.support.static_files import static_files

__all__ = ["no_limits", "quick", "shop", "static_files"]


@pytest.fixture
def alice(shop: Store, db: None) -> User:
    SerialCounter.objects.get_or_create(id=1)  # a test with transactions of its own empties every table
    user = make_user("alice")
    token = make_token(user)
    for built in (
        build_wheel("demo", "1.0"),
        build_sdist("demo", "1.0"),
        build_wheel("demo", "2.0"),
        build_wheel("other", "1.0"),
    ):
        assert upload(shop, token, built).status == 200
    return user
