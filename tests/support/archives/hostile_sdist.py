# SPDX-License-Identifier: Apache-2.0
"""Source distributions that are damaged, explode, or would write where they must not."""

import gzip

from tests.support.archives.build import BuiltDistribution, tar_gz_bytes, zip_bytes
from tests.support.archives.hostile import Builder, cases
from tests.support.archives.raw_tar import END, gzipped, pax_header, tar_member
from tests.support.archives.raw_zip import RawZip, members_of

FILENAME = "demo-1.0.tar.gz"
PKG_INFO = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
SOUND = tar_member(b"demo-1.0/PKG-INFO", PKG_INFO)
MEBIBYTE = 1 << 20


def sdist(*parts: bytes) -> BuiltDistribution:
    return BuiltDistribution(FILENAME, gzipped(*parts))


def plus(*parts: bytes) -> Builder:
    """Return a builder of a sound sdist with more members."""
    return lambda: sdist(SOUND, *parts, END)


def named(name: bytes, content: bytes = b"", **fields: object) -> Builder:
    return plus(tar_member(name, content, **fields))


def link(name: bytes, target: bytes, kind: bytes = b"2") -> bytes:
    return tar_member(b"demo-1.0/" + name, kind=kind, link=target)


def of(contents: dict[str, bytes], filename: str = FILENAME) -> BuiltDistribution:
    return BuiltDistribution(filename, tar_gz_bytes(contents))


def cut_compressed() -> BuiltDistribution:
    return BuiltDistribution(FILENAME, sdist(SOUND, END).content[:-12])


def bad_compressed_checksum() -> BuiltDistribution:
    content = bytearray(sdist(SOUND, END).content)
    content[-8] ^= 0xFF
    return BuiltDistribution(FILENAME, bytes(content))


def metadata(*lines: str) -> BuiltDistribution:
    return of({"demo-1.0/PKG-INFO": "\n".join(lines).encode() + b"\n"})


def many_pax_records() -> BuiltDistribution:
    header = pax_header({f"k{number}": b"" for number in range(5000)})
    return sdist(SOUND, *(header + tar_member(b"demo-1.0/%d" % number) for number in range(101)), END)


def zip_appended() -> BuiltDistribution:
    archive = RawZip(members_of({"demo-1.0/PKG-INFO": PKG_INFO})).build()
    return BuiltDistribution(FILENAME, sdist(SOUND, END).content + archive)


BASE = ("Metadata-Version: 2.4", "Name: demo", "Version: 1.0")

SDIST_CASES = cases(
    # Compression
    ("tar_empty_file", "not a tarfile", lambda: BuiltDistribution(FILENAME, b"")),
    ("tar_not_compressed", "not a tarfile", lambda: BuiltDistribution(FILENAME, SOUND + END)),
    ("tar_is_a_zip", "not a tarfile", lambda: BuiltDistribution(FILENAME, zip_bytes({"demo-1.0/PKG-INFO": PKG_INFO}))),
    ("tar_and_zip", "both a zip and a tar", zip_appended),
    ("gzip_cut", "cut short", cut_compressed),
    ("gzip_bad_checksum", "damaged", bad_compressed_checksum),
    ("gzip_only_header", "cut short", lambda: BuiltDistribution(FILENAME, gzip.compress(b"", mtime=0)[:10])),
    (
        "gzip_second_member",
        "after its compressed stream",
        lambda: BuiltDistribution(FILENAME, gzipped(SOUND, END) + gzipped(SOUND)),
    ),
    (
        "gzip_trailing_data",
        "after its compressed stream",
        lambda: BuiltDistribution(FILENAME, gzipped(SOUND, END) + b"hidden"),
    ),
    ("gzip_in_gzip", "cut short", lambda: BuiltDistribution(FILENAME, gzip.compress(gzipped(SOUND, END)))),
    ("tar_bomb", "exceeds compression ratio", named(b"demo-1.0/zeros", bytes(70 * MEBIBYTE))),
    ("tar_bomb_after_the_end", "exceeds compression ratio", lambda: sdist(SOUND, END, bytes(70 * MEBIBYTE))),
    # Structure
    ("tar_ends_without_mark", "cut short", lambda: sdist(SOUND)),
    ("tar_ends_in_member", "ends within a member", lambda: sdist(SOUND, tar_member(b"demo-1.0/x", b"abc", size=5000))),
    ("tar_ends_in_header", "cut short", lambda: sdist(SOUND, SOUND[:100])),
    ("tar_size_huge", "ends within a member", lambda: sdist(SOUND, tar_member(b"demo-1.0/x", size=0o77777777777))),
    ("tar_size_base256_huge", "ends within a member", named(b"demo-1.0/x", size_field=b"\x80" + b"\xff" * 11)),
    ("tar_size_negative", "bad number", named(b"demo-1.0/x", size_field=b"\xff" * 12)),
    ("tar_size_not_octal", "bad number", named(b"demo-1.0/x", size_field=b"99999999999\0")),
    ("tar_bad_checksum", "bad checksum", named(b"demo-1.0/x", checksum=1)),
    (
        "tar_hidden_after_end",
        "data after the end",
        lambda: sdist(SOUND, END, tar_member(b"demo-1.0/evil.py", b"x"), END),
    ),
    ("tar_garbage", "bad", lambda: BuiltDistribution(FILENAME, gzip.compress(b"\x55" * 4096, mtime=0))),
    # Kinds
    ("tar_device", "character device", named(b"demo-1.0/x", kind=b"3")),
    ("tar_block_device", "block device", named(b"demo-1.0/x", kind=b"4")),
    ("tar_pipe", "named pipe", named(b"demo-1.0/x", kind=b"6")),
    ("tar_unknown_kind", "unknown type", named(b"demo-1.0/x", kind=b"Z")),
    ("tar_gnu_sparse", "sparse", named(b"demo-1.0/x", kind=b"S")),
    ("tar_pax_sparse", "sparse", plus(pax_header({"GNU.sparse.major": b"1"}), tar_member(b"demo-1.0/x"))),
    ("tar_directory_with_data", "has data", named(b"demo-1.0/x/", b"abc", kind=b"5")),
    ("tar_link_with_data", "has data", named(b"demo-1.0/x", b"abc", kind=b"2", link=b"PKG-INFO")),
    # Names
    ("tar_absolute", "is absolute", named(b"/etc/passwd")),
    ("tar_parents", "leaves its directory", named(b"demo-1.0/../../x")),
    ("tar_backslash", "has a backslash", named(rb"demo-1.0\..\x")),
    ("tar_control_character", "Invalid character", named(b"demo-1.0/\x1b[2J")),
    ("tar_name_not_utf8", "not in Unicode", named(b"demo-1.0/caf\xe9")),
    ("tar_name_by_prefix", "is absolute", named(b"passwd", prefix=b"/etc")),
    (
        "tar_name_by_pax",
        "leaves its directory",
        plus(pax_header({"path": b"demo-1.0/../../x"}), tar_member(b"demo-1.0/x")),
    ),
    ("tar_name_by_gnu", "is absolute", plus(tar_member(b"L", b"/etc/passwd\0", kind=b"L"), tar_member(b"demo-1.0/x"))),
    (
        "tar_name_nul_by_pax",
        "Invalid character",
        plus(pax_header({"path": b"demo-1.0/x\0y"}), tar_member(b"demo-1.0/x")),
    ),
    ("tar_name_huge", "more than 4096", plus(pax_header({"path": b"a/" * 3000}), tar_member(b"demo-1.0/x"))),
    ("tar_duplicate", "Duplicate filename", plus(SOUND)),
    ("tar_duplicate_by_dot", "Duplicate filename", named(b"./demo-1.0/PKG-INFO", b"Name: evil\n")),
    ("tar_file_and_directory", "both a file and a directory", named(b"demo-1.0/PKG-INFO/x", b"x")),
    (
        "tar_symlink_and_file",
        "Duplicate filename",
        plus(link(b"x", b"PKG-INFO"), tar_member(b"demo-1.0/x", b"x")),
    ),
    (
        "tar_empty_directory_below_file",
        "both a file and a directory",
        plus(tar_member(b"demo-1.0/PKG-INFO/x/", kind=b"5")),
    ),
    ("tar_prefix_in_gnu_header", "readers name differently", named(b"x", prefix=b"demo-1.0", magic=b"ustar  \0")),
    ("tar_prefix_in_old_header", "readers name differently", named(b"demo-1.0/x", prefix=b"../..", magic=bytes(8))),
    # Extended headers
    (
        "tar_named_by_pax_and_gnu",
        "several extended headers",
        plus(
            pax_header({"path": b"demo-1.0/setup.py"}),
            tar_member(b"L", b"demo-1.0/harmless.txt\0", kind=b"L"),
            tar_member(b"demo-1.0/x"),
        ),
    ),
    (
        "tar_named_by_gnu_and_pax",
        "several extended headers",
        plus(
            tar_member(b"L", b"demo-1.0/harmless.txt\0", kind=b"L"),
            pax_header({"path": b"demo-1.0/setup.py"}),
            tar_member(b"demo-1.0/x"),
        ),
    ),
    (
        "tar_named_twice_by_gnu",
        "several extended headers",
        plus(*[tar_member(b"L", b"demo-1.0/a\0", kind=b"L")] * 2, tar_member(b"demo-1.0/x")),
    ),
    (
        "tar_pax_huge",
        "extended header is larger",
        plus(pax_header({"comment": b"x" * MEBIBYTE}), tar_member(b"demo-1.0/x")),
    ),
    (
        "tar_pax_no_length",
        "bad extended header",
        plus(tar_member(b"p", b"path=x\n", kind=b"x"), tar_member(b"demo-1.0/x")),
    ),
    ("tar_pax_length_zero", "bad extended header", plus(tar_member(b"p", b"0 path=x\n", kind=b"x"))),
    ("tar_pax_length_lies", "bad extended header", plus(tar_member(b"p", b"99 path=x\n", kind=b"x"))),
    ("tar_pax_no_value", "bad extended header", plus(tar_member(b"p", b"7 path\n", kind=b"x"))),
    ("tar_pax_size_negative", "bad number", plus(pax_header({"size": b"-1"}), tar_member(b"demo-1.0/x"))),
    ("tar_pax_size_huge", "ends within a member", plus(pax_header({"size": b"9" * 18}), tar_member(b"demo-1.0/x"))),
    ("tar_pax_of_records", "too many extended headers", many_pax_records),
    ("tar_global_path", "global header", plus(pax_header({"path": b"demo-1.0/x"}, b"g"), tar_member(b"demo-1.0/y"))),
    # Links
    ("symlink_absolute", "leaves its directory", plus(link(b"x", b"/etc/passwd"))),
    ("symlink_parents", "leaves its directory", plus(link(b"x", b"../../etc/passwd"))),
    ("symlink_to_the_parent", "leaves its directory", plus(link(b"x", b".."))),
    ("symlink_up_after_down", "leaves its directory", plus(link(b"x", b"."), link(b"y", b"x/../../z"))),
    ("symlink_by_pax", "leaves its directory", plus(pax_header({"linkpath": b"/etc"}), link(b"x", b"PKG-INFO"))),
    (
        "write_through_symlink",
        "both a symbolic link and a directory",
        plus(link(b"x", b"docs"), tar_member(b"demo-1.0/x/y", b"x")),
    ),
    ("hardlink_outside", "hard link", plus(link(b"x", b"/etc/passwd", b"1"))),
    ("hardlink_to_symlink", "hard link", plus(link(b"x", b"PKG-INFO"), link(b"y", b"demo-1.0/x", b"1"))),
    (
        "pkg_info_is_symlink",
        "PKG-INFO not found",
        lambda: sdist(tar_member(b"demo-1.0/a", PKG_INFO), link(b"PKG-INFO", b"a"), END),
    ),
    # Contents
    ("tar_no_members", "one top-level directory", lambda: sdist(END)),
    ("two_top_directories", "one top-level directory", named(b"evil/x", b"x")),
    ("file_at_the_top", "one top-level directory", named(b"setup.py", b"x")),
    ("only_a_file", "one top-level directory", lambda: of({"PKG-INFO": PKG_INFO})),
    ("pkg_info_missing", "PKG-INFO not found", lambda: of({"demo-1.0/setup.py": b""})),
    ("pkg_info_too_deep", "PKG-INFO not found", lambda: of({"demo-1.0/a/PKG-INFO": PKG_INFO})),
    ("pkg_info_huge", "larger than", lambda: of({"demo-1.0/PKG-INFO": PKG_INFO + b"\n" + b"x" * (5 * MEBIBYTE)})),
    ("pkg_info_not_utf8", "not UTF-8", lambda: of({"demo-1.0/PKG-INFO": b"Name: caf\xe9\n"})),
    ("pkg_info_other_name", "Start filename for 'evil'", lambda: metadata(BASE[0], "Name: evil", BASE[2])),
    ("pkg_info_other_version", "should be 'demo-2.0.tar.gz'", lambda: metadata(*BASE[:2], "Version: 2.0")),
    (
        "sdist_licence_missing",
        "License-File 'LICENSE' does not exist",
        lambda: metadata(*BASE, "License-File: LICENSE"),
    ),
    ("name_not_normalised_in_filename", "see PEP 625", lambda: of({"Demo-1.0/PKG-INFO": PKG_INFO}, "Demo-1.0.tar.gz")),
    ("zip_sdist", "see PEP 625", lambda: BuiltDistribution("demo-1.0.zip", zip_bytes({"demo-1.0/PKG-INFO": PKG_INFO}))),
    (
        "zip_sdist_two_tops",
        "one top-level directory",
        lambda: BuiltDistribution("demo-1.0.zip", zip_bytes({"a/PKG-INFO": PKG_INFO, "b/x": b""})),
    ),
    ("zip_sdist_no_pkg_info", "PKG-INFO not found", lambda: BuiltDistribution("demo-1.0.zip", zip_bytes({"a/x": b""}))),
)
