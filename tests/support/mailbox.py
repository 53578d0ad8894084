# SPDX-License-Identifier: Apache-2.0
"""The mails that an index wrote into its data folder."""

import email
import re
import time
from email import policy
from email.message import EmailMessage
from pathlib import Path


class Mailbox:
    """Reads ``var/mail``. Each look-up waits for the courier, which comes by every second."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "mail"

    def all(self) -> list[EmailMessage]:
        """Every mail so far, oldest first."""
        found: list[EmailMessage] = []
        for path in sorted(self._folder.glob("*.log"), key=lambda p: p.stat().st_mtime_ns):
            parts = re.split(rb"\n-{79}\n", path.read_bytes())
            found += [email.message_from_bytes(p.lstrip(), policy=policy.default) for p in parts if p.strip()]  # type: ignore[misc]
        return found

    def newest(self, to: str, subject: str, after: int = 0) -> EmailMessage:
        """The newest mail to an address whose subject holds these words, once there are more than ``after``."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            found = [m for m in self.all() if to in str(m["to"]) and subject in str(m["subject"])]
            if len(found) > after:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError([(str(m["to"]), str(m["subject"])) for m in self.all()])

    def link(self, to: str, subject: str, after: int = 0) -> str:
        """The first link in the newest such mail."""
        body = self.newest(to, subject, after).get_body(("plain",))
        assert body is not None
        found = re.search(r"https?://\S+", body.get_content())
        assert found is not None
        return found.group(0)
