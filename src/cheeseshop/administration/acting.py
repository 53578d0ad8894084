# SPDX-License-Identifier: Apache-2.0
"""What keepers do: each action has a page that says what will happen, asks why, and calls one flow.

The deed is written in the flow's own transaction, before it, so that there is never one without the other and the
journal stays the last statement.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.accounts import history
from cheeseshop.accounts.flows.restrain import LONGEST_REASON
from cheeseshop.accounts.history import address_of
from cheeseshop.accounts.models import User
from cheeseshop.accounts.views.settings import me
from cheeseshop.administration.models import Deed
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.core.errors import Refusal
from cheeseshop.publishing.managing import follow


class Why(forms.Form):
    """Why something is done, and for what can't be taken back the name of what it is done to."""

    reason = forms.CharField(
        label="Reason",
        min_length=3,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is kept with your name. People whom it concerns read it, without your name.",
    )

    def __init__(self, row: Any, typed: str, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as a form's
        super().__init__(*arguments, **named)
        self.row, self._typed = row, typed
        if typed:
            self.fields["confirm"] = forms.CharField(
                label=f"Type {typed} to confirm", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
            )

    def clean_confirm(self) -> str:
        """Compare what was typed with what must be."""
        typed = str(self.cleaned_data["confirm"]).strip()
        if typed != self._typed:
            raise forms.ValidationError(f"This is not {self._typed}.")
        return typed


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it, why, and what else the form told. ``record`` writes the deed."""

    keeper: User
    reason: str
    told: dict[str, Any]
    record: Callable[[], None]


Done = Changed | Iterable[Changed] | None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done to a row. ``run`` calls a flow; ``when`` says whether it makes sense now.

    ``typed`` is what must be typed for it. ``gone``: afterwards there is no such row. ``alone``: ``run`` opens
    transactions of its own, several in a row, and calls ``record`` in the first. ``subject`` says what it is done to
    where that is no row yet.
    """

    key: str
    verb: str
    power: SiteAction
    run: Callable[[Any, Doer], Done]
    explains: str = ""
    form: type[Why] = Why
    when: Callable[[Any], bool] = lambda _: True
    typed: Callable[[Any], str] = lambda _: ""
    preview: Callable[[Any], Sequence[Any]] = lambda _: ()
    danger: bool = False
    gone: bool = False
    alone: bool = False
    subject: Callable[[Any, Doer], str] = lambda row, _: str(row)


def act(request: HttpRequest, action: Action, row: Model | None, shell: dict[str, Any]) -> HttpResponse:
    """Show the page of an action, or do it. Whoever may not is refused either way.

    ``shell`` is what pages of the site show, with the list's and the row's address, and the model's ``opts``.
    """
    if action.power not in request.site_powers:  # type: ignore[attr-defined]
        raise PermissionDenied
    form = action.form(row, action.typed(row) if row else "", request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            subject = _do(request, action, row, _Asked(form, str(shell["opts"].label_lower)))
        except Refusal as error:
            form.add_error(None, error.message)
            status = HTTPStatus(error.status)
        else:
            messages.success(request, f"{action.verb}: done. {subject[:200]}")
            return redirect(shell["list_url"] if action.gone or row is None else shell["back"])
    context: dict[str, Any] = {"action": action, "row": row, "form": form, "title": action.verb}
    context["preview"] = action.preview(row) if row else ()
    return render(request, "administration/act.html", shell | context, status=status)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A form that is filled in rightly, and the kind of thing that it is about."""

    form: Why
    kind: str


def _do(request: HttpRequest, action: Action, row: Model | None, asked: _Asked) -> str:
    """Run an action with its deed, publish what it changed, and return what it was done to."""
    told = {name: value for name, value in asked.form.cleaned_data.items() if name not in {"reason", "confirm"}}
    deed = Deed(
        actor=me(request).username,
        address=address_of(request),
        action=action.key,
        kind=asked.kind,
        subject_id=str(row.pk) if row else "",
        reason=asked.form.cleaned_data["reason"],
        detail="; ".join(f"{name}: {_word(value)}" for name, value in told.items() if value)[:1000],
    )
    doer = Doer(me(request), deed.reason, told, lambda: deed.save(force_insert=True))
    deed.subject = action.subject(row, doer)[:300]
    with history.because(deed.reason):
        if action.alone:
            changed = action.run(row, doer)
        else:
            with transaction.atomic():
                doer.record()
                changed = action.run(row, doer)
    for each in [changed] if isinstance(changed, Changed) else changed or ():
        follow(each)
    return deed.subject


def _word(value: object) -> str:
    return ", ".join(sorted(str(each) for each in value)) if isinstance(value, list | set) else str(value)
