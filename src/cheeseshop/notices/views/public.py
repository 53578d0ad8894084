# SPDX-License-Identifier: Apache-2.0
"""Pages that everybody reads: the site's texts and announcements."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from cheeseshop.accounts.views.settings import page_number
from cheeseshop.notices.catalogue import BY_KEY
from cheeseshop.notices.models import Announcement
from cheeseshop.notices.queries import announcements as newest
from cheeseshop.notices.queries import text_of
from cheeseshop.notices.rendering import as_safe_html

_LARGEST = 2**31


@require_safe
def text(request: HttpRequest, key: str) -> HttpResponse:
    """Show one of the site's texts. One that says nothing has no page."""
    piece = BY_KEY[key]
    words, row = text_of(piece)
    if not words:
        raise Http404(gettext("%(title)s: this site has nothing to say about it.") % {"title": piece.title})
    context = {"piece": piece, "html": as_safe_html(words), "row": row}
    return render(request, "notices/text.html", context)


@require_safe
def announcements(request: HttpRequest) -> HttpResponse:
    """List announcements, newest first."""
    page = page_number(request)
    found, more = newest(page)
    if page > 1 and not found:
        raise Http404(gettext("There is no such page of announcements."))
    shown = [(each, as_safe_html(each.text)) for each in found]
    return render(request, "notices/announcements.html", {"announcements": shown, "page": page, "more": more})


@require_safe
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one announcement."""
    found = announcement_numbered(pk)
    return render(request, "notices/announcement.html", {"announcement": found, "html": as_safe_html(found.text)})


def announcement_numbered(number: int) -> Announcement:
    """Return an announcement by its number.

    Raises:
        Http404: when there is none, or it was withdrawn.
    """
    found = Announcement.objects.filter(pk=number).first() if number < _LARGEST else None
    if found is None:
        raise Http404(gettext("There is no such announcement, or it was withdrawn."))
    return found
