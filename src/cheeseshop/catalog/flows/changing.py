# SPDX-License-Identifier: Apache-2.0
"""What every change of a project by its people begins with."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core import current
from cheeseshop.core.errors import Forbidden, Missing
from cheeseshop.flags.state import check
from cheeseshop.journal import flows as journal


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did that pages and the public tree must follow: the project, and keys of files that are gone."""

    normalized_name: str
    withdrawn: tuple[str, ...] = ()


def locked(project: UUID) -> Project:
    """Lock a project's row for a change by its people. Needs an open transaction.

    Raises:
        Missing: when it is gone.
        Forbidden: while it is in quarantine, its organisation is deactivated, or the index is read-only.
    """
    found = Project.objects.select_for_update().filter(pk=project).first()
    if found is None:
        raise Missing(_("This project does not exist any more."))
    check_changeable(found)
    return found


def check_changeable(project: Project) -> None:
    """Check that anybody may change a project now.

    Raises:
        Forbidden: saying why nobody may.
    """
    settings = current.settings()
    check()
    if project.quarantined_at is not None:
        raise Forbidden(
            _("Project %(name)s is in quarantine and can't be changed; write to %(contact)s.")
            % {"name": project.name, "contact": settings.contact}
        )
    if project.organization is not None and project.organization.deactivated_at is not None:
        name = project.organization.name
        raise Forbidden(
            _("The organisation %(name)s is deactivated; write to %(contact)s.")
            % {"name": name, "contact": settings.contact}
        )


def check_not_held(*things: Release | File) -> None:
    """Check that nothing of this is in quarantine by itself.

    Raises:
        Forbidden: naming what is.
    """
    for each in things:
        if each.quarantined_at is not None:
            contact = current.settings().contact
            what = (
                _("Release %(version)s") % {"version": each.version}
                if isinstance(each, Release)
                else _("File %(filename)s") % {"filename": each.filename}
            )
            raise Forbidden(
                _("%(what)s is in quarantine and can't be changed; write to %(contact)s.")
                % {"what": what, "contact": contact}
            )


def change(project: Project, action: str, actor: str, version: str = "") -> journal.Change:
    """Return one line of the journal about a project."""
    return journal.Change(project.name, project.normalized_name, action, version, actor)
