# SPDX-License-Identifier: Apache-2.0
"""The site's static files, collected once for each worker as a started index has them."""

import pytest
from django.core.management import call_command


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
