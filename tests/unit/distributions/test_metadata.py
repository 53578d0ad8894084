# SPDX-License-Identifier: Apache-2.0
import pytest
from packaging.version import Version

from cheeseshop.distributions import CoreMetadata, DistributionRefused, parse_core_metadata
from cheeseshop.distributions.metadata import read_core_metadata

HEAD = "Metadata-Version: 2.4\nName: My.Demo\nVersion: 1.0.post1\n"


def parse(text: str, *, legacy: bool = False) -> CoreMetadata:
    return parse_core_metadata(text.encode(), legacy=legacy)


def test_every_field_is_read():
    metadata = parse(
        "Metadata-Version: 2.5\nName: My.Demo\nVersion: 01.0-1\nDynamic: Platform\nPlatform: Linux\nPlatform: BeOS\n"
        "Supported-Platform: x86\nSummary: A summary\nDescription-Content-Type: text/plain\nKeywords: a,b\n"
        "Home-page: https://home.example\nDownload-URL: https://dl.example/x\n"
        "Author: Ann\nAuthor-email: ann@a.example\n"
        "Maintainer: Max\nMaintainer-email: max@a.example\n"
        "License-Expression: mit or apache-2.0\nLicense-File: LICENSE\n"
        "Classifier: Topic :: Utilities\nRequires-Dist: b>=1\nRequires-Dist: c ; extra == 'x'\nRequires-Python: >=3.8\n"
        "Requires-External: libpng\nProject-URL: Docs, https://docs.example/a,b\nProvides-Extra: X_y\n"
        "Provides-Dist: old\nObsoletes-Dist: older\nRequires: r\nProvides: p\nObsoletes: o\n"
        "Import-Name: demo\nImport-Namespace: ns\n\nThe description,\nin lines.\n"
    )
    assert metadata == CoreMetadata(
        metadata_version="2.5",
        name="My.Demo",
        version=Version("1.0.post1"),
        dynamic=("Platform",),
        platforms=("Linux", "BeOS"),
        supported_platforms=("x86",),
        summary="A summary",
        description="The description,\nin lines.\n",
        description_content_type="text/plain",
        keywords="a,b",
        home_page="https://home.example",
        download_url="https://dl.example/x",
        author="Ann",
        author_email="ann@a.example",
        maintainer="Max",
        maintainer_email="max@a.example",
        license_expression="MIT OR Apache-2.0",
        license_files=("LICENSE",),
        classifiers=("Topic :: Utilities",),
        requires_dist=("b>=1", "c ; extra == 'x'"),
        requires_python=">=3.8",
        requires_external=("libpng",),
        project_urls=(("Docs", "https://docs.example/a,b"),),
        provides_extra=("x-y",),
        provides_dist=("old",),
        obsoletes_dist=("older",),
        requires=("r",),
        provides=("p",),
        obsoletes=("o",),
        import_names=("demo",),
        import_namespaces=("ns",),
    )
    assert CoreMetadata.from_json(metadata.to_json(), metadata.description) == metadata
    assert "description" not in metadata.to_json()


def test_names_of_fields_ignore_case_and_unknown_ones_are_passed_over():
    metadata = parse("METADATA-VERSION: 2.1\nname: demo\nVersion: 1\nPrivate-Thing: x\nhome-Page: https://a.example\n")
    assert (metadata.name, metadata.home_page) == ("demo", "https://a.example")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_both_kinds_of_line_ends(newline: str):
    metadata = parse(f"{HEAD}Summary: s\n\nbody\n".replace("\n", newline))
    assert metadata.summary == "s"
    assert metadata.description == f"body{newline}"


def test_text_is_unicode():
    assert parse(f"{HEAD}Author: Żółć 雪\n\n雪\n").author == "Żółć 雪"


@pytest.mark.parametrize(
    "header",
    [
        "Description: One\n        two\n        \n          three",
        "Description: One\n       |two\n       |\n       |  three",
    ],
)
def test_description_in_the_head_loses_its_indentation(header: str):
    assert parse(f"{HEAD}{header}\n").description == "One\ntwo\n\n  three"


def test_long_licence_keeps_its_lines_and_other_fields_are_unfolded():
    metadata = parse(f"{HEAD}License: One\n        two\nKeywords: a,\n  b\n")
    assert metadata.license == "One\ntwo"
    assert metadata.keywords == "a, b"


def test_values_that_stand_for_nothing():
    metadata = parse(f"{HEAD}Summary: UNKNOWN\nAuthor:\nPlatform: UNKNOWN\nLicense: UNKNOWN\n\nUNKNOWN\n\n")
    assert (metadata.summary, metadata.author, metadata.platforms) == (None, None, ())
    assert (metadata.license, metadata.description) == (None, None)


def test_licence_files_of_older_metadata_are_not_those_of_pep_639():
    assert parse("Metadata-Version: 2.1\nName: a\nVersion: 1\nLicense-File: ../odd\n").license_files == ()


def test_empty_import_name_says_that_there_is_nothing_to_import():
    metadata = parse("Metadata-Version: 2.5\nName: a\nVersion: 1\nImport-Name:\n")
    assert metadata.import_names == ("",)


def test_mime_headers_mean_nothing():
    text = f"{HEAD}Content-Type: multipart/mixed; boundary=x\nContent-Transfer-Encoding: base64\n\n--x\n\nYQ==\n"
    assert parse(text).description == "--x\n\nYQ==\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a valid metadata version"),
        (" folded\n" + HEAD, "begins with a continuation line"),
        (HEAD + "no colon\n", "no field: line 4"),
        (HEAD + "Sum mary: x\n", "no field: line 4"),
        ("From a@b Sat Jan  1\n" + HEAD, "no field: line 1"),
        ("\ufeff" + HEAD, "no field: line 1"),
        (HEAD + "Name: other\n", "only once"),
        (HEAD + "Description: a\n\nb\n", "only once"),
        (HEAD + "Summary: a\rb\n", "control character"),
        (HEAD + "Summary: a\n b\n", "single line"),
        (HEAD + "Requires-Dist: a b\n", "requires-dist"),
        (HEAD + "License: MIT\nLicense-Expression: MIT\n", "License is deprecated"),
    ],
)
def test_malformed(text: str, reason: str):
    with pytest.raises(DistributionRefused, match=reason):
        parse(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Metadata-Version: 2.0\nName: a\nVersion: 1\n", "'2.0' is not a valid metadata version"),
        ("Name: a\nVersion: 1\n", "'' is not a valid metadata version"),
        (HEAD + "Requires-Python: >=three\n", "requires-python"),
        (HEAD + "Requires-Dist: a (>dev)\n", "requires-dist"),
        (HEAD + "Classifier: Old :: Thing\n", "not a valid classifier"),
        (HEAD + "Home-page: example.org\n", "not a valid url"),
        (HEAD + "License-Expression: Beer\n", "license-expression"),
        (HEAD + "nonsense\n", "no field"),
    ],
)
def test_old_files_keep_their_values_and_their_faults_are_told(text: str, fault: str):
    metadata, faults = read_core_metadata(text.encode(), "PKG-INFO", legacy=True)
    assert any(fault in told for told in faults)
    assert metadata.name in ("a", "My.Demo")


def test_old_values_are_kept():
    assert parse(HEAD + "Requires-Python: >=three\n", legacy=True).requires_python == ">=three"
    assert parse_core_metadata(HEAD.encode() + b"Author: caf\xe9\n", legacy=True).author == "café"


@pytest.mark.parametrize(
    "text",
    ["Metadata-Version: 1.0\nName: a\nVersion: x.y\n", "Metadata-Version: 1.0\nVersion: 1\n", "Name: -\nVersion: 1\n"],
)
def test_even_old_files_need_a_name_and_a_version(text: str):
    with pytest.raises(DistributionRefused):
        parse(text, legacy=True)
