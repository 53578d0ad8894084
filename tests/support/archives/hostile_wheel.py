# SPDX-License-Identifier: Apache-2.0
"""Wheels whose zip structure is sound and whose contents are not."""

import base64
import hashlib

from tests.support.archives.build import BuiltDistribution, record_text, zip_bytes
from tests.support.archives.hostile import cases
from tests.support.archives.hostile_zip import DIST_INFO, FILENAME, MODULE, wheel_contents
from tests.support.archives.raw_zip import RawZip, deflate, members_of, replaced

RECORD = f"{DIST_INFO}/RECORD"
MEBIBYTE = 1 << 20


def wheel_of(contents: dict[str, bytes], filename: str = FILENAME) -> BuiltDistribution:
    return BuiltDistribution(filename, zip_bytes(contents))


def with_file(name: str, content: bytes) -> BuiltDistribution:
    """Return a wheel whose RECORD is right, with another file in the describing directory."""
    return wheel_of(wheel_contents(**{name: content}))


def without(name: str) -> BuiltDistribution:
    contents = wheel_contents()
    del contents[f"{DIST_INFO}/{name}"]
    if name != "RECORD":
        contents[RECORD] = record_text({k: v for k, v in contents.items() if k != RECORD}, RECORD)
    return wheel_of(contents)


def with_record(record: bytes) -> BuiltDistribution:
    return wheel_of(wheel_contents() | {RECORD: record})


def edited_record(old: str, new: str) -> BuiltDistribution:
    record = wheel_contents()[RECORD].decode()
    assert old in record
    return with_record(record.replace(old, new).encode())


def unlisted_member() -> BuiltDistribution:
    return wheel_of({"evil.py": b"import os\n"} | wheel_contents())


def metadata(*lines: str) -> BuiltDistribution:
    return with_file("METADATA", "\n".join(lines).encode() + b"\n")


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def bomb() -> BuiltDistribution:
    return wheel_of({"zeros.bin": bytes(80 * MEBIBYTE)} | wheel_contents())


def bomb_of_many_members() -> BuiltDistribution:
    chunk = bytes(MEBIBYTE)
    return wheel_of({f"zeros/{number}.bin": chunk for number in range(70)} | wheel_contents())


def bomb_that_lies() -> BuiltDistribution:
    """Return a member that declares 10 bytes, as RECORD does, and unpacks to a mebibyte."""
    contents = {"zeros.bin": bytes(10)} | wheel_contents()
    contents[RECORD] = record_text({k: v for k, v in contents.items() if k != RECORD}, RECORD)
    members = members_of(contents)
    return BuiltDistribution(FILENAME, RawZip(replaced(members, 0, packed=deflate(bytes(MEBIBYTE)))).build())


def two_describing_directories() -> BuiltDistribution:
    other = "evil-1.0.dist-info"
    return wheel_of({f"{other}/METADATA": b"Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n"} | wheel_contents())


BASE = ("Metadata-Version: 2.4", "Name: demo", "Version: 1.0")

WHEEL_CASES = cases(
    ("bomb", "exceeds compression ratio", bomb),
    ("bomb_of_many_members", "exceeds compression ratio", bomb_of_many_members),
    ("bomb_that_lies", "mis-matched data size", bomb_that_lies),
    # The describing directory
    ("wheel_file_missing", "WHEEL not found", lambda: without("WHEEL")),
    ("metadata_missing", "METADATA not found", lambda: without("METADATA")),
    ("two_describing_directories", "more than one .dist-info", two_describing_directories),
    ("other_project_inside", "WHEEL not found", lambda: wheel_of(wheel_contents(), "other-1.0-py3-none-any.whl")),
    ("other_version_inside", "WHEEL not found", lambda: wheel_of(wheel_contents(), "demo-2.0-py3-none-any.whl")),
    # RECORD
    ("record_missing", "RECORD not found", lambda: without("RECORD")),
    ("record_not_utf8", "RECORD can't be read", lambda: with_record(b"caf\xe9,,\n")),
    ("record_not_csv", "RECORD can't be read", lambda: with_record(b'"demo.py"x,,\n')),
    ("record_unclosed_quote", "RECORD can't be read", lambda: with_record(b'"demo.py,,\n')),
    ("record_field_huge", "RECORD can't be read", lambda: with_record(b"a" * 200_000 + b",,\n")),
    ("record_of_millions", "many more lines", lambda: with_record(b"x,,\n" * 100_000)),
    ("record_empty", "RECORD does not list 'demo.py'", lambda: with_record(b"")),
    ("record_lacks_member", "RECORD does not list 'evil.py'", unlisted_member),
    (
        "record_lacks_itself",
        "RECORD does not list 'demo-1.0.dist-info/RECORD'",
        lambda: edited_record(f"{RECORD},,", ""),
    ),
    (
        "record_names_nothing",
        "'ghost.py', which is not in the wheel",
        lambda: edited_record("demo.py,", "ghost.py,,\ndemo.py,"),
    ),
    ("record_wrong_hash", "another sha256 hash of 'demo.py'", lambda: edited_record(digest(MODULE), digest(b"x"))),
    ("record_wrong_size", "another size of 'demo.py'", lambda: edited_record(f",{len(MODULE)}\n", ",11\n")),
    ("record_no_hash", "no hash of 'demo.py'", lambda: edited_record(f"sha256={digest(MODULE)}", "")),
    ("record_md5", "by 'md5'", lambda: edited_record(f"sha256={digest(MODULE)}", "md5=abc")),
    ("record_unknown_hash", "by 'crc32'", lambda: edited_record(f"sha256={digest(MODULE)}", "crc32=abc")),
    ("record_says_two_things", "twice, differently", lambda: edited_record("demo.py,", "demo.py,sha256=x,1\ndemo.py,")),
    # METADATA
    ("metadata_empty", "not a valid metadata version", lambda: with_file("METADATA", b"")),
    ("metadata_not_utf8", "not UTF-8", lambda: with_file("METADATA", b"Name: caf\xe9\n")),
    ("metadata_huge", "larger than", lambda: with_file("METADATA", b"Name: demo\n\n" + b"x" * (5 * MEBIBYTE))),
    ("metadata_line_without_colon", "no field: line 4", lambda: metadata(*BASE, "nonsense")),
    ("metadata_lone_return", "control character in line 4", lambda: metadata(*BASE, "Summary: a\rName: evil")),
    ("metadata_nul", "control character", lambda: metadata(*BASE, "Summary: a\0b")),
    ("metadata_two_names", "Name may be given only once", lambda: metadata(*BASE, "Name: evil")),
    ("metadata_other_name", "Start filename for 'evil'", lambda: metadata(BASE[0], "Name: evil", BASE[2])),
    ("metadata_other_version", "Version in filename should be '2.0'", lambda: metadata(*BASE[:2], "Version: 2.0")),
    ("metadata_local_version", "local versions", lambda: metadata(*BASE[:2], "Version: 1.0+evil")),
    ("metadata_from_the_future", "not a valid metadata version", lambda: metadata("Metadata-Version: 9.0", *BASE[1:])),
    (
        "metadata_direct_reference",
        "direct dependency",
        lambda: metadata(*BASE, "Requires-Dist: a @ https://evil.example/a.whl"),
    ),
    ("metadata_marker_nested_deep", "can't be parsed", lambda: metadata(*BASE, f"Requires-Dist: a; {'(' * 5000}")),
    ("metadata_number_huge", "can't be parsed", lambda: metadata(*BASE, f"Requires-Python: >={'9' * 5000}")),
    ("metadata_of_fields", "too many fields", lambda: metadata(*BASE, *["a: b"] * 20_000)),
    ("metadata_of_lines", "too many lines", lambda: metadata(*BASE, *[" x"] * 100_001)),
    ("metadata_too_many_requirements", "more than 5000 values", lambda: metadata(*BASE, *["Requires-Dist: a"] * 5001)),
    ("metadata_script_as_url", "not a valid url", lambda: metadata(*BASE, "Home-page: javascript:alert(1)")),
    # Licence files
    ("licence_missing", "License-File 'LICENSE' does not exist", lambda: metadata(*BASE, "License-File: LICENSE")),
    ("licence_outside", "parent directory", lambda: metadata(*BASE, "License-File: ../../etc/passwd")),
    ("licence_absolute", "must be relative", lambda: metadata(*BASE, "License-File: /etc/passwd")),
    # Entry points
    ("entry_points_not_utf8", "can't be read", lambda: with_file("entry_points.txt", b"[a]\nb = \xff\n")),
    ("entry_points_not_ini", "can't be read", lambda: with_file("entry_points.txt", b"nonsense\n")),
    ("entry_points_twice", "can't be read", lambda: with_file("entry_points.txt", b"[a]\nb = c\nb = d\n")),
    ("entry_points_huge", "larger than", lambda: with_file("entry_points.txt", b"#" * (2 * MEBIBYTE))),
    (
        "script_with_path",
        "entry point '../sh'",
        lambda: with_file("entry_points.txt", b"[console_scripts]\n../sh = a:b\n"),
    ),
    (
        "entry_points_of_spaces",
        "can't be read",
        lambda: with_file("entry_points.txt", b"[console_scripts]\na" + b" " * 1_000_000 + b"b\n"),
    ),
    ("entry_points_of_lines", "more than 10000 lines", lambda: with_file("entry_points.txt", b" a\n" * 10_001)),
    ("script_with_space", "entry point 'a b'", lambda: with_file("entry_points.txt", b"[gui_scripts]\na b = a:b\n")),
    # Platforms
    (
        "plain_linux",
        "unsupported platform tag 'linux_x86_64'",
        lambda: wheel_of(wheel_contents(), "demo-1.0-py3-none-linux_x86_64.whl"),
    ),
    (
        "one_bad_platform_of_two",
        "unsupported platform tag 'beos_x86'",
        lambda: wheel_of(wheel_contents(), "demo-1.0-py3-none-any.beos_x86.whl"),
    ),
    (
        "tags_multiply",
        "too many tags",
        lambda: wheel_of(
            wheel_contents(),
            f"demo-1.0-{'.'.join('abcdefghijkl')}-{'.'.join('abcdefghijkl')}-{'.'.join('abcdefghijkl')}.whl",
        ),
    ),
)
