# SPDX-License-Identifier: Apache-2.0
"""The header format of METADATA and PKG-INFO files.

The core metadata specification describes a format "like e-mail headers". The standard library's e-mail parser is too
clever for untrusted files: it also acts on MIME headers (nested parts, transfer encodings) and silently takes the rest
of the head as body after a malformed line, so that two readers see different fields. This reader knows fields,
continuation lines and a body, and reports everything else.
"""

import re
from dataclasses import dataclass, field

from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.limits import MAX_METADATA_FIELDS, MAX_METADATA_HEAD_LINES

_FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*)", re.DOTALL)
_BLANK_LINE = re.compile(r"^\r?\n", re.MULTILINE)


@dataclass(slots=True)
class HeaderFile:
    """Fields in file order (names in lower case, continuation lines joined by newlines as written) and the body."""

    fields: list[tuple[str, str]]
    body: str
    faults: list[str] = field(default_factory=list)


def read_headers(data: bytes, filename: str, *, legacy: bool = False) -> HeaderFile:
    """Split a metadata file into fields and body.

    With `legacy`, what is malformed is passed over and reported in `faults`.

    :raises DistributionRefused: the file is not UTF-8, or its head has a line that is no field.
    """
    faults: list[str] = []
    text = _decode(data, filename, faults)
    blank = _BLANK_LINE.search(text)
    head, body = (text[: blank.start()], text[blank.end() :]) if blank else (text, "")
    fields = _read_fields(head, filename, faults)
    if faults and not legacy:
        raise DistributionRefused(f"Invalid distribution file. {faults[0]}")
    return HeaderFile(fields, body, faults)


def _decode(data: bytes, filename: str, faults: list[str]) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        faults.append(f"{filename} is not UTF-8.")
        return data.decode("latin-1")


def _read_fields(head: str, filename: str, faults: list[str]) -> list[tuple[str, str]]:
    fields: list[tuple[str, list[str]]] = []
    if head.count("\n") > MAX_METADATA_HEAD_LINES:
        raise DistributionRefused(f"Invalid distribution file. {filename} has too many lines before its description.")
    for number, raw_line in enumerate(head.split("\n"), start=1):
        line = raw_line.removesuffix("\r")
        if "\r" in line or "\0" in line:
            # Readers disagree on whether a lone carriage return ends a line.
            faults.append(f"{filename} has a control character in line {number}.")
        elif not line:
            continue
        elif line[0] in " \t":
            if fields:
                fields[-1][1].append(line)
            else:
                faults.append(f"{filename} begins with a continuation line.")
        elif match := _FIELD.match(line):
            if len(fields) >= MAX_METADATA_FIELDS:
                raise DistributionRefused(f"Invalid distribution file. {filename} has too many fields.")
            fields.append((match[1].lower(), [match[2].rstrip(" \t")]))
        else:
            faults.append(f"{filename} has a line that is no field: line {number}.")
    return [(name, "\n".join(lines)) for name, lines in fields]
