# SPDX-License-Identifier: Apache-2.0
"""Fast password hashes, no limits left over from the test before, and an organisation with an owner."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cheeseshop.accounts.models import User
from cheeseshop.core import current
from cheeseshop.journal.models import SerialCounter
from cheeseshop.organizations.models import MemberRole, Membership, Organization, Team
from cheeseshop.storage import Store, open_store
from tests.support.actors import Visitor, insider
from tests.support.factories import SITE
from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    SerialCounter.objects.get_or_create(id=1)  # a test with transactions of its own empties every table
    return open_store()


@dataclass(frozen=True)
class Acme:
    """The organisation Acme with a team "cooks", and its owner alice at a browser."""

    organization: Organization
    team: Team
    alice: User
    visitor: Visitor

    def join(self, name: str, role: MemberRole = MemberRole.MEMBER) -> tuple[User, Visitor]:
        user, visitor = insider(name)
        Membership.objects.create(organization=self.organization, user=user, role=role)
        return user, visitor

    def url(self, page: str) -> str:
        return f"/manage/organization/Acme/{page}"


@pytest.fixture
def acme(shop: Store) -> Acme:
    alice, visitor = insider("alice")
    made = Organization.objects.create(name="Acme", normalized_name="acme", display_name="Acme", kind="Company")
    Membership.objects.create(organization=made, user=alice, role=MemberRole.OWNER)
    return Acme(made, Team.objects.create(organization=made, name="cooks", normalized_name="cooks"), alice, visitor)
