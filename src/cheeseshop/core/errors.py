# SPDX-License-Identifier: Apache-2.0
"""Refusals: what a use case answers when it will not do what it was asked."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer to the client, not a fault of ours
    """A request that breaks a rule. ``message`` is shown to the client as it is.

    ``status`` is the HTTP status that a front end answers with.
    """

    status = 400

    def __init__(self, message: str, *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        if status is not None:
            self.status = status


class Forbidden(Refusal):
    """The caller is not who may do this."""

    status = 403


class Missing(Refusal):
    """The thing does not exist, or the caller may not know that it does."""

    status = 404


class Conflict(Refusal):
    """The thing exists already."""

    status = 409


class TryAgain(Refusal):
    """Nothing is wrong with the request; a retry is safe."""

    status = 503
