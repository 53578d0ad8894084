# SPDX-License-Identifier: Apache-2.0
"""The questions, in the order of the page. A fragment that was published once stays, as an alias if need be."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Topic:
    """A question: the fragment of its address, its words, and further fragments by which others know it.

    The answer is the template ``help/topics/FRAGMENT.html``.
    """

    fragment: str
    title: str | Promise
    aliases: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """The answer's template."""
        return f"help/topics/{self.fragment}.html"


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together."""

    fragment: str
    title: str | Promise
    topics: tuple[Topic, ...]


GROUPS = (
    Group(
        "basics",
        _("Basics"),
        (
            Topic(
                "packages",
                _("What are a project, a release, a file and a package?"),
                ("project", "release", "file", "package"),
            ),
            Topic("installing", _("How do I install something from this index?"), ("install",)),
            Topic("publishing", _("How do I publish a project?"), ("publish",)),
            Topic("yanked", _("What is a yanked release?"), ("yanking", "yank")),
            Topic("trove-classifier", _("What is a classifier?"), ("classifiers",)),
            Topic("verified-details", _("What does “verified” mean on a project's page?"), ("verified",)),
            Topic("project-status", _("What do “archived” and “deprecated” mean?"), ("archived", "deprecated")),
            Topic("quarantine", _("What is quarantine?"), ("quarantined",)),
        ),
    ),
    Group(
        "my-account",
        _("Your account"),
        (
            Topic("username-change", _("Can I change my username?"), ("usernames",)),
            Topic("verified-email", _("Why do I need a verified e-mail address?"), ("e-mail", "email")),
            Topic(
                "compromised-password",
                _("Why does this index say that my password is compromised?"),
                ("compromised-passwords", "breached-password"),
            ),
            Topic("twofa", _("How does log-in with two factors work?"), ("two-factor-authentication", "2fa")),
            Topic("totp", _("How do I use an authentication application?")),
            Topic(
                "utfkey",
                _("How do I use a security key or another security device?"),
                ("utfdevices", "webauthn", "passkeys"),
            ),
            Topic("recoverycodes", _("What are recovery codes for?"), ("recovery-codes",)),
            Topic(
                "unrecognized-login",
                _("Why must I open a mailed link to log in?"),
                ("unrecognised-login", "unknown-device"),
            ),
            Topic(
                "password-reauth", _("Why am I asked for my password again?"), ("confirm-password", "sensitive-actions")
            ),
            Topic("apitoken", _("How can I use API tokens to upload?"), ("apitokens", "api-token")),
            Topic(
                "compromised-token",
                _("My token has leaked, or I was told so. What now?"),
                ("leaked-tokens", "leaked-token"),
            ),
            Topic(
                "suspicious-activity",
                _("Something happened in my account that was not me"),
                ("security-history", "account-events"),
            ),
            Topic("trusted-publishers", _("What are trusted publishers?"), ("trusted-publishing",)),
            Topic("account-deletion", _("How do I delete my account?"), ("delete-account",)),
        ),
    ),
    Group(
        "integrating",
        _("Connecting programs"),
        (
            Topic("APIs", _("Which APIs are there?"), ("apis", "api")),
            Topic("mirroring", _("How can I run a mirror?"), ("mirrors",)),
            Topic(
                "project-release-notifications",
                _("How do I hear of new releases of a project?"),
                ("notifications", "release-notifications"),
            ),
            Topic("statistics", _("Where are statistics?"), ("stats", "downloads")),
            Topic("hashes", _("How do I check a file's hash?"), ("file-hashes",)),
            Topic("private-indices", _("Can I publish private packages here?"), ("private-packages", "private")),
            Topic("ip-addresses", _("Which addresses does this index have?"), ("ips", "addresses")),
            Topic("provenance", _("What is provenance?"), ("attestations",)),
        ),
    ),
    Group(
        "administration",
        _("Looking after projects"),
        (
            Topic("project-name", _("Why may I not upload to this project?")),
            Topic("project-name-rules", _("Why is the name that I want not available?"), ("new-project-name",)),
            Topic(
                "project-name-claim",
                _("How do I get a name that is abandoned, or should not be taken?"),
                ("name-claims",),
            ),
            Topic("collaborator-roles", _("Which roles can people have on a project?"), ("roles",)),
            Topic("request-ownership", _("How do I become an owner or a maintainer of a project?"), ("ownership",)),
            Topic("organizations", _("What is an organisation?"), ("organisations",)),
            Topic(
                "description-content-type",
                _("In which formats can I write a project's description?"),
                ("description-format",),
            ),
            Topic("file-size-limit", _("How large may a file be, and how do I get more room?"), ("size-limits",)),
            Topic("project-size-limit", _("How large may a project be?")),
            Topic(
                "vulnerabilities",
                _("Where are known vulnerabilities of a project?"),
                ("project-vulnerabilities", "advisories"),
            ),
            Topic("deletion", _("What happens when I delete a project, a release or a file?"), ("delete", "deleting")),
        ),
    ),
    Group(
        "troubleshooting",
        _("When something does not work"),
        (
            Topic("file-name-reuse", _("Why is a file name, or a file, refused that was used before?")),
            Topic(
                "render-failure",
                _("Why is my description refused?"),
                ("description-rendering", "description-content-type-failure"),
            ),
            Topic("login-problem", _("I forgot my password"), ("forgot-password", "forgotten-password")),
            Topic("account-recovery", _("I lost access to my account"), ("lost-account",)),
            Topic(
                "invalid-auth",
                _("Why is my token or password refused (“Invalid or non-existent authentication information”)?"),
                ("invalid-authentication",),
            ),
            Topic(
                "tls-deprecation",
                _("Why do I get “Could not fetch URL”, “No matching distribution found” or a TLS error?"),
                ("tls-errors", "tls"),
            ),
            Topic("uploading", _("Why can't I upload files in the browser?"), ("browser-upload",)),
            Topic(
                "admin-intervention", _("Why can't I register, create a project or upload?"), ("blocked-registration",)
            ),
            Topic("new-classifier", _("How do I get a new classifier?"), ("request-classifier",)),
            Topic("accessibility", _("I have trouble using this site")),
            Topic("feedback", _("How do I report a fault, or a harmful project?"), ("report", "report-bug")),
        ),
    ),
    Group(
        "about",
        _("About this index"),
        (
            Topic("maintainers", _("Who maintains this index?"), ("operator",)),
            Topic("sponsors", _("What powers this index?"), ("powered-by",)),
            Topic("availability", _("Can I rely on this index being there?")),
            Topic("contributing", _("How can I help?"), ("contribute",)),
            Topic("upcoming-changes", _("How do I hear of changes to this index?"), ("keeping-up", "changes")),
            Topic("beta-badge", _("What does the “beta” badge mean?"), ("beta", "beta-features")),
            Topic("pronunciation", _("How is “PyPI” said?"), ("pronounciation",)),
        ),
    ),
)
