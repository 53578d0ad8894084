# SPDX-License-Identifier: Apache-2.0
"""Reading archives: each member, bounded; texts, folders, bills of materials, differences."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.inside import archives, comparing
from cheeseshop.inside.archives import Member, NotReadable, open_archive
from cheeseshop.inside.folders import children, crumbs
from cheeseshop.inside.sboms import Component, is_sbom, read_sbom
from cheeseshop.inside.texts import compared, highlighted, text_of


def a_zip(folder: Path, files: dict[str, bytes], name: str = "a.whl") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            archive.writestr(member, data)
    return path


def a_tar(folder: Path, files: dict[str, bytes], name: str = "a.tar.gz") -> Path:
    path = folder / name
    with tarfile.open(path, "w:gz") as archive:
        for member, data in files.items():
            entry = tarfile.TarInfo(member)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


FILES = {"demo/a.py": b"print(1)\n", "demo/sub/b.bin": b"\0\1", "c.txt": b"x" * 100_000}


@pytest.mark.parametrize("build", [a_zip, a_tar])
def test_each_member_is_read_by_itself(tmp_path: Path, build) -> None:
    path = build(tmp_path, FILES)
    for wanted, data in FILES.items():
        with open_archive(path, path.name) as archive:
            assert [(m.path, m.size) for m in archive.members()] == [(n, len(d)) for n, d in FILES.items()]
        with open_archive(path, path.name) as archive:
            content = archive.read(wanted, 1_000_000)
            assert content is not None
            assert (content.data, content.whole) == (data, True)
    with open_archive(path, path.name) as archive:
        content = archive.read("c.txt", 1000)
        assert content is not None
        assert (content.data, content.whole) == (b"x" * 1000, False)
    with open_archive(path, path.name) as archive:
        assert archive.read("none", 10) is None


@pytest.mark.parametrize("name", ["a.whl", "a.tar.gz"])
def test_what_is_no_archive_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nonsense" * 100)
    with pytest.raises(NotReadable), open_archive(tmp_path / name, name) as archive:
        archive.members()
    with pytest.raises(NotReadable), open_archive(tmp_path / f"none-{name}", name) as archive:
        archive.members()


def test_reading_ends_when_its_time_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "SECONDS", -1.0)
    path = a_tar(tmp_path, FILES)
    with pytest.raises(NotReadable, match="too large"), open_archive(path, path.name) as archive:
        archive.members()


def test_only_a_few_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr(archives, "_AT_ONCE", threading.BoundedSemaphore(1))
    path = a_zip(tmp_path, FILES)
    with open_archive(path, path.name), pytest.raises(archives.Busy), open_archive(path, path.name):
        pass
    with open_archive(path, path.name) as archive:
        assert archive.members()


def test_folders_hold_what_lies_in_them() -> None:
    members = [Member(path, 10) for path in ("a/b/c.py", "a/b/d.py", "a/e.py", "f.py")]
    folders, files = children(members, "")
    assert [(f.name, f.path, f.count, f.size) for f in folders] == [("a", "a/", 3, 30)]
    assert [name for name, _ in files] == ["f.py"]
    folders, files = children(members, "a/")
    assert [f.path for f in folders] == ["a/b/"]
    assert [name for name, _ in files] == ["e.py"]
    assert crumbs("a/b/c.py") == [("a", "a/"), ("b", "a/b/")]
    assert crumbs("a/b/") == [("a", "a/")]
    assert crumbs("") == []


@given(st.binary(max_size=50))
def test_bytes_are_text_or_not(data: bytes) -> None:
    found = text_of(data)
    assert found is None or data.startswith(found.encode())


def test_text_may_be_cut_within_a_character() -> None:
    assert text_of("a\u00e9".encode()[:2]) == "a"
    assert text_of(b"a\xff\xffbcdef") is None
    assert text_of(b"a\0") is None


def test_source_is_coloured_and_escaped_a_span_a_line() -> None:
    html = highlighted("def f():\n    return '<script>alert(1)</script>'\n", "a.py")
    assert 'class="k"' in html
    assert "<script" not in html
    assert html.count('<span id="L-') == 2
    plain = highlighted("<b>\n", "a.unknown")
    assert "&lt;b&gt;" in plain


@given(st.text(max_size=200), st.sampled_from(["a.py", "a.html", "a.toml", "a.c", "a.sh", "a"]))
def test_any_text_is_shown_without_markup_of_its_own(text: str, filename: str) -> None:
    import re

    html = highlighted(text, filename)
    assert not re.sub(r'<span (?:id="L-\d+"|class="[a-z0-9 ]+")>|</span>|<span></span>', "", html).count("<")


def test_differences_are_lines_of_a_kind() -> None:
    html = compared("a\nb\n<i>\n", "a\nc\n<i>\n")
    assert html is not None
    assert '<span class="del">-b\n</span>' in html
    assert '<span class="ins">+c\n</span>' in html
    assert "<i>" not in html
    assert compared("a", "a") == ""


def test_versions_in_top_directories_are_passed_over(tmp_path: Path) -> None:
    for path, expected in (
        ("demo-1.0/demo/a.py", "demo/demo/a.py"), ("demo-1.0.dist-info/METADATA", "demo.dist-info/METADATA"),
        ("demo-1.0.data/scripts/x", "demo.data/scripts/x"), ("demo/a-b.py", "demo/a-b.py"), ("a.py", "a.py"),
    ):  # fmt: skip
        assert comparing.common_path(path) == expected
    old = a_tar(tmp_path, {"demo-1.0/a.py": b"1\n", "demo-1.0/gone": b"", "demo-1.0/same": b"s"}, "o.tar.gz")
    new = a_tar(tmp_path, {"demo-2.0/a.py": b"2\n", "demo-2.0/new": b"\0", "demo-2.0/same": b"s"}, "n.tar.gz")
    with open_archive(old, old.name) as before, open_archive(new, new.name) as after:
        found, whole = comparing.changes(before, after)
    assert whole
    assert [(c.path, c.kind) for c in found] == [
        ("demo/a.py", "changed"),
        ("demo/gone", "removed"),
        ("demo/new", "added"),
    ]
    assert found[0].html is not None
    assert found[2].note == "It is no text."


def test_bills_of_materials_are_read() -> None:
    assert is_sbom("demo-1.0.dist-info/sboms/auditwheel.cdx.json")
    assert not is_sbom("demo/sboms/a.json")
    cyclone = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"name": "openssl", "version": "3.0", "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": "pkg:rpm/x"},
        3]}  # fmt: skip
    found = read_sbom(json.dumps(cyclone))
    assert found is not None
    assert (found.standard, found.count) == ("CycloneDX 1.6", 1)
    assert found.components == [Component("openssl", "3.0", "Apache-2.0", "pkg:rpm/x")]
    spdx = {"spdxVersion": "SPDX-2.3", "packages": [{"name": "zlib", "versionInfo": "1.3", "licenseConcluded": "Zlib",
            "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:deb/zlib"}]}]}  # fmt: skip
    found = read_sbom(json.dumps(spdx))
    assert found is not None
    assert found.components == [Component("zlib", "1.3", "Zlib", "pkg:deb/zlib")]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["bomFormat", "components", "licenses", "license", "packages", "externalRefs",
                                       "spdxVersion", "name", "referenceType", "specVersion"]), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(_JSON)
def test_any_json_is_a_bill_or_none(value: object) -> None:
    for each in (
        value,
        {"bomFormat": "CycloneDX", "components": value},
        {"spdxVersion": "SPDX-2.3", "packages": [value]},
    ):
        found = read_sbom(json.dumps(each))
        assert found is None or found.count >= len(found.components)
    assert read_sbom("[" * 100_000) is None
