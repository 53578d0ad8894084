# SPDX-License-Identifier: Apache-2.0
"""Static files under names that change with their content, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Answer with the plain name where a file was not collected (tests, developer mode) instead of failing the page."""

    manifest_strict = False

    def hashed_name(self, name: str, content: object = None, filename: str | None = None) -> str:
        """Return the name with the content's hash, or the plain one where there is no such file."""
        try:
            hashed: str = super().hashed_name(name, content, filename)
        except ValueError:  # raised for a file that is not there
            return name
        return hashed
