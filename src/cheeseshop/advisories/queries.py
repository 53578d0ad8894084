# SPDX-License-Identifier: Apache-2.0
"""What is asked of advisories: by pages, and by auditors."""

import json
from typing import Any

from packaging.version import Version

from cheeseshop.advisories import osv
from cheeseshop.advisories.flows import affected_of
from cheeseshop.advisories.models import AffectedProject, Finding
from cheeseshop.catalog.models import Release

_MOST = 1000


def findings_of(release: Release) -> list[Finding]:
    """Return what is known of a release: what stands before what was withdrawn, newest first."""
    rows = Finding.objects.filter(release=release).select_related("advisory")[:_MOST]
    return sorted(rows, key=lambda f: (f.advisory.withdrawn_at is None, f.advisory.modified_at), reverse=True)


def records_on(normalized_name: str, version: Version | None) -> list[dict[str, Any]]:
    """Return the OSV records that speak of a project, or of one version of it. The release need not be here."""
    rows = AffectedProject.objects.filter(normalized_name=normalized_name).select_related("advisory")
    return [
        json.loads(row.advisory.raw)
        for row in rows.order_by("advisory_id")[:_MOST]
        if version is None or osv.affects(affected_of(row), version)
    ]
