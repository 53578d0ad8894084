# SPDX-License-Identifier: Apache-2.0
"""Names of static files change with their content, and a file that is not there fails no page."""

import re

from django.contrib.staticfiles.storage import staticfiles_storage


def test_a_collected_file_has_its_hash_in_its_name() -> None:
    assert re.fullmatch(r"/static/web/site\.[0-9a-f]{12}\.css", staticfiles_storage.url("web/site.css"))


def test_a_file_that_was_not_collected_keeps_its_plain_name() -> None:
    assert staticfiles_storage.url("web/absent.css") == "/static/web/absent.css"
