# SPDX-License-Identifier: Apache-2.0
"""Which switches there are, and what people read where one is on."""

from enum import StrEnum

from django.utils.translation import gettext_noop


class Switch(StrEnum):
    """A switch, by the name that administrators use."""

    READ_ONLY = "read-only"
    NO_UPLOADS = "disallow-new-upload"
    NO_PROJECTS = "disallow-new-project-registration"
    NO_USERS = "disallow-new-user-registration"
    NO_DELETION = "disallow-deletion"
    NO_OIDC = "disallow-oidc"
    NO_GITHUB = "disallow-github-oidc"
    NO_GITLAB = "disallow-gitlab-oidc"
    NO_GOOGLE = "disallow-google-oidc"
    NO_ACTIVESTATE = "disallow-activestate-oidc"
    NO_ATTESTATIONS = "disable-pep740"
    NO_SCANNING = "disable-upload-scanning"
    NO_DISPOSABLE = "disallow-disposable-addresses"
    CAPTCHA = "require-captcha"


MESSAGES = {
    Switch.READ_ONLY: gettext_noop("The index is in read-only mode; nothing can be changed now."),
    Switch.NO_UPLOADS: gettext_noop("New uploads are disabled for now."),
    Switch.NO_PROJECTS: gettext_noop("New project registration is disabled for now."),
    Switch.NO_USERS: gettext_noop("New accounts can't be created for now."),
    Switch.NO_DELETION: gettext_noop("Deletion is disabled for now."),
    Switch.NO_OIDC: gettext_noop("Trusted publishing is disabled for now."),
    Switch.NO_GITHUB: gettext_noop("Trusted publishing by GitHub is disabled for now."),
    Switch.NO_GITLAB: gettext_noop("Trusted publishing by GitLab is disabled for now."),
    Switch.NO_GOOGLE: gettext_noop("Trusted publishing by Google is disabled for now."),
    Switch.NO_ACTIVESTATE: gettext_noop("Trusted publishing by ActiveState is disabled for now."),
    Switch.NO_ATTESTATIONS: gettext_noop("Attestations are disabled for now."),
    Switch.NO_SCANNING: gettext_noop("Uploads are not scanned for now."),
    Switch.NO_DISPOSABLE: gettext_noop("Throw-away e-mail addresses are not accepted for now."),
    Switch.CAPTCHA: gettext_noop("Whoever registers is asked to show that they are a person."),
}
