# SPDX-License-Identifier: Apache-2.0
"""The history of a claim, and the mails to those whom it concerns."""

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext, override

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.accounts.telling import tell_administrators
from cheeseshop.claims.criteria import NOTICES, REACH
from cheeseshop.claims.models import Claim, ClaimEvent, ContactTry
from cheeseshop.claims.queries import owners_of
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing

_SALT = "cheeseshop.claims.owner"
_LINK_LASTS = 2 * REACH  # a late answer is better than none
OUR_MAILS = "this site"


def note(claim: Claim, actor: str, what: str, reason: str = "") -> None:
    """Write a line of the history."""
    ClaimEvent.objects.create(claim=claim, actor=actor, what=what[:200], reason=reason)


def link_to(claim: Claim) -> str:
    """Return the address of a claim's page."""
    return f"{current.settings().url}{reverse('claim', args=[claim.pk])}"


def tell_claimant(claim: Claim, kind: str, **told: object) -> None:
    """Mail the claimant, while there is one."""
    if claim.claimant and claim.claimant.is_active:
        history.mail(claim.claimant, kind, project=claim.project_name, link=link_to(claim), **told)


def tell_owner(claim: Claim, owner: User, news: str) -> None:
    """Mail an owner what became of a claim."""
    history.mail(owner, "claim-news", project=claim.project_name, link=link_to(claim), news=news)


def ground_in_english(claim: Claim) -> str:
    """Return a claim's ground as mails and histories tell it, whatever language the claimant reads."""
    with override("en"):
        return claim.get_ground_display()


def tell_waiting(claim: Claim, what: str) -> None:
    """Mail the administrators that a claim waits for them."""
    tell_administrators(f"{what} for the name {claim.project_name}", link_to(claim))


def seek_owners(claim: Claim) -> None:
    """Mail each owner the claim with a link for an answer, and keep that as an attempt to reach them."""
    owners = list(owners_of(claim.project)) if claim.project else []
    for owner in owners:
        token = signing.dumps([str(claim.pk), str(owner.pk)], salt=_SALT)
        history.mail(
            owner,
            "claim-owners",
            project=claim.project_name,
            by=claim.claimant_name,
            ground=ground_in_english(claim),
            reason=claim.reasons,
            deadline=f"{claim.deadline:%Y-%m-%d}",
            notice=claim.notices,
            notices=len(NOTICES),
            link=f"{current.settings().url}{reverse('answer-claim', args=[token])}",
            more=link_to(claim),
        )
    names = ", ".join(owner.username for owner in owners) or "nobody: there is no owner"
    how = f"Mail {claim.notices} of {len(NOTICES)} to {names}"[:300]
    ContactTry.objects.create(claim=claim, on=now().date(), by=OUR_MAILS, how=how)


def read_link(token: str) -> tuple[Claim, User]:
    """Return the claim and the owner that a mailed link is of.

    Raises:
        Missing: when the link is malformed or too old, or the person is no owner any more.
    """
    try:
        claim_id, owner_id = signing.loads(token, salt=_SALT, max_age=_LINK_LASTS)
        claim = Claim.objects.select_related("project", "claimant").get(pk=claim_id)
        if claim.project is None:
            raise Missing(gettext("The project of this claim does not exist any more."))
        return claim, owners_of(claim.project).get(pk=owner_id)
    except (signing.BadSignature, Claim.DoesNotExist, User.DoesNotExist) as error:
        raise Missing(gettext("This link is not one of ours, is too old, or you are no owner any more.")) from error
