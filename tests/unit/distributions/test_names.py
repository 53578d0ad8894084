# SPDX-License-Identifier: Apache-2.0
import pytest

from cheeseshop.distributions import DistributionRefused, check_project_name, is_stdlib_name, ultranormalize


@pytest.mark.parametrize("name", ["a", "A", "0", "Django", "zope.interface", "a-b_c.d", "a--b", "x" * 200])
def test_good_names(name: str):
    check_project_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-a",
        "a-",
        "_a",
        "a.",
        "a b",
        "a/b",
        "\xe9",
        "\uff41",
        "\u212a",
        "\u017f",
        "a\n",
        "a\0",
        "../a",
        "a+b",
        "a@b",
    ],
)
def test_bad_names(name: str):
    with pytest.raises(DistributionRefused, match="Start and end with a letter or numeral") as refusal:
        check_project_name(name)
    assert refusal.value.field == "name"


@pytest.mark.parametrize(
    ("one", "other"),
    [("flask", "f1ask"), ("fIask", "flask"), ("pyo", "py0"), ("foo-bar", "foobar"), ("F.o_o", "f00"), ("LIL", "iLi")],
)
def test_lookalikes_are_equal(one: str, other: str):
    assert ultranormalize(one) == ultranormalize(other)


def test_ultranormal_form_is_exact():
    assert ultranormalize("My.Cool_Lib-O") == "myc00111b0"
    assert ultranormalize("Oil") == "011"


@pytest.mark.parametrize(
    "name", ["os", "OS", "os.path", "os-path", "asyncio", "distutils", "urllib2", "xml_etree", "__main__"]
)
def test_names_of_the_standard_library(name: str):
    assert is_stdlib_name(name.strip("_"))


@pytest.mark.parametrize("name", ["requests", "os2", "path", "mylib"])
def test_names_outside_of_the_standard_library(name: str):
    assert not is_stdlib_name(name)
