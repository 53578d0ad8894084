# SPDX-License-Identifier: Apache-2.0
"""What each mail looks like, with made-up things told: for developers and for the tests that render them all."""

from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent / "templates" / "notify" / "mails"

TOLD: dict[str, object] = {
    "username": "alice",
    "email": "alice@example.org",
    "old": "alice@example.com",
    "link": "https://packages.example.org/account/verify-email/example/",
    "recover": "https://packages.example.org/account/recover/example/",
    "method": "Security device “Blue key”",
    "left": 7,
    "token": "laptop",
    "scope": "the whole account",
    "where": "https://example.com/a-public-repository",
    "reporter": "GitHub",
    "expires": "2026-12-24",
    "question": "Publish the text 7f3a in the repository that your project names.",
    "effective": datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
    "reason": "An administrator found that it did not come from you.",
    "project": "Sample-Project",
    "collaborator": "bob",
    "role": "Maintainer",
    "by": "carol",
    "publisher": "GitHub Actions octo/sample release.yml",
    "environment": "release",
    "version": "1.0",
    "filename": "sample_project-1.0-py3-none-any.whl",
    "status": "archived",
    "organization": "Acme",
    "member": "bob",
    "team": "release-managers",
    "account": "Acme.deploy",
    "what": "suspended",
    "thing": "Sample-Project 1.0",
    "summary": "setup.py sends the environment to a stranger's host.",
    "to": "dave",
    "deadline": "2027-01-05",
    "ground": "Abandoned: I want to go on with its maintenance",
    "notice": 1,
    "notices": 3,
    "more": "https://packages.example.org/manage/claims/example/",
    "news": "An owner of Sample-Project answered.",
    "waiting": "A request of Sample-Project",
    "wanted": "200 MiB a file and 20 GiB in all",
    "decision": "granted",
    "note": "Please delete old nightly builds now and then.",
    "address": "192.0.2.7",
    "agent": "Firefox on Linux",
    "at": datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
}


def kinds() -> list[str]:
    """Return every kind of mail there is."""
    return sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem != "base")
