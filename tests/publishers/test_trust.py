# SPDX-License-Identifier: Apache-2.0
"""Whom a project goes on to trust: names that come back, names that change, environments, rules, and time."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.journal.models import Entry, SerialCounter
from cheeseshop.notify.models import Mail
from cheeseshop.publishers.flows import register
from cheeseshop.publishers.flows.declare import Declaration, declare_issuer, forget_issuer, switch_issuer
from cheeseshop.publishers.flows.tidy_up import tidy_up
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher, Publisher, UsedTokenId
from cheeseshop.publishers.providers.base import InvalidFields
from cheeseshop.publishers.views.exchange import mint_token
from cheeseshop.storage import Store
from cheeseshop.tokens.models import Token
from tests.support.actors import newest_mail
from tests.support.archives import build_wheel
from tests.support.build_service import Server, github_job, gitlab_job, service_here
from tests.support.factories import make_token, make_user, upload
from tests.support.publishing import GITHUB, GITLAB, exchange, faults, link, minted, wait_for

pytestmark = pytest.mark.django_db
Sign = Callable[..., str]


@pytest.fixture(scope="module")
def service() -> Iterator[Server]:
    with service_here() as server:
        yield server


@pytest.fixture(autouse=True)
def configure(service: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def change(**settings: object) -> None:
        changed = replace(current.settings(), **settings)  # type: ignore[arg-type]
        monkeypatch.setattr(current, "settings", lambda: changed)

    change(github_oidc_issuer=f"{service.url}/github", gitlab_oidc_issuer=f"{service.url}/gitlab")
    return change


@pytest.fixture
def sign(service: Server) -> Sign:
    def signed(**claims: Any) -> str:
        return service.keys.sign(github_job(f"{service.url}/github", **claims))

    return signed


@pytest.fixture
def alice(store: Store) -> User:
    SerialCounter.objects.get_or_create(id=1)  # a test with transactions of its own empties every table
    user = make_user("alice")
    for name in ("demo", "second"):
        assert upload(store, make_token(user), build_wheel(name, "1.0")).status == 200
    return user


def projects_of(token: str) -> set[str]:
    """The projects that an upload token is narrowed to."""
    row = Token.objects.filter(publisher__isnull=False).latest("created_at")
    caveat = next(c for c in row.caveats if c[0] in {1, 2})
    if caveat[0] == 1:
        return set(caveat[1])
    return set(Project.objects.filter(pk__in=caveat[1]).values_list("normalized_name", flat=True))


def test_an_account_that_was_made_anew_is_a_stranger(alice: User, sign: Sign) -> None:
    link("demo", "github", **GITHUB)
    minted(sign())
    for change, claim in (({"repository_owner_id": "666"}, "repository_owner_id"), ({"repository_id": "6"},
                                                                                   "repository_id")):  # fmt: skip
        assert faults(sign(**change)) == [("invalid-publisher", claim)]
    assert "remove the publisher and add it again" in exchange(sign(repository_id="6"))[1]["errors"][0]["description"]


def test_each_project_trusts_whom_it_met_first(alice: User, sign: Sign) -> None:
    link("demo", "github", **GITHUB)
    minted(sign())
    link("second", "github", **GITHUB)
    assert Publisher.objects.count() == 1
    token = minted(sign(repository_owner_id="666", repository_id="6"))
    assert projects_of(token) == {"second"}
    assert projects_of(minted(sign())) == {"demo"}


def test_a_renamed_repository_is_followed_and_its_old_name_is_a_stranger_s(
    store: Store, alice: User, sign: Sign
) -> None:
    made = link("demo", "github", **GITHUB)
    minted(sign())
    moved = {"repository": "octo/renamed", "repository_id": "55"}
    assert upload(store, minted(sign(**moved)), build_wheel("demo", "2.0")).status == 200
    made.refresh_from_db()
    assert made.publisher.fields["repository"] == "renamed"
    assert made.publisher.place == "octo/renamed"
    assert newest_mail("alice@example.org", "publisher-moved")
    told = exchange(sign(repository_id="9"))[1]["errors"][0]["description"]
    assert "no publisher of GitHub Actions is registered for 'octo/sample'" in told
    assert projects_of(minted(sign(**moved))) == {"demo"}


def test_a_repository_that_was_given_to_somebody_else_is_not_followed(alice: User, sign: Sign) -> None:
    link("demo", "github", **GITHUB)
    minted(sign())
    given_away = {"repository": "evil/sample", "repository_id": "55", "repository_owner_id": "666"}
    assert ("invalid-publisher", "repository_owner_id") in faults(sign(**given_away))


def test_a_renamed_gitlab_project_is_followed(service: Server, alice: User) -> None:
    def job(**claims: Any) -> str:
        return service.keys.sign(gitlab_job(f"{service.url}/gitlab", **claims))

    made = link("demo", "gitlab", **GITLAB)
    minted(job())
    minted(job(project_path="group/renamed"))
    made.refresh_from_db()
    assert (made.publisher.fields["namespace"], made.publisher.fields["project"]) == ("group", "renamed")
    assert faults(job(namespace_id="1"))[0][0] == "invalid-publisher"


def test_the_publisher_of_the_very_environment_is_taken(alice: User, sign: Sign) -> None:
    link("demo", "github", **GITHUB)
    link("second", "github", **GITHUB | {"environment": "Release"})
    assert projects_of(minted(sign())) == {"demo"}
    assert projects_of(minted(sign(environment="other"))) == {"demo"}
    assert projects_of(minted(sign(environment="release"))) == {"second"}


def test_owners_are_told_to_narrow_a_publisher_to_its_environment(alice: User, sign: Sign) -> None:
    made = link("demo", "github", **GITHUB)
    for _ in range(2):
        minted(sign(environment="release"))
    assert Mail.objects.filter(kind="publisher-unbound").count() == 1
    register.narrow_to_environment(made.project_id, made.pk, "alice")
    made.refresh_from_db()
    assert made.publisher.fields["environment"] == "release"
    assert made.pinned["repository_id"] == "55"
    assert faults(sign(environment="test")) == [("invalid-publisher", "environment")]
    assert minted(sign(environment="release"))


def test_the_nearest_publisher_s_faults_are_named_and_all_of_them(alice: User, sign: Sign) -> None:
    link("demo", "github", **GITHUB | {"workflow": "other.yml", "environment": "release"})
    link("demo", "github", **GITHUB | {"environment": "release"})
    assert faults(sign()) == [("invalid-publisher", "environment")]
    assert len(faults(sign(event_name="pull_request_target"))) == 2


def test_identifiers_are_looked_up_where_the_settings_allow_it(
    configure: Callable[..., None], service: Server, alice: User, sign: Sign
) -> None:
    configure(publisher_lookups=True, github_api_url=f"{service.url}/github")
    service.known["users/Octo"] = {"login": "octo", "id": 7}
    service.known["api/v4/projects/Group%2Fsub%2FSample"] = {"id": 20, "namespace": {"id": 72}}
    assert link("demo", "github", **GITHUB).pinned == {"repository_owner_id": "7"}
    assert link("demo", "gitlab", **GITLAB).pinned == {"project_id": "20", "namespace_id": "72"}
    with pytest.raises(InvalidFields) as caught:
        link("demo", "github", **GITHUB | {"owner": "nobody"})
    assert "answered 404" in caught.value.errors["owner"]
    assert faults(sign(repository_owner_id="666")) == [("invalid-publisher", "repository_owner_id")]
    minted(sign())


def test_only_publishers_may_upload_where_owners_say_so(store: Store, alice: User, sign: Sign) -> None:
    project = Project.objects.get(name="demo")
    with pytest.raises(Conflict):
        register.set_rule(project.pk, "alice", only_publishers=True)
    made = link("demo", "github", **GITHUB)
    register.set_rule(project.pk, "alice", only_publishers=True)
    for by_command in (True, False):
        reply = upload(store, make_token(alice, administrator=by_command), build_wheel("demo", "2.0"))
        assert (reply.status, "from its trusted publishers only" in reply.body) == (403, True)
    assert upload(store, minted(sign()), build_wheel("demo", "2.0")).status == 200
    with pytest.raises(Conflict):
        register.remove_publisher(project.pk, made.pk, "alice")
    register.set_rule(project.pk, "alice", only_publishers=False)
    assert upload(store, make_token(alice), build_wheel("demo", "3.0")).status == 200
    actions = set(Entry.objects.filter(normalized_name="demo").values_list("action", flat=True))
    assert {"add publisher GitHub Actions Octo/Sample release.yml", "only trusted publishers upload"} <= actions


def test_owners_are_told_once_of_a_token_beside_a_publisher(store: Store, alice: User) -> None:
    token = make_token(alice)
    link("demo", "github", **GITHUB)
    for version in ("2.0", "3.0"):
        assert upload(store, token, build_wheel("demo", version)).status == 200
    assert Mail.objects.filter(kind="token-beside-publisher").count() == 1
    assert upload(store, make_token(alice), build_wheel("demo", "4.0")).status == 200
    assert Mail.objects.filter(kind="token-beside-publisher").count() == 2


def test_publishers_are_added_once_and_not_without_end(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link("demo", "github", **GITHUB)
    with pytest.raises(Conflict):
        link("demo", "github", **GITHUB | {"owner": "OCTO"})
    monkeypatch.setattr(register, "MOST", 1)
    with pytest.raises(Conflict):
        link("demo", "gitlab", **GITLAB)
    assert newest_mail("alice@example.org", "publisher-added")


def test_three_pending_publishers_at_most_and_names_that_are_free(alice: User) -> None:
    for name in ("demo", "os", "de.m0"):
        with pytest.raises(Refusal):
            wait_for(alice, name, "github", **GITHUB)
    for name in ("", "a b", "x" * 201, "a\0b"):
        with pytest.raises(Refusal):
            wait_for(alice, name, "github", **GITHUB)
    for name in ("one", "two", "three"):
        wait_for(alice, name, "github", **GITHUB)
    with pytest.raises(Conflict) as caught:
        wait_for(alice, "four", "github", **GITHUB)
    assert "3 pending publishers" in caught.value.message


def test_a_stranger_can_t_register_somebody_s_repository_beside_them(alice: User) -> None:
    wait_for(alice, "one", "github", **GITHUB)
    with pytest.raises(Conflict):
        wait_for(make_user("mallory"), "One", "github", **GITHUB | {"owner": "OCTO"})


def test_time_ends_registrations_tokens_and_identifiers(alice: User, sign: Sign) -> None:
    link("demo", "github", **GITHUB)
    minted(sign())
    wait_for(alice, "one", "github", **GITHUB | {"owner": "o1"})
    wait_for(alice, "two", "github", **GITHUB | {"owner": "o2"})
    tidy_up()
    assert (PendingPublisher.objects.count(), Token.objects.filter(user=None).count()) == (2, 1)
    PendingPublisher.objects.filter(project_name="one").update(expires_at=now() + timedelta(days=4))
    PendingPublisher.objects.filter(project_name="two").update(expires_at=now() - timedelta(seconds=1))
    UsedTokenId.objects.update(expires_at=now() - timedelta(seconds=1))
    Token.objects.filter(user=None).update(sweep_after=now() - timedelta(days=2))
    for _ in range(2):
        tidy_up()
    assert PendingPublisher.objects.get().project_name == "one"
    assert "2" in newest_mail("alice@example.org", "pending-publisher-expiring").text
    assert Mail.objects.filter(kind="pending-publisher-expiring").count() == 1
    assert not UsedTokenId.objects.exists()
    assert not Token.objects.filter(user=None).exists()
    assert Token.objects.filter(user=alice).exists()


TEMPLATE = {
    "fields": [{"claim": "pipeline", "match": "any_case"}, {"claim": "ref", "match": "glob", "required": False}],
    "require": [{"claim": "trusted", "value": "true"}],
    "pin": ["pipeline_id"],
    "show": ["ref"],
    "url": "https://ci.example.org/{pipeline}",
    "algorithms": ["ES256", "PS256"],
}


def test_an_issuer_that_an_administrator_declares(store: Store, service: Server, alice: User) -> None:
    url = f"{service.url}/own"
    declare_issuer(Declaration("own", "Our builds", url, template=TEMPLATE), "root")
    link("demo", "own", pipeline="Demo", ref="refs/tags/*")
    now_ = github_job(url)
    job = {name: now_[name] for name in ("iss", "aud", "exp", "iat")}
    job |= {"pipeline": "demo", "pipeline_id": 5, "ref": "refs/tags/v1", "trusted": True}
    for number, algorithm in enumerate(("ES256", "PS256")):
        token = minted(service.keys.sign(job | {"exp": job["exp"] + number}, algorithm))
        assert upload(store, token, build_wheel("demo", f"2.{number}")).status == 200
    sign = service.keys.sign
    again = exchange(sign(job | {"exp": job["exp"] + 1}, "PS256"))[1]  # signed anew, and it has no identifier
    assert again["errors"][0]["code"] == "invalid-reuse-token"
    for change, claim in (
        ({"pipeline_id": 6}, "pipeline_id"), ({"trusted": False}, "trusted"), ({"trusted": None}, "trusted"),
        ({"ref": "refs/heads/main"}, "ref"), ({"pipeline_id": None}, "pipeline_id"),
    ):  # fmt: skip
        assert faults(sign(job | change | {"n": claim}, "ES256"))[0] == ("invalid-publisher", claim), change
    assert faults(sign(job, "RS256")) == [("invalid-token", "alg")]
    facts = Token.objects.filter(user=None).latest("created_at").publisher_facts
    assert (facts["urls"], facts["claims"]) == (["https://ci.example.org/Demo"], {"ref": "refs/tags/v1"})
    switch_issuer("own", enabled=False)
    assert faults(sign(job | {"n": 1}, "ES256"))[0][0] == "not-enabled"
    with pytest.raises(Conflict):
        forget_issuer("own")
    ProjectPublisher.objects.all().delete()
    forget_issuer("own")
    assert faults(sign(job | {"n": 2}, "ES256"))[0][0] == "invalid-payload"


@pytest.mark.parametrize(
    "change",
    [{"key": "GitHub"}, {"key": "github"}, {"key": ""}, {"name": " "}, {"name": "x" * 101}, {"url": "http://a.example"},
     {"url": "https://a.example/?x"}, {"url": "ftp://localhost"}, {"url": "https://"}, {"url": "https://[x"},
     {"provider": "google"}, {"provider": "gitlab"}, {"template": {}}],
)  # fmt: skip
def test_declarations_that_break_a_rule_are_refused(change: dict[str, Any]) -> None:
    told = {"key": "own", "name": "Own", "url": "https://a.example", "template": TEMPLATE}
    with pytest.raises(Refusal):
        declare_issuer(Declaration(**told | change), "root")  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_exchange_one_token_at_once_one_wins(store: Store, alice: User, sign: Sign) -> None:
    link("demo", "github", **GITHUB)
    minted(sign())  # the keys are known
    token, barrier = sign(), threading.Barrier(6)
    answers: list[tuple[int, dict[str, Any]]] = []

    def ask() -> None:
        barrier.wait()
        try:
            answers.append(exchange(token))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200] + [422] * 5
    codes = {told["errors"][0]["code"] for status, told in answers if status == 422}
    assert codes == {"invalid-reuse-token"}


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_whom_a_publisher_meets_at_once_one_is_trusted(store: Store, alice: User, sign: Sign) -> None:
    made = link("demo", "github", **GITHUB)
    with pytest.raises(AssertionError):
        minted(sign(sub="warm-up", event_name="pull_request_target"))
    tokens = [sign(repository_owner_id=str(number)) for number in range(4)]
    barrier, answers = threading.Barrier(4), []

    def ask(token: str) -> None:
        barrier.wait()
        try:
            answers.append(exchange(token)[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.refresh_from_db()
    assert sorted(answers) == [200, 422, 422, 422]
    assert made.pinned["repository_owner_id"] in {"0", "1", "2", "3"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
CLAIMS = st.sampled_from(sorted(github_job("x")))
BODIES = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: json.dumps({"token": text}).encode()),
    JSON.map(lambda told: json.dumps({"token": told}).encode()),
    st.lists(st.binary(max_size=20), min_size=3, max_size=3).map(
        lambda parts: b'{"token": "' + b".".join(parts) + b'"}'
    ),
)


QUICK = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def answer(body: bytes) -> tuple[int, dict[str, Any]]:
    """What the endpoint answers, without the middleware that every request passes."""
    request = RequestFactory().post("/_/oidc/mint-token", body, "application/json")
    request.user = AnonymousUser()
    reply = mint_token(request)
    return reply.status_code, json.loads(reply.content)


@settings(max_examples=9200, **QUICK)
@given(body=BODIES)
def test_any_body_is_answered(body: bytes) -> None:
    status, told = answer(body)
    assert status == 422
    assert told["errors"]


@settings(max_examples=800, **QUICK)
@given(noise=st.dictionaries(CLAIMS, JSON, max_size=3), more=st.dictionaries(st.text(max_size=12), JSON, max_size=2))
def test_any_claims_of_an_issuer_are_answered(
    alice: User, service: Server, noise: dict[str, Any], more: dict[str, Any]
) -> None:
    if not ProjectPublisher.objects.exists():
        link("demo", "github", **GITHUB)
    job = github_job(f"{service.url}/github") | more | noise
    assert answer(json.dumps({"token": service.keys.sign(job)}).encode())[0] in {200, 422}


@pytest.fixture(autouse=True)
def without_limits(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {k: v for k, v in settings.ACCOUNT_RATE_LIMITS.items() if k != "mint_token"}
