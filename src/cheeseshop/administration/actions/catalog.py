# SPDX-License-Identifier: Apache-2.0
"""What keepers do to projects, releases, files, roles, invitations and publishers."""

from typing import Any

from django import forms

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.access.site_roles import SiteAction
from cheeseshop.administration.acting import Action, Doer, Why
from cheeseshop.administration.actions.quarantine import CLEAR, HOLD, held
from cheeseshop.administration.lists import Cell, Related
from cheeseshop.catalog.flows import collaborators, prohibit, remove, set_status
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.flows.set_limits import set_limits
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.facts import Status
from cheeseshop.core.sizes import GIB, MIB
from cheeseshop.moderation.cases import close_removed
from cheeseshop.publishers.flows.register import remove_publisher
from cheeseshop.publishers.models import ProjectPublisher


class GiveRole(Why):
    """Who gets a role."""

    username = forms.CharField(label="Username", max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label="Role", choices=Role.choices)
    field_order = ("username", "role", "reason")


class ChangeRole(Why):
    """Which role somebody shall have."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)
    field_order = ("role", "reason")

    def __init__(self, row: ProjectRole, typed: str, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - a form's
        super().__init__(row, typed, *arguments, **named)
        self.fields["role"].initial = row.role


class RemoveProject(Why):
    """Whether the name is refused afterwards."""

    prohibit = forms.BooleanField(label="Prohibit the name, so that nobody takes it again", required=False)
    field_order = ("prohibit", "reason", "confirm")


def _goes(project: Project) -> list[Related]:
    """Return what goes with a project."""
    files = File.objects.filter(release__project=project)
    roles = ProjectRole.objects.filter(project=project).select_related("user").order_by("user__username")[:100]
    counted = [("Releases", project.releases.count()), ("Files", files.count()), ("Bytes", project.total_size)]
    return [
        Related("What goes", ["What", "How much"], [[Cell(name), Cell(amount)] for name, amount in counted]),
        Related("Whose it is", ["Person", "Role"], [[Cell(each.user), Cell(each.role)] for each in roles]),
    ]


def _files(release: Release) -> list[Related]:
    found = release.files.order_by("filename")[:200]
    return [Related("What goes", ["File", "Bytes"], [[Cell(file.filename), Cell(file.size)] for file in found])]


def _remove_project(project: Project, doer: Doer) -> Changed:
    if doer.told.get("prohibit"):
        prohibit.prohibit_names([project.normalized_name], doer.reason)
    close_removed(held(project), doer.keeper.username, doer.reason)
    return remove.remove_project(project.pk, doer.keeper.username, held=True)


def _remove_release(release: Release, doer: Doer) -> Changed:
    close_removed(held(release), doer.keeper.username, doer.reason)
    return remove.remove_release(release.project_id, release.pk, doer.keeper.username, held=True)


def _remove_file(file: File, doer: Doer) -> Changed:
    close_removed(held(file), doer.keeper.username, doer.reason)
    return remove.remove_file(file.release.project_id, file.filename, doer.keeper.username, held=True)


def _give(project: Project, doer: Doer) -> Changed:
    return collaborators.give(project.pk, doer.told["username"], Role(doer.told["role"]), doer.keeper)


def _status(status: Status) -> Any:  # noqa: ANN401 - what an action runs
    return lambda project, doer: set_status.set_status(project.pk, status, doer.reason, doer.keeper.username)


class Limits(Why):
    """How large a project and its files may be."""

    file_size = forms.IntegerField(
        label="A file, in MiB",
        required=False,
        min_value=1,
        help_text="Empty: as it is.",
    )
    total_size = forms.IntegerField(label="All files together, in GiB", required=False, min_value=1)
    field_order = ("file_size", "total_size", "reason")


def _set_limits(project: Project, doer: Doer) -> Changed:
    file, total = doer.told["file_size"], doer.told["total_size"]
    sizes = (file and file * MIB, total and total * GIB)
    return set_limits(project.pk, *sizes, actor=doer.keeper.username, reason=doer.reason)


PROJECT_ACTIONS = (
    Action(
        "limits",
        "Set limits",
        SiteAction.LIMITS,
        _set_limits,
        "Larger or smaller limits than the instance's own. The reason is in the journal, which everybody reads.",
        Limits,
    ),
    HOLD,
    CLEAR,
    Action(
        "give-role",
        "Give a role",
        SiteAction.PROJECT_ROLES,
        _give,
        "The person has the role at once, without an invitation. They and the owners are told.",
        GiveRole,
    ),
    Action(
        "archive",
        "Archive",
        SiteAction.REMOVE,
        _status(Status.ARCHIVED),
        "Nobody uploads to it any more; everything stays installable. Everybody reads the reason. It can be undone.",
        when=lambda project: project.status == Status.ACTIVE.value,
    ),
    Action(
        "unarchive",
        "Make it active again",
        SiteAction.REMOVE,
        _status(Status.ACTIVE),
        "Its people can upload to it again.",
        when=lambda project: project.status != Status.ACTIVE.value,
    ),
    Action(
        "remove",
        "Remove project",
        SiteAction.REMOVE,
        _remove_project,
        "Removes the project with all its releases and files for good, also one in quarantine. "
        "Names of files are never given again.",
        RemoveProject,
        typed=lambda project: project.normalized_name,
        preview=_goes,
        danger=True,
        gone=True,
    ),
)
RELEASE_ACTIONS = (
    HOLD,
    CLEAR,
    Action(
        "remove",
        "Remove release",
        SiteAction.REMOVE,
        _remove_release,
        "Removes the release with its files for good, also one in quarantine.",
        typed=lambda release: release.version,
        preview=_files,
        danger=True,
        gone=True,
    ),
)
FILE_ACTIONS = (
    HOLD,
    CLEAR,
    Action(
        "remove",
        "Remove file",
        SiteAction.REMOVE,
        _remove_file,
        "Removes the file for good, also one in quarantine. Its name is never given again.",
        typed=lambda file: file.filename,
        danger=True,
        gone=True,
    ),
)


def _change_role(role: ProjectRole, doer: Doer) -> Changed:
    return collaborators.change_role(role.project_id, role.user_id, Role(doer.told["role"]), doer.keeper)


ROLE_ACTIONS = (
    Action(
        "change",
        "Change role",
        SiteAction.PROJECT_ROLES,
        _change_role,
        "The person and the owners are told. The last owner stays one.",
        ChangeRole,
    ),
    Action(
        "take",
        "Take role",
        SiteAction.PROJECT_ROLES,
        lambda role, doer: collaborators.remove(role.project_id, role.user_id, doer.keeper),
        "The person can do nothing on the project any more. They and the owners are told. The last owner stays.",
        danger=True,
        gone=True,
    ),
)


def _revoke(invitation: Invitation, doer: Doer) -> None:
    collaborators.revoke(invitation.project_id, invitation.pk, doer.keeper.username)


INVITATION_ACTIONS = (
    Action("revoke", "Revoke invitation", SiteAction.PROJECT_ROLES, _revoke, "The person is told.", gone=True),
)


def _remove_publisher(link: ProjectPublisher, doer: Doer) -> Changed:
    return remove_publisher(link.project_id, link.pk, doer.keeper.username)


PUBLISHER_ACTIONS = (
    Action(
        "remove",
        "Remove publisher",
        SiteAction.TOKENS,
        _remove_publisher,
        "It can upload to the project no more, nor with tokens that it was given before.",
        danger=True,
        gone=True,
    ),
)
