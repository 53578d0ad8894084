# SPDX-License-Identifier: Apache-2.0
"""Bounds that keep the work on an untrusted file finite. Sizes are in bytes, lengths in characters."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

# An archive may unpack to more than this only while it stays within the ratio; above the hard limit never.
FREE_UNPACKED_SIZE: Final = 64 * MIB
MAX_COMPRESSION_RATIO: Final = 50
MAX_UNPACKED_SIZE: Final = 16 * GIB

# The largest wheels in public use hold about 50,000 files.
MAX_MEMBERS: Final = 100_000
MAX_MEMBER_NAME: Final = 4096
MAX_MEMBER_NAMES_TOTAL: Final = 16 * MIB

# Files that are held in memory while they are read. The longest descriptions in public use are about 2 MiB.
MAX_METADATA_SIZE: Final = 4 * MIB
MAX_METADATA_HEAD_LINES: Final = 100_000
MAX_METADATA_FIELDS: Final = 20_000
MAX_RECORD_SIZE: Final = 32 * MIB
MAX_ENTRY_POINTS_SIZE: Final = 1 * MIB
MAX_ENTRY_POINTS_LINES: Final = 10_000
MAX_TAR_EXTENDED_HEADER: Final = 64 * KIB
MAX_TAR_EXTENDED_RECORDS: Final = 500_000

# Archives up to this size are read once and kept in memory; longer ones are read in pieces.
SMALL_ARCHIVE: Final = 1 * MIB
PIECE: Final = 64 * KIB

# "<filename>.metadata" has to fit into the 255 bytes that common file systems allow.
MAX_FILENAME: Final = 255 - len(".metadata")
MAX_TAGS_IN_FILENAME: Final = 1000

# Of one line of metadata that has a grammar: a requirement, a URL, an address.
MAX_PARSED_VALUE: Final = 10_000
MAX_VALUES_OF_FIELD: Final = 5000
# Of all values of one field together; the longest list of requirements in public use is about 100 KiB.
MAX_REPEATED_TOTAL: Final = 512 * KIB
MAX_SUMMARY: Final = 512
MAX_PROJECT_URL_LABEL: Final = 32

MAX_DESCRIPTION: Final = 4 * MIB
