# SPDX-License-Identifier: Apache-2.0
"""The help page answers every question, at every fragment that is linked to, with figures of this very index."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as django
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

import cheeseshop
from cheeseshop.catalog.names import Rule
from cheeseshop.core import current
from cheeseshop.core.settings import SettingsError, load_settings
from cheeseshop.flags.flows import turn
from cheeseshop.help.figures import in_time
from cheeseshop.help.topics import GROUPS
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db

SOURCE = Path(cheeseshop.__file__).parent
KNOWN_ELSEWHERE = {
    "APIs", "accessibility", "account-recovery", "admin-intervention", "apitoken", "availability", "basics",
    "beta-badge", "collaborator-roles", "compromised-password", "compromised-token", "contributing",
    "description-content-type", "feedback", "file-name-reuse", "file-size-limit", "hashes", "installing",
    "invalid-auth", "login-problem", "maintainers", "mirroring", "my-account", "new-classifier", "packages",
    "private-indices", "project-name", "project-name-claim", "project-release-notifications", "project-size-limit",
    "publishing", "recoverycodes", "request-ownership", "sponsors", "statistics", "suspicious-activity",
    "tls-deprecation", "totp", "troubleshooting", "trove-classifier", "trusted-publishers", "twofa",
    "upcoming-changes", "uploading", "username-change", "utfdevices", "utfkey", "verified-email", "yanked",
    "integrating", "administration", "about",
}  # fmt: skip


def page(client: Client) -> BeautifulSoup:
    answer = client.get("/help/")
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def fragments(found: BeautifulSoup) -> list[str]:
    return [str(tag["id"]) for tag in found.find_all(id=True)]


def told(client: Client, fragment: str) -> str:
    """The text of one answer."""
    heading = page(client).find(id=fragment)
    assert heading is not None, fragment
    return " ".join(heading.find_parent("div").get_text(" ").split())  # type: ignore[union-attr]


def set_up(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    conf = replace(current.settings(), **changed)
    monkeypatch.setattr(current, "settings", lambda: conf)


def named_in_the_source() -> set[str]:
    found = set()
    for path in SOURCE.rglob("*"):
        if path.suffix in {".py", ".html", ".txt"} and "help/templates" not in path.as_posix():
            text = path.read_text("utf-8")
            found |= set(re.findall(r"""(?:/help/|\burl ["']help["'] *%})#([A-Za-z0-9_-]+)""", text))
    return found


def test_every_fragment_that_a_message_or_a_link_names_is_there(client: Client) -> None:
    named = named_in_the_source()
    assert {"file-name-reuse", "verified-email", "size-limits", "verified-details", "compromised-password"} <= named
    known = set(fragments(page(client)))
    assert (named | {rule.value for rule in Rule} | KNOWN_ELSEWHERE) - known == set()


def test_refusals_lead_to_their_answers(store: Store) -> None:
    token = make_token(make_user())
    lines = ["Description-Content-Type: text/x-rst"]
    reply = upload(store, token, build_wheel("demo", "1.0", metadata_lines=lines, description="Title\n=\n\n|none|\n"))
    assert reply.status == 400
    assert "failed to render" in reply.body
    assert "http://localhost:8000/help/#render-failure" in reply.body
    reply = upload(store, token[:-4] + "AAAA", build_wheel("demo", "1.0"))
    assert reply.status == 403
    assert "http://localhost:8000/help/#invalid-auth" in reply.body


def test_the_page_can_be_read_while_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("cheeseshop.sql.every", away)
    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", away)
    assert len(page(client).select(".answer")) > 50


def test_every_fragment_is_there_once_and_every_inner_link_leads_somewhere(client: Client) -> None:
    found = page(client)
    known = fragments(found)
    assert len(known) == len(set(known))
    inner = {str(link["href"])[1:] for link in found.select("a[href^='#']")}
    assert inner - set(known) == set()


def test_the_contents_list_every_question_in_the_order_of_the_answers(client: Client) -> None:
    found = page(client)
    listed = [str(link["href"])[1:] for link in found.select("nav.contents li a")]
    assert listed == [heading["id"] for heading in found.select(".answers h3")]
    assert listed == [topic.fragment for group in GROUPS for topic in group.topics]
    for answer in found.select(".answers .answer"):
        assert len(answer.get_text().split()) > 15, answer.h3


def test_every_answer_is_asked_for(client: Client) -> None:
    answers = {path.stem for path in (SOURCE / "help" / "templates" / "help" / "topics").iterdir()}
    assert answers == {topic.fragment for group in GROUPS for topic in group.topics}


def test_no_placeholder_is_left_and_every_path_is_a_page_of_ours(client: Client) -> None:
    found = page(client)
    assert "SITE" not in found.get_text()
    assert "{{" not in found.get_text()
    for link in found.select(".answers a[href^='/']"):
        path = str(link["href"]).partition("#")[0]
        if path == "/simple/":
            continue  # the edge's
        try:
            resolve(path)
        except Resolver404:
            pytest.fail(f"{path} leads nowhere")


def test_the_page_is_light(client: Client) -> None:
    assert len(gzip.compress(client.get("/help/").content)) < 40_000


def test_the_page_asks_the_database_a_few_things_only(client: Client) -> None:
    client.get("/help/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/help/")
    assert len(seen) <= 3


@pytest.mark.parametrize(
    ("fragment", "changed", "words"),
    [
        ("file-size-limit", {"max_file_size": 7 * 1024**2}, "A file has 7 MiB at most"),
        ("file-size-limit", {"max_file_size": 3 * 1024**3}, "never gets more than 3 GiB"),
        ("project-size-limit", {"max_project_size": 5 * 1024**4}, "have 5 TiB at most"),
        ("installing", {"url": "https://packages.example.org"}, "--index-url https://packages.example.org/simple/"),
        ("tls-deprecation", {"url": "http://index.lan"}, "--trusted-host index.lan"),
        ("tls-deprecation", {"url": "https://packages.example.org"}, "pip --cert FILE"),
        ("quarantine", {"contact": "cheese@example.org"}, "write to cheese@example.org"),
        ("feedback", {"security_contact": "holes@example.org"}, "tell holes@example.org, privately"),
        ("account-recovery", {"recovery_wait_hours": 19}, "waiting period of 19 hours"),
        ("suspicious-activity", {"forget_addresses_days": 12}, "for 12 days the address"),
        ("admin-intervention", {"new_projects_per_hour_user": 4}, "may create 4 in an hour"),
        ("admin-intervention", {"new_projects_per_hour_user": 0}, "as many as it likes"),
        ("admin-intervention", {"new_account_days": 3}, "less than 3 days may create 10"),
        ("admin-intervention", {"uploads_per_hour_user": 55}, "may upload 55 in an hour"),
        ("admin-intervention", {"noindex_days": 9}, "accounts younger than 9 days"),
        ("verified-email", {"check_lapsed_domains": True, "domain_grace_days": 5}, "loses its proof after 5 days"),
        ("admin-intervention", {"allow_registration": False}, "made by oneself here"),
        ("maintainers", {"operator": "The Dairy", "operator_url": "https://dairy.example.org/"}, "The Dairy runs it."),
        ("sponsors", {"powered_by": "A windmill gives the power."}, "A windmill gives the power."),
        ("ip-addresses", {"network_addresses": "192.0.2.0/24 2001:db8::/32"}, "192.0.2.0/24, 2001:db8::/32"),
        ("ip-addresses", {"url": "https://packages.example.org"}, "allow the host name packages.example.org"),
        ("beta-badge", {"upload_2": True}, "beta Upload 2.0 , the draft"),
        ("statistics", {"count_downloads": False}, "Downloads are not counted"),
        ("organizations", {"organization_approval": False}, "Anybody can make one."),
        ("twofa", {"require_2fa_for_upload": False}, "without a second factor too"),
        ("provenance", {"allow_attestations": False}, "are switched off on this index"),
        ("trusted-publishers", {"trusted_publishing": False}, "switched off on this index"),
    ],
)  # fmt: skip
def test_figures_and_names_come_from_the_settings(
    client: Client, monkeypatch: pytest.MonkeyPatch, fragment: str, changed: dict[str, Any], words: str
) -> None:
    assert words not in told(client, fragment)
    set_up(monkeypatch, **changed)
    assert words in told(client, fragment)


def test_deadlines_come_from_where_the_rules_are(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "works for 6 hours" in told(client, "login-problem")
    monkeypatch.setattr(django, "PASSWORD_RESET_TIMEOUT", 90 * 60)
    assert "works for 90 minutes" in told(client, "login-problem")
    monkeypatch.setattr(django, "MFA_RECOVERY_CODE_COUNT", 13)
    assert "There are 13 of them" in told(client, "recoverycodes")
    monkeypatch.setattr("cheeseshop.help.figures.REACH", timedelta(weeks=9))
    assert "within 9 weeks" in told(client, "name-claims")


def test_a_switch_changes_what_the_page_says(client: Client) -> None:
    assert "lives 15 minutes" in told(client, "trusted-publishers")
    turn("disallow-oidc", on=True, by="root")
    assert "switched off on this index" in told(client, "trusted-publishers")


def test_what_an_administrator_wrote_into_a_setting_is_text(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, operator="<b>us</b>", contact="<i>me</i>", powered_by="<script>x</script>")
    answer = client.get("/help/").content.decode()
    assert "&lt;b&gt;us" in answer
    assert "<i>me" not in answer
    assert "<script>x" not in answer


@pytest.mark.parametrize("name", ["OPERATOR_URL", "FEEDBACK_URL", "SOFTWARE_URL"])
def test_a_link_of_the_settings_is_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"CHEESESHOP_{name} must begin with https://"):
        load_settings({f"CHEESESHOP_{name}": "javascript:alert(1)"}, tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=1), "1 second"), (timedelta(seconds=90), "90 seconds"),
        (timedelta(minutes=15), "15 minutes"), (timedelta(days=0.25), "6 hours"),
        (timedelta(hours=36), "36 hours"), (timedelta(days=7), "1 week"),
        (timedelta(weeks=6), "6 weeks"), (timedelta(days=30), "30 days"), (timedelta(days=365), "1 year"),
        (timedelta(days=91), "91 days"), (timedelta(days=730), "2 years"),
    ],
)  # fmt: skip
def test_a_span_of_time_is_written_in_the_largest_whole_unit(span: timedelta, words: str) -> None:
    assert in_time(span) == words
