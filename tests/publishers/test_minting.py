# SPDX-License-Identifier: Apache-2.0
"""From an identity token to an upload token: what is checked, in which words, and what the token is good for."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cheeseshop.access.models import ProjectRole
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project
from cheeseshop.core import current
from cheeseshop.journal.models import Entry
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher, UsedTokenId
from cheeseshop.storage import Store
from cheeseshop.tokens.models import Token
from tests.support.actors import newest_mail
from tests.support.archives import build_wheel
from tests.support.build_service import Server, github_job, service_here
from tests.support.factories import make_token, make_user, upload
from tests.support.publishing import GITHUB, exchange, faults, link, minted, wait_for

pytestmark = pytest.mark.django_db
Configure = Callable[..., None]


@pytest.fixture(scope="module")
def service() -> Iterator[Server]:
    with service_here() as server:
        yield server


@pytest.fixture(autouse=True)
def configure(service: Server, monkeypatch: pytest.MonkeyPatch) -> Configure:
    def change(**settings: object) -> None:
        changed = replace(current.settings(), **settings)  # type: ignore[arg-type]
        monkeypatch.setattr(current, "settings", lambda: changed)

    change(github_oidc_issuer=f"{service.url}/github", gitlab_oidc_issuer=f"{service.url}/gitlab")
    return change


@pytest.fixture
def sign(service: Server) -> Callable[..., str]:
    def signed(*, key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
        return service.keys.sign(github_job(f"{service.url}/github", **claims), algorithm, key)

    return signed


@pytest.fixture
def alice(store: Store) -> User:
    user = make_user("alice")
    assert upload(store, make_token(user), build_wheel("demo", "1.0")).status == 200
    return user


def test_the_audience_is_the_host_of_the_site() -> None:
    assert Client().get("/_/oidc/audience").json() == {"audience": "localhost"}


@pytest.mark.parametrize("path", ["/_/oidc/mint-token", "/_/oidc/github/mint-token"])
def test_a_token_is_given_that_uploads_to_its_project_alone(
    store: Store, alice: User, sign: Callable[..., str], path: str
) -> None:
    made = link("demo", "github", **GITHUB)
    assert upload(store, make_token(alice), build_wheel("other", "1.0")).status == 200
    status, told = exchange(sign(), path)
    assert status == 200
    assert told["success"] is True
    assert 900 <= told["expires"] - time.time() <= 902
    assert upload(store, told["token"], build_wheel("demo", "2.0")).status == 200
    file = File.objects.get(filename__contains="2.0")
    assert (file.uploaded_by, file.publisher) == (None, made.publisher)
    assert Entry.objects.filter(version="2.0").latest("serial").actor == "GitHub Actions Octo/Sample release.yml"
    reply = upload(store, told["token"], build_wheel("other", "2.0"))
    assert (reply.status, "is no publisher of it" in reply.body) == (403, True)
    reply = upload(store, told["token"], build_wheel("third", "1.0"))
    assert (reply.status, reply.body.startswith("Non-user identities cannot create new projects.")) == (400, True)
    assert newest_mail("alice@example.org", "publisher-first-release")


def test_what_a_token_is_narrowed_to_is_seen_in_it(alice: User, sign: Callable[..., str]) -> None:
    made = link("demo", "github", **GITHUB)
    minted(sign())
    row = Token.objects.get(publisher=made.publisher)
    tags = {caveat[0]: caveat[1:] for caveat in row.caveats}
    assert tags[4] == [str(made.publisher_id)]
    assert tags[2] == [[str(made.project_id)]]
    assert tags[0][0] <= time.time() + 902
    assert row.user is None
    assert row.publisher_facts["attestation"] == {
        "kind": "GitHub", "repository": "Octo/Sample", "workflow": "release.yml",
    }  # fmt: skip
    assert row.publisher_facts["claims"]["sha"] == "c0ffee"


def test_a_publisher_can_do_nothing_but_upload(alice: User, sign: Callable[..., str]) -> None:
    link("demo", "github", **GITHUB)
    token = minted(sign())
    reply = Client(headers={"authorization": f"Bearer {token}"}).get("/api/v1/projects/")
    assert (reply.status_code, "good for uploads only" in reply.json()["message"]) == (403, True)


def test_a_removed_publisher_s_token_is_dead(store: Store, alice: User, sign: Callable[..., str]) -> None:
    made = link("demo", "github", **GITHUB)
    token = minted(sign())
    made.delete()
    assert upload(store, token, build_wheel("demo", "2.0")).status == 403


def test_a_burnt_token_is_dead_and_nobody_learns_which_exist(
    store: Store, alice: User, sign: Callable[..., str]
) -> None:
    link("demo", "github", **GITHUB)
    token = minted(sign())
    for text in ("nonsense", make_token(alice), token[:-4] + "AAAA"):
        assert Client().post("/_/oidc/burn-token", json.dumps({"token": text}), "application/json").status_code == 202
    assert upload(store, token, build_wheel("demo", "2.0")).status == 200
    assert Client().post("/_/oidc/burn-token", json.dumps({"token": token}), "application/json").status_code == 202
    assert upload(store, token, build_wheel("demo", "3.0")).status == 403
    assert Token.objects.filter(user=alice).exists()


REGISTERED = [
    ({"aud": "pypi"}, "aud"), ({"aud": ["localhost"]}, "aud"), ({"aud": None}, "aud"), ({"aud": {"a": 1}}, "aud"),
    ({"exp": 1}, "exp"), ({"exp": None}, "exp"), ({"exp": "soon"}, "exp"), ({"exp": 10**30}, "exp"),
    ({"exp": 2**33}, "exp"), ({"iat": 2**33}, "iat"), ({"iat": None}, "iat"), ({"iat": True}, "iat"),
    ({"nbf": 2**33}, "nbf"), ({"nbf": []}, "nbf"), ({"jti": None}, "jti"), ({"jti": ["a"]}, "jti"),
    ({"jti": "x" * 301}, "jti"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "claim"), REGISTERED)
def test_each_registered_claim_that_is_wrong_is_named(
    alice: User, sign: Callable[..., str], change: dict[str, Any], claim: str
) -> None:
    link("demo", "github", **GITHUB)
    assert ("invalid-token", claim) in faults(sign(**change))
    assert not UsedTokenId.objects.exists()


def test_clocks_may_differ_by_half_a_minute(alice: User, sign: Callable[..., str]) -> None:
    link("demo", "github", **GITHUB)
    at = int(time.time())
    assert minted(sign(exp=at - 20))
    assert minted(sign(iat=at + 20, nbf=at + 20))
    assert faults(sign(exp=at - 40)) == [("invalid-token", "exp")]
    assert faults(sign(nbf=at + 45)) == [("invalid-token", "nbf")]


def test_a_token_is_exchanged_once(alice: User, sign: Callable[..., str]) -> None:
    link("demo", "github", **GITHUB)
    token = sign()
    minted(token)
    assert exchange(token)[1]["errors"][0]["code"] == "invalid-reuse-token"
    assert Token.objects.filter(publisher__isnull=False).count() == 1


def test_signatures_that_are_not_the_issuer_s_are_refused(
    alice: User, service: Server, sign: Callable[..., str]
) -> None:
    link("demo", "github", **GITHUB)
    keys = service.keys
    secret = json.dumps(keys.current.as_dict(private=False)).encode()
    from joserfc.jwk import OctKey

    confused = OctKey.import_key(secret, {"kid": keys.current.kid})
    head, body, signature = sign().split(".")
    other = keys.sign(github_job(f"{service.url}/github", repository="evil/x")).split(".")[1]
    for token in (
        sign(key=keys.stranger), sign(key=keys.weak), sign(algorithm="ES256"), sign(algorithm="PS256"),
        sign(algorithm="HS256", key=confused), f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}.AAAA",
    ):  # fmt: skip
        assert exchange(token)[1]["errors"][0]["code"] == "invalid-token", token
    unsigned = json.dumps({"alg": "none", "kid": keys.current.kid}).encode()
    from base64 import urlsafe_b64encode

    nothing = urlsafe_b64encode(unsigned).rstrip(b"=").decode()
    assert exchange(f"{nothing}.{body}.")[0] == 422


def test_other_issuers_are_unknown(service: Server, alice: User) -> None:
    for issuer in (f"{service.url}/evil", "https://accounts.google.com.evil.example", f"{service.url}/github/", ""):
        status, told = exchange(service.keys.sign(github_job(issuer)))
        assert (status, told["errors"][0]["code"]) == (422, "invalid-payload")
        assert "unknown trusted publishing issuer" in told["errors"][0]["description"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"trusted_publishing": False}, "Trusted publishing is disabled for now."),
        ({"trusted_publishers_off": "gitlab, github"}, "Trusted publishing by GitHub Actions is disabled for now."),
    ],
)
def test_it_is_switched_off_as_a_whole_and_by_issuer(
    configure: Configure, alice: User, sign: Callable[..., str], setting: dict[str, Any], words: str
) -> None:
    link("demo", "github", **GITHUB)
    configure(**setting)
    told = exchange(sign())[1]["errors"]
    assert told == [{"code": "not-enabled", "description": words}]
    whole = "trusted_publishing" in setting
    assert Client().get("/_/oidc/audience").status_code == (403 if whole else 200)
    assert Client().get("/.well-known/pytp?discover=/legacy/").status_code == (404 if whole else 200)


def test_an_issuer_that_gives_new_keys_is_asked_once_a_minute(
    service: Server, alice: User, sign: Callable[..., str]
) -> None:
    link("demo", "github", **GITHUB)
    minted(sign())
    asked = service.asked["/github/keys"]
    minted(sign())
    for _ in range(5):
        stranger = service.keys.sign(github_job(f"{service.url}/github"), kid="unheard-of")
        assert faults(stranger)[0][0] == "invalid-token"
    assert service.asked["/github/keys"] == asked
    service.keys.rotate()
    assert "has no key" in exchange(sign())[1]["errors"][0]["description"]
    cache.clear()  # a minute goes by
    minted(sign())
    assert service.asked["/github/keys"] == asked + 1


@pytest.mark.parametrize(
    "name", ["broken-other", "broken-plain", "broken-redirect", "broken-large", "broken-keys", "broken-silent"]
)
def test_issuers_that_misbehave_give_no_keys(configure: Configure, service: Server, alice: User, name: str) -> None:
    configure(github_oidc_issuer=f"{service.url}/{name}")
    link("demo", "github", **GITHUB)
    status, told = exchange(service.keys.sign(github_job(f"{service.url}/{name}")))
    assert (status, told["errors"][0]["code"]) == (422, "invalid-token")
    if name == "broken-redirect":
        assert not service.asked[f"/{name}/keys"]


def test_an_issuer_that_does_not_answer_is_asked_again_in_a_minute(
    configure: Configure, alice: User, service: Server
) -> None:
    configure(github_oidc_issuer="http://localhost:9/github")
    link("demo", "github", **GITHUB)
    for _ in range(2):
        told = exchange(service.keys.sign(github_job("http://localhost:9/github")))[1]
        assert "try again in a minute" in told["errors"][0]["description"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"token": 5}', b'{"token": ""}', b'{"token": "a.b"}', b'{"token": "a.b.c"}',
             b'{"token": "' + b"x" * 70_000 + b'"}', b"[" * 100_000, b"\xff\xfe", b'{"token": "\\ud800"}',
             b'{"token": "a.b.c", "features": ["single-use-token"]}', b'{"token": "a.b.c", "features": 5}']
)  # fmt: skip
def test_malformed_requests_are_told_so(body: bytes) -> None:
    for path in ("/_/oidc/mint-token", "/_/oidc/burn-token"):
        reply = Client().post(path, body, "application/json")
        if path.endswith("mint-token"):
            assert reply.status_code == 422
            assert reply.json()["errors"][0]["code"] == "invalid-payload"
        else:
            assert reply.status_code in {202, 422}


def test_only_posts_are_exchanged_and_no_form_token_is_needed(alice: User, sign: Callable[..., str]) -> None:
    assert Client().get("/_/oidc/mint-token").status_code == 405
    link("demo", "github", **GITHUB)
    strict = Client(enforce_csrf_checks=True)
    reply = strict.post("/_/oidc/mint-token", json.dumps({"token": sign()}), "application/json")
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "private, no-store")


def test_who_asks_too_often_waits(settings: Any, sign: Callable[..., str]) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"mint_token": "2/m/ip"}
    for _ in range(2):
        assert exchange("x")[0] == 422
    reply = Client().post("/_/oidc/mint-token", "{}", "application/json")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (429, "too-many")
    assert int(reply.headers["retry-after"]) > 0


def test_discovery_tells_the_endpoints_of_the_upload_address() -> None:
    reply = Client().get("/.well-known/pytp?discover=%2Flegacy%2F")
    assert reply.headers["content-type"] == "application/vnd.pypi.pytp.v1+json"
    told = reply.json()
    assert told["audience-endpoint"] == "http://localhost:8000/_/oidc/audience"
    assert told["token-mint-endpoint"] == "http://localhost:8000/_/oidc/mint-token"
    assert told["default-features"] == ["multi-use-token"]
    for query in ("", "?discover=", "?discover=/other/"):
        assert Client().get(f"/.well-known/pytp{query}").status_code == 404
    refused = Client().get("/.well-known/pytp?discover=/legacy/", headers={"accept": "text/html"})
    assert refused.status_code == 406
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_pending_publisher_s_first_upload_creates_the_project(store: Store, sign: Callable[..., str]) -> None:
    bob, carol = make_user("bob"), make_user("carol")
    wait_for(bob, "New-Project", "github", **GITHUB)
    wait_for(carol, "new.pr0ject", "github", **GITHUB | {"owner": "carol"})
    token = minted(sign())
    assert not Project.objects.exists()  # the name is not reserved
    reply = upload(store, token, build_wheel("else_where", "1.0"))
    assert reply.status == 400
    assert upload(store, token, build_wheel("new_project", "1.0"), name="New-Project").status == 200
    assert upload(store, token, build_wheel("new_project", "1.1")).status == 200
    project = Project.objects.get()
    assert ProjectRole.objects.get(project=project).user == bob
    made = ProjectPublisher.objects.get(project=project)
    assert made.pinned == {"repository_id": "55", "repository_owner_id": "7"}
    assert not PendingPublisher.objects.exists()
    assert newest_mail("bob@example.org", "project-created-by-publisher")
    assert newest_mail("carol@example.org", "pending-publisher-invalid")
    actions = list(Entry.objects.order_by("serial").values_list("action", flat=True))
    assert actions[:3] == ["create", "add Owner bob", "new release"]
    assert upload(store, minted(sign()), build_wheel("new_project", "2.0")).status == 200


def test_a_name_that_somebody_takes_meanwhile_ends_the_pending_publisher(
    store: Store, sign: Callable[..., str]
) -> None:
    wait_for(make_user("bob"), "demo", "github", **GITHUB)
    token = minted(sign())
    assert upload(store, make_token(make_user("mallory")), build_wheel("demo", "1.0")).status == 200
    assert newest_mail("bob@example.org", "pending-publisher-invalid")
    assert upload(store, token, build_wheel("demo", "2.0")).status == 403
    assert faults(sign())[0][0] == "invalid-publisher"


def test_a_frozen_registrant_s_publisher_creates_nothing(store: Store, sign: Callable[..., str]) -> None:
    from cheeseshop.core.clock import now

    bob = make_user("bob")
    wait_for(bob, "demo", "github", **GITHUB)
    token = minted(sign())
    User.objects.filter(pk=bob.pk).update(frozen_at=now())
    assert upload(store, token, build_wheel("demo", "1.0")).status == 403
    assert faults(sign())[0][0] == "invalid-publisher"


def test_pending_publishers_are_refused_while_new_projects_are(
    configure: Configure, store: Store, sign: Callable[..., str]
) -> None:
    wait_for(make_user("bob"), "demo", "github", **GITHUB)
    configure(allow_new_projects=False)
    told = exchange(sign())[1]["errors"]
    assert told == [{"code": "invalid-payload", "description": "demo: New project registration is disabled for now."}]


def test_one_token_is_good_for_projects_that_exist_and_that_are_to_come(
    store: Store, alice: User, sign: Callable[..., str]
) -> None:
    link("demo", "github", **GITHUB)
    wait_for(alice, "second", "github", **GITHUB)
    token = minted(sign())
    for name in ("demo", "second"):
        assert upload(store, token, build_wheel(name, "9.0")).status == 200
    assert upload(store, token, build_wheel("third", "1.0")).status == 400
