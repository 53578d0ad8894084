# SPDX-License-Identifier: Apache-2.0
"""What a project's owners do: add, narrow and remove publishers, and say who else may upload."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cheeseshop.catalog.flows.changing import Changed, change, locked
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.journal import flows as journal
from cheeseshop.publishers.fetching import FetchFailed
from cheeseshop.publishers.flows.rows import name_of, publisher_row
from cheeseshop.publishers.issuers import issuer_at, issuer_keyed, why_off
from cheeseshop.publishers.models import ProjectPublisher, ProjectRule, Publisher
from cheeseshop.publishers.providers import provider_of
from cheeseshop.publishers.providers.base import Fields, InvalidFields, Provider

MOST = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """A publisher that somebody filled in, checked, and identifiers that its provider told, if it was asked."""

    provider: Provider
    fields: Fields
    pinned: dict[str, str]

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.provider, self.fields)


def wanted(issuer_key: str, values: Mapping[str, object]) -> Wanted:
    """Check what somebody filled in about a publisher of an issuer.

    Raises:
        Refusal: when there is no such issuer, it is switched off, or its provider does not know what was named.
        InvalidFields: with a message for each field.
    """
    issuer = issuer_keyed(issuer_key)
    if issuer is None:
        raise Refusal(gettext("There is no issuer %(issuer_key)r.") % {"issuer_key": issuer_key})
    if reason := why_off() or why_off(issuer):
        raise Refusal(reason)
    provider = provider_of(issuer)
    fields = provider.clean(values)
    return Wanted(provider, fields, _looked_up(provider, fields))


def _looked_up(provider: Provider, fields: Fields) -> dict[str, str]:
    if not current.settings().publisher_lookups:
        return {}
    try:
        found = provider.look_up(fields)
    except FetchFailed as error:
        first = provider.specs[0].name
        raise InvalidFields(
            {first: gettext("%(name)s does not know it: %(error)s.") % {"name": provider.issuer.name, "error": error}}
        ) from error
    return {name: value for name, value in found.items() if value}


def add_publisher(project: UUID, asked: Wanted, actor: str) -> Changed:
    """Let a publisher upload to a project.

    Raises:
        Conflict: when it may already, or the project has too many.
        Missing: when the project is gone.
    """
    try:
        with transaction.atomic():
            owner = locked(project)
            if ProjectPublisher.objects.filter(project=owner).count() >= MOST:
                raise Conflict(
                    gettext("%(name)s has %(most)s publishers; remove one first.") % {"name": owner.name, "most": MOST}
                )
            link = ProjectPublisher(project=owner, publisher=publisher_row(asked.provider, asked.fields))
            link.created_by, link.pinned = actor, asked.pinned
            link.save(force_insert=True)
            tell_owners(owner, "publisher-added", publisher=asked.name, by=actor)
            return _end(owner, f"add publisher {asked.name}", actor)
    except IntegrityError as error:
        raise Conflict(gettext("%(name)s is a publisher of this project already.") % {"name": asked.name}) from error


def remove_publisher(project: UUID, link: UUID, actor: str) -> Changed:
    """Let a publisher upload to a project no more. Tokens that it was given end with that.

    Raises:
        Missing: when it is none any more.
        Conflict: when it is the last one of a project that takes files from publishers only.
    """
    with transaction.atomic():
        owner = locked(project)
        found = _link(project, link)
        last = not ProjectPublisher.objects.filter(project=project).exclude(pk=link).exists()
        if last and ProjectRule.objects.filter(project=project, only_publishers=True).exists():
            raise Conflict(gettext("Nobody could upload without its last publisher: let API tokens upload first."))
        name = title_of(found.publisher)
        found.delete()
        tell_owners(owner, "publisher-removed", publisher=name, by=actor)
        return _end(owner, f"remove publisher {name}", actor)


def narrow_to_environment(project: UUID, link: UUID, actor: str) -> Changed:
    """Narrow a publisher to the environment that it published from.

    Raises:
        Missing: when it is none any more, or published from no environment.
        Conflict: when the narrower one is a publisher already.
    """
    try:
        with transaction.atomic():
            owner = locked(project)
            found = _link(project, link)
            issuer = issuer_at(found.publisher.issuer)
            if issuer is None or not found.unbound_environment:
                raise Missing(gettext("This publisher has not published from an environment yet."))
            provider = provider_of(issuer)
            fields = found.publisher.fields | {"environment": found.unbound_environment}
            found.publisher, found.unbound_environment = publisher_row(provider, fields), ""
            found.save()
            name = name_of(provider, fields)
            tell_owners(owner, "publisher-added", publisher=name, by=actor)
            return _end(owner, f"narrow publisher {name}", actor)
    except IntegrityError as error:
        raise Conflict(gettext("There is such a publisher already; remove the wider one.")) from error


def set_rule(project: UUID, actor: str, *, only_publishers: bool) -> Changed:
    """Say whether only publishers may upload to a project.

    Raises:
        Conflict: when it has no publisher yet, so that nobody could.
    """
    with transaction.atomic():
        owner = locked(project)
        if only_publishers and not ProjectPublisher.objects.filter(project=owner).exists():
            raise Conflict(gettext("%(name)s has no trusted publisher yet; add one first.") % {"name": owner.name})
        ProjectRule.objects.update_or_create(project=owner, defaults={"only_publishers": only_publishers})
        action = "only trusted publishers upload" if only_publishers else "API tokens upload too"
        return _end(owner, action, actor)


def title_of(publisher: Publisher) -> str:
    """Name a publisher that is known, also where its issuer is gone by now."""
    issuer = issuer_at(publisher.issuer)
    if issuer is None:
        return str(publisher)[:100]
    return name_of(provider_of(issuer), publisher.fields)


def _end(owner: Project, action: str, actor: str) -> Changed:
    journal.commit([change(owner, action, actor)], [journal.Dirty(owner.normalized_name)])
    return Changed(owner.normalized_name)


def _link(project: UUID, link: UUID) -> ProjectPublisher:
    found = ProjectPublisher.objects.select_related("publisher").filter(project=project, pk=link).first()
    if found is None:
        raise Missing(gettext("This publisher was removed already."))
    return found
