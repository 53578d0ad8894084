# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop issuer`` and ``cheeseshop publisher``. Django is loaded by what is run, not by the parsers."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing, Refusal

if TYPE_CHECKING:
    from cheeseshop.accounts.models import User
    from cheeseshop.catalog.models import Project
    from cheeseshop.publishers.flows.register import Wanted

_ACTOR = "an administrator"


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands."""
    _issuer(commands.add_parser("issuer", help="manage the issuers that trusted publishing believes"))
    _publisher(commands.add_parser("publisher", help="manage the trusted publishers of projects"))


def _issuer(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="list issuers, built in and declared")
    listed.set_defaults(run=list_issuers)
    add = actions.add_parser("add", help="declare an issuer of OpenID Connect tokens")
    add.add_argument("key", help="what commands and the API call it")
    add.add_argument("url", help="the very text of the claim iss")
    add.add_argument("--name")
    kind = add.add_mutually_exclusive_group(required=True)
    kind.add_argument("--provider", choices=["gitlab", "github"], help="it has the claims of this service")
    kind.add_argument("--template", metavar="FILE", help="a JSON template of its claims; - for standard input")
    kind.add_argument("--preset", help="a template that comes with the program: forgejo, buildkite, circleci, jenkins")
    add.set_defaults(run=add_issuer)
    for name, text in (("enable", "take its tokens again"), ("disable", "refuse its tokens for now")):
        switch = actions.add_parser(name, help=text)
        switch.add_argument("key")
        switch.set_defaults(run=switch_issuer, enabled=name == "enable")
    remove = actions.add_parser("remove", help="trust an issuer no more")
    remove.add_argument("key")
    remove.set_defaults(run=remove_issuer)
    for each in (listed, add):
        each.add_argument("--json", action="store_true")


def _publisher(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="list the publishers of a project, and those pending")
    listed.add_argument("project", nargs="?")
    listed.set_defaults(run=list_publishers)
    add = actions.add_parser("add", help="let a build service publish a project")
    add.set_defaults(run=add_publisher)
    expect = actions.add_parser("expect", help="let a build service create a project with its first upload")
    expect.add_argument("--user", required=True, help="who owns the project then")
    expect.set_defaults(run=expect_publisher)
    for each in (add, expect):
        each.add_argument("project")
        each.add_argument("--issuer", required=True, help="its key; see `cheeseshop issuer list`")
        each.add_argument(
            "--field", action="append", default=[], metavar="NAME=VALUE", help="such as owner=octo (repeatable)"
        )
    remove = actions.add_parser("remove", help="take a publisher from a project")
    remove.add_argument("project")
    remove.add_argument("id")
    remove.set_defaults(run=remove_publisher)
    only = actions.add_parser("only", help="let only trusted publishers upload to a project")
    only.add_argument("project")
    only.add_argument("--no", action="store_true", help="let API tokens upload too")
    only.set_defaults(run=only_publishers)
    for each in (listed, add, expect):
        each.add_argument("--json", action="store_true")


def list_issuers(options: argparse.Namespace) -> int:
    """Print every issuer, and which fields its publishers have."""
    setup()
    from cheeseshop.publishers.issuers import all_issuers, why_off  # noqa: PLC0415 - needs Django
    from cheeseshop.publishers.providers import provider_of  # noqa: PLC0415 - as above

    rows = []
    for each in all_issuers():
        fields, on = [spec.name for spec in provider_of(each).specs], not why_off(each)
        rows.append({"key": each.key, "name": each.name, "url": each.url, "fields": fields, "enabled": on})
        if not options.json:
            print(f"{each.key}{'' if on else ' (off)'}: {each.name}, {each.url}\n    {', '.join(fields)}")
    if options.json:
        print(json.dumps(rows))
    return 0


def add_issuer(options: argparse.Namespace) -> int:
    """Declare an issuer."""
    setup()
    from cheeseshop.publishers.flows.declare import Declaration, declare_issuer  # noqa: PLC0415 - needs Django
    from cheeseshop.publishers.providers.presets import PRESETS  # noqa: PLC0415 - as above

    template: dict[str, Any] = {}
    name = options.name or options.key
    if options.preset:
        if options.preset not in PRESETS:
            raise Missing(f"There is no preset {options.preset!r}; there are {', '.join(PRESETS)}.")
        template, name = PRESETS[options.preset]["template"], options.name or PRESETS[options.preset]["name"]
    elif options.template:
        template = _template(options.template)
    told = Declaration(options.key, name, options.url, options.provider or "declared", template)
    made = declare_issuer(told, _ACTOR)
    if options.json:
        print(json.dumps({"key": made.key, "url": made.url}))
    else:
        print(f"{made.name} is trusted.", file=sys.stderr)
    return 0


def _template(place: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text("utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise Refusal(f"{place} can't be read as JSON: {error}") from error
    if not isinstance(found, dict):
        raise Refusal(f"{place} holds no JSON object.")
    return found


def switch_issuer(options: argparse.Namespace) -> int:
    """Take an issuer's tokens, or refuse them for now."""
    setup()
    from cheeseshop.publishers.flows import declare  # noqa: PLC0415 - needs Django

    found = declare.switch_issuer(options.key, enabled=options.enabled)
    print(f"{found.name} is switched {'on' if found.enabled else 'off'}.", file=sys.stderr)
    return 0


def remove_issuer(options: argparse.Namespace) -> int:
    """Trust an issuer no more."""
    setup()
    from cheeseshop.publishers.flows.declare import forget_issuer  # noqa: PLC0415 - needs Django

    print(f"{forget_issuer(options.key)} is trusted no more.", file=sys.stderr)
    return 0


def list_publishers(options: argparse.Namespace) -> int:
    """Print the publishers of a project, or the pending ones of everybody."""
    setup()
    from cheeseshop.publishers.models import PendingPublisher  # noqa: PLC0415 - needs Django
    from cheeseshop.publishers.queries import publishers_of  # noqa: PLC0415 - as above

    if options.project:
        project = _project(options.project)
        rows = [
            {"id": str(each.link.pk), "project": project.name, "issuer": each.issuer, "publisher": each.name}
            for each in publishers_of(project.pk)
        ]
    else:
        rows = [
            {"id": str(each.pk), "project": each.project_name, "issuer": each.provider, "publisher": each.place}
            for each in PendingPublisher.objects.order_by("created_at")
        ]
    if options.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        print(f"{row['id']}  {row['project']}: {row['issuer']} {row['publisher']}")
    return 0


def add_publisher(options: argparse.Namespace) -> int:
    """Add a publisher to a project."""
    setup()
    from cheeseshop.publishers.flows import register  # noqa: PLC0415 - needs Django
    from cheeseshop.publishing.managing import follow  # noqa: PLC0415 - as above

    asked = _wanted(options)
    project = _project(options.project)
    follow(register.add_publisher(project.pk, asked, _ACTOR))
    return _said(options, {"project": project.name, "publisher": asked.name}, f"{asked.name} may publish it.")


def expect_publisher(options: argparse.Namespace) -> int:
    """Register a pending publisher for a person."""
    setup()
    from cheeseshop.publishers.flows.pending import add_pending  # noqa: PLC0415 - needs Django

    made = add_pending(_user(options.user), options.project, _wanted(options))
    told = {"id": str(made.pk), "project": made.project_name, "expires": f"{made.expires_at:%Y-%m-%d}"}
    return _said(options, told, f"Its first upload creates {made.project_name}, until {told['expires']}.")


def remove_publisher(options: argparse.Namespace) -> int:
    """Take a publisher from a project."""
    setup()
    from uuid import UUID  # noqa: PLC0415 - as below

    from cheeseshop.publishers.flows import register  # noqa: PLC0415 - needs Django
    from cheeseshop.publishing.managing import follow  # noqa: PLC0415 - as above

    try:
        link = UUID(options.id)
    except ValueError as error:
        raise Missing(f"There is no publisher {options.id!r}; see `cheeseshop publisher list`.") from error
    follow(register.remove_publisher(_project(options.project).pk, link, _ACTOR))
    print("It can't publish any more.", file=sys.stderr)
    return 0


def only_publishers(options: argparse.Namespace) -> int:
    """Say whether only trusted publishers may upload to a project."""
    setup()
    from cheeseshop.publishers.flows import register  # noqa: PLC0415 - needs Django
    from cheeseshop.publishing.managing import follow  # noqa: PLC0415 - as above

    project = _project(options.project)
    follow(register.set_rule(project.pk, _ACTOR, only_publishers=not options.no))
    print(f"{'API tokens upload too' if options.no else 'Only trusted publishers upload'} now.", file=sys.stderr)
    return 0


def _said(options: argparse.Namespace, told: dict[str, str], text: str) -> int:
    print(json.dumps(told) if options.json else text, file=sys.stdout if options.json else sys.stderr)
    return 0


def _wanted(options: argparse.Namespace) -> "Wanted":
    from cheeseshop.publishers.flows.register import wanted  # noqa: PLC0415 - needs Django
    from cheeseshop.publishers.providers.base import InvalidFields  # noqa: PLC0415 - as above

    pairs = [each.partition("=") for each in options.field]
    try:
        return wanted(options.issuer, {name: value for name, _, value in pairs})
    except InvalidFields as invalid:
        raise Refusal("\n".join(f"{name}: {message}" for name, message in invalid.errors.items())) from invalid


def _project(name: str) -> "Project":
    from cheeseshop.catalog.queries import project_named  # noqa: PLC0415 - needs Django

    return project_named(name)


def _user(name: str) -> "User":
    from cheeseshop.accounts.queries import user_named  # noqa: PLC0415 - needs Django

    found = user_named(name)
    if found is None:
        raise Missing(f"There is no user {name!r}.")
    return found
