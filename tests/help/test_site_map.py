# SPDX-License-Identifier: Apache-2.0
"""The map of the site lists what is there, and leads nowhere else."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import resolve

from cheeseshop.notices.catalogue import PIECES, shipped
from tests.support.actors import insider

pytestmark = pytest.mark.django_db


def links(client: Client) -> set[str]:
    answer = client.get("/sitemap/")
    assert answer.status_code == 200
    return {str(a["href"]) for a in BeautifulSoup(answer.content, "html.parser").select("main a")}


def test_every_link_leads_to_a_page(client: Client) -> None:
    _, person = insider("alice")
    for visitor in (client, person):
        for address in links(visitor) - {"/simple/"}:
            path = address.partition("#")[0]
            assert resolve(path)
            assert visitor.get(path).status_code == 200, path


def test_it_has_the_texts_that_say_something_and_what_fits_the_reader(client: Client) -> None:
    found = links(client)
    assert {f"/{p.path}" for p in PIECES if p.path and shipped(p.key)} <= found
    assert {"/account/login/", "/account/register/", "/help/#basics", "/rss/announcements.xml"} <= found
    _, person = insider("alice")
    assert "/manage/projects/" in links(person)
    assert "/account/login/" not in links(person)
