# SPDX-License-Identifier: Apache-2.0
"""The site's static files."""

from tests.support.static_files import static_files

__all__ = ["static_files"]
