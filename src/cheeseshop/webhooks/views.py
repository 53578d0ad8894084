# SPDX-License-Identifier: Apache-2.0
"""The pages on which owners manage webhooks."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from cheeseshop.access.permissions import Action, may
from cheeseshop.catalog.models import Project
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.manage.views.common import BOTH, project_of, shell
from cheeseshop.webhooks import flows
from cheeseshop.webhooks.forms import NewWebhook
from cheeseshop.webhooks.models import Webhook
from cheeseshop.webhooks.signing import secret_of

_SHOWN = 50


@require_http_methods(BOTH)
def webhooks(request: HttpRequest, name: str) -> HttpResponse:
    """List a project's webhooks; add one."""
    project, user = project_of(request, name, Action.ADMIN)
    form = NewWebhook(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = flows.add_webhook(project.pk, told["url"].strip(), told["events"], user.username)
        except Refusal as error:
            form.add_error("url", error.message)
        else:
            return _secret(request, project, made)
    context = {"form": form, "webhooks": Webhook.objects.filter(project=project).order_by("created_at")}
    return render(request, "webhooks/list.html", shell(request, project, "manage-webhooks") | context)


def _secret(request: HttpRequest, project: Project, webhook: Webhook) -> HttpResponse:
    context = {"webhook": webhook, "secret": secret_of(webhook.pk, webhook.generation)}
    return render(request, "webhooks/secret.html", shell(request, project, "manage-webhooks") | context)


@require_http_methods(BOTH)
def webhook(request: HttpRequest, name: str, webhook: UUID) -> HttpResponse:
    """Show a webhook with its newest deliveries; test, pause or remove it, renew its secret, send something again."""
    project, user = project_of(request, name, Action.ADMIN)
    found = Webhook.objects.filter(project=project, pk=webhook).first()
    if found is None or not may(user, Action.ADMIN, project.pk):
        raise Http404(gettext("%(name)s has no such webhook.") % {"name": project.name})
    if request.method == "POST":
        return _act(request, project, found, user.username)
    context = {"webhook": found, "deliveries": found.deliveries.order_by("-created_at")[:_SHOWN]}
    return render(request, "webhooks/webhook.html", shell(request, project, "manage-webhooks") | context)


def _act(request: HttpRequest, project: Project, webhook: Webhook, actor: str) -> HttpResponse:
    try:
        if "secret" in request.POST:
            flows.renew_secret(project.pk, webhook.pk)
            return _secret(request, project, Webhook.objects.get(pk=webhook.pk))
        if "remove" in request.POST:
            flows.remove_webhook(project.pk, webhook.pk)
            messages.success(request, gettext("%(url)s is told nothing any more.") % {"url": webhook.url})
            return redirect("manage-webhooks", name=project.normalized_name)
        messages.success(request, _change(request, project, webhook, actor))
    except Missing as error:
        messages.error(request, error.message)
    return redirect("manage-webhook", name=project.normalized_name, webhook=webhook.pk)


def _change(request: HttpRequest, project: Project, webhook: Webhook, actor: str) -> str:
    if "pause" in request.POST or "resume" in request.POST:
        flows.set_paused(project.pk, webhook.pk, paused="pause" in request.POST)
        return gettext("The webhook is paused.") if "pause" in request.POST else gettext("The webhook goes on.")
    if "again" in request.POST:
        flows.send_again(project.pk, _identity(request.POST["again"]))
        return gettext("The message is sent again.")
    flows.send_test(project.pk, webhook.pk, actor)
    return gettext("A test is on its way; look at the deliveries in a moment.")


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Missing(gettext("There is no such delivery.")) from error
