# SPDX-License-Identifier: Apache-2.0
"""The addresses of organisations."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive, sensitive_to_change
from cheeseshop.organizations.views import deciding, joining, people, projects, service_accounts, settings, teams

_ONE = "manage/organization/<str:name>/"
_TEAM = f"{_ONE}team/<str:team>/"
_ACCOUNT = f"{_ONE}service-accounts/<uuid:account>/"

urlpatterns = [
    path("org/<str:name>/", joining.organization, name="organization"),
    path("manage/organizations/", joining.organizations, name="organizations"),
    path("manage/organizations/application/<uuid:application>/", joining.application, name="organization-application"),
    path("manage/organizations/invitation/<uuid:invitation>/", joining.invitation, name="member-invitation"),
    path("manage/organizations/offer/<uuid:offer>/", sensitive_to_change(joining.offer), name="project-offer"),
    path("manage/organization-applications/", deciding.queue, name="organization-applications"),
    path("manage/organization-applications/<uuid:application>/", sensitive(deciding.decide), name="decide-application"),
    path(f"{_ONE}projects/", sensitive_to_change(projects.projects), name="organization-projects"),
    path(f"{_ONE}people/", sensitive_to_change(people.people), name="organization-people"),
    path(f"{_ONE}people/<uuid:person>/", sensitive_to_change(people.member), name="change-member"),
    path(f"{_ONE}people/resend_invite/<uuid:invitation>/", sensitive_to_change(people.resend), name="resend-invite"),
    path(f"{_ONE}people/revoke_invite/<uuid:invitation>/", sensitive_to_change(people.revoke), name="revoke-invite"),
    path(f"{_ONE}teams/", sensitive_to_change(teams.teams), name="organization-teams"),
    path(f"{_ONE}history/", settings.history, name="organization-history"),
    path(f"{_ONE}settings/", sensitive_to_change(settings.settings), name="organization-settings"),
    path(
        f"{_ONE}service-accounts/",
        sensitive_to_change(service_accounts.accounts),
        name="organization-service-accounts",
    ),
    path(_ACCOUNT, sensitive_to_change(service_accounts.account), name="service-account"),
    path(f"{_ACCOUNT}token/", sensitive(service_accounts.new_token), name="new-service-token"),
    path(
        f"{_ACCOUNT}token/<uuid:token>/remove/", sensitive(service_accounts.remove_token), name="remove-service-token"
    ),
    path(f"{_TEAM}projects/", sensitive_to_change(teams.projects), name="team-projects"),
    path(f"{_TEAM}members/", sensitive_to_change(teams.members), name="team-members"),
    path(f"{_TEAM}settings/", sensitive_to_change(teams.settings), name="team-settings"),
    path(f"{_TEAM}history/", settings.team_history, name="team-history"),
    path(
        "manage/project/<str:name>/organization/",
        sensitive_to_change(projects.organization_of_project),
        name="manage-project-organization",
    ),
]
