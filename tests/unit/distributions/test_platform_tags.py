# SPDX-License-Identifier: Apache-2.0
import pytest

from cheeseshop.distributions.platform_tags import is_allowed_platform

GLIBC = ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64", "ppc64"]


@pytest.mark.parametrize(
    "tag",
    [
        "any",
        *(f"win{name}" for name in ("32", "_amd64", "_arm64", "_ia64")),
        *(f"manylinux_2_17_{arch}" for arch in GLIBC),
        *(f"musllinux_1_2_{arch}" for arch in GLIBC if arch != "ppc64"),
        *(f"manylinux2014_{arch}" for arch in ("x86_64", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x")),
        "manylinux1_x86_64",
        "manylinux2010_i686",
        "linux_armv6l",
        "linux_armv7l",
        "macosx_10_9_x86_64",
        "macosx_10_12_universal2",
        *(f"macosx_{major}_0_arm64" for major in (11, 12, 13, 14, 15, 26)),
        "ios_13_0_arm64_iphoneos",
        "ios_13_0_x86_64_iphonesimulator",
        "android_24_arm64_v8a",
        "android_21_x86_64",
        "pyemscripten_2025_0_wasm32",
    ],
)
def test_allowed(tag: str):
    assert is_allowed_platform(tag)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "linux_x86_64",
        "manylinux1_aarch64",
        "manylinux2010_aarch64",
        "manylinux2014_riscv64",
        "manylinux_2_x86_64",
        "manylinux_2_17_mips",
        "musllinux_1_1_ppc64",
        "macosx_11_1_arm64",
        "macosx_16_0_arm64",
        "macosx_10_9",
        "win_mips",
        "win32\n",
        "ios_13_arm64_iphoneos",
        "android_24_mips",
        "emscripten_3_1_32_wasm32",
        "freebsd_14_amd64",
        "any_x86_64",
        "manylinux_٢_17_x86_64",
    ],
)
def test_refused(tag: str):
    assert not is_allowed_platform(tag)


def test_plain_linux_is_a_choice():
    assert is_allowed_platform("linux_x86_64", plain_linux=True)
    assert not is_allowed_platform("freebsd_14_amd64", plain_linux=True)
