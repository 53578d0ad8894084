# SPDX-License-Identifier: Apache-2.0
"""Which links lie where their project is known to be, with everything that only looks as if it did."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.core.facts import PublisherRepository
from cheeseshop.distributions.links import (
    github_repository,
    gitlab_repository,
    is_of_repository,
    is_own_page,
    place,
)

SITE = "https://packages.example.org"
REPOSITORY = github_repository("Owner", "repo")
NESTED = gitlab_repository("group/sub", "repo")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/Owner/repo",
        "https://github.com/owner/repo/",
        "https://GitHub.com/OWNER/Repo",
        "https://github.com:443/owner/repo",
        "https://github.com/owner/repo.git",
        "https://github.com/owner/repo.git/",
        "https://github.com/owner/repo/issues?q=is%3Aopen#top",
        "https://github.com/owner/repo#readme",
        "https://github.com/owner/repo?tab=readme",
        "https://github.com/owner/repo/blob/main/na%C3%AFve.md",
        "https://owner.github.io/repo",
        "https://owner.github.io/repo/docs/index.html",
    ],
)
def test_a_link_below_the_repository(url: str) -> None:
    assert is_of_repository(url, REPOSITORY)


@pytest.mark.parametrize(
    "url",
    [
        "http://github.com/owner/repo",
        "https://github.com/owner",
        "https://github.com/owner/",
        "https://github.com/",
        "https://github.com",
        "https://github.com/owner/repo-evil",
        "https://github.com/owner/repo.git.evil",
        "https://github.com/owner/repo.github",
        "https://github.com/owner-evil/repo",
        "https://github.com/owner.git/repo",
        "https://github.com.evil.example/owner/repo",
        "https://evil.example/github.com/owner/repo",
        "https://evil.example/?https://github.com/owner/repo",
        "https://github.com./owner/repo",
        "https://www.github.com/owner/repo",
        "https://github.com@evil.example/owner/repo",
        "https://github.com:x@evil.example/owner/repo",
        "https://owner@github.com/owner/repo",
        "https://github.com:8443/owner/repo",
        "https://github.com:/owner/repo",
        "https://github.com:99999999/owner/repo",
        "https://github.com/owner/repo/../../evil/repo",
        "https://github.com/owner/repo/..",
        "https://github.com/evil/../owner/repo",
        "https://github.com/./owner/repo",
        "https://github.com/owner/repo/%2e%2e/%2E%2E/evil",
        "https://github.com/owner/repo/.%2e/x",
        "https://github.com/owner/repo/%252e%252e/x",
        "https://github.com/owner/repo%2f..%2f..%2fevil",
        "https://github.com/owner/repo/..%2f..%2fevil",
        "https://github.com/owner%2frepo",
        "https://github.com/owner/repo/%5c../evil",
        "https://github.com/owner/repo/%00",
        "https://github.com/owner/repo/\\..\\..\\evil",
        "https:\\\\github.com\\owner\\repo",
        "https://github.com\\@evil.example/owner/repo",
        "https:///github.com/owner/repo",
        "https:github.com/owner/repo",
        "//github.com/owner/repo",
        "https://github.com//owner/repo",
        "https://github.com/owner//repo",
        "https://github.com/owner/repo//evil",
        "https://github.com/%6fwner/repo",
        "https://github.com/owner/repo\n",
        " https://github.com/owner/repo",
        "https://github.com/owner/repo evil",
        "https://github.com/owner/repo\t",
        "https://gith\u00fcb.com/owner/repo",
        "https://\uff47ithub.com/owner/repo",
        "https://github\u3002com/owner/repo",
        "https://github.com\uff0fowner/repo",
        "https://github.com/\u043ewner/repo",  # a Cyrillic o
        "https://github.com/owner/rep\u03bf",  # a Greek omicron
        "https://xn--gthub-n4a.com/owner/repo",
        "https://owner.github.io/",
        "https://owner.github.io/other",
        "https://evil.github.io/repo",
        "https://owner.github.io.evil.example/repo",
        "https://evil.owner.github.io/repo",
        "https://owner.github.com/repo",
        "ftp://github.com/owner/repo",
        "javascript:alert('https://github.com/owner/repo')",
        "https://github.com/owner/repo/" + "a" * 3000,
        "",
    ],
)
def test_a_link_that_only_looks_so(url: str) -> None:
    assert not is_of_repository(url, REPOSITORY)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://gitlab.com/group/sub/repo/-/issues", True),
        ("https://gitlab.com/Group/Sub/Repo.git", True),
        ("https://group.gitlab.io/sub/repo/", True),
        ("https://gitlab.com/group/repo", False),
        ("https://gitlab.com/group/sub", False),
        ("https://gitlab.com/group/sub/repository", False),
        ("https://group.gitlab.io/repo", False),
        ("https://sub.gitlab.io/repo", False),
    ],
)
def test_a_nested_project_of_gitlab(url: str, expected: bool) -> None:
    assert is_of_repository(url, NESTED) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{SITE}/project/a-b/", True),
        (f"{SITE}/project/a-b", True),
        (f"{SITE}/project/A.B/1.0/files/", True),
        (f"{SITE}:443/project/a_b/#description", True),
        (f"{SITE}/project/a-b-c/", False),
        (f"{SITE}/project/", False),
        (f"{SITE}/Project/a-b/", False),
        (f"{SITE}/project/a-b/../evil/", False),
        (f"{SITE}/user/a-b/", False),
        ("http://packages.example.org/project/a-b/", False),
        ("https://packages.example.org.evil.example/project/a-b/", False),
        ("https://packages.example.org@evil.example/project/a-b/", False),
    ],
)
def test_the_projects_own_page(url: str, expected: bool) -> None:
    assert is_own_page(url, SITE, "a-b") is expected


def test_an_index_on_a_port_below_a_path() -> None:
    site = "http://localhost:8000/shop"
    assert is_own_page(f"{site}/project/a/", site, "a")
    assert not is_own_page("http://localhost:8000/project/a/", site, "a")
    assert not is_own_page("http://localhost/shop/project/a/", site, "a")


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", "a%2fb", "ä", "a" * 256, "a\n"])
def test_a_repository_of_an_odd_name_has_no_addresses(name: str) -> None:
    assert github_repository("owner", name).bases == ()
    assert github_repository(name, "repo").bases == ()


def test_what_is_no_label_of_a_host_has_no_pages() -> None:
    assert gitlab_repository("under_score", "repo").bases == ("https://gitlab.com/under_score/repo",)
    assert gitlab_repository("group", "repo", "git.example.org", "").bases == ("https://git.example.org/group/repo",)


@pytest.mark.parametrize("base", ["https://github.com", "https://github.com/", "", "github.com/owner", "https://a/.."])
def test_a_base_that_is_no_repository_verifies_nothing(base: str) -> None:
    assert not is_of_repository("https://github.com/owner/repo", PublisherRepository((base,)))


_PIECES = st.sampled_from(
    ["https://", "http://", "github.com", "owner", "repo", "evil", "/", "//", "..", ".", "%2e", "%2f", "\\", "@", ":",
     "443", ".git", "?", "#", "%5c", "%", "\n", "\u2024", ";", "-"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_whatever_is_verified_begins_with_the_repository(tail: str) -> None:
    """Browsers agree with us: what is verified has the one origin, and no way out of the path."""
    for url in (tail, f"https://github.com/owner/repo{tail}"):
        if is_of_repository(url, REPOSITORY):
            found = place(url)
            assert found is not None
            lowered = url.lower().replace(":443", "", 1)
            assert lowered.startswith(("https://github.com/owner/repo", "https://owner.github.io/repo"))
            rest = lowered.removeprefix("https://github.com/owner/repo").removeprefix(".git")
            assert rest == "" or rest[0] in "/?#"
            assert ".." not in found.segments


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for url in (text, f"https://github.com/owner/repo/{text}", f"https://{text}/owner/repo"):
        place(url)
        is_of_repository(url, REPOSITORY)
        is_own_page(url, SITE, "a")
