# SPDX-License-Identifier: Apache-2.0
"""What each provider checks: every claim made wrong, one by one, and which one is named."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.core.errors import Refusal
from cheeseshop.publishers.providers import IssuerFacts, Provider, provider_of
from cheeseshop.publishers.providers.base import InvalidFields
from cheeseshop.publishers.providers.presets import PRESETS
from cheeseshop.publishers.providers.template import matches, read_template
from tests.support.build_service import github_job, gitlab_job
from tests.support.publishing import GITHUB, GITLAB

SELF_HOSTED = "https://gitlab.example.org:8443/git"


def github(**changes: Any) -> dict[str, Any]:
    return github_job("https://token.actions.githubusercontent.com", **changes)


def gitlab(**changes: Any) -> dict[str, Any]:
    return gitlab_job("https://gitlab.com", **changes)


def google(**changes: Any) -> dict[str, Any]:
    claims = {"email": "robot@demo.iam.gserviceaccount.com", "email_verified": True, "sub": "1001", **changes}
    return {name: value for name, value in claims.items() if value is not None}


def activestate(**changes: Any) -> dict[str, Any]:
    claims = {
        "sub": "org:octo:project:sample:build:1",
        "organization": "octo",
        "project": "sample",
        "actor": "kim",
        "actor_id": "42",
        "builder": "pypi-publisher",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def built_in(key: str) -> Provider:
    url = {"gitlab": "https://gitlab.com"}.get(key, "https://issuer.example.org")
    return provider_of(IssuerFacts(key, key, url, key))


ANYWHERE: dict[str, tuple[Callable[..., dict[str, Any]], dict[str, str]]] = {
    "github": (github, GITHUB),
    "gitlab": (gitlab, GITLAB),
    "google": (google, {"email": "robot@demo.iam.gserviceaccount.com"}),
    "activestate": (activestate, {"organization": "octo", "project": "sample"}),
}
IN_RELEASE = {"environment": "Release"}
WORKFLOWS = "octo/sample/.github/workflows"
FITTING = [
    ("github", {}, {}),
    ("github", {}, {"repository": "OCTO/SAMPLE"}),
    ("github", {}, {"environment": "anything"}),
    ("github", IN_RELEASE, {"environment": "release"}),
    ("github", {}, {"job_workflow_ref": f"{WORKFLOWS}/release.yml@c0ffee"}),
    ("gitlab", {}, {}),
    ("gitlab", {}, {"ci_config_ref_uri": "gitlab.com/group/sub/sample//.gitlab-ci.yml@c0ffee"}),
    ("gitlab", {}, {"project_path": "GROUP/sub/sample"}),
    ("gitlab", IN_RELEASE, {"environment": "Release"}),
    ("google", {}, {}),
    ("google", {"sub": "1001"}, {}),
    ("activestate", {}, {}),
    ("activestate", {"actor": "kim"}, {}),
]
MATRIX = [
    ("github", {}, {"repository": "evil/sample"}, "repository"),
    ("github", {}, {"repository": "octo/sample2"}, "repository"),
    ("github", {}, {"repository": ["octo/sample"]}, "repository"),
    ("github", {}, {"repository_owner": "evil"}, "repository_owner"),
    ("github", {}, {"repository_owner": None}, "repository_owner"),
    ("github", {}, {"repository_owner_id": None}, "repository_owner_id"),
    ("github", {}, {"repository_id": {}}, "repository_id"),
    ("github", {}, {"job_workflow_ref": None}, "job_workflow_ref"),
    ("github", {}, {"job_workflow_ref": f"{WORKFLOWS}/other.yml@refs/heads/main"}, "job_workflow_ref"),
    ("github", {}, {"job_workflow_ref": f"{WORKFLOWS}/RELEASE.yml@refs/heads/main"}, "job_workflow_ref"),
    ("github", {}, {"job_workflow_ref": f"{WORKFLOWS}/release.yml@refs/heads/evil"}, "job_workflow_ref"),
    ("github", {}, {"job_workflow_ref": f"{WORKFLOWS}/release.yml@"}, "job_workflow_ref"),
    ("github", {}, {"job_workflow_ref": f"{WORKFLOWS}/x/release.yml@refs/heads/main"}, "job_workflow_ref"),
    # a reusable workflow of another repository, called from this one
    ("github", {}, {"job_workflow_ref": "evil/x/.github/workflows/release.yml@refs/heads/main"}, "job_workflow_ref"),
    ("github", {}, {"ref": None}, "ref and sha"),
    ("github", {}, {"sha": ""}, "ref and sha"),
    ("github", {}, {"event_name": "pull_request_target"}, "event_name"),
    ("github", {}, {"event_name": None}, "event_name"),
    ("github", IN_RELEASE, {}, "environment"),
    ("github", IN_RELEASE, {"environment": "test"}, "environment"),
    ("gitlab", {}, {"project_path": "group/sub/other"}, "project_path"),
    ("gitlab", {}, {"project_path": "evil/group/sub/sample"}, "project_path"),
    ("gitlab", {}, {"project_path": None}, "project_path"),
    ("gitlab", {}, {"sub": "project_path:evil/sample:ref"}, "sub"),
    ("gitlab", {}, {"sub": "project_path:group/sub/sample2:ref"}, "sub"),
    ("gitlab", {}, {"sub": None}, "sub"),
    ("gitlab", {}, {"project_id": None}, "project_id"),
    ("gitlab", {}, {"namespace_id": None}, "namespace_id"),
    ("gitlab", {}, {"ci_config_ref_uri": "gitlab.com/evil/x//.gitlab-ci.yml@refs/heads/main"}, "ci_config_ref_uri"),
    ("gitlab", {}, {"ci_config_ref_uri": "evil.com/group/sub/sample//.gitlab-ci.yml@c0ffee"}, "ci_config_ref_uri"),
    ("gitlab", {}, {"ci_config_ref_uri": "gitlab.com/group/sub/sample//x.yml@refs/heads/main"}, "ci_config_ref_uri"),
    ("gitlab", {}, {"ci_config_ref_uri": "gitlab.com/group/sub/sample//.gitlab-ci.yml@evil"}, "ci_config_ref_uri"),
    ("gitlab", {}, {"ci_config_ref_uri": None}, "ci_config_ref_uri"),
    ("gitlab", {}, {"ref_path": None}, "ref_path and sha"),
    ("gitlab", IN_RELEASE, {"environment": "release"}, "environment"),
    ("gitlab", IN_RELEASE, {}, "environment"),
    ("google", {}, {"email": "other@demo.iam.gserviceaccount.com"}, "email"),
    ("google", {}, {"email": "ROBOT@demo.iam.gserviceaccount.com"}, "email"),
    ("google", {}, {"email_verified": False}, "email_verified"),
    ("google", {}, {"email_verified": "true"}, "email_verified"),
    ("google", {}, {"email_verified": None}, "email_verified"),
    ("google", {}, {"sub": None}, "sub"),
    ("google", {"sub": "1002"}, {}, "sub"),
    ("activestate", {}, {"sub": "org:octo:project:other"}, "sub"),
    ("activestate", {}, {"sub": None}, "sub"),
    ("activestate", {}, {"organization": "evil"}, "organization"),
    ("activestate", {}, {"project": "other"}, "project"),
    ("activestate", {}, {"builder": "another"}, "builder"),
    ("activestate", {}, {"actor_id": None}, "actor_id"),
    ("activestate", {"actor": "lee"}, {}, "actor"),
]


def compared(key: str, filled: dict[str, str], claims: dict[str, Any]) -> list[str]:
    job, fields = ANYWHERE[key]
    provider = built_in(key)
    return [each.claim for each in provider.compare(provider.clean(fields | filled), job(**claims))]


@pytest.mark.parametrize(("key", "filled", "claims"), FITTING)
def test_what_fits(key: str, filled: dict[str, str], claims: dict[str, Any]) -> None:
    assert compared(key, filled, claims) == []


@pytest.mark.parametrize(("key", "filled", "claims", "named"), MATRIX)
def test_each_claim_that_is_wrong_is_named(
    key: str, filled: dict[str, str], claims: dict[str, Any], named: str
) -> None:
    assert named in compared(key, filled, claims)


def test_every_claim_of_the_matrix_is_checked_for_each_provider() -> None:
    """Nothing that a provider's own words name is left out of the matrix."""
    named = {key: {claim for other, _, _, claim in MATRIX if other == key} for key in ANYWHERE}
    for key, (_job, fields) in ANYWHERE.items():
        provider = built_in(key)
        narrow = {spec.name: fields.get(spec.name) or "x1" for spec in provider.specs} | {"sub": "1", "email": "a@b.c"}
        all_wrong = provider.compare({name: narrow[name] for name in (s.name for s in provider.specs)}, {})
        assert {each.claim for each in all_wrong} <= named[key], key


def test_a_gitlab_of_one_s_own_is_known_by_its_host() -> None:
    provider = provider_of(IssuerFacts("our-gitlab", "Our GitLab", SELF_HOSTED, "gitlab"))
    fields = provider.clean(GITLAB)
    assert list(provider.compare(fields, gitlab_job(SELF_HOSTED))) == []
    elsewhere = gitlab_job(SELF_HOSTED, ci_config_ref_uri="gitlab.com/group/sub/sample//.gitlab-ci.yml@refs/heads/main")
    assert [each.claim for each in provider.compare(fields, elsewhere)] == ["ci_config_ref_uri"]
    assert provider.urls(fields) == (f"{SELF_HOSTED}/Group/sub/Sample",)
    told = provider.attestation(fields)
    assert told is not None
    assert (told["kind"], told["issuer"]) == ("GitLab self-managed", SELF_HOSTED)


def test_a_github_of_one_s_own_vouches_for_its_own_repositories() -> None:
    url = "https://github.example.org/_services/token"
    provider = provider_of(IssuerFacts("our-hub", "Our GitHub", url, "github"))
    fields = provider.clean(GITHUB)
    assert list(provider.compare(fields, github_job(url))) == []
    assert provider.urls(fields) == ("https://github.example.org/Octo/Sample",)
    told = provider.attestation(fields)
    assert told is not None
    assert (told["kind"], told["issuer"]) == ("GitHub Enterprise Server", url)


@pytest.mark.parametrize(
    ("key", "fields", "at_fault"),
    [
        ("github", {"owner": "octo/sample"}, "owner"), ("github", {"owner": "-octo"}, "owner"),
        ("github", {"owner": "o" * 40}, "owner"), ("github", {"owner": ""}, "owner"),
        ("github", {"repository": "octo/sample"}, "repository"), ("github", {"repository": "a b"}, "repository"),
        ("github", {"workflow": ".github/workflows/a.yml"}, "workflow"), ("github", {"workflow": "a"}, "workflow"),
        ("github", {"workflow": "a.yml@x"}, "workflow"), ("github", {"workflow": ".yml"}, "workflow"),
        ("github", {"environment": "a,b"}, "environment"), ("github", {"environment": "a\nb"}, "environment"),
        ("github", {"owner": "\ud800"}, "owner"), ("github", {"branch": "main"}, "branch"),
        ("gitlab", {"namespace": "/group"}, "namespace"), ("gitlab", {"namespace": "a//b"}, "namespace"),
        ("gitlab", {"project": "a/b"}, "project"), ("gitlab", {"workflow_filepath": "/a.yml"}, "workflow_filepath"),
        ("gitlab", {"workflow_filepath": "a/.yml"}, "workflow_filepath"),
        ("google", {"email": "robot"}, "email"), ("google", {"sub": "x"}, "sub"),
        ("activestate", {"organization": "a b"}, "organization"),
    ],
)  # fmt: skip
def test_what_is_filled_in_wrongly_is_told(key: str, fields: dict[str, str], at_fault: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        built_in(key).clean(ANYWHERE[key][1] | fields)
    assert set(caught.value.errors) == {at_fault}


def test_publishers_are_the_same_where_the_provider_knows_no_case() -> None:
    hub, lab = built_in("github"), built_in("gitlab")
    assert hub.fields_key(hub.clean(GITHUB)) == hub.fields_key(hub.clean(GITHUB | {"owner": "octo"}))
    assert hub.fields_key(hub.clean(GITHUB)) != hub.fields_key(hub.clean(GITHUB | {"workflow": "Release.yml"}))
    assert lab.fields_key(lab.clean(GITLAB | {"environment": "a"})) != lab.fields_key(
        lab.clean(GITLAB | {"environment": "A"})
    )


def test_what_publishers_vouch_for() -> None:
    hub, lab = built_in("github"), built_in("gitlab")
    assert hub.urls(hub.clean(GITHUB)) == ("https://github.com/Octo/Sample", "https://octo.github.io/Sample")
    own = hub.clean(GITHUB | {"repository": "octo.github.io"})
    assert hub.urls(own)[1] == "https://octo.github.io"
    assert lab.urls(lab.clean(GITLAB))[1] == "https://group.gitlab.io/sub/Sample"


def test_attestations_name_publishers_as_the_library_does() -> None:
    import pypi_attestations

    for key, kind in (
        ("github", pypi_attestations.GitHubPublisher),
        ("gitlab", pypi_attestations.GitLabPublisher),
        ("google", pypi_attestations.GooglePublisher),
    ):
        provider = built_in(key)
        for environment in ("", "release"):
            more = {"environment": environment} if "environment" in {s.name for s in provider.specs} else {}
            told = provider.attestation(provider.clean(ANYWHERE[key][1] | more))
            assert told is not None
            assert kind.model_validate(told).model_dump(exclude_none=True, exclude={"claims"}) == told
    assert built_in("activestate").attestation({}) is None


# Templates


def declared(template: dict[str, Any]) -> Provider:
    return provider_of(IssuerFacts("own", "Own", "https://ci.example.org", "declared", template))


FORGEJO = {"repository": "octo/sample", "workflow": ".forgejo/workflows/release.yml", "ref": ""}
FORGEJO_JOB = {
    "repository": "Octo/Sample",
    "workflow_ref": "octo/sample/.forgejo/workflows/release.yml@refs/tags/v1",
    "event_name": "push",
    "ref": "refs/tags/v1",
}


@pytest.mark.parametrize(
    ("filled", "claims", "named"),
    [
        ({}, {}, []),
        ({"ref": "refs/tags/*"}, {}, []),
        ({"ref": "refs/heads/*"}, {}, ["ref"]),
        ({}, {"repository": "evil/sample"}, ["repository"]),
        ({}, {"workflow_ref": "octo/sample/.forgejo/workflows/other.yml@refs/tags/v1"}, ["workflow_ref"]),
        ({}, {"workflow_ref": "evil/x/octo/sample/.forgejo/workflows/release.yml@x"}, ["workflow_ref"]),
        ({}, {"workflow_ref": None}, ["workflow_ref"]),
        ({}, {"event_name": "pull_request_target"}, ["event_name"]),
        ({}, {"event_name": None}, ["event_name"]),
        # an asterisk that a person fills in is one, where it is a part of a longer value
        ({"workflow": "*"}, {}, ["workflow_ref"]),
    ],
)
def test_a_template_s_claims(filled: dict[str, str], claims: dict[str, Any], named: list[str]) -> None:
    provider = declared(PRESETS["forgejo"]["template"])
    fields = provider.clean(FORGEJO | filled)
    assert [each.claim for each in provider.compare(fields, FORGEJO_JOB | claims)] == named


@pytest.mark.parametrize("key", sorted(PRESETS))
def test_presets_are_templates_and_refuse_a_token_that_says_nothing(key: str) -> None:
    provider = declared(PRESETS[key]["template"])
    fields = provider.clean({spec.name: "a/b" for spec in provider.specs if spec.required})
    assert list(provider.compare(fields, {}))
    assert provider.place(fields)
    assert not provider.place_of({})
    assert provider.describe(fields)


FIELD = {"claim": "job", "match": "exact"}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({}, "JSON object"), ([], "JSON object"), ({"fields": []}, "list of 1 to"), ({"fields": ["a"]}, "an object"),
        ({"fields": [FIELD], "pins": []}, "has no 'pins'"), ({"fields": [FIELD | {"kind": 1}]}, "has no 'kind'"),
        ({"fields": [FIELD | {"match": "regex"}]}, "'match' is one of"),
        ({"fields": [FIELD | {"match": "not"}]}, "can't match 'not'"),
        ({"fields": [FIELD | {"match": "glob"}]}, "must be required"),
        ({"fields": [FIELD | {"required": False}]}, "must be required"),
        ({"fields": [FIELD, FIELD]}, "name of its own"), ({"fields": [{"claim": ""}]}, "name of its own"),
        ({"fields": [FIELD], "require": [{"claim": "x"}]}, "needs a value"),
        ({"fields": [FIELD], "require": [{"claim": "x", "value": "{other}"}]}, "there is none of that name"),
        ({"fields": [FIELD], "require": {}}, "'require' is a list"), ({"fields": [FIELD], "pin": [5]}, "'pin'"),
        ({"fields": [FIELD], "url": "http://x/"}, "https://"), ({"fields": [FIELD], "url": "https://{job}/"}, "host"),
        ({"fields": [FIELD], "algorithms": ["HS256"]}, "'algorithms'"),
        ({"fields": [FIELD], "algorithms": ["none"]}, "'algorithms'"),
        ({"fields": [FIELD | {"label": 5}]}, "'label' is a text"),
        ({"fields": [FIELD | {"label": "x" * 501}]}, "'label' is a text"),
    ],
)  # fmt: skip
def test_a_broken_template_is_refused_with_what_to_mend(template: Any, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_template(template)
    assert words in caught.value.message


@given(st.lists(st.text("ab*", max_size=4), max_size=6), st.text("ab", max_size=12))
def test_globs_match_as_regular_expressions_would(parts: list[str], found: str) -> None:
    import re

    pattern = "*".join(parts)
    wanted = re.fullmatch(".*".join(re.escape(each) for each in pattern.split("*")), found) is not None
    assert matches("glob", found, "{f}", {"f": pattern}) == wanted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_template_is_read_or_refused(told: Any) -> None:
    try:
        read_template(told)
        read_template({"fields": [FIELD], "require": told, "pin": told})
    except Refusal:
        return


@given(st.sampled_from(sorted(ANYWHERE)), st.dictionaries(st.text(max_size=20), JSON, max_size=5), st.data())
def test_claims_of_any_shape_are_compared(key: str, noise: dict[str, Any], data: st.DataObject) -> None:
    job, fields = ANYWHERE[key]
    provider = built_in(key)
    told = job() | noise | {data.draw(st.sampled_from(sorted(job()))): data.draw(JSON)}
    list(provider.compare(provider.clean(fields), told))
    provider.place_of(told)
    provider.pinned(told)
    provider.about(told)
    provider.moved(provider.clean(fields), told)
