# SPDX-License-Identifier: Apache-2.0
import pytest
from packaging.version import Version

from cheeseshop.distributions import Allowances, DistributionRefused, check_content_type, validate_form
from tests.unit.distributions.forms import form_fields

LINK = "See https://packaging.python.org/specifications/core-metadata for more information."


def refusal(**changes: str | list[str]) -> DistributionRefused:
    with pytest.raises(DistributionRefused) as caught:
        validate_form(form_fields(**changes))
    return caught.value


def test_sound_form_is_typed():
    form = validate_form(
        form_fields(
            comment="hello",
            requires_dist=["a>=1", "b; python_version < '3.9'"],
            project_urls=["Home, https://a.example/x,y"],
            platform="Linux",
            provides_extra="My_Extra",
            nonsense="ignored",
        )
    )
    assert (form.name, form.version, form.filetype, form.pyversion, form.comment) == (
        "demo",
        "1.0",
        "bdist_wheel",
        "py3",
        "hello",
    )
    assert form.digests.sha256 == "b" * 64
    assert form.digests.md5 is None
    assert form.metadata.version == Version("1.0")
    assert form.metadata.requires_dist == ("a>=1", "b; python_version < '3.9'")
    assert form.metadata.project_urls == (("Home", "https://a.example/x,y"),)
    assert form.metadata.platforms == ("Linux",)
    assert form.metadata.provides_extra == ("my-extra",)
    assert {"requires_dist", "name"} <= form.present
    assert "requires_python" not in form.present


def test_sdist_has_source_as_its_python_version():
    assert validate_form(form_fields(filetype="sdist", pyversion=[])).pyversion == "source"
    assert validate_form(form_fields(filetype="sdist", pyversion="source")).pyversion == "source"


def test_values_that_stand_for_nothing_are_dropped():
    form = validate_form(form_fields(summary="UNKNOWN", author="", keywords=" UNKNOWN ", classifiers=[""]))
    metadata = form.metadata
    assert (metadata.summary, metadata.author, metadata.keywords, metadata.classifiers) == (None, None, None, ())
    assert form.present.isdisjoint({"summary", "author", "keywords", "classifiers"})


def test_nul_becomes_visible():
    assert validate_form(form_fields(author="a\0b")).metadata.author == r"a\x00b"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"protocol_version": "2"}, "protocol_version", "Unknown protocol version."),
        ({"name": []}, "name", "This field is required."),
        ({"name": "-x"}, "name", "'-x' is an invalid value for Name. Error: Start and end with"),
        ({"name": "a" * 70 + "!"}, "name", f"'{'a' * 30}...{'a' * 29}!' is an invalid value"),
        ({"name": ["a", "b"]}, "name", "only once"),
        ({"filetype": []}, "filetype", "Invalid value for filetype. Error: This field is required."),
        ({"filetype": "bdist_egg"}, "filetype", "Use a known file type."),
        ({"filetype": "bdist_wininst"}, "filetype", "Use a known file type."),
        ({"pyversion": []}, "pyversion", "Python version is required for binary distribution uploads."),
        ({"filetype": "sdist", "pyversion": "3.8"}, "pyversion", "Use 'source' as Python version for an sdist."),
        ({"sha256_digest": []}, "md5_digest", "Include at least one message digest."),
        ({"sha256_digest": "xyz"}, "sha256_digest", "Use a valid, hex-encoded, SHA256 message digest."),
        ({"blake2_256_digest": "g" * 64}, "blake2_256_digest", "Use a valid, hex-encoded, BLAKE2 message digest."),
    ],
)
def test_control_fields(changes: dict[str, str], field: str, message: str):
    error = refusal(**changes)
    assert message in error.message
    assert error.field == field


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"metadata_version": []}, "metadata_version", "not a valid metadata version"),
        ({"metadata_version": "2.0"}, "metadata_version", "'2.0' is not a valid metadata version"),
        ({"metadata_version": "2.6"}, "metadata_version", "'2.6' is not a valid metadata version"),
        ({"version": []}, "version", "required field"),
        ({"version": "1.x"}, "version", "'1.x' is invalid for 'version'"),
        ({"version": "1+local"}, "version", "The use of local versions in '1+local' is not allowed"),
        ({"version": "9" * 5000}, "version", "can't be parsed"),
        ({"summary": "a\nb"}, "summary", "must be a single line"),
        ({"summary": "a" * 513}, "summary", "512 characters or less"),
        ({"author_email": "Me <a..b@example.com>"}, "author_email", "not a valid email address"),
        ({"author_email": "(" * 9000}, "author_email", "not a valid email address"),
        ({"author_email": "not an address"}, "author_email", "not a valid email address"),
        ({"maintainer_email": "me@-x-.y"}, "maintainer_email", "not a valid email address"),
        ({"classifiers": ["Private :: Do Not Upload"]}, "classifiers", "is not a valid classifier"),
        ({"classifiers": ["Natural Language :: Ukranian"]}, "classifiers", "deprecated, use one of"),
        ({"home_page": "ftp://example.org"}, "home_page", "not a valid url"),
        ({"home_page": "javascript:alert(1)"}, "home_page", "not a valid url"),
        ({"download_url": "example.org"}, "download_url", "not a valid url"),
        ({"home_page": "https://a b/"}, "home_page", "not a valid url"),
        ({"project_urls": ["https://example.org"]}, "project_urls", "must have a URL"),
        ({"project_urls": [", https://example.org"]}, "project_urls", "must have a label"),
        ({"project_urls": ["a" * 33 + ", https://example.org"]}, "project_urls", "32 characters or less"),
        ({"project_urls": ["a, data:text/html,x"]}, "project_urls", "not a valid url"),
        ({"project_urls": ["a, https://x.example", "a, https://y.example"]}, "project_urls", "used for two"),
        ({"requires_dist": ["a b"]}, "requires_dist", "'a b' is invalid for 'requires-dist'"),
        ({"requires_dist": ["a @ https://x.example/a.whl"]}, "requires_dist", "Can't have direct dependency"),
        ({"requires_dist": ["a; " + "(" * 5000]}, "requires_dist", "can't be parsed"),
        ({"provides_dist": ["a @ https://x.example"]}, "provides_dist", "Can't have direct dependency"),
        ({"obsoletes_dist": ["!"]}, "obsoletes_dist", "is invalid for 'obsoletes-dist'"),
        ({"requires_python": "three"}, "requires_python", "'three' is invalid for 'requires-python'"),
        ({"metadata_version": "2.2", "dynamic": ["Name"]}, "dynamic", "not allowed as a dynamic field"),
        ({"metadata_version": "2.2", "dynamic": ["Colour"]}, "dynamic", "not a valid dynamic field"),
        ({"metadata_version": "2.4", "license_expression": "Beer"}, "license_expression", "is invalid"),
        (
            {"metadata_version": "2.4", "license_expression": "MIT", "license": "MIT"},
            "license",
            "License is deprecated",
        ),
        ({"metadata_version": "2.4", "license_file": ["../LICENSE"]}, "license_file", "parent directory"),
        ({"metadata_version": "2.4", "license_file": ["/LICENSE"]}, "license_file", "must be relative"),
        ({"metadata_version": "2.4", "license_file": ["a\\b"]}, "license_file", "delimiter"),
        ({"description_content_type": "text/html"}, "description_content_type", "must be one of"),
        ({"description_content_type": "text/markdown; charset=latin-1"}, "description_content_type", "UTF-8"),
        ({"description_content_type": "text/markdown; variant=Mine"}, "description_content_type", "variants"),
        ({"description_content_type": "text/plain; x*"}, "description_content_type", "not a valid content type"),
        ({"provides_extra": ["_"]}, "provides_extra", "is invalid for 'provides-extra'"),
        ({"metadata_version": "2.5", "import_name": ["a b"]}, "import_name", "not a valid identifier"),
        ({"metadata_version": "2.5", "import_name": ["class"]}, "import_name", "is a keyword"),
        ({"metadata_version": "1.1", "requires_dist": ["a"]}, "requires_dist", "introduced in metadata version 1.2"),
        ({"metadata_version": "2.3", "license_expression": "MIT"}, "license_expression", "introduced in"),
        ({"metadata_version": "2.4", "import_name": ["a"]}, "import_name", "introduced in metadata version 2.5"),
        ({"requires_dist": ["a"] * 5001}, "requires_dist", "more than 5000 values"),
        ({"home_page": "https://a.example/" + "a" * 10_000}, "home_page", "longer than"),
    ],
)
def test_metadata_fields(changes: dict[str, str], field: str, message: str):
    error = refusal(**changes)
    assert message in error.message
    assert error.message.endswith(LINK)
    assert error.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"metadata_version": "9", "version": "x", "summary": "a\nb"}, "metadata_version"),
        ({"version": "x", "summary": "a\nb", "author_email": "a@@b"}, "version"),
        ({"summary": "a\nb", "requires_python": "x", "classifiers": ["x"]}, "classifiers"),
        ({"summary": "a\nb", "requires_python": "x"}, "requires_python"),
        # The form's own fields come before any metadata.
        ({"metadata_version": "9", "filetype": "x"}, "filetype"),
        ({"filetype": "x", "name": "-"}, "name"),
        ({"filetype": "x", "sha256_digest": "x"}, "filetype"),
    ],
)
def test_one_error_by_priority(changes: dict[str, str], field: str):
    assert refusal(**changes).field == field


def test_long_values_are_elided_in_messages():
    error = refusal(requires_dist=["a" * 50 + " " + "b" * 50])
    assert f"'{'a' * 30}...{'b' * 30}' is invalid" in error.message


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"])
def test_every_metadata_version(version: str):
    assert validate_form(form_fields(metadata_version=version)).metadata.metadata_version == version


@pytest.mark.parametrize(
    "changes",
    [
        {"author_email": "A <a@example.com>, B <b@example.com>"},
        {"author_email": "root@localhost"},
        {"home_page": "https:path-without-authority"},
        {"requires_python": ">=3.8, !=3.9.*"},
        {"metadata_version": "2.4", "license_expression": "mit OR Apache-2.0"},
        {"metadata_version": "2.2", "dynamic": ["Requires", "Home-Page", "Download-Url"]},
        {"description_content_type": "text/markdown; charset=UTF-8; variant=CommonMark"},
        {"metadata_version": "2.5", "import_name": ["a.b", "_a ; private"], "import_namespace": "a"},
    ],
)
def test_sound_values(changes: dict[str, str]):
    validate_form(form_fields(**changes))


def test_local_versions_are_a_choice():
    form = validate_form(form_fields(version="1+cu128"), allowances=Allowances(local_versions=True))
    assert form.metadata.version == Version("1+cu128")


@pytest.mark.parametrize("content_type", [None, "", "image/png", "IMAGE/svg+xml", " image/gif"])
def test_content_type_of_no_distribution(content_type: str | None):
    with pytest.raises(DistributionRefused, match="Invalid distribution file"):
        check_content_type(content_type)


def test_content_type_of_a_distribution():
    check_content_type("application/octet-stream")
