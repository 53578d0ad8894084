# SPDX-License-Identifier: Apache-2.0
import io
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from cheeseshop.distributions import (
    CoreMetadata,
    DistributionRefused,
    check_project_name,
    check_upload_filename,
    inspect_distribution,
    parse_core_metadata,
    parse_filename,
    render_description,
    ultranormalize,
    validate_form,
)
from cheeseshop.distributions.compatibility import compatibility_of
from tests.support.archives import build_sdist, build_wheel
from tests.support.archives.hostile_zip import FILENAME, wheel_contents
from tests.support.archives.raw_tar import END, gzipped, tar_member
from tests.support.archives.raw_zip import RawZip, members_of

ALPHANUMERIC = string.ascii_letters + string.digits
names = st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?\Z")
versions = st.builds(
    lambda release, suffix: str(Version(".".join(map(str, release)) + suffix)),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
    st.sampled_from(["", "a1", "b2", "rc3", ".post4", ".dev5", "rc1.post2.dev3"]),
)
# Texts without the line breaks and edges that a header can't carry.
line_texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs"]), min_size=1, max_size=30).filter(
    lambda text: text != "UNKNOWN"
)

WHEEL = build_wheel("demo", "1.0", requires=["a>=1"], extra={"demo/x.txt": b"x" * 300})
ZIP64_WHEEL = RawZip(members_of(wheel_contents()), end64={}).build()
SDIST = build_sdist("demo", "1.0", requires=["a>=1"])
TAR = tar_member(b"demo-1.0/PKG-INFO", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n") + END


@given(names)
def test_names_made_by_the_rule_pass(name: str):
    check_project_name(name)


@given(st.text(max_size=20))
def test_a_name_passes_only_if_normalising_it_keeps_it_a_name(name: str):
    try:
        check_project_name(name)
    except DistributionRefused:
        return
    assert name.isascii()
    check_project_name(canonicalize_name(name))


@given(names)
def test_names_that_normalise_alike_look_alike(name: str):
    assert ultranormalize(name) == ultranormalize(canonicalize_name(name)) == ultranormalize(name.swapcase())
    assert ultranormalize(ultranormalize(name)) == ultranormalize(name)


@given(names, versions)
def test_wheel_names_are_read_as_they_were_made(name: str, version: str):
    parsed = parse_filename(f"{canonicalize_name(name).replace('-', '_')}-{version}-py3-none-any.whl")
    assert (parsed.project, parsed.version) == (canonicalize_name(name), Version(version))


@given(names, versions)
def test_sdist_names_are_read_as_they_were_made(name: str, version: str):
    parsed = parse_filename(f"{canonicalize_name(name).replace('-', '_')}-{version}.tar.gz")
    assert (parsed.project, parsed.version) == (canonicalize_name(name), Version(version))


@given(st.text(max_size=60), st.sampled_from(["", ".whl", ".tar.gz", ".zip", "-1.0-py3-none-any.whl"]))
def test_any_filename_is_read_or_refused(stem: str, suffix: str):
    for read in (parse_filename, lambda name: check_upload_filename(name, "bdist_wheel")):
        try:
            read(stem + suffix)
        except DistributionRefused:
            continue


@given(
    name=names,
    version=versions,
    summary=line_texts,
    keywords=line_texts,
    platforms=st.lists(line_texts, max_size=3),
    requires=st.lists(names, max_size=3),
    description=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_metadata_is_read_as_it_was_written(
    name: str,
    version: str,
    summary: str,
    keywords: str,
    platforms: list[str],
    requires: list[str],
    description: str,
):
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {summary}\nKeywords: {keywords}"]
    lines += [f"Platform: {platform}" for platform in platforms]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    metadata = parse_core_metadata(("\n".join(lines) + f"\n\n{description}").encode())
    assert (metadata.name, metadata.version) == (name, Version(version))
    assert (metadata.summary, metadata.keywords) == (summary, keywords)
    assert (metadata.platforms, metadata.requires_dist) == (tuple(platforms), tuple(requires))
    assert metadata.description == (description if description.strip() not in ("", "UNKNOWN") else None)
    assert CoreMetadata.from_json(metadata.to_json(), metadata.description) == metadata


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_metadata_or_refused(data: bytes, legacy: bool):
    with pytest.raises(DistributionRefused):
        parse_core_metadata(data, legacy=legacy)
    try:
        parse_core_metadata(b"Metadata-Version: 2.4\nName: a\nVersion: 1\n" + data, legacy=legacy)
    except DistributionRefused:
        return


FIELDS = [
    "metadata_version", "name", "version", "filetype", "pyversion", "md5_digest", "requires_dist", "requires_python",
    "classifiers", "project_urls", "home_page", "author_email", "description_content_type", "license_expression",
    "license_file", "dynamic", "provides_extra", "import_name", "summary", "provides_dist", "platform",
]  # fmt: skip
SOUND = {
    "metadata_version": ["2.5"],
    "name": ["demo"],
    "version": ["1"],
    "filetype": ["sdist"],
    "md5_digest": ["a" * 32],
}


@given(st.dictionaries(st.sampled_from(FIELDS), st.lists(st.text(max_size=40), max_size=3), max_size=4))
def test_any_form_is_valid_or_refused(fields: dict[str, list[str]]):
    try:
        form = validate_form(SOUND | fields)
    except DistributionRefused:
        return
    assert CoreMetadata.from_json(form.metadata.to_json(), form.metadata.description) == form.metadata


def mutations(content: bytes) -> st.SearchStrategy[bytes]:
    """Return strategies of copies with a few bytes changed, cut out, put in or repeated."""

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        result = content
        for position, removed, inserted in edits:
            result = result[:position] + inserted + result[position + removed :]
        return result

    positions = st.integers(0, len(content))
    records = st.sampled_from(
        [b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"\xff\xff\xff\xff", b"\0", b"/", b"..", content]
    )
    edit = st.tuples(positions, st.integers(0, 40), st.binary(max_size=6) | records)
    return st.lists(edit, min_size=1, max_size=3).map(apply)


def inspect_or_refuse(content: bytes, filename: str, *, legacy: bool) -> None:
    try:
        found = inspect_distribution(io.BytesIO(content), filename, None, legacy=legacy)
    except DistributionRefused:
        return
    assert canonicalize_name(found.metadata.name) == "demo"


@settings(max_examples=400)
@given(mutations(WHEEL.content) | mutations(ZIP64_WHEEL), st.booleans())
def test_damaged_wheel_is_refused_and_never_crashes(content: bytes, legacy: bool):
    inspect_or_refuse(content, FILENAME, legacy=legacy)


@settings(max_examples=200)
@given(mutations(SDIST.content), st.booleans())
def test_damaged_sdist_is_refused_and_never_crashes(content: bytes, legacy: bool):
    inspect_or_refuse(content, SDIST.filename, legacy=legacy)


@settings(max_examples=300)
@given(mutations(TAR), st.booleans())
def test_damaged_tar_in_a_sound_stream_is_refused_and_never_crashes(content: bytes, legacy: bool):
    inspect_or_refuse(gzipped(content), SDIST.filename, legacy=legacy)


@given(st.integers(0, len(WHEEL.content) - 1), st.integers(1, 255))
def test_a_changed_byte_of_a_wheel_changes_nothing_that_installers_read(position: int, change: int):
    """Whatever single byte changes, the wheel is refused or every member still has the same name and content."""
    content = bytearray(WHEEL.content)
    content[position] ^= change
    try:
        found = inspect_distribution(io.BytesIO(bytes(content)), WHEEL.filename, None)
    except DistributionRefused:
        return
    sound = inspect_distribution(io.BytesIO(WHEEL.content), WHEEL.filename, None)
    assert found == sound


@given(st.integers(0, len(WHEEL.content) - 1))
def test_a_cut_wheel_is_refused(size: int):
    with pytest.raises(DistributionRefused):
        inspect_distribution(io.BytesIO(WHEEL.content[:size]), WHEEL.filename, None)


@given(st.integers(0, len(SDIST.content) - 1))
def test_a_cut_sdist_is_refused(size: int):
    with pytest.raises(DistributionRefused):
        inspect_distribution(io.BytesIO(SDIST.content[:size]), SDIST.filename, None)


@given(st.text(max_size=200))
def test_any_text_renders_as_markdown_without_scripts(text: str):
    assume(text.strip())
    try:
        html = render_description(text, "text/markdown")
    except DistributionRefused:
        return
    assert "<script" not in html.lower()


tag_parts = st.one_of(
    st.sampled_from(
        ["py3", "py2", "cp312", "abi3", "none", "any", "cp313t", "manylinux_2_28_x86_64", "macosx_10_9_universal2",
         "musllinux_1_2_aarch64", "win32", "ios_13_0_arm64_iphoneos", "android_24_x86", "graalpy312", "pp310"]
    ),
    st.from_regex(r"(manylinux|musllinux|macosx|ios|android|win|cp|py)_?[0-9_]{0,300}[a-z0-9_]{0,9}", fullmatch=True),
    st.text(max_size=12),
)  # fmt: skip
tag_sets = st.lists(tag_parts, min_size=1, max_size=6).map(".".join)


@given(tag_sets, tag_sets, tag_sets)
def test_tags_are_told_whatever_they_are(pythons: str, abis: str, platforms: str):
    found = compatibility_of(f"demo-1.0-{pythons}-{abis}-{platforms}.whl")
    if "-" in f"{pythons}{abis}{platforms}":
        return
    assert found is not None
    assert found.interpreters
    assert found.platforms
    assert all(each.versions or each.name in pythons for each in found.interpreters)
