# SPDX-License-Identifier: Apache-2.0
"""Static files under names that change with their content, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Answer with the plain name where no manifest was made (tests, developer mode) instead of failing the page."""

    manifest_strict = False
