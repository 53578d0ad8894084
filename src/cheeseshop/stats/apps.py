# SPDX-License-Identifier: Apache-2.0
"""The application."""

from django.apps import AppConfig


class StatsConfig(AppConfig):
    """Registers the models of this domain."""

    name = "cheeseshop.stats"
    label = "stats"

    def ready(self) -> None:
        """Tell who asks that downloads are counted here."""
        from cheeseshop.claims import queries as claims  # noqa: PLC0415 - models must be loaded
        from cheeseshop.moderation import popular  # noqa: PLC0415 - as above
        from cheeseshop.stats.queries import downloads_of, most_downloaded  # noqa: PLC0415 - as above

        popular.source = lambda: (name for name, _ in most_downloaded(popular.MOST))
        claims.downloads = downloads_of
