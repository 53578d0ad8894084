# SPDX-License-Identifier: Apache-2.0
"""The public tree holds a link for each file that anyone may fetch, and no other."""

from cheeseshop.catalog.models import File
from cheeseshop.core.clock import now
from cheeseshop.core.facts import ANYBODY, FileFacts, ProjectFacts, Visibility
from cheeseshop.policy import decide
from cheeseshop.storage import Store


def publish_file(store: Store, key: str) -> None:
    """Bring the public links of one file, its core metadata included, in line with the policy's decision."""
    file = File.objects.select_related("release__project").filter(filename=key.rpartition("/")[2]).first()
    keys = [key, f"{key}.metadata"] if file is None or file.metadata_sha256 else [key]
    allowed = file is not None and anyone_may_fetch(file)
    for each in keys:
        if allowed:
            store.publish_blob(each)
        else:
            store.withdraw_blob(each)


def anyone_may_fetch(file: File) -> bool:
    """Ask the policy whether nobody in particular may fetch a file."""
    release, project = file.release, file.release.project
    hidden = Visibility.PUBLIC.value
    visibility = next((v for v in (project.visibility, release.visibility, file.visibility) if v != hidden), hidden)
    facts = ProjectFacts(project.normalized_name, Visibility(visibility), project.quarantined_at is not None)
    quarantined = release.quarantined_at is not None or file.quarantined_at is not None
    return decide(ANYBODY, facts, FileFacts(file.filename, quarantined), now()).allowed
