# SPDX-License-Identifier: Apache-2.0
import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from cheeseshop.distributions import DistributionRefused, check_upload_filename, parse_filename


@pytest.mark.parametrize(
    ("filename", "filetype", "reason"),
    [
        ("a\0-1.tar.gz", "sdist", "non-printable"),
        ("a\x7f-1.tar.gz", "sdist", "non-printable"),
        ("a\n-1.tar.gz", "sdist", "non-printable"),
        ("../a-1.tar.gz", "sdist", "'/'"),
        ("a\\b-1.tar.gz", "sdist", "'/'"),
        ("a-1.egg", "sdist", "extension"),
        ("a-1.tar.bz2", "sdist", "extension"),
        (".whl", "bdist_wheel", "extension"),
        ("", "sdist", "extension"),
        ("a-1-py3-none-any.whl", "sdist", "type sdist"),
        ("a-1.tar.gz", "bdist_wheel", "type bdist_wheel"),
        ("a-1.TAR.GZ", "sdist", "type sdist"),
        (f"{'a' * 300}-1.tar.gz", "sdist", "too long"),
        (f"{'é' * 125}-1.tar.gz", "sdist", "too long"),
    ],
)
def test_unsafe_or_misplaced_filename(filename: str, filetype: str, reason: str):
    with pytest.raises(DistributionRefused, match=reason):
        check_upload_filename(filename, filetype)


@pytest.mark.parametrize(
    ("filename", "filetype"),
    [("a-1.tar.gz", "sdist"), ("a-1.zip", "sdist"), ("a-1-py3-none-any.whl", "bdist_wheel")],
)
def test_safe_filename(filename: str, filetype: str):
    check_upload_filename(filename, filetype)


def test_wheel_name_is_read():
    parsed = parse_filename("my_pkg-1.0-2b-cp311.cp312-abi3-manylinux_2_17_x86_64.whl")
    assert (parsed.packagetype, parsed.project, parsed.version) == ("bdist_wheel", "my-pkg", Version("1.0"))
    assert parsed.build == (2, "b")
    assert parsed.python_tag == "cp311.cp312"
    assert {str(tag) for tag in parsed.tags} == {
        "cp311-abi3-manylinux_2_17_x86_64",
        "cp312-abi3-manylinux_2_17_x86_64",
    }


def test_sdist_name_is_read():
    parsed = parse_filename("my_pkg-1.0.tar.gz")
    assert (parsed.packagetype, parsed.project, parsed.python_tag) == ("sdist", "my-pkg", "source")
    assert parsed.tags == frozenset()


def test_hyphenated_post_release_needs_the_project():
    assert parse_filename("foo-1.0-1.tar.gz", canonicalize_name("foo")).version == Version("1.0.post1")
    assert parse_filename("foo-1.0-1.tar.gz").project == "foo-1-0"


@pytest.mark.parametrize(
    "filename",
    [
        "a.whl",
        "a-1.whl",
        "a-1-py3-none.whl",
        "a-x-py3-none-any.whl",
        "a-1-b2-py3-none-any.whl",
        "a__b-1-py3-none-any.whl",
        "a-1.tar.gz.exe",
        "a.tar.gz",
        "-1.tar.gz",
        "a-1.0dirty.tar.gz",
        f"a-{'9' * 5000}.tar.gz",
        f"a-1-{'9' * 5000}-py3-none-any.whl",
        "a-1-py3..py2-none-any.whl",
    ],
)
def test_unreadable_filename(filename: str):
    with pytest.raises(DistributionRefused, match=r"[Ii]nvalid"):
        parse_filename(filename)
