# SPDX-License-Identifier: Apache-2.0
"""What an index may close, how fast projects may be created, and actions that are no upload."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from cheeseshop.catalog.models import Project, ProjectCreation
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.edge_contract.protocols import Admission, Reply
from cheeseshop.publishing.receiving import Receiver
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import SITE, form_for, head, make_token, make_user, upload

pytestmark = pytest.mark.django_db

Configure = Callable[..., None]
MORE = " See http://localhost:8000/status/ for more information."


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    def change(**settings: object) -> None:
        changed = replace(current.settings(), **settings)  # type: ignore[arg-type]
        monkeypatch.setattr(current, "settings", lambda: changed)

    return change


@pytest.fixture
def token() -> str:
    """A token that a person made, of an index that does not ask for two factors."""
    return make_token(make_user(), administrator=False)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"read_only": True}, "The index is in read-only mode; nothing can be changed now."),
        ({"allow_uploads": False}, "New uploads are disabled for now."),
    ],
)
def test_a_closed_index_says_so_before_it_asks_who_comes(
    store: Store, configure: Configure, setting: dict[str, bool], message: str
) -> None:
    configure(**setting)
    reply = upload(store, "no token", build_wheel("closed", "1.0"))
    assert (reply.status, reply.body) == (403, message + MORE)


def test_files_of_projects_that_exist_are_taken_while_new_ones_are_not(
    store: Store, configure: Configure, token: str
) -> None:
    configure(require_2fa_for_upload=False)
    assert upload(store, token, build_wheel("old", "1.0")).status == 200
    configure(require_2fa_for_upload=False, allow_new_projects=False)
    assert upload(store, token, build_wheel("old", "2.0")).status == 200
    reply = upload(store, token, build_wheel("new", "1.0"))
    assert (reply.status, reply.body) == (403, "New project registration is disabled for now." + MORE)


@pytest.mark.parametrize("limit", ["new_projects_per_hour_user", "new_projects_per_hour_address"])
def test_new_projects_are_limited_by_the_hour(store: Store, configure: Configure, token: str, limit: str) -> None:
    configure(require_2fa_for_upload=False, **{limit: 2})
    assert [upload(store, token, build_wheel(f"p{n}", "1.0")).status for n in range(3)] == [200, 200, 429]
    assert upload(store, token, build_wheel("p0", "2.0")).status == 200
    ProjectCreation.objects.update(at=now() - timedelta(hours=1, seconds=1))
    assert upload(store, token, build_wheel("p3", "1.0")).status == 200
    assert ProjectCreation.objects.count() == 1


def test_the_answer_says_when_to_come_again(store: Store, configure: Configure, token: str) -> None:
    configure(require_2fa_for_upload=False, new_projects_per_hour_user=1)
    upload(store, token, build_wheel("p0", "1.0"))
    reply = upload(store, token, build_wheel("p1", "1.0"))
    assert reply.body.startswith("Too many new projects created")
    assert dict(reply.headers)["retry-after"] == "3600"


def test_an_administrators_token_creates_as_many_as_it_likes(store: Store, configure: Configure) -> None:
    configure(new_projects_per_hour_user=1)
    word = make_token(make_user())
    assert [upload(store, word, build_wheel(f"p{n}", "1.0")).status for n in range(3)] == [200] * 3
    assert not ProjectCreation.objects.exists()


def test_senders_behind_one_proxy_do_not_share_their_addresss_limit(
    store: Store, configure: Configure, token: str
) -> None:
    configure(require_2fa_for_upload=False, new_projects_per_hour_address=1)
    for number in range(2):
        assert send(store, token, f"p{number}", {"x-forwarded-for": f"spoofed, 203.0.113.{number}"}).status == 200
    assert send(store, token, "p2", {"x-forwarded-for": "other, 203.0.113.1"}).status == 429


def send(store: Store, token: str, name: str, headers: dict[str, str]) -> Reply:
    receiver, asked = Receiver(store, SITE), head(token)
    admission = receiver.admit(replace(asked, headers=asked.headers | headers))
    assert isinstance(admission, Admission)
    return receiver.accept(admission, form_for(store, *build_wheel(name, "1.0")))


GONE = [("submit", "no longer needed"), ("submit_pkg_info", "no longer needed"), ("doc_upload", "documentation")]


@pytest.mark.parametrize(("action", "message"), GONE)
def test_what_indexes_once_did_is_gone(store: Store, token: str, action: str, message: str) -> None:
    asked = replace(head(token), query=f":action={action}")
    in_address = Receiver(store, SITE).admit(asked)
    assert isinstance(in_address, Reply)
    in_form = upload(store, token, build_wheel("gone", "1.0"), **{":action": action})
    for reply in (in_address, in_form):
        assert reply.status == 410
        assert message in reply.body


@pytest.mark.parametrize(("action", "message"), [("explode", "Unknown :action 'explode'"), ("", ":action is missing")])
def test_another_action_is_refused(store: Store, token: str, action: str, message: str) -> None:
    reply = upload(store, token, build_wheel("other", "1.0"), **{":action": action})
    assert reply.status == 400
    assert message in reply.body
    assert not Project.objects.exists()


def test_the_action_may_be_in_the_address_alone(store: Store) -> None:
    receiver = Receiver(store, SITE)
    admission = receiver.admit(replace(head(make_token(make_user())), query=":action=file_upload"))
    assert isinstance(admission, Admission)
    form = form_for(store, *build_wheel("inaddress", "1.0"), **{":action": ""})
    assert receiver.accept(admission, form).status == 200
