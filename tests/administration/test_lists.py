# SPDX-License-Identifier: Apache-2.0
"""Every list and every page of a row: shown, searched, never counted, in a bounded number of bounded statements."""

import re
from importlib import import_module
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from cheeseshop.access.site_roles import SiteRole
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.administration import lists
from cheeseshop.administration.lists import Page
from cheeseshop.administration.site import site
from cheeseshop.catalog.models import Project
from cheeseshop.journal.models import Entry
from cheeseshop.storage import Store
from tests.administration.sample import fill
from tests.support.actors import Visitor
from tests.support.factories import make_token, make_user
from tests.support.keepers import keeper

pytestmark = pytest.mark.django_db
import_module("cheeseshop.administration.pages")  # which registers them
PAGES: dict[type[Model], Any] = dict(site._registry)
assert len(PAGES) > 25
MOST_STATEMENTS = 11
OF_THE_SITE = ("flags_flag", "notices_sitetext")  # read again every half second, whatever page is asked for
SEARCHES = {
    "accounts.user": {"ALI": 1, "alice@": 1, "xyz": 0},
    "account.emailaddress": {"Alice@exam": 1, "example": 0},
    "tokens.token": {"@Alice": 1, "nonsense": 0, "@nobody": 0},
    "accounts.securityevent": {"alice": 3},
    "accounts.recovery": {"bob": 1, "alice": 0},
    "catalog.project": {"De": 1, "emo": 0},
    "catalog.release": {"demo": 2, "other": 0},
    "catalog.file": {"demo-1.0": 2, "other": 0},
    "access.projectrole": {"demo": 1, "@alice": 1, "@bob": 0},
    "access.invitation": {"Demo": 1, "@bob": 1},
    "publishers.projectpublisher": {"demo": 1, "x": 0},
    "publishers.pendingpublisher": {"NEXT": 1, "@bob": 1, "@alice": 0},
    "journal.entry": {"demo": 7, "x": 0},
    "organizations.organization": {"Ac": 1, "x": 0},
    "organizations.membership": {"acme": 1, "@alice": 1, "@bob": 0},
    "organizations.memberinvitation": {"acme": 1, "@bob": 1},
    "organizations.application": {"bob": 1, "alice": 0},
    "moderation.observation": {"demo": 1, "x": 0},
    "moderation.case": {"Demo": 1, "x": 0},
    "claims.claim": {"DEMO": 1, "x": 0},
    "quotas.limitrequest": {"demo": 1, "x": 0},
    "administration.deed": {"root": 1, "x": 0},
    "catalog.prohibitedname": {"For": 1, "bidden": 0},
    "accounts.prohibitedusername": {"Mal": 1, "x": 0},
    "accounts.prohibitednetwork": {"192.": 1, "2": 0},
    "accounts.prohibiteddomain": {"spam": 1, "example": 0},
}


def address(model: type[Model], row: Model | None = None) -> str:
    return f"/admin/{model._meta.label_lower.replace('.', '/')}/{f'{row.pk}/' if row else ''}"


def shown(visitor: Visitor, url: str) -> int:
    reply = visitor.get(url)
    assert reply.status_code == 200, url
    return len(BeautifulSoup(reply.content, "html.parser").select("#result_list tbody tr"))


@pytest.fixture
def auditor(shop: Store) -> Visitor:
    fill(shop)
    return keeper(SiteRole.AUDITOR)[1]


def test_the_start_page_leads_to_every_list_and_every_queue(auditor: Visitor) -> None:
    page = BeautifulSoup(auditor.get("/admin/").content, "html.parser")
    links = {str(each["href"]) for each in page.select("main a[href]")}
    assert {address(model) for model in PAGES} <= links
    assert {"/manage/recoveries/", "/manage/limits/", "/manage/claims/queue/", "/status/"} <= links
    for link in links:
        assert auditor.get(link).status_code == 200, link
    assert "1 waiting" in page.get_text()


def test_every_row_is_listed_and_has_a_page(auditor: Visitor) -> None:
    for model in PAGES:
        rows = model._default_manager.count()
        assert rows > 0, model
        assert shown(auditor, address(model)) == rows, model
        row = model._default_manager.first()
        reply = auditor.get(address(model, row))
        assert reply.status_code == 200, (model, reply)
        assert str(row)[:20] in reply.content.decode()


def test_every_search_finds_by_its_index(auditor: Visitor) -> None:
    assert set(SEARCHES) == {model._meta.label_lower for model, page in PAGES.items() if page.search_fields}
    for label, asked in SEARCHES.items():
        for text, found in asked.items():
            assert shown(auditor, f"/admin/{label.replace('.', '/')}/?q={text}") == found, (label, text)


@pytest.mark.parametrize("query", ["?p=0", "?p=101", "?p=x", "?o=1", "?password__startswith=a", "?q=%00", "?only=x",
                                   "?e=1", "?all=", "?_popup=1", "?id__in=1"])  # fmt: skip
def test_strange_addresses_break_nothing(auditor: Visitor, query: str) -> None:
    expected = 404 if query in {"?p=0", "?p=101"} else 200
    for model in PAGES:
        assert auditor.get(address(model) + query).status_code == expected, (model, query)


def test_what_is_not_there_is_404(auditor: Visitor) -> None:
    for model in PAGES:
        for key in ("nothing", "00000000-0000-7000-8000-000000000000", "7777777", "a%00b"):
            assert auditor.get(f"{address(model)}{key}/").status_code == 404, (model, key)


def own_statements(captured: CaptureQueriesContext) -> list[str]:
    statements = [each["sql"] for each in captured.captured_queries]
    return [each for each in statements if not any(table in each for table in OF_THE_SITE)]


def test_no_list_counts_and_each_statement_is_bounded(auditor: Visitor) -> None:
    auditor.get("/admin/")  # the first page after the log-in also tidies the session
    for model, page in PAGES.items():
        urls = [address(model), *(f"{address(model)}?only={choice}" for choice in page.choices)]
        urls += [f"{address(model)}?q={text}" for text in SEARCHES.get(model._meta.label_lower, {})]
        for url in urls:
            with CaptureQueriesContext(connection) as captured:
                assert auditor.get(url).status_code == 200
            statements = own_statements(captured)
            assert len(statements) <= MOST_STATEMENTS, (url, statements)
            own = [each for each in statements if f'FROM "{model._meta.db_table}"' in each]
            assert own == [] or all(" LIMIT " in each for each in own), (url, own)
            assert not [each for each in statements if re.search(r"COUNT\(", each)], url


def test_more_rows_take_no_more_statements(auditor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def statements(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert auditor.get(url).status_code == 200
        return len(own_statements(captured))

    alice = User.objects.get(username="alice")
    urls = ["/admin/tokens/token/", "/admin/access/projectrole/", "/admin/accounts/user/", address(User, alice)]
    statements("/admin/")  # the first page after the log-in also tidies the session
    before = [statements(url) for url in urls]
    for number in range(60):
        other = make_user(f"person{number}")
        make_token(alice)
        project = Project.objects.create(name=f"p{number}", normalized_name=f"p{number}", lookalike_key=f"p{number}")
        project.roles.create(user=other, role="Owner")
        project.roles.create(user=alice, role="Owner")
    assert [statements(url) for url in urls] == before
    assert shown(auditor, "/admin/accounts/user/") == lists.PAGE
    assert shown(auditor, "/admin/accounts/user/?p=2") == User.objects.count() - lists.PAGE
    assert "These are the first 50" in auditor.get(address(User, alice)).content.decode()
    monkeypatch.setattr(lists, "DEEPEST", 1)
    assert "There is more; search for it." in auditor.get("/admin/accounts/user/").content.decode()


def test_choices_narrow_a_list(auditor: Visitor) -> None:
    User.objects.filter(username="bob").update(frozen_at="2026-01-01T00:00:00Z")
    assert shown(auditor, "/admin/accounts/user/?only=frozen") == 1
    assert shown(auditor, "/admin/accounts/user/?only=keepers") == 1
    assert shown(auditor, "/admin/moderation/observation/?only=undecided") == 1


def test_pages_hold_no_secret(auditor: Visitor) -> None:
    alice = User.objects.get(username="alice")
    token = alice.tokens.get()
    for url in (address(User, alice), address(type(token), token), "/admin/tokens/token/"):
        text = auditor.get(url).content.decode()
        assert bytes(token.key).hex() not in text
        assert alice.password not in text
        told = text.partition("<main")[2]  # what scripts may have to say of passwords stands before it
        assert "password" not in told.lower() or "useless" in told
    fields = {name for page in PAGES.values() for name in page.fields}
    assert not fields & {"password", "key", "text_body", "html", "raw", "secret", "auth_epoch"}


def test_pages_obey_the_content_security_policy(auditor: Visitor) -> None:
    row = Entry.objects.order_by("-serial").first()
    event = SecurityEvent.objects.first()
    for url in ("/admin/", "/admin/accounts/user/", address(Entry, row), address(SecurityEvent, event)):
        reply = auditor.get(url)
        page = BeautifulSoup(reply.content, "html.parser")
        assert "'unsafe-inline'" not in reply.headers["Content-Security-Policy"]
        assert not page.select("style, script:not([src]), [style], [onclick]"), url
        assert reply.headers["Cache-Control"] == "private, no-store"


def test_nothing_is_changed_on_the_page_of_a_row(auditor: Visitor) -> None:
    for model in PAGES:
        row = model._default_manager.first()
        assert auditor.post(address(model, row), {}).status_code == 405


def test_every_page_explains_itself() -> None:
    for page in PAGES.values():
        assert isinstance(page, Page)
        assert page.summary.endswith("."), page
        assert page.heading, page
        assert not page.search_fields or page.search_help_text, page
