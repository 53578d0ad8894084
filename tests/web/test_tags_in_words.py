# SPDX-License-Identifier: Apache-2.0
"""Tags as people read them."""

import pytest

from cheeseshop.web.tags_in_words import tags_in_words


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ("cp312-cp312-macosx_11_0_arm64", "CPython 3.12, macOS 11+, arm64"),
        ("py3-none-any", "Any Python 3, any platform"),
        ("py2.py3-none-any", "Any Python 2 or 3, any platform"),
        ("py38-none-win32", "Python 3.8 and later, Windows, x86"),
        (
            "cp39-abi3-manylinux_2_28_x86_64.manylinux_2_28_aarch64",
            "CPython 3.9 and later, Linux with glibc 2.28+, x86-64, arm64",
        ),
        ("cp313-cp313t-musllinux_1_2_x86_64", "CPython 3.13 (free-threaded), Linux with musl 1.2+, x86-64"),
        ("cp39.cp310.cp311-cp39.cp310.cp311-win_amd64", "CPython 3.9, 3.10 or 3.11, Windows, x86-64"),
        (
            "cp312-cp312-macosx_10_9_x86_64.manylinux1_x86_64",
            "CPython 3.12, macOS 10.9+, x86-64; Linux with glibc 2.5+, x86-64",
        ),
        ("pp310-pypy310_pp73-ios_13_0_arm64_iphonesimulator", "PyPy 3.10, iOS simulator 13.0+, arm64"),
        ("odd-odd-sunos_5_11_sun4v", "odd, sunos_5_11_sun4v"),
        ("cp313-cp313-android_24_arm64_v8a", "CPython 3.13, Android with API level 24+, arm64"),
    ],
)
def test_tags_read_as_words(tags: str, words: str) -> None:
    assert tags_in_words(f"demo-1.0-{tags}.whl") == words


def test_a_build_number_is_no_tag() -> None:
    assert tags_in_words("demo-1.0-1-py3-none-any.whl") == "Any Python 3, any platform"


def test_what_is_no_wheel_is_source() -> None:
    assert tags_in_words("demo-1.0.tar.gz") == "Source"
