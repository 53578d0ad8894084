# SPDX-License-Identifier: Apache-2.0
"""Which attestations hold, of real ones and of those by a signing service of one's own, and which do not."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from pypi_attestations import Attestation, Distribution, GitHubPublisher, GitLabPublisher, Provenance

from cheeseshop.attestations import trust
from cheeseshop.attestations.errors import InvalidAttestations
from cheeseshop.attestations.examination import Attested, Subject, examine
from cheeseshop.core.errors import TryAgain
from cheeseshop.core.facts import OWN_GITHUB, OWN_GITLAB, PublisherIdentity
from tests.attestations.conftest import SAMPLES
from tests.support.notary import PUBLISH, SLSA, Identity, Notary, github, gitlab
from tests.support.trusted import github_publisher, gitlab_publisher, identity

FILE = Subject("demo-1.0-py3-none-any.whl", "ab" * 32)
SDIST = Subject("pypi_attestations-0.0.19.tar.gz", "9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3")
GITLAB_SDIST = Subject(
    "gitlab_oidc_project-0.0.3.tar.gz", "c1ca9b0d85df1606451098233018534497bf584362e10e4a8c21dfaea92c02a8"
)
GOOGLE_SDIST = Subject(
    "gcb_attestation_test-0.0.0.tar.gz", "461317362419124b6012e855423a9078d6de8aed3e74fa78cc74d669b23dc6cf"
)
REAL = github_publisher("trailofbits/pypi-attestations")


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_bytes())


def real() -> list[Any]:
    return [sample(f"{SDIST.filename}.publish.attestation"), sample(f"{SDIST.filename}.slsa.attestation")]


def held(values: Any, publisher: PublisherIdentity = REAL, subject: Subject = SDIST) -> Attested:
    found = examine([json.dumps(values)], publisher, subject)
    assert found is not None
    return found


def refused(values: Any, publisher: PublisherIdentity | None = REAL, subject: Subject = SDIST) -> str:
    text = values if isinstance(values, str) else json.dumps(values)
    with pytest.raises(InvalidAttestations) as caught:
        examine([text], publisher, subject)
    assert caught.value.status == 400
    assert caught.value.message.startswith("Invalid attestations supplied during upload: ")
    return caught.value.message


def signed(notary: Notary, who: Identity | None = None, **changes: Any) -> dict[str, Any]:
    return notary.attest(FILE.filename, FILE.sha256, who or github(), **changes)


def no_network(*_: object) -> NoReturn:
    raise AssertionError("the network was asked")


def test_real_attestations_of_github_hold_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    found = held(real())
    publish, slsa = found.statements
    assert (publish.predicate_type, slsa.predicate_type) == (PUBLISH, SLSA)
    assert publish.repository == "https://github.com/trailofbits/pypi-attestations"
    assert publish.workflow.endswith("/.github/workflows/release.yml@refs/tags/v0.0.19")
    assert (publish.log_index, publish.logged_at) == ("153454663", "2024-12-04T23:14:01+00:00")
    assert publish.in_public_log
    assert len(publish.commit) == 40
    assert slsa.build_type == "https://actions.github.io/buildtypes/workflow/v1"


def test_the_provenance_is_what_the_library_reads_and_verifies() -> None:
    found = Provenance.model_validate_json(held(real()).provenance)
    (bundle,) = found.attestation_bundles
    distribution = Distribution(name=SDIST.filename, digest=SDIST.sha256)
    kinds = [each.verify(bundle.publisher, distribution, offline=True)[0] for each in bundle.attestations]
    assert kinds == [PUBLISH, SLSA]


def test_real_attestations_of_gitlab_and_google_hold() -> None:
    values = [sample(f"{GITLAB_SDIST.filename}.publish.attestation")]
    found = held(values, gitlab_publisher("facutuesca/gitlab-oidc-project"), GITLAB_SDIST)
    assert found.signer["kind"] == "GitLab"
    (bundle,) = sample(f"{GOOGLE_SDIST.filename}.provenance")["attestation_bundles"]
    email = bundle["publisher"]["email"]
    by_google = identity("google", "https://accounts.google.com", email, {}, attestation=bundle["publisher"])
    assert held(bundle["attestations"], by_google, GOOGLE_SDIST).signer == {"kind": "Google", "email": email}


def test_a_fresh_attestation_holds_under_ones_own_root_and_no_other(notary: Notary) -> None:
    value = signed(notary)
    found = held([value], github_publisher(), FILE)
    assert found.statements[0].commit == github().claims["commit"]
    assert not found.statements[0].in_public_log
    assert "Verification failed" in refused([real()[0]])
    assert "Verification failed" in refused([signed(Notary())], github_publisher(), FILE)


def test_under_ones_own_root_the_unmodified_library_agrees(notary: Notary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sigstore.verify.Verifier.production", lambda **_: trust.verifier())
    distribution = Distribution(name=FILE.filename, digest=FILE.sha256)
    for who, known in (
        (github(), GitHubPublisher(repository="octo/demo", workflow="release.yml")),
        (gitlab(), GitLabPublisher(repository="group/demo", workflow_filepath=".gitlab-ci.yml")),
    ):
        value = Attestation.model_validate(signed(notary, who))
        assert value.verify(known, distribution) == (PUBLISH, None)


def test_the_spelling_of_a_repository_is_that_of_its_host(notary: Notary) -> None:
    found = held([signed(notary, github("Octo/Demo"))], github_publisher("octo/demo"), FILE)
    assert found.signer["repository"] == "Octo/Demo"
    provenance = json.loads(found.provenance)
    assert provenance["attestation_bundles"][0]["publisher"]["repository"] == "Octo/Demo"


def test_a_gitlab_of_ones_own_is_its_own_kind(notary: Notary) -> None:
    moved = gitlab_publisher(issuer="https://git.example.org")  # by the setting for the public one's issuer
    assert moved.attestation is not None
    here = replace(moved, attestation=moved.attestation | {"kind": OWN_GITLAB, "issuer": moved.issuer})
    value = [signed(notary, gitlab("https://git.example.org"))]
    assert held(value, moved, FILE).signer == held(value, here, FILE).signer
    found = held(value, here, FILE)
    assert found.signer == {
        "kind": "GitLab self-managed",
        "issuer": "https://git.example.org",
        "repository": "group/demo",
        "workflow_filepath": ".gitlab-ci.yml",
    }
    for who in (
        gitlab(),
        gitlab("https://git.example.com"),
        gitlab("https://git.example.org", "group/other"),
        gitlab("https://git.example.org", path="other.yml"),
        github(),
        Identity("https://git.example.org/x", {"issuer": "https://git.example.org"}),
    ):
        assert "Verification failed" in refused([signed(notary, who)], here, FILE)


def test_a_github_of_ones_own_is_its_own_kind(notary: Notary) -> None:
    issuer, home = "https://github.example.org/_services/token", "https://github.example.org/octo/demo"
    told = {"kind": OWN_GITHUB, "issuer": issuer, "repository": "octo/demo", "workflow": "release.yml"}
    here = replace(github_publisher(), issuer=issuer, attestation=told)
    workflow = f"{home}/.github/workflows/release.yml@refs/heads/main"
    claims = {"issuer": issuer, "repository": home, "ref": "refs/heads/main", "config": workflow}
    found = held([signed(notary, Identity(workflow, claims))], here, FILE)
    assert found.signer == told
    for name, value in (
        ("issuer", "https://token.actions.githubusercontent.com"),
        ("repository", "https://github.com/octo/demo"),
        ("config", workflow.replace("release", "other")),
        ("ref", "refs/heads/other"),
    ):
        assert "Verification failed" in refused(
            [signed(notary, Identity(workflow, claims | {name: value}))], here, FILE
        )
    assert "Verification failed" in refused([signed(notary)], here, FILE)


def test_of_another_issuer_the_very_subject_must_have_signed(notary: Notary) -> None:
    issuer, subject = "https://forge.example.org", "https://forge.example.org/octo/demo/-/main"
    here = identity("declared", issuer, "octo/demo", {}, claims={"sub": subject})
    found = held([signed(notary, Identity(subject, {"issuer": issuer}))], here, FILE)
    assert found.signer == {"kind": "OpenID Connect", "issuer": issuer, "subject": subject}
    assert found.statements[0].repository == ""
    for who in (Identity(f"{subject}x", {"issuer": issuer}), Identity(subject, {"issuer": "https://x.example"})):
        assert "Verification failed" in refused([signed(notary, who)], here, FILE)


@pytest.mark.parametrize("provider", ["activestate", "declared"])
def test_publishers_whose_certificates_do_not_name_them_are_refused(notary: Notary, provider: str) -> None:
    here = identity(provider, "https://issuer.example", "builder", {}, claims={"sub": "org:a:project:b"})
    assert "can't be verified" in refused([signed(notary)], here, FILE)


@pytest.mark.parametrize(
    ("who", "says"),
    [
        (github("octo/other"), "Verification failed"),
        (github("evil/demo"), "Verification failed"),
        (github(workflow="other.yml"), "Verification failed"),
        (gitlab(project="octo/demo"), "Verification failed"),
        (Identity("a@example.org", {"issuer": "https://accounts.google.com"}), "Verification failed"),
        (Identity("https://github.com/x", {}), "Verification failed"),
    ],
)
def test_another_identity(notary: Notary, who: Identity, says: str) -> None:
    assert says in refused([signed(notary, who)], github_publisher(), FILE)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"subject": [{"name": "other-1.0-py3-none-any.whl", "digest": {"sha256": FILE.sha256}}]}, "They are about"),
        ({"subject": [{"name": FILE.filename, "digest": {"sha256": "cd" * 32}}]}, "They are about a file with sha256"),
        ({"subject": [{"name": FILE.filename, "digest": {"md5": "0"}}]}, "They are about a file with sha256 None"),
        ({"subject": [{"name": FILE.filename, "digest": "x"}]}, "They are about a file with sha256 None"),
        ({"subject": [{"name": FILE.filename, "digest": {"sha256": FILE.sha256}}] * 2}, "exactly one subject"),
        ({"subject": []}, "exactly one subject"),
        ({"subject": "x"}, "exactly one subject"),
        ({"subject": [{"name": 7, "digest": {"sha256": FILE.sha256}}]}, "They are about 7"),
        ({"predicateType": "https://example.org/mine/v1"}, "is not known; known are"),
        ({"predicateType": None}, "is not known"),
        ({"predicateType": ["a"]}, "is not known"),
        ({"predicate": {"a": 1}}, "no predicate"),
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "_type must be"),
    ],
)
def test_a_statement_that_says_something_else(notary: Notary, changes: dict[str, Any], says: str) -> None:
    assert says in refused([signed(notary, **changes)], github_publisher(), FILE)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (b"no JSON", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "no JSON object"),
        (b'{"_type": 1, "_type": 2}', "a key is there twice"),
        (b"\xff\xfe", "not valid JSON"),
    ],
)
def test_a_statement_that_is_none(notary: Notary, statement: bytes, says: str) -> None:
    assert says in refused([notary.attest_bytes(statement, github())], github_publisher(), FILE)


def test_one_replayed_for_another_file() -> None:
    other = Subject("pypi_attestations-0.0.20.tar.gz", SDIST.sha256)
    assert "They are about 'pypi_attestations-0.0.19.tar.gz'" in refused(real(), subject=other)
    rebuilt = Subject(SDIST.filename, "0" * 64)
    assert "that of this file is 0000" in refused(real(), subject=rebuilt)


def test_a_certificate_that_had_expired_when_it_signed(notary: Notary) -> None:
    late = notary.now + timedelta(minutes=11)
    assert "Verification failed" in refused([signed(notary, logged_at=late)], github_publisher(), FILE)
    early = notary.now - timedelta(minutes=1)
    assert "Verification failed" in refused([signed(notary, logged_at=early)], github_publisher(), FILE)
    held([signed(notary, logged_at=notary.now + timedelta(minutes=9))], github_publisher(), FILE)


def test_how_many_and_which(notary: Notary) -> None:
    publish = real()[0]
    assert "There are two of type" in refused([signed(notary), signed(notary)], github_publisher(), FILE)
    three = [signed(notary), signed(notary, predicate_type=SLSA), signed(notary)]
    assert "There are 3, and a file may have 2 at most" in refused(three, github_publisher(), FILE)
    assert "The list is empty" in refused([])
    doubled = json.loads(json.dumps(publish))
    doubled["verification_material"]["transparency_entries"] *= 2
    assert "one entry of a transparency log" in refused([doubled])
    with pytest.raises(InvalidAttestations, match="given once"):
        examine(["[]", "[]"], REAL, SDIST)


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "{}", "null", "7", "[7]", "[[]]", "[{}]", '[{"version": 2}]', "[" * 100_000, '["', "\0", "[1e999]"],
)
def test_what_is_no_list_of_attestations(text: str) -> None:
    if text:
        assert "not a list of attestation objects" in refused(text)
    else:
        assert examine([text], REAL, SDIST) is None


@pytest.mark.parametrize("at", [10, 1000, 5000, 8000, -2, -1])
def test_truncated(at: int) -> None:
    refused(json.dumps(real()[:1])[:at])


def test_longer_than_may_be() -> None:
    value = real()[0]
    value["padding"] = "x" * 10_000_000
    assert "256 KiB together" in refused([value])


def test_without_a_publisher() -> None:
    assert "trusted publishers only" in refused(real(), None)
    assert examine([], None, SDIST) is None


def test_every_byte_of_what_is_signed_matters(notary: Notary) -> None:
    value = signed(notary)
    places = [
        ("envelope", "signature"),
        ("envelope", "statement"),
        ("verification_material", "certificate"),
        ("verification_material", "transparency_entries", 0, "canonicalizedBody"),
        ("verification_material", "transparency_entries", 0, "inclusionPromise", "signedEntryTimestamp"),
        ("verification_material", "transparency_entries", 0, "inclusionProof", "rootHash"),
    ]
    for place in places:
        changed = json.loads(json.dumps(value))
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        text = inner[place[-1]]
        inner[place[-1]] = text[:20] + ("A" if text[20] != "A" else "B") + text[21:]
        refused([changed], github_publisher(), FILE)


def test_an_entry_without_a_promise_tells_no_time(notary: Notary) -> None:
    value = signed(notary)
    del value["verification_material"]["transparency_entries"][0]["inclusionPromise"]
    assert "must contain an inclusion promise" in refused([value], github_publisher(), FILE)


def test_switched_off_they_are_not_looked_at(settings: Callable[..., None]) -> None:
    settings(allow_attestations=False)
    assert examine(["nonsense"], None, SDIST) is None


def test_a_trust_root_that_is_none_is_the_administrators_fault(settings: Callable[..., None], tmp_path) -> None:
    (tmp_path / "root.json").write_text("{}")
    settings(trust_root=str(tmp_path / "root.json"))
    with pytest.raises(TryAgain):
        examine([json.dumps(real())], REAL, SDIST)


def test_a_trust_root_that_was_replaced_is_read_again(notary: Notary, settings: Callable[..., None], tmp_path) -> None:
    value = signed(notary)
    held([value], github_publisher(), FILE)
    (tmp_path / "fresh.json").write_bytes(Notary().trusted_root())
    (tmp_path / "fresh.json").rename(tmp_path / "trusted_root.json")
    refused([value], github_publisher(), FILE)


def test_messages_are_one_printable_line() -> None:
    value = real()[0]
    value["version"] = "\x1b[31m\n" * 1000
    message = refused([value])
    assert message.isprintable()
    assert len(message) < 500
