# SPDX-License-Identifier: Apache-2.0
"""The addresses of feeds, site maps and well-known files."""

from django.urls import path, register_converter

from cheeseshop.feeds import crawlers, rss


class Bucket:
    """The number of a site map, in hexadecimal."""

    regex = "[0-9a-f]{1,4}"

    def to_python(self, value: str) -> int:
        """Read it. There is one way to write each number.

        Raises:
            ValueError: for leading zeros.
        """
        if self.to_url(int(value, 16)) != value:
            raise ValueError(value)
        return int(value, 16)

    def to_url(self, value: int) -> str:
        """Write it."""
        return f"{value:x}"


register_converter(Bucket, "bucket")

urlpatterns = [
    path("rss/updates.xml", rss.updates, name="rss-updates"),
    path("rss/packages.xml", rss.packages, name="rss-packages"),
    path("rss/project/<str:name>/releases.xml", rss.releases, name="rss-releases"),
    path("rss/announcements.xml", rss.announcements, name="rss-announcements"),
    path("sitemap.xml", crawlers.site_map_index, name="site-map-index"),
    path("<bucket:bucket>.sitemap.xml", crawlers.site_map, name="site-map"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("humans.txt", crawlers.humans, name="humans"),
    path(".well-known/security.txt", crawlers.security_text, name="security-text"),
    path(".well-known/funding-manifest-urls", crawlers.funding_manifests, name="funding-manifests"),
]
