# SPDX-License-Identifier: Apache-2.0
"""The one exception of this package."""

_LONGEST_MESSAGE = 1000


class DistributionRefused(Exception):  # noqa: N818 - named for what it means to the caller
    """An upload, or a part of it, breaks a rule; `message` is written for the person who uploads.

    `field` is the name of the form field at fault, where there is one. Callers answer with status 400.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        if len(message) > _LONGEST_MESSAGE:
            # Messages travel in a header line, and may quote paths of thousands of characters.
            message = f"{message[: _LONGEST_MESSAGE // 2]}...{message[-_LONGEST_MESSAGE // 2 :]}"
        super().__init__(message)
        self.message = message
        self.field = field
