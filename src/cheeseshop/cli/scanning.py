# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop scan``, and what ``doctor`` says of the lists that files are scanned by."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from cheeseshop.config.boot import setup
from cheeseshop.core import current
from cheeseshop.core.errors import Missing


def scan(options: argparse.Namespace) -> int:
    """Scan files again, or those that wait. Returns 1 where one could not be looked into wholly."""
    setup()
    from cheeseshop.scanning import flows  # noqa: PLC0415 - Django must be set up first
    from cheeseshop.scanning.scanner import Scanner  # noqa: PLC0415 - as above
    from cheeseshop.storage import open_store  # noqa: PLC0415 - as above

    scanner, left, count = Scanner(current.settings().scan_memory_mb), 0, 0
    try:
        for scanned in flows.scan_files(open_store(), scanner, _chosen(options)):
            left += bool(scanned.reason)
            count += 1
            _tell(scanned, as_json=options.json)
    finally:
        scanner.close()
    if not options.json:
        print(f"{count} files were scanned{f', {left} of them not wholly' if left else ''}.")
    return 1 if left else 0


def _chosen(options: argparse.Namespace) -> Iterable[str]:
    from cheeseshop.scanning import flows, queries  # noqa: PLC0415 - Django is set up by now

    if options.all:
        return queries.all_files()
    if options.since is not None:
        return queries.files_since(options.since)
    if options.project is None:
        flows.read_journal()
        return queries.waiting_files()
    found = queries.files_of_project(options.project)
    if not found:
        raise Missing(f"There is no project {options.project} with files.")
    return found


def _tell(scanned: object, *, as_json: bool) -> None:
    from cheeseshop.scanning.findings import as_json as finding_as_json  # noqa: PLC0415 - as above
    from cheeseshop.scanning.flows import Scanned  # noqa: PLC0415 - as above

    assert isinstance(scanned, Scanned)  # noqa: S101 - for the type checker, which the late import keeps from knowing
    if as_json:
        findings = [finding_as_json(each) for each in scanned.findings]
        told = {"filename": scanned.filename, "findings": findings, "new": scanned.new, "reason": scanned.reason}
        print(json.dumps(told), flush=True)
        return
    for each in scanned.findings:
        print(f"{scanned.filename}: {each.rule}: {each.text} {', '.join(each.places[:3])}".rstrip())
    if scanned.reason:
        print(f"{scanned.filename}: {scanned.reason}", file=sys.stderr)


def lists() -> tuple[str, bool, str]:
    """Check the YARA rules and the list of bad digests: whether it is well with them, and what is wrong."""
    from cheeseshop.scanning.bad_hashes import read_bad_hashes  # noqa: PLC0415 - only here
    from cheeseshop.scanning.descriptions import read_domains  # noqa: PLC0415 - only here
    from cheeseshop.scanning.yara_rules import compile_folder  # noqa: PLC0415 - only here

    settings, wrong, told = current.settings(), [], []
    try:
        if settings.yara_rules:
            compiled = compile_folder(Path(settings.yara_rules))
            told.append(f"{compiled.files} files of YARA rules")
            wrong += [f"{each.file}: {each.reason}" for each in compiled.problems]
        if settings.bad_hashes:
            found = read_bad_hashes(Path(settings.bad_hashes))
            told.append(f"{len(found.digests)} bad digests")
            wrong += [f"{settings.bad_hashes}: line {number} is no SHA-256" for number in found.faults]
        if settings.spam_domains:
            told.append(f"{len(read_domains(Path(settings.spam_domains)))} domains")
    except OSError as error:
        wrong.append(str(error))
    if not settings.scan_uploads:
        told.append("new files are not scanned")
    return "scanning", not wrong, "; ".join([*told, *wrong]) or "by the rules that are built in"
