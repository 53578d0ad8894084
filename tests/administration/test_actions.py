# SPDX-License-Identifier: Apache-2.0
"""What each action does, what it writes, and whom it tells."""

from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup

from cheeseshop.access.models import Invitation, ProjectRole
from cheeseshop.access.site_roles import SiteRole
from cheeseshop.accounts.flows import restrain
from cheeseshop.accounts.flows.restrain import By
from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedNetwork, ProhibitedUsername, SecurityEvent, User
from cheeseshop.administration.models import Deed
from cheeseshop.catalog.models import File, ProhibitedName, Project, Release
from cheeseshop.core.errors import Conflict
from cheeseshop.flags.models import Flag
from cheeseshop.journal.models import Entry
from cheeseshop.moderation.models import Appeal, Case
from cheeseshop.notify.models import Mail
from cheeseshop.organizations.models import HistoryEntry, Organization
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher
from cheeseshop.storage import Store
from cheeseshop.tokens.models import Token
from tests.administration.sample import fill
from tests.support.actors import Visitor, enter, insider, member
from tests.support.archives import build_wheel
from tests.support.factories import make_token, upload
from tests.support.keepers import keeper

pytestmark = pytest.mark.django_db
WHY = "it was reported to us"
REFUSED = "Invalid or non-existent authentication information."


@pytest.fixture
def alice(shop: Store) -> User:
    return fill(shop)


@pytest.fixture
def root(alice: User) -> Visitor:
    visitor = keeper(SiteRole.ADMINISTRATOR, "root")[1]
    Mail.objects.all().delete()
    return visitor


def act(visitor: Visitor, model: str, row: object, action: str, **told: object) -> int:
    """Do something, and return the status: 302 where it was done."""
    key = f"{row}/" if row else ""
    return visitor.post(f"/admin/{model}/{key}do/{action}/", {"reason": WHY, **told}).status_code


def deed(action: str) -> Deed:
    found = Deed.objects.exclude(subject="x").get(action=action)
    assert (found.actor, found.reason, found.address) == ("root", WHY, "192.0.2.1")
    return found


def kinds_told(user: User) -> set[str]:
    return set(Mail.objects.filter(recipient=user.email).values_list("kind", flat=True))


def assert_all_say_why(*kinds: str) -> None:
    for kind in kinds:
        texts = list(Mail.objects.filter(kind=kind).values_list("text", flat=True))
        assert [text.count(WHY) for text in texts] == [1] * len(texts)
        assert texts


@pytest.mark.parametrize(
    ("action", "back", "event", "mail"),
    [("freeze", "unfreeze", "account:frozen", "account-frozen"),
     ("disable", "enable", "account:disabled", "account-disabled")],
)  # fmt: skip
def test_a_stopped_account_can_do_nothing_at_once(
    shop: Store, alice: User, root: Visitor, action: str, back: str, event: str, mail: str
) -> None:
    bob, visitor = insider("robert")
    token = make_token(bob)
    assert upload(shop, token, build_wheel("shop", "1.0")).status == 200
    assert visitor.get("/manage/account/").status_code == 200
    epoch = bob.auth_epoch
    Mail.objects.all().delete()
    assert act(root, "accounts/user", bob.pk, action) == 302
    bob.refresh_from_db()
    assert not bob.may_act
    assert bob.auth_epoch > epoch
    assert visitor.get("/manage/account/").headers["location"].startswith("/account/login/")
    reply = upload(shop, token, build_wheel("shop", "2.0"))
    assert (reply.status, REFUSED in str(reply)) == (403, True)
    visitor.log_in("robert")
    assert not visitor.inside
    written = bob.security_events.get(kind=event)
    assert written.detail == WHY
    assert "root" not in written.detail
    assert kinds_told(bob) == {mail}
    assert WHY in Mail.objects.get(kind=mail).text
    assert deed(action).subject == "robert"
    assert act(root, "accounts/user", bob.pk, action) == 409  # a second click
    assert act(root, "accounts/user", bob.pk, back) == 302
    assert upload(shop, token, build_wheel("shop", "2.0")).status == 200
    assert act(root, "accounts/user", bob.pk, back) == 409
    assert bob.security_events.filter(kind__in=["account:unfrozen", "account:enabled"]).count() == 1


@pytest.mark.parametrize("reason", ["", " ", "x", "y" * 251])
def test_nothing_is_done_without_a_reason(alice: User, root: Visitor, reason: str) -> None:
    assert act(root, "accounts/user", alice.pk, "freeze", reason=reason) == 200
    alice.refresh_from_db()
    assert alice.frozen_at is None
    assert not Deed.objects.exclude(subject="x").exists()


def test_factors_are_reset(alice: User, root: Visitor) -> None:
    bob, visitor = member("robert")
    assert act(root, "accounts/user", bob.pk, "reset-factors") == 302
    assert not Authenticator.objects.filter(user=bob).exists()
    assert visitor.get("/manage/account/").headers["location"].startswith("/account/login/")
    assert kinds_told(bob) == {"factors-reset"}
    assert bob.security_events.filter(kind="account:two_factor:reset", detail=WHY).exists()
    assert act(root, "accounts/user", bob.pk, "reset-factors") == 409
    assert deed("reset-factors")


def test_a_password_is_made_useless(alice: User, root: Visitor) -> None:
    assert act(root, "accounts/user", alice.pk, "withdraw-password") == 302
    alice.refresh_from_db()
    assert not alice.has_usable_password()
    assert kinds_told(alice) == {"password-withdrawn"}
    assert act(root, "accounts/user", alice.pk, "withdraw-password") == 409


def test_nobody_acts_on_themselves_and_the_last_administrator_stays(root: Visitor) -> None:
    own = User.objects.get(username="root")
    assert act(root, "accounts/user", own.pk, "freeze") == 403
    with pytest.raises(Conflict, match="last administrator"):
        restrain.freeze(own, By(None, "by command"))
    with pytest.raises(Conflict, match="last administrator"):
        restrain.disable(own, By(None, "by command"))


def test_an_address_is_unverified_or_removed(alice: User, root: Visitor) -> None:
    primary = EmailAddress.objects.get(user=alice)
    second = EmailAddress.objects.create(user=alice, email="second@example.org", verified=True)
    assert act(root, "account/emailaddress", primary.pk, "remove", confirm=primary.email) == 409
    assert act(root, "account/emailaddress", second.pk, "remove", confirm="other@example.org") == 200
    assert act(root, "account/emailaddress", second.pk, "remove", confirm=second.email) == 302
    assert list(EmailAddress.objects.filter(user=alice)) == [primary]
    assert act(root, "account/emailaddress", primary.pk, "unverify") == 302
    primary.refresh_from_db()
    assert not primary.verified
    assert kinds_told(alice) == {"address-removed", "address-reverify"}
    assert deed("unverify").subject == "alice@example.org"


def test_a_token_is_revoked(shop: Store, alice: User, root: Visitor) -> None:
    text = make_token(alice, "demo")
    made = Token.objects.order_by("-id").first()
    assert made is not None
    assert act(root, "tokens/token", made.pk, "revoke") == 302
    assert upload(shop, text, build_wheel("demo", "3.0")).status == 403
    assert "token-removed" in kinds_told(alice)
    assert_all_say_why("token-removed")
    event = alice.security_events.get(kind="account:api_token:removed")
    assert event.detail.endswith(WHY)
    assert act(root, "tokens/token", made.pk, "revoke") == 404


def test_roles_on_a_project_are_given_changed_and_taken(alice: User, root: Visitor) -> None:
    demo, bob = Project.objects.get(), User.objects.get(username="bob")
    assert act(root, "catalog/project", demo.pk, "give-role", username="nobody", role="Owner") == 404
    assert act(root, "catalog/project", demo.pk, "give-role", username="BOB", role="Owner") == 302
    assert act(root, "catalog/project", demo.pk, "give-role", username="bob", role="Owner") == 409
    assert not Invitation.objects.filter(user=bob).exists()
    role = ProjectRole.objects.get(user=bob)
    assert act(root, "access/projectrole", role.pk, "change", role="Maintainer") == 302
    assert act(root, "access/projectrole", role.pk, "take") == 302
    assert list(Entry.objects.filter(actor="root").order_by("serial").values_list("action", flat=True)) == [
        "add Owner bob",
        "change Owner bob to Maintainer",
        "remove Maintainer bob",
    ]
    assert act(root, "access/projectrole", ProjectRole.objects.get().pk, "take") == 409  # the last owner
    assert_all_say_why("collaborator-changed", "collaborator-removed")


def test_an_invitation_and_a_publisher_are_removed(alice: User, root: Visitor) -> None:
    assert act(root, "access/invitation", Invitation.objects.get().pk, "revoke") == 302
    assert act(root, "publishers/projectpublisher", ProjectPublisher.objects.get().pk, "remove") == 302
    assert not Invitation.objects.exists()
    assert not ProjectPublisher.objects.exists()
    assert Entry.objects.filter(actor="root").count() == 2
    assert_all_say_why("collaborator-revoked", "publisher-removed")


def test_a_project_is_archived_and_made_active(shop: Store, alice: User, root: Visitor) -> None:
    demo = Project.objects.get()
    assert act(root, "catalog/project", demo.pk, "archive") == 302
    demo.refresh_from_db()
    assert (demo.status, demo.status_reason) == ("archived", WHY)
    assert act(root, "catalog/project", demo.pk, "unarchive") == 302
    assert Entry.objects.filter(actor="root", action__startswith="set status").count() == 2


@pytest.mark.parametrize("quarantined", [False, True])
def test_file_release_and_project_are_removed_even_in_quarantine(
    shop: Store, alice: User, root: Visitor, *, quarantined: bool
) -> None:
    demo = Project.objects.get()
    if quarantined:
        Project.objects.update(quarantined_at="2026-01-01T00:00:00Z")
    Flag.objects.create(name="disallow-deletion")
    file = File.objects.get(filename="demo-1.0.tar.gz")
    public = shop.public / "packages" / file.blob_key
    assert public.exists()
    assert act(root, "catalog/file", file.pk, "remove", confirm="demo") == 200
    assert act(root, "catalog/file", file.pk, "remove", confirm=file.filename) == 302
    assert not public.exists()
    release = Release.objects.get(version="2.0")
    assert act(root, "catalog/release", release.pk, "remove", confirm="2.0") == 302
    page = root.get(f"/admin/catalog/project/{demo.pk}/do/remove/").content.decode()
    assert "alice" in page
    assert act(root, "catalog/project", demo.pk, "remove", confirm="demo", prohibit="on") == 302
    assert not Project.objects.exists()
    assert_all_say_why("file-deleted", "release-deleted", "project-deleted")
    assert "Nobody can take the name again." in Mail.objects.filter(kind="project-deleted")[0].text
    assert ProhibitedName.objects.get(normalized_name="demo").comment == WHY
    assert list(Entry.objects.filter(actor="root").order_by("serial").values_list("action", flat=True)) == [
        "remove file demo-1.0.tar.gz",
        "remove file demo-2.0-py3-none-any.whl",
        "remove release",
        "remove project",
    ]
    assert act(root, "catalog/project", demo.pk, "remove", confirm="demo") == 404


@pytest.mark.parametrize("what", ["project", "release", "file"])
def test_something_is_held_let_out_held_again_and_removed(shop: Store, alice: User, root: Visitor, what: str) -> None:
    Case.objects.all().delete()
    row = {
        "project": Project.objects.get(),
        "release": Release.objects.get(version="1.0"),
        "file": File.objects.get(filename="demo-1.0.tar.gz"),
    }[what]
    typed = {"project": "demo", "release": "1.0", "file": "demo-1.0.tar.gz"}[what]
    public = shop.public / "packages" / File.objects.get(filename="demo-1.0.tar.gz").blob_key
    assert act(root, f"catalog/{what}", row.pk, "clear") == 404
    assert act(root, f"catalog/{what}", row.pk, "quarantine", evidence="line 3") == 302
    assert not public.exists()
    assert Case.objects.get().evidence == "line 3"
    assert deed("quarantine").subject == str(row)
    assert act(root, f"catalog/{what}", row.pk, "quarantine") == 409
    assert "Let out of quarantine" in root.get(f"/admin/catalog/{what}/{row.pk}/").content.decode()
    assert act(root, f"catalog/{what}", row.pk, "clear") == 302
    assert public.exists()
    assert deed("clear")
    assert act(root, f"catalog/{what}", row.pk, "quarantine") == 302
    case = Case.objects.get(cleared_at=None)
    Appeal.objects.create(case=case, written_by=alice, writer="alice", text="It is a test.")
    assert act(root, f"catalog/{what}", row.pk, "remove", confirm=typed) == 302
    assert Appeal.objects.get().answer == f"Removed. {WHY}"
    assert not Case.objects.filter(cleared_at=None).exists()
    assert Case.objects.order_by("-id")[0].cleared_note == f"removed: {WHY}"


def test_an_organisation_is_deactivated_and_activated(alice: User, root: Visitor) -> None:
    acme = Organization.objects.get()
    assert act(root, "organizations/organization", acme.pk, "deactivate", confirm="acme") == 302
    acme.refresh_from_db()
    assert acme.deactivated_at is not None
    assert act(root, "organizations/organization", acme.pk, "activate") == 302
    assert HistoryEntry.objects.filter(actor="root").count() == 2


def test_a_switch_is_turned(root: Visitor) -> None:
    told = {"switch": "disallow-new-upload", "note": "We are moving."}
    assert act(root, "flags/flagchange", "", "turn", turned="on", **told) == 302
    assert Flag.objects.get().note == "We are moving."
    assert deed("turn").subject == "disallow-new-upload on"
    Deed.objects.filter(action="turn").delete()
    assert act(root, "flags/flagchange", "", "turn", turned="off", **told) == 302
    assert not Flag.objects.exists()


def test_prohibitions(root: Visitor) -> None:
    assert act(root, "catalog/prohibitedname", "", "prohibit", words="Bad_Name\n\nbad.name\nworse") == 302
    assert set(ProhibitedName.objects.values_list("pk", flat=True)) == {"forbidden", "bad-name", "worse"}
    assert act(root, "catalog/prohibitedname", "", "prohibit", words="fine\n!!") == 400
    assert not ProhibitedName.objects.filter(pk="fine").exists()  # all or none
    assert act(root, "catalog/prohibitedname", "worse", "allow") == 302
    assert act(root, "accounts/prohibitedusername", "", "prohibit", words="Spammer") == 302
    assert act(root, "accounts/prohibitedusername", "", "prohibit", words="not a name") == 400
    assert act(root, "accounts/prohibitedusername", "spammer", "allow") == 302
    assert set(ProhibitedUsername.objects.values_list("pk", flat=True)) == {"mallory"}
    assert act(root, "accounts/prohibiteddomain", "", "prohibit", words="Evil.example.") == 302
    assert act(root, "accounts/prohibiteddomain", "", "prohibit", words="evil") == 400
    assert (
        act(root, "accounts/prohibiteddomain", "", "prohibit", words="\n".join(f"d{n}.x.org" for n in range(501)))
        == 200
    )
    assert ProhibitedDomain.objects.get(pk="evil.example").comment == WHY
    assert act(root, "accounts/prohibiteddomain", "evil.example", "allow") == 302


def seen(visitor: Visitor, user: User) -> tuple[str, str]:
    """What the page of the last word says, and the digest in it."""
    page = BeautifulSoup(visitor.get(f"/admin/accounts/user/{user.pk}/do/nuke/").content, "html.parser")
    return " ".join(page.get_text(" ").split()), str(page.select_one("[name=seen]")["value"])  # type: ignore[index]


def test_what_is_nuked_is_exactly_what_was_shown(shop: Store, alice: User, root: Visitor) -> None:
    bob = User.objects.get(username="bob")
    token = make_token(bob)
    assert upload(shop, token, build_wheel("bobs", "1.0")).status == 200
    demo = Project.objects.get(name="demo")
    ProjectRole.objects.create(project=demo, user=bob, role="Maintainer")
    acme = Organization.objects.get()
    acme.memberships.update(user=bob)
    text, digest = seen(root, bob)
    for part in ("bobs Owner 0", "demo Maintainer 1", "acme", "API tokens 1", "prohibited for good bob"):
        assert part in text, text
    assert act(root, "accounts/user", bob.pk, "nuke", seen=digest, confirm="alice") == 200
    assert act(root, "accounts/user", bob.pk, "nuke", seen="0" * 64, confirm="bob") == 409
    assert Project.objects.count() == 2
    assert not Deed.objects.filter(action="nuke").exists()
    assert upload(shop, token, build_wheel("late", "1.0")).status == 200
    assert act(root, "accounts/user", bob.pk, "nuke", seen=digest, confirm="bob") == 409  # one more since
    _, digest = seen(root, bob)
    public = [shop.public / "packages" / file.blob_key for file in File.objects.all()]
    assert act(root, "accounts/user", bob.pk, "nuke", seen=digest, confirm="bob") == 302
    assert not Project.objects.exists()
    assert not any(path.exists() for path in public)
    bob.refresh_from_db()
    acme.refresh_from_db()
    assert (bob.deleted_at is None, bob.email, acme.deactivated_at is None) == (False, "", False)
    assert upload(shop, token, build_wheel("again", "1.0")).status == 403
    assert not PendingPublisher.objects.filter(user=bob).exists()
    assert ProhibitedUsername.objects.get(name="bob").comment == WHY
    removed = Entry.objects.filter(action="remove project").order_by("normalized_name")
    assert list(removed.values_list("project", "actor")) == [("bobs", "root"), ("demo", "root"), ("late", "root")]
    assert deed("nuke").subject == "bob"
    assert set(SecurityEvent.objects.filter(user=bob).values_list("kind", flat=True)) >= {
        "account:frozen",
        "account:delete",
    }
    assert User.objects.get(username="alice").is_active
    assert act(root, "accounts/user", bob.pk, "nuke", seen=digest, confirm="bob") in {404, 409}


def test_what_failed_leaves_no_deed(root: Visitor, alice: User) -> None:
    assert act(root, "accounts/user", alice.pk, "unfreeze") == 409
    assert not Deed.objects.exclude(subject="x").exists()


def test_actions_ask_for_the_token_of_the_form(alice: User) -> None:
    user, _ = keeper(SiteRole.ADMINISTRATOR, "root")
    strict = Visitor(checks_csrf=True)
    enter(User.objects.get(pk=user.pk), strict)
    assert act(strict, "accounts/user", alice.pk, "freeze") == 403
    assert User.objects.get(pk=alice.pk).frozen_at is None


def test_the_page_of_a_row_offers_what_makes_sense_now(alice: User, root: Visitor) -> None:
    def verbs() -> set[str]:
        page = BeautifulSoup(root.get(f"/admin/accounts/user/{alice.pk}/").content, "html.parser")
        return {each.text for each in page.select(".deed")}

    assert {"Freeze", "Nuke"} <= verbs()
    assert "Unfreeze" not in verbs()
    assert act(root, "accounts/user", alice.pk, "freeze") == 302
    assert "Freeze" not in verbs()
    page = root.get(f"/admin/accounts/user/{alice.pk}/").content.decode()
    assert "What keepers did to it" in page


@pytest.mark.parametrize("network", ["192.0.2.77", "192.0.2.64/27", "2001:db8::/48"])
def test_nobody_enters_from_a_prohibited_network(alice: User, root: Visitor, network: str) -> None:
    address = "2001:db8::7" if ":" in network else "192.0.2.77"
    visitor, other = Visitor(address), Visitor("198.51.100.7")
    assert act(root, "accounts/prohibitednetwork", "", "prohibit", words=f"{network}\n203.0.113.0/24") == 302
    for path in ("login", "register", "request-password-reset", "recover"):
        reply = visitor.post(f"/account/{path}/", {"login": "alice"})
        assert (reply.status_code, b"from your network" in reply.content) == (403, True), path
        assert visitor.get(f"/account/{path}/").status_code == 200
    other.log_in("alice")
    assert other.inside
    assert ProhibitedNetwork.objects.get(pk="203.0.113.0/24").comment == WHY
    made = ProhibitedNetwork.objects.exclude(pk__in=["203.0.113.0/24", "192.0.2.128/25"]).get()
    assert act(root, "accounts/prohibitednetwork", quote(made.pk), "allow") == 302
    visitor.log_in("alice")
    assert visitor.inside


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "192.0.2.1/24", "example.org"])
def test_strange_networks_are_refused(root: Visitor, network: str) -> None:
    assert act(root, "accounts/prohibitednetwork", "", "prohibit", words=network) == 400


def test_limits_of_a_project_are_set(alice: User, root: Visitor) -> None:
    demo = Project.objects.get()
    assert act(root, "catalog/project", demo.pk, "limits") == 400  # none is given
    assert act(root, "catalog/project", demo.pk, "limits", file_size="1") == 400  # less than everybody has
    assert act(root, "catalog/project", demo.pk, "limits", file_size="500", total_size="50") == 302
    demo.refresh_from_db()
    assert (demo.max_file_size, demo.max_total_size) == (500 * 2**20, 50 * 2**30)
    assert Entry.objects.get(action__startswith="set limits").actor == "root"
    assert deed("limits").detail == "file_size: 500; total_size: 50"
