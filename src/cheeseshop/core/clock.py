# SPDX-License-Identifier: Apache-2.0
"""The one clock. Time is UTC everywhere."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def iso_microseconds(moment: datetime) -> str:
    """Format a moment as the simple API wants it: ``YYYY-MM-DDTHH:MM:SS.ffffffZ`` (PEP 700)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso_seconds(moment: datetime) -> str:
    """Format a moment without zone and fraction, as the legacy JSON API's ``upload_time`` does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
