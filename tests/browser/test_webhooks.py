# SPDX-License-Identifier: Apache-2.0
"""An owner adds a webhook in a browser; a real program receives what real uploads cause, from two workers, once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from standardwebhooks.webhooks import Webhook as Standard

from tests.browser.test_manage import make_token, publish
from tests.support.browsing import set_up
from tests.support.index import Index, live_index
from tests.support.receiver import receiver

pytestmark = [pytest.mark.browser, pytest.mark.index]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("index")
    with live_index(folder, workers=2, CHEESESHOP_WEBHOOK_NETWORKS="127.0.0.1/32 ::1/128") as running:
        yield running


def test_a_webhook_from_form_to_message(index: Index, browser: Browser, tmp_path: Path) -> None:
    person = set_up(index, browser, "wanda", 375)
    token = make_token(person, "laptop", "The whole account")
    assert publish(index, token, tmp_path / "one", "1.0").returncode == 0
    with receiver() as program:
        person.go("/manage/project/demo/webhooks/")
        person.fill("Address", program.url)
        person.press("Add the webhook")
        person.look()
        secret = person.page.locator("pre code").first.inner_text()
        person.follow("On to the webhook")
        person.press("Send a test")
        headers, body = program.wait()[0]
        assert Standard(secret).verify(body, headers)["type"] == "webhook.test"  # type: ignore[index]
        assert publish(index, token, tmp_path / "two", "1.0", "2.0").returncode == 0
        received = program.wait(2)
        assert sorted(json.loads(each)["type"] for _, each in received[1:]) == ["file.added", "release.created"]
        person.page.reload()
        person.look()
        assert person.page.get_by_text("taken", exact=True).count() == 3
        person.go("/manage/project/demo/webhooks/")
    assert person.failures == []
    person.context.close()
