# SPDX-License-Identifier: Apache-2.0
"""What the public pages of a project say of its publishers."""

from typing import Any

from django import template

from cheeseshop.catalog.models import Project
from cheeseshop.publishers.queries import publishers_of, takes_only_publishers

register = template.Library()


@register.inclusion_tag("publishers/who_may_publish.html")
def who_may_publish(project: Project) -> dict[str, Any]:
    """Show by which publishers a project is published, and whether people may upload beside them."""
    found = publishers_of(project.pk)
    return {"publishers": found, "only_publishers": bool(found) and takes_only_publishers(project.pk)}
