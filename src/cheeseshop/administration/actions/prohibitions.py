# SPDX-License-Identifier: Apache-2.0
"""What keepers refuse to everybody: names of projects, usernames, domains, networks."""

from django import forms

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.accounts.flows import prohibit as accounts
from cheeseshop.administration.acting import Action, Doer, Why
from cheeseshop.catalog.flows import prohibit as catalog

MOST = 500


class Several(Why):
    """What is prohibited, one on each line."""

    words = forms.CharField(
        label="One on each line", max_length=100_000, widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})
    )
    field_order = ("words", "reason")

    def clean_words(self) -> list[str]:
        """Return what was typed, each once."""
        found = sorted({line.strip() for line in str(self.cleaned_data["words"]).splitlines() if line.strip()})
        if len(found) > MOST:
            raise forms.ValidationError(f"At most {MOST} at once, not {len(found)}.")
        return found


def _subject(_row: object, doer: Doer) -> str:
    return ", ".join(doer.told["words"])


PROHIBIT_NAMES = Action(
    "prohibit",
    "Prohibit names",
    SiteAction.PROHIBIT,
    lambda _, doer: catalog.prohibit_names(doer.told["words"], doer.reason),
    "No new project takes these names, in any spelling. A project that has one keeps it. The reason is kept beside.",
    Several,
    subject=_subject,
)
ALLOW_NAME = Action(
    "allow",
    "Allow again",
    SiteAction.PROHIBIT,
    lambda row, _: catalog.allow_name(row.pk),
    "Anybody can take the name.",
    gone=True,
)
PROHIBIT_USERNAMES = Action(
    "prohibit",
    "Prohibit usernames",
    SiteAction.PROHIBIT,
    lambda _, doer: accounts.prohibit_usernames(doer.told["words"], doer.reason),
    "Nobody registers these names, in any case. Who has one keeps it. The reason is kept beside.",
    Several,
    subject=_subject,
)
ALLOW_USERNAME = Action(
    "allow",
    "Allow again",
    SiteAction.PROHIBIT,
    lambda row, _: accounts.allow_username(row.pk),
    "Anybody can register the name, unless somebody had it.",
    gone=True,
)
PROHIBIT_NETWORKS = Action(
    "prohibit",
    "Prohibit networks",
    SiteAction.PROHIBIT,
    lambda _, doer: accounts.prohibit_networks(doer.told["words"], doer.reason),
    "Nobody logs in, registers or asks for a reset from these addresses or networks, such as 192.0.2.7 or "
    "2001:db8::/48. Sessions and API tokens go on.",
    Several,
    subject=_subject,
)
ALLOW_NETWORK = Action(
    "allow",
    "Allow again",
    SiteAction.PROHIBIT,
    lambda row, _: accounts.allow_network(row.pk),
    "People enter from there again.",
    gone=True,
)
PROHIBIT_DOMAINS = Action(
    "prohibit",
    "Prohibit domains",
    SiteAction.PROHIBIT,
    lambda _, doer: accounts.prohibit_domains(doer.told["words"], doer.reason),
    "Addresses of these domains, and of those below them, are refused. Who has one keeps it.",
    Several,
    subject=_subject,
)
ALLOW_DOMAIN = Action(
    "allow",
    "Allow again",
    SiteAction.PROHIBIT,
    lambda row, _: accounts.allow_domain(row.pk),
    "Addresses of the domain are taken again.",
    gone=True,
)
