# SPDX-License-Identifier: Apache-2.0
"""Claims as the requester, the owners and the administrators see them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.accounts.models import User
from cheeseshop.accounts.views.settings import administrator, me
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.claims import queries
from cheeseshop.claims.criteria import obstacle_to_transfer
from cheeseshop.claims.flows import decide, open_claim, seek_owners
from cheeseshop.claims.flows.decide import Decision
from cheeseshop.claims.flows.telling import read_link
from cheeseshop.claims.forms import Answer, Decide, NewClaim
from cheeseshop.claims.models import Claim
from cheeseshop.claims.queries import Part
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.publishing.managing import follow

_BOTH = ["GET", "HEAD", "POST"]
_SHOWN = 100


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List what a person asked for, and what others ask of their projects."""
    user = me(request)
    context = {"claims": queries.claims_by(user), "upon": queries.claims_upon(user)}
    return render(request, "claims/mine.html", context)


@require_http_methods(_BOTH)
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a name."""
    form = NewClaim(request.POST or None, initial={"project": request.GET.get("project", "")[:200]})
    if request.method == "POST" and form.is_valid():
        try:
            made = open_claim.open_claim(form.plea, me(request))
            follow(Changed(made.normalized_name))
        except Refusal as error:
            form.add_error("project", error.message)
        else:
            messages.success(
                request,
                gettext("You asked for %(project_name)s. Its owners are mailed now.")
                % {"project_name": made.project_name},
            )
            return redirect("claim", claim=made.pk)
    return render(request, "claims/new.html", {"form": form})


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the claims that wait, and those that were decided last, to administrators."""
    administrator(request)
    rows = Claim.objects.order_by("-id")
    waiting = rows.filter(state__in=["open", "asked"])[:_SHOWN]
    ended = rows.exclude(state__in=["open", "asked"])[:_SHOWN]
    return render(request, "claims/queue.html", {"waiting": waiting, "ended": ended, "now": now()})


@require_http_methods(_BOTH)
def claim(request: HttpRequest, claim: UUID) -> HttpResponse:
    """Show a claim to those whom it concerns; each of them does what is theirs."""
    user = me(request)
    found = Claim.objects.select_related("project", "claimant").filter(pk=claim).first()
    part = queries.part_of(found, user) if found else Part.NOTHING
    if found is None or not part:
        raise Http404(gettext("There is no such claim, or it is not yours to see."))
    answer, form = Answer(), Decide(found.project_name)
    if request.method == "POST":
        answer = Answer(request.POST if "answer_question" in request.POST else None)
        form = Decide(found.project_name, request.POST if request.POST.keys() & _DECISIONS.keys() else None)
        if _done(request, found, part, (answer, form)):
            return redirect("claim", claim=found.pk)
        found.refresh_from_db()
    return render(request, "claims/claim.html", _context(found, part) | {"answer": answer, "form": form})


def _context(found: Claim, part: Part) -> dict[str, object]:
    facts = queries.facts_of(found.project) if found.project else None
    owners = len([owner for owner in facts.owners if owner != found.claimant]) if facts else 0
    return {
        "claim": found,
        "facts": facts,
        "criteria": queries.criteria_of(found) if found.undecided else [],
        "obstacle": obstacle_to_transfer(found, owners, now()),
        "tries": found.tries.order_by("on", "id"),
        "events": found.events.order_by("id"),
        "is_claimant": Part.CLAIMANT in part,
        "is_owner": Part.OWNER in part,
        "is_administrator": Part.ADMINISTRATOR in part,
    }


def _done(request: HttpRequest, found: Claim, part: Part, forms: tuple[Answer, Decide]) -> bool:
    """Do what the pressed button says, if the person may. Returns whether it was done."""
    user, pressed = me(request), request.POST
    answer, form = forms
    if Part.ADMINISTRATOR in part and (name := next(iter(_DECISIONS.keys() & pressed.keys()), "")):
        return form.is_valid() and _decided(request, found, name, form)
    if Part.OWNER in part and pressed.keys() & {"keep", "give"}:
        what = Claim.Answer.GIVE if "give" in pressed else Claim.Answer.KEEP
        return _tried(request, lambda: _answered(found, what, user), gettext("Your answer is with the administrators."))
    if Part.CLAIMANT in part and "withdraw" in pressed:
        return _tried(request, lambda: open_claim.withdraw(found, user), gettext("The claim is withdrawn."))
    if Part.CLAIMANT in part and "answer_question" in pressed and answer.is_valid():
        text = answer.cleaned_data["answer"]
        return _tried(request, lambda: open_claim.answer_question(found, text, user), gettext("Your answer is sent."))
    return False


def _answered(found: Claim, what: Claim.Answer, owner: User) -> Changed:
    seek_owners.answer(found, what, owner)
    return Changed(found.normalized_name)


def _decided(request: HttpRequest, found: Claim, name: str, form: Decide) -> bool:
    if name == "free" and not form.confirmed:
        form.add_error("confirm", gettext("This is not %(project_name)s.") % {"project_name": found.project_name})
        return False
    decision = Decision(me(request).username, form.cleaned_data["reason"])
    return _tried(
        request, lambda: _DECISIONS[name](found, decision, form), gettext("It is done, and all concerned are mailed.")
    )


_DECISIONS: dict[str, Callable[[Claim, Decision, Decide], Changed | None]] = {
    "ask": lambda found, decision, _form: decide.put_question(found, decision),
    "decline": lambda found, decision, _form: decide.decline(found, decision),
    "free": lambda found, decision, _form: decide.free(found, decision),
    "transfer": lambda found, decision, form: decide.transfer(
        found, decision, keep_owners=form.cleaned_data["keep_owners"]
    ),
}


def _tried(request: HttpRequest, flow: Callable[[], Changed | None], done: str) -> bool:
    """Run a flow, publish what it changed, and tell the person how it went."""
    try:
        changed = flow()
        if changed is not None:
            follow(changed)
    except Refusal as error:
        messages.error(request, error.message)
        return False
    messages.success(request, done)
    return True


@require_http_methods(_BOTH)
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Let an owner keep the project by a mailed link, without logging in. Giving it away needs a log-in."""
    try:
        found, owner = read_link(token)
    except Missing as error:
        raise Http404(error.message) from error
    if request.method == "POST":
        _tried(
            request,
            lambda: _answered(found, Claim.Answer.KEEP, owner),
            gettext("You keep %(project_name)s.") % {"project_name": found.project_name},
        )
        return redirect("answer-claim", token=token)
    return render(request, "claims/answer.html", {"claim": found, "owner": owner})
