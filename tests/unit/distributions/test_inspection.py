# SPDX-License-Identifier: Apache-2.0
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from packaging.version import Version

from cheeseshop.distributions import Allowances, DistributionRefused, Inspection, inspect_distribution, validate_form
from tests.support.archives import BuiltDistribution, build_sdist, build_wheel, record_text
from tests.support.archives.build import tar_gz_bytes, zip_bytes
from tests.support.archives.hostile_wheel import RECORD, edited_record, without
from tests.support.archives.hostile_zip import DIST_INFO, FILENAME, MODULE, wheel_contents
from tests.support.archives.raw_tar import END, gzipped, pax_header, tar_member
from tests.support.archives.raw_zip import RawMember, RawZip, deflate, extra_field, members_of, replaced, zip64
from tests.unit.distributions.forms import form_fields

MEBIBYTE = 1 << 20
LARGE = 0xFFFFFFFF
PKG_INFO = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"


def inspect(built: BuiltDistribution, *, legacy: bool = False, **form: str | list[str]) -> Inspection:
    """Inspect with a form where fields are given, else without one."""
    checked = validate_form(form_fields(**form)) if form else None
    return inspect_distribution(io.BytesIO(built.content), built.filename, checked, legacy=legacy)


def raw_wheel(archive: RawZip) -> BuiltDistribution:
    return BuiltDistribution(FILENAME, archive.build())


def first(**changes: object) -> BuiltDistribution:
    return raw_wheel(RawZip(replaced(members_of(wheel_contents()), 0, **changes)))


def test_wheel_gives_its_metadata_to_serve():
    built = build_wheel("My.Demo", "1.0", requires=["a>=1"], metadata_lines=["Requires-Python: >=3.8"])
    found = inspect(built)
    assert found.serve_metadata
    assert found.metadata_bytes.startswith(b"Metadata-Version: 2.1\nName: My.Demo\n")
    assert (found.metadata.name, found.metadata.version) == ("My.Demo", Version("1.0"))
    assert found.filename.project == "my-demo"
    assert found.faults == ()


def test_sdist_gives_metadata_that_is_not_served():
    found = inspect(build_sdist("My.Demo", "1.0", requires=["a>=1"]))
    assert not found.serve_metadata
    assert found.metadata.requires_dist == ("a>=1",)
    assert found.filename.filename == "my_demo-1.0.tar.gz"


SCRIPTS = b"[console_scripts]\ndemo = demo:main\ndemo-2.0_x = demo:main\n[demo.plugins]\nany thing: here = demo:x\n"
VALID_WHEELS = {
    "scripts": lambda: build_wheel("demo", "1.0", extra={f"{DIST_INFO}/entry_points.txt": SCRIPTS}),
    "data directory": lambda: build_wheel("demo", "1.0", extra={"demo-1.0.data/scripts/demo": b"#!python\n"}),
    "stored": lambda: build_wheel("demo", "1.0", compression=zipfile.ZIP_STORED),
    "directory entries": lambda: build_wheel("demo", "1.0", extra={"demo/data/": b"", "demo/data/x": b"1"}),
    "empty file": lambda: build_wheel("demo", "1.0", extra={"demo/py.typed": b""}),
    "unicode file": lambda: build_wheel("demo", "1.0", extra={"demo/żółć.txt": b"x", "demo/a,b.txt": b"y"}),
    "many files": lambda: build_wheel("demo", "1.0", extra={f"demo/{n}.py": b"x" * n for n in range(2000)}),
    "one large file": lambda: build_wheel("demo", "1.0", extra={"demo/x.bin": bytes(range(256)) * 20_000}),
    "wheel inside a wheel": lambda: build_wheel("demo", "1.0", extra={"x.whl": build_wheel("x", "1").content}),
    "licence of PEP 639": lambda: build_wheel(
        "demo",
        "1.0",
        metadata_lines=["Metadata-Version: 2.4", "License-Expression: MIT", "License-File: a/LICENSE"],
        extra={f"{DIST_INFO}/licenses/a/LICENSE": b"text"},
    ),
    "licence of old setuptools": lambda: build_wheel(
        "demo", "1.0", metadata_lines=["License-File: LICENSE"], extra={f"{DIST_INFO}/LICENSE": b"text"}
    ),
    "build number": lambda: build_wheel("demo", "1.0", tag="1abc-py3-none-any"),
    "several platforms": lambda: build_wheel(
        "demo", "1.0", tag="cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64"
    ),
    "signature of RECORD": lambda: BuiltDistribution(
        FILENAME, zip_bytes(wheel_contents() | {f"{RECORD}.jws": b"{}", f"{RECORD}.p7s": b"x"})
    ),
    "RECORD with separators of Windows": lambda: edited_record(f"{DIST_INFO}/", f"{DIST_INFO}\\"),
    "RECORD without sizes": lambda: edited_record(f",{len(MODULE)}\n", ",\n"),
    "RECORD with padded hashes": lambda: edited_record(f",{len(MODULE)}\n", f"=,{len(MODULE)}\n"),
    "RECORD with lines of Windows": lambda: BuiltDistribution(
        FILENAME, zip_bytes(wheel_contents() | {RECORD: wheel_contents()[RECORD].replace(b"\n", b"\r\n")})
    ),
    "RECORD that repeats a line": lambda: BuiltDistribution(
        FILENAME, zip_bytes(wheel_contents() | {RECORD: wheel_contents()[RECORD] * 2})
    ),
    "ZIP64 end records": lambda: raw_wheel(RawZip(members_of(wheel_contents()), end64={})),
    "ZIP64 end records needed": lambda: raw_wheel(
        RawZip(members_of(wheel_contents()), end64={}, end={"count": 0xFFFF, "size": LARGE, "offset": LARGE})
    ),
    "ZIP64 local header": lambda: first(
        local={"size": LARGE, "packed_size": LARGE, "extra": zip64(len(MODULE), len(deflate(MODULE)))}
    ),
    "ZIP64 in both headers": lambda: first(
        both={"size": LARGE, "packed_size": LARGE, "extra": zip64(len(MODULE), len(deflate(MODULE)))}
    ),
    "empty ZIP64 field": lambda: first(local={"extra": zip64()}),
    "extra field of a time stamp": lambda: first(both={"extra": extra_field(0x5455, b"\1\0\0\0\0")}),
    "same Unicode path": lambda: first(central={"extra": extra_field(0x7075, b"\1\0\0\0\0demo.py")}),
    "flags of the compressor": lambda: first(both={"flags": 6}),
    "UTF-8 flag on an ASCII name": lambda: first(both={"flags": 0x800}),
    "modes of another system": lambda: first(central={"attributes": 0x20}),
    "archive comment": lambda: raw_wheel(RawZip(members_of(wheel_contents()), end={"comment": b"made by hand"})),
    "directory entry first": lambda: raw_wheel(RawZip([RawMember(b"demo/", method=0), *members_of(wheel_contents())])),
}


@pytest.mark.parametrize("shape", VALID_WHEELS)
def test_sound_wheel(shape: str):
    assert inspect(VALID_WHEELS[shape]()).metadata.name == "demo"


SOUND = tar_member(b"demo-1.0/PKG-INFO", PKG_INFO)
VALID_SDISTS = {
    "nested PKG-INFO": lambda: build_sdist("demo", "1.0", extra={"demo.egg-info/PKG-INFO": b"other"}),
    "licence": lambda: build_sdist(
        "demo", "1.0", metadata_lines=["Metadata-Version: 2.4", "License-File: a/L"], extra={"a/L": b"text"}
    ),
    "large": lambda: build_sdist("demo", "1.0", extra={"x": bytes(range(256)) * 20_000}),
    "directories": lambda: sdist(tar_member(b"demo-1.0/", kind=b"5"), SOUND, tar_member(b"demo-1.0/a", kind=b"5")),
    "directory twice": lambda: sdist(*[tar_member(b"demo-1.0/", kind=b"5")] * 2, SOUND),
    "directory of old tars": lambda: sdist(tar_member(b"demo-1.0/", kind=b"\0", magic=b""), SOUND),
    "leading dots": lambda: sdist(
        tar_member(b"./", kind=b"5"),
        tar_member(b"./demo-1.0/", kind=b"5"),
        tar_member(b"./demo-1.0/PKG-INFO", PKG_INFO),
    ),
    "link inside": lambda: sdist(
        SOUND,
        tar_member(b"demo-1.0/a/b", kind=b"2", link=b"../PKG-INFO"),
        tar_member(b"demo-1.0/c", kind=b"1", link=b"demo-1.0/PKG-INFO"),
    ),
    "long name by pax": lambda: sdist(
        pax_header({"path": b"demo-1.0/" + b"a/" * 100 + b"x", "mtime": b"1.5"}), tar_member(b"demo-1.0/x"), SOUND
    ),
    "long name by GNU": lambda: sdist(
        tar_member(b"././@LongLink", b"demo-1.0/" + b"a/" * 100 + b"x\0", kind=b"L"),
        tar_member(b"demo-1.0/x", magic=b"ustar  \0"),
        SOUND,
    ),
    "long name by prefix": lambda: sdist(tar_member(b"x", prefix=b"demo-1.0/" + b"a" * 90), SOUND),
    "comment of git": lambda: sdist(pax_header({"comment": b"f" * 40}, b"g"), SOUND),
    "size in base 256": lambda: sdist(
        tar_member(b"demo-1.0/PKG-INFO", PKG_INFO, size_field=b"\x80" + len(PKG_INFO).to_bytes(11, "big"))
    ),
    "one zero block": lambda: BuiltDistribution("demo-1.0.tar.gz", gzipped(SOUND, bytes(512))),
    "padding of a tape": lambda: BuiltDistribution("demo-1.0.tar.gz", gzipped(SOUND, bytes(10240))),
    "padded stream": lambda: BuiltDistribution("demo-1.0.tar.gz", gzipped(SOUND, END) + bytes(512)),
}


def sdist(*members: bytes) -> BuiltDistribution:
    return BuiltDistribution("demo-1.0.tar.gz", gzipped(*members, END))


@pytest.mark.parametrize("shape", VALID_SDISTS)
def test_sound_sdist(shape: str):
    assert inspect(VALID_SDISTS[shape]()).metadata.name == "demo"


@pytest.mark.parametrize(
    ("built", "form", "field", "message"),
    [
        (build_wheel("demo", "1.0"), {"name": "other"}, None, "Start filename for 'other' with 'other'"),
        (build_wheel("demo", "1.0"), {"version": "1.1"}, None, "Version in filename should be '1.1' not '1.0'"),
        (build_sdist("demo", "1.0"), {"name": "other"}, None, "Start filename for 'other' with 'other'"),
        (
            build_wheel("demo", "1.0", metadata_lines=["Requires-Python: >=3.9"]),
            {"requires_python": ">=3.8"},
            "requires_python",
            "requires_python is '>=3.8' in the form and '>=3.9' in the file",
        ),
        (build_wheel("demo", "1.0"), {"requires_python": ">=3.8"}, "requires_python", "and nothing in the file"),
        (
            build_wheel("demo", "1.0", requires=["a", "b>=1"]),
            {"requires_dist": ["a", "b>=2"]},
            "requires_dist",
            "requires_dist is 'b>=2' in the form and 'b>=1' in the file",
        ),
        (
            build_sdist("demo", "1.0", requires=["a"]),
            {"requires_dist": ["a", "evil"]},
            "requires_dist",
            "'evil' in the form",
        ),
    ],
)
def test_form_that_contradicts_the_file(
    built: BuiltDistribution, form: dict[str, str], field: str | None, message: str
):
    with pytest.raises(DistributionRefused) as refusal:
        inspect(built, **(form | {"metadata_version": "2.1"}))
    assert message in refusal.value.message
    if field is not None:
        assert refusal.value.field == field


def test_metadata_of_another_project_in_a_file_of_the_right_name():
    contents = wheel_contents(METADATA=b"Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    with pytest.raises(DistributionRefused, match="name is 'demo' in the form and 'evil' in the file"):
        inspect(BuiltDistribution(FILENAME, zip_bytes(contents)), name="demo")
    contents = wheel_contents(METADATA=b"Metadata-Version: 2.1\nName: demo\nVersion: 2.0\n")
    with pytest.raises(DistributionRefused, match=r"version is '1.0' in the form and '2.0' in the file"):
        inspect(BuiltDistribution(FILENAME, zip_bytes(contents)), name="demo")


def test_spelling_contradicts_nothing_and_the_file_wins():
    built = build_wheel(
        "my-demo",
        "1.0",
        requires=["A_b >= 1.0, <2", "c[X_y]; python_version < '3.9'"],
        metadata_lines=["Requires-Python: >=3.8,<4", "Summary: of the file", "Keywords: a,b"],
    )
    found = inspect(
        built,
        name="My.Demo",
        version="1.0.0",
        requires_dist=['c[x-y] ; python_version<"3.9"', "a-b<2,>=1.0"],
        requires_python="<4, >=3.8",
        summary="of the form",
    )
    assert found.metadata.summary == "of the file"


def test_what_the_form_leaves_out_contradicts_nothing():
    built = build_wheel("demo", "1.0", requires=["a"], metadata_lines=["Requires-Python: >=3.8"])
    assert inspect(built, name="demo").metadata.requires_dist == ("a",)


OLD_FILES = {
    "sdist with old spelling": (
        BuiltDistribution("Demo-1.0.tar.gz", tar_gz_bytes({"Demo-1.0/PKG-INFO": PKG_INFO})),
        "PEP 625",
    ),
    "zip sdist": (BuiltDistribution("demo-1.0.zip", zip_bytes({"demo-1.0/PKG-INFO": PKG_INFO})), "PEP 625"),
    "post release": (
        BuiltDistribution(
            "demo-1.0-1.tar.gz", tar_gz_bytes({"demo-1.0-1/PKG-INFO": PKG_INFO.replace(b"1.0", b"1.0-1")})
        ),
        "PEP 625",
    ),
    "wheel with old spelling": (
        BuiltDistribution(
            "Demo-1.0-py3-none-any.whl",
            zip_bytes(
                {name.replace("demo-1.0.dist", "Demo-1.0.dist"): content for name, content in wheel_contents().items()}
            ),
        ),
        "should contain the normalized project name",
    ),
    "old metadata": (
        BuiltDistribution(
            "demo-1.0.tar.gz", tar_gz_bytes({"demo-1.0/PKG-INFO": PKG_INFO + b"Requires-Python: three\n"})
        ),
        "requires-python",
    ),
    "RECORD missing": (without("RECORD"), "RECORD not found"),
    "RECORD with another hash": (edited_record("sha256=", "sha256=x"), "another sha256 hash"),
    "RECORD with weak hashes": (edited_record("sha256=", "md5="), "by 'md5'"),
    "RECORD that lacks a member": (
        BuiltDistribution(FILENAME, zip_bytes({"extra.py": b""} | wheel_contents())),
        "does not list 'extra.py'",
    ),
}


@pytest.mark.parametrize("kind", OLD_FILES)
def test_old_file_is_taken_only_as_such_and_its_faults_are_told(kind: str):
    built, fault = OLD_FILES[kind]
    with pytest.raises(DistributionRefused, match=fault):
        inspect(built)
    assert any(fault in told for told in inspect(built, legacy=True).faults)


def test_platforms_and_local_versions_are_a_choice():
    contents = wheel_contents(METADATA=b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0+cu128\n")
    contents = {name.replace("demo-1.0", "demo-1.0+cu128"): content for name, content in contents.items()}
    record = f"demo-1.0+cu128.dist-info/{'RECORD'}"
    contents[record] = record_text({k: v for k, v in contents.items() if k != record}, record)
    content = io.BytesIO(zip_bytes(contents))
    filename = "demo-1.0+cu128-cp311-cp311-linux_x86_64.whl"
    with pytest.raises(DistributionRefused, match="local versions"):
        inspect_distribution(content, filename, None, allowances=Allowances(plain_linux_platforms=True))
    with pytest.raises(DistributionRefused, match="linux_x86_64"):
        inspect_distribution(content, filename, None, allowances=Allowances(local_versions=True))
    both = Allowances(local_versions=True, plain_linux_platforms=True)
    assert inspect_distribution(content, filename, None, allowances=both).metadata.version.local == "cu128"


def test_file_of_no_known_kind():
    with pytest.raises(DistributionRefused, match="Invalid file extension"):
        inspect_distribution(io.BytesIO(b""), "demo-1.0.egg", None)


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_file_of_100_mebibytes_needs_little_memory(kind: str, tmp_path: Path):
    payload = bytes(range(256)) * (100 * MEBIBYTE // 256)
    if kind == "wheel":
        built = build_wheel("demo", "1.0", extra={"demo/x.bin": payload}, compression=zipfile.ZIP_STORED)
    else:
        built = build_sdist("demo", "1.0", extra={"x.bin": payload[: 60 * MEBIBYTE]})
    path = tmp_path / built.filename
    path.write_bytes(built.content)
    filename = built.filename
    del built, payload
    with path.open("rb") as source:
        tracemalloc.start()
        try:
            inspect_distribution(source, filename, None)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 20 * MEBIBYTE
