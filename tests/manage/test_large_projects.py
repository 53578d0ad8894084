# SPDX-License-Identifier: Apache-2.0
"""How many statements each page of managing takes: the same for two files and for 20,000, and the same as recorded.

``RECORD_QUERY_COUNTS=yes`` writes ``query_counts.json`` anew; look at its difference before you commit it.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cheeseshop.catalog.models import File
from tests.support.actors import Visitor, member
from tests.support.large_project import make_large_project

pytestmark = pytest.mark.django_db
RECORDED = Path(__file__).with_name("query_counts.json")
PAGES = {
    "projects": "/manage/projects/?sort=size",
    "releases": "/manage/project/{0}/releases/",
    "releases, filtered": "/manage/project/{0}/releases/?filter=1&state=offered&sort=released",
    "release": "/manage/project/{0}/release/1.1/",
    "files": "/manage/project/{0}/files/",
    "files, by size": "/manage/project/{0}/files/?sort=size&page=2",
    "files, filtered": "/manage/project/{0}/files/?filter=1.1&state=offered&sort=uploaded",
    "file": "/manage/project/{0}/file/{0}-1.1-0-py3-none-any.whl/",
    "collaborators": "/manage/project/{0}/collaboration/",
    "history": "/manage/project/{0}/history/",
    "history, filtered": "/manage/project/{0}/history/?filter=1.1&who=alice&kind=files",
    "links": "/manage/project/{0}/documentation/",
    "settings": "/manage/project/{0}/settings/",
    "public page": "/project/{0}/",
}


def counted(visitor: Visitor, name: str) -> dict[str, int]:
    counts = {}
    for page, url in PAGES.items():
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(url.format(name)).status_code == 200, page
        # Switches, and which texts the site has, are asked for by the clock, not by the page.
        asked = [each["sql"] for each in captured.captured_queries]
        counts[page] = sum("flags_flag" not in each and "notices_sitetext" not in each for each in asked)
    return counts


def test_the_number_of_statements_is_the_recorded_one_whatever_the_size() -> None:
    user, visitor = member()
    make_large_project(user, "small", releases=2, files_each=1)
    visitor.get("/manage/projects/")  # the first page after the log-in also tidies the session
    small = counted(visitor, "small")
    make_large_project(user)
    assert File.objects.count() == 20_002
    assert counted(visitor, "large") == small
    if os.environ.get("RECORD_QUERY_COUNTS"):
        RECORDED.write_text(json.dumps(small, indent=2) + "\n")
    assert small == json.loads(RECORDED.read_text())


def test_every_file_of_a_large_project_is_on_a_page() -> None:
    user, visitor = member()
    make_large_project(user, releases=30, files_each=5)
    found = []
    for page in (1, 2, 3):
        text = visitor.get(f"/manage/project/large/files/?sort=name&page={page}").content.decode()
        found += [name for name in File.objects.values_list("filename", flat=True) if f'value="{name}"' in text]
    assert sorted(found) == sorted(File.objects.values_list("filename", flat=True))
