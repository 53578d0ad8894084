# SPDX-License-Identifier: Apache-2.0
"""The ASGI edge: reads, files, bodies, deadlines, the bridge to Django. No Django, no models."""

from cheeseshop.edge.app import Edge
from cheeseshop.edge.counting import DownloadLog
from cheeseshop.edge.paths import EdgePaths

__all__ = ["DownloadLog", "Edge", "EdgePaths"]
