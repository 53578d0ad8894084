# SPDX-License-Identifier: Apache-2.0
"""Which role of the site may open and do what: one table, held against every page and every action."""

import time
from importlib import import_module
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from cheeseshop.access.site_roles import POWERS, SiteAction, SiteRole, may_on_site, site_powers, site_roles
from cheeseshop.accounts.flows.restrain import By, set_site_roles
from cheeseshop.accounts.models import User
from cheeseshop.administration.models import Deed
from cheeseshop.administration.site import site
from cheeseshop.core.errors import Conflict, Forbidden, Refusal
from cheeseshop.storage import Store
from tests.administration.sample import fill
from tests.support.actors import insider, with_application
from tests.support.factories import make_user
from tests.support.keepers import keeper

pytestmark = pytest.mark.django_db
import_module("cheeseshop.administration.pages")
PAGES: dict[type[Model], Any] = dict(site._registry)
ADMINISTRATOR, SUPPORT, MODERATOR, AUDITOR, OBSERVER = SiteRole

# Who may do what. Whoever is not named may not.
ACTIONS: dict[str, set[SiteRole]] = {
    "accounts.user freeze": {ADMINISTRATOR, MODERATOR},
    "accounts.user unfreeze": {ADMINISTRATOR, MODERATOR},
    "accounts.user disable": {ADMINISTRATOR, SUPPORT},
    "accounts.user enable": {ADMINISTRATOR, SUPPORT},
    "accounts.user reset-factors": {ADMINISTRATOR, SUPPORT},
    "accounts.user withdraw-password": {ADMINISTRATOR, SUPPORT},
    "accounts.user roles": {ADMINISTRATOR},
    "accounts.user nuke": {ADMINISTRATOR},
    "account.emailaddress unverify": {ADMINISTRATOR, SUPPORT},
    "account.emailaddress remove": {ADMINISTRATOR, SUPPORT},
    "tokens.token revoke": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "catalog.project give-role": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "catalog.project limits": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "catalog.project archive": {ADMINISTRATOR, MODERATOR},
    "catalog.project unarchive": {ADMINISTRATOR, MODERATOR},
    "catalog.project remove": {ADMINISTRATOR, MODERATOR},
    "catalog.release remove": {ADMINISTRATOR, MODERATOR},
    "catalog.file remove": {ADMINISTRATOR, MODERATOR},
    "access.projectrole change": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "access.projectrole take": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "access.invitation revoke": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "publishers.projectpublisher remove": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "organizations.organization deactivate": {ADMINISTRATOR, SUPPORT},
    "organizations.organization activate": {ADMINISTRATOR, SUPPORT},
    **{
        f"catalog.{what} {act}": {ADMINISTRATOR, MODERATOR}
        for what in ("project", "release", "file")
        for act in ("quarantine", "clear")
    },
    "flags.flagchange +turn": {ADMINISTRATOR},
    "catalog.prohibitedname allow": {ADMINISTRATOR, MODERATOR},
    "catalog.prohibitedname +prohibit": {ADMINISTRATOR, MODERATOR},
    "accounts.prohibitedusername allow": {ADMINISTRATOR, MODERATOR},
    "accounts.prohibitedusername +prohibit": {ADMINISTRATOR, MODERATOR},
    "accounts.prohibitednetwork allow": {ADMINISTRATOR, MODERATOR},
    "accounts.prohibitednetwork +prohibit": {ADMINISTRATOR, MODERATOR},
    "accounts.prohibiteddomain allow": {ADMINISTRATOR, MODERATOR},
    "accounts.prohibiteddomain +prohibit": {ADMINISTRATOR, MODERATOR},
}
# The pages outside of /admin/ where keepers decide, and who may.
QUEUES: dict[str, set[SiteRole]] = {
    "/manage/recoveries/": {ADMINISTRATOR, SUPPORT},
    "/manage/observations/": {ADMINISTRATOR, MODERATOR},
    "/manage/quarantine/": {ADMINISTRATOR, MODERATOR},
    "/manage/texts/": {ADMINISTRATOR},
    "/manage/announcements/": {ADMINISTRATOR},
    "/manage/banners/": {ADMINISTRATOR},
    "/manage/limits/": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "/manage/claims/queue/": {ADMINISTRATOR, SUPPORT, MODERATOR},
    "/manage/organization-applications/": {ADMINISTRATOR, SUPPORT},
}
READERS = {ADMINISTRATOR, SUPPORT, MODERATOR, AUDITOR}


def url_of(name: str) -> str:
    label, key = name.split()
    model = next(each for each in PAGES if each._meta.label_lower == label)
    base = f"/admin/{label.replace('.', '/')}/"
    if key.startswith("+"):
        return f"{base}do/{key[1:]}/"
    rows = model._default_manager.all()
    row = rows.get(username="alice") if model is User else rows.first()
    assert row is not None, name
    return f"{base}{row.pk}/do/{key}/"


def test_every_action_is_in_the_table() -> None:
    found = {
        f"{model._meta.label_lower} {plus}{deed.key}"
        for model, page in PAGES.items()
        for plus, deeds in (("", page.deeds), ("+", page.list_deeds))
        for deed in deeds
    }
    assert found == set(ACTIONS)


@pytest.mark.parametrize("role", [*SiteRole, None])
def test_who_may_open_and_do_what(shop: Store, role: SiteRole | None) -> None:
    fill(shop)
    _, visitor = keeper(role)
    expected = 200 if role in READERS else 404
    for model in PAGES:
        base = f"/admin/{model._meta.label_lower.replace('.', '/')}/"
        row = model._default_manager.first()
        assert row is not None
        for url in ("/admin/", base, f"{base}{row.pk}/"):
            assert visitor.get(url).status_code == expected, (role, url)
    deeds = Deed.objects.count()
    for name, allowed in ACTIONS.items():
        wanted = 200 if role in allowed else 403 if role in READERS else 404
        url = url_of(name)
        assert visitor.get(url).status_code == wanted, (role, name)
        assert visitor.post(url, {}).status_code == wanted, (role, name)  # allowed: shown again, a reason is missing
    assert Deed.objects.count() == deeds


@pytest.mark.parametrize("role", [*SiteRole, None])
def test_who_may_read_and_decide_in_the_queues(shop: Store, role: SiteRole | None) -> None:
    fill(shop)
    _, visitor = keeper(role)
    for url, deciders in QUEUES.items():
        assert visitor.get(url).status_code == (200 if role in READERS else 403), (role, url)
        one = str(site_row(url))
        assert visitor.get(one).status_code == (200 if role in READERS else 403 if "claims" not in url else 404), one
        if "claims" in url:
            visitor.post(one, {"decline": "", "reason": "no ground is given"})
            continue
        reply = visitor.post(one, {})
        assert (reply.status_code != 403) == (role in deciders), (role, one)


def site_row(queue: str) -> str:
    from cheeseshop.accounts.models import Recovery
    from cheeseshop.claims.models import Claim
    from cheeseshop.moderation.models import Case, Observation
    from cheeseshop.organizations.models import Application
    from cheeseshop.quotas.models import LimitRequest

    models: dict[str, Any] = {
        "/manage/recoveries/": Recovery,
        "/manage/observations/": Observation,
        "/manage/quarantine/": Case,
        "/manage/limits/": LimitRequest,
        "/manage/claims/queue/": Claim,
        "/manage/organization-applications/": Application,
    }
    if queue in {"/manage/announcements/", "/manage/banners/"}:
        return queue
    if queue == "/manage/texts/":
        return f"{queue}terms/"
    return f"{queue.replace('queue/', '')}{models[queue].objects.first().pk}/"


@pytest.mark.parametrize("role", [*SiteRole, None])
def test_who_may_decide_a_claim(shop: Store, role: SiteRole | None) -> None:
    from cheeseshop.claims.models import Claim

    fill(shop)
    _, visitor = keeper(role)
    claim = Claim.objects.get()
    visitor.post(f"/manage/claims/{claim.pk}/", {"decline": "", "reason": "it is in use"})
    claim.refresh_from_db()
    assert (claim.state == "declined") == (role in QUEUES["/manage/claims/queue/"])


def test_only_administrators_see_the_issuers(shop: Store) -> None:
    for role in SiteRole:
        _, visitor = keeper(role, role.value)
        assert visitor.get("/manage/issuers/").status_code == (200 if role == ADMINISTRATOR else 403)


def test_the_account_menu_leads_keepers_there() -> None:
    for role in SiteRole:
        _, visitor = keeper(role, role.value)
        assert ('href="/admin/"' in visitor.get("/manage/account/").content.decode()) == (role in READERS)


def test_whoever_is_not_logged_in_is_led_to_the_log_in(client: Client) -> None:
    reply = client.get("/admin/catalog/project/")
    assert (reply.status_code, reply.headers["location"]) == (302, "/account/login/?next=/admin/catalog/project/")


def test_a_second_factor_is_asked_for_first() -> None:
    user, visitor = keeper(ADMINISTRATOR)
    user.authenticator_set.all().delete()
    assert visitor.get("/admin/").headers["location"] == "/manage/account/two-factor/"
    with_application(user)
    assert visitor.get("/admin/").status_code == 200


def test_a_confirmation_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    _, visitor = keeper(ADMINISTRATOR)
    session = visitor.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 7200}]
    session.save()
    for url in ("/admin/", "/admin/accounts/user/"):
        reply = visitor.get(url)
        assert reply.status_code == 302
        assert reply.headers["location"].startswith("/account/reauthenticate/")
    _, stranger = insider("stranger")
    assert stranger.get("/admin/").status_code == 404


def test_roles_add_up_and_words_that_are_no_role_give_nothing() -> None:
    user = make_user()
    assert (site_roles(user), site_powers(user)) == ([], frozenset())
    set_site_roles(user, {AUDITOR, OBSERVER}, By(None, "two"))
    user.refresh_from_db()
    assert site_roles(user) == ["auditor", "observer"]
    assert site_powers(user) == {SiteAction.READ, SiteAction.REPORT}
    user.groups.get(name="auditor").delete()
    user.groups.create(name="king")
    assert site_powers(User.objects.get()) == {SiteAction.REPORT}
    User.objects.update(frozen_at="2026-01-01T00:00:00Z")
    assert site_powers(User.objects.get()) == frozenset()


def test_an_auditor_changes_nothing_and_an_observer_only_reports() -> None:
    assert POWERS["auditor"] == {SiteAction.READ}
    assert POWERS["observer"] == {SiteAction.REPORT}
    assert POWERS["administrator"] == set(SiteAction)


def test_nobody_gives_themselves_a_role_and_the_last_administrator_stays() -> None:
    root, visitor = keeper(ADMINISTRATOR, "root")
    root.refresh_from_db()
    with pytest.raises(Forbidden):
        set_site_roles(root, set(), By(root, "mine"))
    with pytest.raises(Conflict, match="last administrator"):
        set_site_roles(root, {AUDITOR}, By(None, "by command"))
    other = make_user("other")
    moderator, _ = keeper(MODERATOR, "mod")
    with pytest.raises(Forbidden, match="Only an administrator"):
        set_site_roles(other, {AUDITOR}, By(User.objects.get(pk=moderator.pk), "a favour"))
    with pytest.raises(Refusal, match="reason"):
        set_site_roles(other, {AUDITOR}, By(root, " "))
    url = f"/admin/accounts/user/{other.pk}/do/roles/"
    reply = visitor.post(url, {"roles": ["administrator"], "reason": "she helps"})
    assert reply.status_code == 302
    other.refresh_from_db()
    assert may_on_site(other, SiteAction.NUKE)
    set_site_roles(User.objects.get(pk=root.pk), set(), By(other, "he left"))
    assert not may_on_site(User.objects.get(pk=root.pk), SiteAction.READ)
    assert other.security_events.filter(kind="account:roles:changed", detail="none → administrator: she helps").exists()


@pytest.mark.parametrize("action", ["freeze", "unfreeze"])
def test_a_moderator_does_nothing_to_a_keeper(action: str) -> None:
    _, visitor = keeper(MODERATOR)
    root, _ = keeper(ADMINISTRATOR, "root")
    keeper(ADMINISTRATOR, "second")
    if action == "unfreeze":
        User.objects.filter(pk=root.pk).update(frozen_at="2026-01-01T00:00:00Z")
    reply = visitor.post(f"/admin/accounts/user/{root.pk}/do/{action}/", {"reason": "a coup"})
    assert reply.status_code == 403
    assert "only an administrator does this" in reply.content.decode()
    assert (User.objects.get(pk=root.pk).frozen_at is None) == (action == "freeze")
    assert not Deed.objects.exists()
