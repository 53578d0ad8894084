# SPDX-License-Identifier: Apache-2.0
"""Pages on which administrators write the site's texts and announcements."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.access.site_roles import SiteAction, may_on_site
from cheeseshop.accounts.models import User
from cheeseshop.accounts.views.settings import administrator, page_number
from cheeseshop.core.errors import Refusal
from cheeseshop.notices import flows, queries
from cheeseshop.notices.catalogue import BY_KEY, PIECES, Piece, shipped
from cheeseshop.notices.flows import Edit
from cheeseshop.notices.forms import EditAnnouncement, EditText
from cheeseshop.notices.models import Announcement
from cheeseshop.notices.rendering import as_html
from cheeseshop.notices.state import has_something
from cheeseshop.notices.views.public import announcement_numbered

_BOTH = ["GET", "HEAD", "POST"]


def _writes(user: User) -> bool:
    """Tell whether somebody who may read these pages may also change what they show."""
    return may_on_site(user, SiteAction.BANNERS)


@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """List the site's texts: which are as they are shipped, which were changed, which say nothing."""
    administrator(request)
    changed = queries.texts()
    rows = [(piece, changed.get(piece.key), has_something(piece)) for piece in PIECES]
    return render(request, "notices/manage_texts.html", {"rows": rows})


@require_http_methods(_BOTH)
def text(request: HttpRequest, key: str) -> HttpResponse:
    """Show one text to an administrator, and take other words, or a look at them first."""
    user = administrator(request, SiteAction.BANNERS)
    piece = BY_KEY.get(key)
    if piece is None:
        raise Http404(gettext("There is no text %(key)r.") % {"key": key})
    words, row = queries.text_of(piece)
    before = queries.words_before(f"text {key}", request.GET.get("from", ""))
    begin = {"base": row.number if row else 0, "text": words if before is None else before}
    form, preview = EditText(initial=begin), None
    if request.method == "POST":
        form = EditText(request.POST)
        done, preview = _outcome(request, form, lambda: _change(request, piece, form, user))
        if done:
            return redirect("site-text", key=key)
    context = {"piece": piece, "row": row, "form": form, "preview": preview, "shown": has_something(piece)}
    more = {"shipped": bool(shipped(key)), "history": queries.history_of(f"text {key}"), "writes": _writes(user)}
    return render(request, "notices/manage_text.html", context | more)


def _outcome(request: HttpRequest, form: Form, act: Callable[[], None]) -> tuple[bool, SafeString | None]:
    """Do what a form says, and tell whether it is done; or return how its text will look, if that is asked for.

    Whatever stands in the way becomes an error of the form.
    """
    if not form.is_valid():
        return False, None
    try:
        if "preview" in request.POST:
            return False, as_html(flows.tidy(form.cleaned_data["text"]))
        act()
    except Refusal as error:
        form.add_error(None, error.message)
        return False, None
    return True, None


def _change(request: HttpRequest, piece: Piece, form: Form, user: User) -> None:
    """Write what the form says.

    Raises:
        Refusal: saying why not.
    """
    edit = Edit(form.cleaned_data["text"], form.cleaned_data["base"], form.cleaned_data["note"])
    if "default" in request.POST:
        flows.use_shipped_text(piece.key, edit, user.username)
        messages.success(request, gettext("%(title)s: the text is the one that is shipped.") % {"title": piece.title})
        return
    flows.change_text(piece.key, edit, user.username)
    messages.success(request, gettext("%(title)s: the text is changed.") % {"title": piece.title})


@require_http_methods(_BOTH)
def announcements(request: HttpRequest) -> HttpResponse:
    """List announcements to administrators, and publish one."""
    user = administrator(request, SiteAction.BANNERS)
    form, preview = EditAnnouncement(), None
    if request.method == "POST":
        form = EditAnnouncement(request.POST)
        done, preview = _outcome(request, form, lambda: _publish(request, form, user))
        if done:
            return redirect("manage-announcements")
    page = page_number(request)
    found, more = queries.announcements(page)
    context = {"form": form, "preview": preview, "announcements": found, "page": page, "more": more}
    about = {"history": queries.newest_changes(), "writes": _writes(user)}
    return render(request, "notices/manage_announcements.html", context | about)


def _publish(request: HttpRequest, form: Form, user: User) -> None:
    made = flows.announce(form.cleaned_data["title"], form.cleaned_data["text"], user.username)
    messages.success(request, gettext("%(title)s: the announcement is published.") % {"title": made.title})


@require_http_methods(_BOTH)
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one announcement to an administrator; change or withdraw it."""
    user = administrator(request, SiteAction.BANNERS)
    found = announcement_numbered(pk)
    if request.method == "POST" and "withdraw" in request.POST:
        _withdraw(request, found, user)
        return redirect("manage-announcements")
    form, preview = EditAnnouncement(initial={"title": found.title, "text": found.text}), None
    if request.method == "POST":
        form = EditAnnouncement(request.POST)
        done, preview = _outcome(request, form, lambda: _change_announcement(request, found, form, user))
        if done:
            return redirect("manage-announcement", pk=pk)
    history = queries.history_of(f"announcement {pk}")
    context = {"announcement": found, "form": form, "preview": preview, "history": history, "writes": _writes(user)}
    return render(request, "notices/manage_announcement.html", context)


def _change_announcement(request: HttpRequest, found: Announcement, form: Form, user: User) -> None:
    flows.change_announcement(found.pk, form.cleaned_data["title"], form.cleaned_data["text"], user.username)
    messages.success(
        request, gettext("%(title)s: the announcement is changed.") % {"title": form.cleaned_data["title"]}
    )


def _withdraw(request: HttpRequest, found: Announcement, user: User) -> None:
    try:
        flows.withdraw_announcement(found.pk, user.username)
        messages.success(request, gettext("%(title)s: the announcement is withdrawn.") % {"title": found.title})
    except Refusal as error:
        messages.error(request, error.message)
