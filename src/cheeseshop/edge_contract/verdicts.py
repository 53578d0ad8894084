# SPDX-License-Identifier: Apache-2.0
"""What the policy decided when a page was written, as the edge reads it from the page's header."""

from collections.abc import Mapping
from typing import Any


def page_verdict(header: Mapping[str, Any]) -> bool:
    """Tell whether nobody in particular may read a page. Fails closed: what is not said to be public is not."""
    return header.get("visibility") == "public"
