# SPDX-License-Identifier: Apache-2.0
"""Which message a line of the journal becomes, and how it is signed."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from cheeseshop.core.clock import now
from cheeseshop.webhooks.events import EVENTS, event_of, message
from cheeseshop.webhooks.signing import secret_of, sign

HOOK = UUID(int=5)


@pytest.mark.parametrize(
    ("action", "event", "filename"),
    [
        ("create", "project.created", ""),
        ("remove project", "project.removed", ""),
        ("new release", "release.created", ""),
        ("remove release", "release.removed", ""),
        ("yank release", "release.yanked", ""),
        ("unyank release", "release.unyanked", ""),
        ("add py3 file demo-1.0-py3-none-any.whl", "file.added", "demo-1.0-py3-none-any.whl"),
        ("add source file demo-1.0.tar.gz", "file.added", "demo-1.0.tar.gz"),
        ("remove file demo-1.0.tar.gz", "file.removed", "demo-1.0.tar.gz"),
        ("yank file demo-1.0.tar.gz", "file.yanked", "demo-1.0.tar.gz"),
        ("unyank file demo-1.0.tar.gz", "file.unyanked", "demo-1.0.tar.gz"),
        ("add Owner alice", "role.changed", ""),
        ("change alice to Owner", "role.changed", ""),
        ("remove Maintainer bob", "role.changed", ""),
        ("invite Owner bob", "role.changed", ""),
        ("set status archived", "project.changed", ""),
        ("something new", "project.changed", ""),
    ],
)
def test_each_line_of_the_journal_is_an_event(action: str, event: str, filename: str) -> None:
    assert event_of(action) == (event, filename)
    assert event in EVENTS


@given(st.text(max_size=60))
def test_any_line_is_some_event(action: str) -> None:
    assert event_of(action)[0] in EVENTS


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_the_reference_library_takes_our_signatures(text: str) -> None:
    at, secret = now(), secret_of(HOOK, 1)
    body = message("file.added", at, {"project": text})
    stamp = int(at.timestamp())
    headers = {
        "webhook-id": str(HOOK),
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secret, HOOK, stamp, body.encode()),
    }
    assert Webhook(secret).verify(body, headers) == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + " ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(HOOK, 2)).verify(body, headers)


def test_secrets_are_long_and_each_webhooks_own() -> None:
    made = {secret_of(UUID(int=n), generation) for n in range(3) for generation in range(3)}
    assert len(made) == 9
    assert all(len(base64.b64decode(each.removeprefix("whsec_"))) == 32 for each in made)


def test_a_message_says_what_happened_when() -> None:
    told = json.loads(message("release.created", datetime(2026, 1, 2, tzinfo=UTC), {"project": "demo"}))
    assert told == {
        "type": "release.created",
        "timestamp": "2026-01-02T00:00:00.000000Z",
        "data": {"project": "demo"},
    }
