# SPDX-License-Identifier: Apache-2.0
"""Wheels whose zip structure is damaged or means different things to different readers."""

import struct
from collections.abc import Callable
from typing import Any

from tests.support.archives.build import BuiltDistribution, build_wheel, record_text
from tests.support.archives.hostile import cases
from tests.support.archives.raw_tar import tar_member
from tests.support.archives.raw_zip import RawMember, RawZip, deflate, extra_field, members_of, replaced, zip64

FILENAME = "demo-1.0-py3-none-any.whl"
DIST_INFO = "demo-1.0.dist-info"
LARGE = 0xFFFFFFFF
MODULE = b"value = 1\n"


def wheel_contents(**extra: bytes) -> dict[str, bytes]:
    """Return what a sound wheel holds, RECORD last; `extra` adds or replaces files of its describing directory."""
    contents = {
        "demo.py": MODULE,
        f"{DIST_INFO}/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
        f"{DIST_INFO}/WHEEL": b"Wheel-Version: 1.0\nTag: py3-none-any\n",
    }
    contents |= {f"{DIST_INFO}/{name}": content for name, content in extra.items()}
    contents[f"{DIST_INFO}/RECORD"] = record_text(contents, f"{DIST_INFO}/RECORD")
    return contents


def wheel(archive: RawZip) -> BuiltDistribution:
    return BuiltDistribution(FILENAME, archive.build())


def first_member(**changes: Any) -> BuiltDistribution:
    """Return a wheel in which only the first member is wrong."""
    return wheel(RawZip(replaced(members_of(wheel_contents()), 0, **changes)))


def with_member(member: RawMember) -> BuiltDistribution:
    return wheel(RawZip([*members_of(wheel_contents()), member]))


def ends(**changes: Any) -> BuiltDistribution:
    return wheel(RawZip(members_of(wheel_contents()), **changes))


def named(name: bytes, **changes: Any) -> Callable[[], BuiltDistribution]:
    return lambda: with_member(RawMember(name, b"x", **changes))


def cut(size: int) -> BuiltDistribution:
    return BuiltDistribution(FILENAME, RawZip(members_of(wheel_contents())).build()[:-size])


def overlapping() -> BuiltDistribution:
    """Return two members that share one local header and its data, as a compact bomb has it."""
    members = [*members_of(wheel_contents()), RawMember(b"copy.py", MODULE, central={"offset": 0})]
    return wheel(RawZip(members))


def long_names() -> BuiltDistribution:
    return wheel(RawZip([RawMember(b"a/" * 2000 + b"%d" % number, method=0) for number in range(4300)]))


def zip_and_tar() -> BuiltDistribution:
    """Return a zip whose first local header, with the bytes that follow, is also the header of a tar archive."""
    tar = bytearray(tar_member(b"PK\3\4" + bytes(26) + b"x", kind=b"0"))
    plain = RawZip(members_of(wheel_contents())).build()
    return BuiltDistribution(FILENAME, bytes(tar) + plain)


ZIP_CASES = cases(
    # Names
    ("name_absolute", "is absolute", named(b"/etc/passwd")),
    ("name_with_drive", "is absolute", named(b"C:/windows/x")),
    ("name_with_parents", "leaves its directory", named(b"demo/../../x")),
    ("name_only_parents", "leaves its directory", named(b"..")),
    ("name_with_backslash", "has a backslash", named(rb"demo\..\x")),
    ("name_with_nul", "invalid character", named(b"demo.py\0.txt")),
    ("name_with_escape_sequence", "invalid character", named(b"\x1b[2Jx")),
    ("name_with_newline", "invalid character", named(b"a\nb")),
    ("name_not_utf8", "not in Unicode", named(b"caf\xe9", both={"flags": 0x800})),
    ("name_in_old_code_page", "not marked as Unicode", named("café".encode(), both={"flags": 0})),
    ("name_empty", "empty name", named(b"")),
    ("name_not_normalised", "not normalised", named(b"demo//x")),
    ("name_with_dot", "not normalised", named(b"./x")),
    ("name_huge", "more than 4096 characters", named(b"a/" * 3000 + b"x")),
    ("name_part_huge", "part of more than 255 bytes", named(b"a" * 300)),
    ("names_in_all_huge", "names of the members are too long", long_names),
    ("name_of_another_member", "duplicate filename", named(b"demo.py")),
    ("name_is_file_and_directory", "both a file and a directory", named(b"demo.py/x")),
    ("name_is_file_and_far_directory", "both a file and a directory", named(b"demo.py/x/y/z")),
    (
        "name_is_file_and_empty_directory",
        "both a file and a directory",
        lambda: with_member(RawMember(b"demo.py/", b"", method=0)),
    ),
    # Kinds
    ("symlink", "symbolic link", named(b"x", central={"attributes": 0o120777 << 16})),
    ("character_device", "special file", named(b"x", central={"attributes": 0o020666 << 16})),
    ("named_pipe", "special file", named(b"x", central={"attributes": 0o010666 << 16})),
    ("directory_by_mode_only", "disagree", named(b"x", central={"attributes": 0o040755 << 16})),
    ("directory_with_data", "has data", named(b"x/", method=0)),
    ("encrypted", "is encrypted", named(b"x", both={"flags": 1})),
    ("strongly_encrypted", "do not know", named(b"x", both={"flags": 0x40})),
    ("bzip2", "neither stored nor deflated", named(b"x", both={"method": 12})),
    ("lzma", "neither stored nor deflated", named(b"x", both={"method": 14})),
    # Sizes, sums and data
    ("data_descriptor", "data descriptor", lambda: first_member(both={"flags": 8})),
    ("size_too_small", "mis-matched data size", lambda: first_member(both={"size": 3})),
    ("size_too_large", "mis-matched data size", lambda: first_member(both={"size": 3000})),
    ("local_size_differs", "mis-matched data size", lambda: first_member(local={"size": 3})),
    ("central_size_differs", "mis-matched data size", lambda: first_member(central={"size": 3})),
    ("central_packed_size_differs", "mis-matched data size", lambda: first_member(central={"packed_size": 3})),
    ("packed_size_past_the_end", "it ends within", lambda: first_member(both={"packed_size": 1 << 30})),
    ("stored_sizes_differ", "mis-matched data size", lambda: first_member(method=0, both={"size": 9})),
    ("bad_checksum", "bad checksum", lambda: first_member(both={"crc": 7})),
    ("local_checksum_differs", "differently", lambda: first_member(local={"crc": 7})),
    ("local_method_differs", "differently", lambda: first_member(method=0, central={"method": 8})),
    ("local_flags_differ", "differently", lambda: first_member(local={"flags": 2})),
    ("damaged_stream", "invalid compressed data", lambda: first_member(packed=b"\xff" * 12)),
    ("short_stream", "cut short", lambda: first_member(packed=deflate(MODULE)[:-3])),
    ("data_after_stream", "data after the end", lambda: first_member(packed=deflate(MODULE) + b"hidden")),
    # Offsets and listings
    ("offset_wrong", "mis-matched offset", lambda: first_member(central={"offset": 5})),
    ("overlapping_members", "mis-matched offset", overlapping),
    ("not_in_central_directory", "missing in the central directory", lambda: first_member(in_central=False)),
    ("not_in_local_headers", "missing in local headers", lambda: first_member(in_local=False)),
    ("other_name_in_local_header", "missing in local headers", lambda: first_member(local={"name": b"evil.py"})),
    ("listed_twice", "duplicate filename", lambda: with_member(RawMember(b"demo.py", in_local=False))),
    ("name_length_past_the_end", "record", lambda: first_member(local={"name_length": 65000})),
    ("extra_length_past_the_end", "record", lambda: first_member(local={"extra_length": 65000})),
    ("local_signature_wrong", "unknown record signature", lambda: first_member(local={"signature": b"PK\1\\9"})),
    ("central_comment", "comment in central directory", lambda: first_member(central={"comment": b"hi"})),
    ("member_on_another_disk", "several disks", lambda: first_member(central={"disk": 1})),
    # Extra fields
    ("extra_truncated", "malformed extra field", lambda: first_member(local={"extra": b"\1\0\x10"})),
    ("extra_length_lies", "malformed extra field", lambda: first_member(local={"extra": b"\1\0\x10\0abc"})),
    ("zip64_twice", "duplicate extra field", lambda: first_member(local={"extra": zip64() * 2})),
    ("zip64_odd_length", "invalid length", lambda: first_member(local={"extra": extra_field(1, b"x" * 9)})),
    ("zip64_not_needed", "invalid ZIP64", lambda: first_member(local={"extra": zip64(10, 12)})),
    (
        "zip64_empty_but_needed",
        "invalid ZIP64",
        lambda: first_member(local={"extra": zip64(), "size": LARGE, "packed_size": LARGE}),
    ),
    (
        "zip64_one_size_only",
        "one size only",
        lambda: first_member(local={"extra": zip64(len(MODULE)), "size": LARGE}),
    ),
    (
        "zip64_sizes_differ",
        "mis-matched data size",
        lambda: first_member(local={"extra": zip64(99, len(deflate(MODULE))), "size": LARGE, "packed_size": LARGE}),
    ),
    (
        "unicode_path_differs",
        "is another name",
        lambda: first_member(central={"extra": extra_field(0x7075, b"\1\0\0\0\0evil.py")}),
    ),
    (
        "unicode_path_not_utf8",
        "is another name",
        lambda: first_member(central={"extra": extra_field(0x7075, b"\1\0\0\0\0\xff\xfe")}),
    ),
    (
        "unicode_path_twice",
        "duplicate extra field",
        lambda: first_member(central={"extra": extra_field(0x7075, b"\1\0\0\0\0demo.py") * 2}),
    ),
    # Ends
    ("no_members", "WHEEL not found", lambda: wheel(RawZip([]))),
    ("end_missing", "not a zipfile", lambda: cut(22)),
    ("cut_in_the_middle", "not a zipfile", lambda: cut(300)),
    ("empty_file", "not a zipfile", lambda: BuiltDistribution(FILENAME, b"")),
    ("not_a_zip", "not a zipfile", lambda: BuiltDistribution(FILENAME, b"#!/bin/sh\nexit 0\n" * 50)),
    ("prefix", "unknown record signature", lambda: ends(prefix=b"#!/bin/sh\n")),
    ("gap_before_directory", "unknown record signature", lambda: ends(before_central=b"hidden")),
    ("gap_between_members", "unknown record signature", lambda: first_member(after_data=b"hidden")),
    ("gap_before_end", "unknown record signature", lambda: ends(before_end=b"hidden")),
    ("trailing_data", "trailing data", lambda: ends(trailer=b"hidden")),
    ("trailing_newline", "trailing data", lambda: ends(trailer=b"\n")),
    ("second_archive_appended", "trailing data", lambda: ends(trailer=build_wheel("evil", "1").content)),
    ("comment_with_end_record", "comment that may hold records", lambda: ends(end={"comment": b"PK\5\6" + bytes(18)})),
    ("comment_cut_short", "within its comment", lambda: ends(end={"comment_length": 9})),
    ("count_wrong", "mis-matched end of central directory", lambda: ends(end={"count": 3})),
    ("counts_differ", "several disks", lambda: ends(end={"here": 3})),
    ("disk_number", "several disks", lambda: ends(end={"disk": 1})),
    ("directory_size_wrong", "mis-matched end of central directory", lambda: ends(end={"size": 46})),
    ("directory_offset_wrong", "mis-matched end of central directory", lambda: ends(end={"offset": 0})),
    ("large_count_without_zip64", "mis-matched end", lambda: ends(end={"count": 0xFFFF})),
    ("end64_without_locator", "locator", lambda: ends(end64={}, locator=None)),
    ("end64_locator_wrong", "locator offset", lambda: ends(end64={}, locator={"offset": 0})),
    ("end64_extensible", "extensible data", lambda: ends(end64={"extensible": b"abcd"})),
    ("end64_count_wrong", "mis-matched ZIP64 end", lambda: ends(end64={"count": 99})),
    ("end64_offset_wrong", "mis-matched ZIP64 end", lambda: ends(end64={"offset": 0})),
    ("end64_counts_differ", "several disks", lambda: ends(end64={"here": 1})),
    ("end64_several_disks", "several disks", lambda: ends(end64={"disks": 2})),
    (
        "locator_without_end64",
        "unknown record signature",
        lambda: ends(before_end=struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1)),
    ),
    ("zip_and_tar", "both a zip and a tar", zip_and_tar),
)
