# SPDX-License-Identifier: Apache-2.0
"""Attestations in words and links for a page.

Everything comes from certificates that strangers had issued: text is escaped by the templates, and an address becomes
a link only where it is on the provider's own host.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cheeseshop.attestations.examination import PUBLISH, SLSA
from cheeseshop.attestations.signers import OPENID
from cheeseshop.core.facts import OWN_GITHUB, OWN_GITLAB

_TITLES = {PUBLISH: gettext_lazy("Publish attestation"), SLSA: gettext_lazy("Build provenance (SLSA)")}
_PROVES = {
    PUBLISH: gettext_lazy("The publisher named here uploaded this very file."),
    SLSA: gettext_lazy("The build named here made this very file from the source named here."),
}
_PATH = re.compile(r"/[A-Za-z0-9._~/@:+-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HOSTS = {"GitHub": "github.com", "GitLab": "gitlab.com"}


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: what it is, its text, and an address that may be linked, or an empty one."""

    label: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One attestation: its kind in words, what it proves, its facts, and when it was logged."""

    title: str
    proves: str
    lines: tuple[Line, ...]
    logged_at: datetime


def panels(publisher: Mapping[str, str], statements: list[dict[str, Any]]) -> list[Panel]:
    """Return a panel for each attestation of a file."""
    return [_panel(publisher, each) for each in statements]


def _panel(publisher: Mapping[str, str], told: dict[str, Any]) -> Panel:
    kind = told["predicate_type"]
    lines = tuple(line for line in _lines(publisher, told) if line.text)
    return Panel(
        str(_TITLES.get(kind, kind)), str(_PROVES.get(kind, "")), lines, datetime.fromisoformat(told["logged_at"])
    )


def _lines(publisher: Mapping[str, str], told: Mapping[str, Any]) -> Iterator[Line]:
    host = _host(publisher)
    home = link(told["repository"], host)
    folder = f"{home}/-" if publisher["kind"] in {"GitLab", OWN_GITLAB} else home
    commit = f"{folder}/commit/{told['commit']}" if home and _COMMIT.fullmatch(told["commit"]) else ""
    yield Line(_("Publisher"), publisher["kind"])
    yield Line(_("Repository"), told["repository"], home)
    yield Line(_("Commit"), told["commit"], commit)
    yield Line(_("Reference"), told["ref"])
    yield Line(_("Workflow"), told["workflow"])
    yield Line(_("Environment"), publisher.get("environment", ""))
    yield Line(_("Service account"), publisher.get("email", ""))
    yield Line(_("Subject"), publisher.get("subject", ""))
    yield Line(_("Started by"), told["trigger"])
    yield Line(_("Run"), told["run"], link(told["run"], host))
    yield Line(_("Runner"), told["runner"])
    yield Line(_("Builder"), told["builder"])
    yield Line(_("Kind of build"), told["build_type"])
    yield Line(_("Identity vouched for by"), told["issuer"])
    index = told["log_index"]
    public = told["in_public_log"] and index.isascii() and index.isdigit()
    yield Line(_("Transparency log entry"), index, f"https://search.sigstore.dev/?logIndex={index}" if public else "")
    yield Line(_("Transparency log"), told["log_id"])


def _host(publisher: Mapping[str, str]) -> str:
    if publisher["kind"] in {OWN_GITLAB, OWN_GITHUB, OPENID}:
        return urlsplit(publisher["issuer"]).netloc.lower()
    return _HOSTS.get(publisher["kind"], "")


def link(address: str, host: str) -> str:
    """Return an address if it is a plain one on ``host``, over https; else an empty one."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    plain = parts.scheme == "https" and parts.netloc.lower() == host and _PATH.fullmatch(parts.path)
    return f"https://{host}{parts.path}" if host and plain and not parts.query and not parts.fragment else ""
