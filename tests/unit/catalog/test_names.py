# SPDX-License-Identifier: Apache-2.0
"""Every rule of names: in its order, with its words and its place on the help page, and by one indexed look-up."""

import re

import pytest
from django.db import connection
from django.test import Client

from cheeseshop import sql
from cheeseshop.catalog.models import ProhibitedName, Project, Release
from cheeseshop.catalog.names import NEAR, Rule, check_new_project
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.distributions.names import ultranormalize

pytestmark = pytest.mark.django_db


def project(name: str, *, released: bool = True) -> Project:
    made = Project.objects.create(name=name, normalized_name=name.lower(), lookalike_key=ultranormalize(name))
    if released:
        Release.objects.create(project=made, version="1.0", sort_key=b"1", facts={})
    return made


REFUSED = [
    ("-flask", 400, "is invalid: Start and end with a letter or numeral", Rule.FORM),
    ("fl\u00e4sk", 400, "is invalid", Rule.FORM),
    ("\u0441lick", 400, "is invalid", Rule.FORM),  # a Cyrillic letter that looks like a c
    ("a" * 201, 400, "is too long: at most 200 characters", Rule.FORM),
    ("os", 400, "conflict with Python standard library module name", Rule.STANDARD_LIBRARY),
    ("XML.etree", 400, "standard library", Rule.STANDARD_LIBRARY),
    ("gopherlib", 400, "standard library", Rule.STANDARD_LIBRARY),  # 2.5
    ("profiling", 400, "standard library", Rule.STANDARD_LIBRARY),  # 3.15
    ("Hello-World", 409, "conflicts with an existing project. See", Rule.TAKEN),
    ("empty", 409, "Empty has no release yet, so that it has no page; its name is taken all the same", Rule.TAKEN),
    ("bad", 400, "an administrator has prohibited it", Rule.PROHIBITED),
    ("he11o.w0rId", 400, "too similar to an existing project (hello-world)", Rule.LOOK_ALIKE),
    ("helloworld", 400, "too similar", Rule.LOOK_ALIKE),
    ("EMPTY-", 400, "is invalid", Rule.FORM),
    ("e_m_p_t_y", 400, "too similar to an existing project (Empty)", Rule.LOOK_ALIKE),
]


@pytest.mark.parametrize(("name", "status", "words", "rule"), REFUSED, ids=[each[0][:20] for each in REFUSED])
def test_each_refusal_says_its_rule_and_where_it_is_explained(
    client: Client, name: str, status: int, words: str, rule: Rule
) -> None:
    project("hello-world")
    project("Empty", released=False)
    ProhibitedName.objects.create(normalized_name="bad")
    with pytest.raises(Refusal) as refused:
        check_new_project(name, re.sub("[-_.]+", "-", name).lower())
    assert refused.value.status == status
    assert words in refused.value.message
    link = re.search(r"See http\S+(/help/)#(\S+) for more information\.$", refused.value.message)
    assert link is not None, refused.value.message
    assert link.group(2) == rule.value
    assert f'id="{rule.value}"' in client.get(link.group(1)).content.decode()


@pytest.mark.parametrize("name", ["requests", "hello-worlds", "osx", "a", "9", "A.b-c_d", "x" * 200])
def test_other_names_are_free(name: str) -> None:
    project("hello-world")
    check_new_project(name, name.lower())


def test_the_order_is_the_one_that_clients_know() -> None:
    """The standard library before what exists, what exists before what is prohibited, that before look-alikes."""
    project("os")
    ProhibitedName.objects.bulk_create(ProhibitedName(normalized_name=name) for name in ("taken", "1ike"))
    project("taken")
    project("like")
    with pytest.raises(Refusal, match="standard library"):
        check_new_project("os", "os")
    with pytest.raises(Conflict):
        check_new_project("taken", "taken")
    with pytest.raises(Refusal, match="prohibited"):
        check_new_project("1ike", "1ike")


def test_a_look_alike_that_was_let_in_keeps_its_own_name_only() -> None:
    """An administrator gave it another key: the name is taken, and those that look like it are not."""
    Project.objects.create(name="0pen", normalized_name="0pen", lookalike_key="0pen let in")
    with pytest.raises(Conflict):
        check_new_project("0pen", "0pen")
    check_new_project("open", "open")


def test_the_look_up_uses_both_indexes_among_thousands() -> None:
    Project.objects.bulk_create(
        Project(name=f"p{n}-{n * n}", normalized_name=f"p{n}-{n * n}", lookalike_key=ultranormalize(f"p{n}-{n * n}"))
        for n in range(4000)
    )
    values = ("p77-5929", ultranormalize("p77.5929"))
    if connection.vendor == "postgresql":
        sql.run("ANALYZE catalog_project")
        plan = "\n".join(row[0] for row in sql.every(f"EXPLAIN {NEAR}", *values))
        assert len(re.findall(r"Bitmap Index Scan on catalog_project_(?:normalized_name|lookalike_key)", plan)) == 2
        assert "Seq Scan on catalog_project" not in plan
    else:
        plan = "\n".join(str(row[-1]) for row in sql.every(f"EXPLAIN QUERY PLAN {NEAR}", *values))
        assert len(re.findall(r"SEARCH p USING INDEX \S+ \((?:normalized_name|lookalike_key)=\?\)", plan)) == 2
        assert "SCAN p" not in plan
    with pytest.raises(Refusal, match="too similar"):
        check_new_project("p775929", "p775929")


def test_a_project_without_a_release_has_no_page_and_the_page_says_why(client: Client) -> None:
    project("Empty", released=False)
    reply = client.get("/project/empty/")
    assert reply.status_code == 404
    assert "has no release yet; its name is taken" in reply.content.decode()
