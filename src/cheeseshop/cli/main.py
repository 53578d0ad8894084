# SPDX-License-Identifier: Apache-2.0
"""The ``cheeseshop`` command. Django is loaded only by the subcommands that need it, never by ``serve`` itself."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cheeseshop import __version__
from cheeseshop.cli import keepers, notices, publishing, search
from cheeseshop.core.errors import Refusal
from cheeseshop.core.settings import SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 done, 1 refused or problems found, 2 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 2
    try:
        return int(options.run(options) or 0)
    except (Refusal, SettingsError) as error:
        print(f"cheeseshop: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("cheeseshop", description="A complete Python package index.")
    parser.add_argument("--version", action="version", version=f"cheeseshop {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _serve(commands)
    _init(commands)
    _user(commands)
    _token(commands)
    publishing.add_parsers(commands)
    _organization(commands)
    _project(commands)
    _quarantine(commands)
    _import(commands)
    _stats(commands)
    _checks(commands)
    _advisories(commands)
    _scan(commands)
    _flags(commands)
    search.add_parsers(commands)
    notices.add_parsers(commands)
    return parser


def _serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("serve", help="create what is missing, then serve the index")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    processors = min(4, len(os.sched_getaffinity(0)))
    parser.add_argument(
        "--workers", type=int, default=processors, help="processes; by default one for each processor, at most 4"
    )

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli.serve import serve  # noqa: PLC0415 - loads the server

        return serve(options.host, options.port, options.workers)

    parser.set_defaults(run=run)


def _init(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("init", help="create or bring up to date the database and the folders")

    def run(_options: argparse.Namespace) -> int:
        from cheeseshop.config.prepare import prepare  # noqa: PLC0415 - loads Django

        prepare()
        return 0

    parser.set_defaults(run=run)


def _user(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("user", help="manage people").add_subparsers(required=True, metavar="ACTION")
    create = parser.add_parser("create", help="create a person")
    create.add_argument("name")
    create.add_argument("--email", required=True)
    create.add_argument("--password-stdin", action="store_true", required=True, help="read the password from stdin")
    create.add_argument("--verified", action="store_true", help="the address needs no proof")
    create.add_argument("--superuser", action="store_true")
    create.add_argument("--json", action="store_true")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli.people import create_user  # noqa: PLC0415 - loads Django

        return create_user(options)

    create.set_defaults(run=run)
    password = parser.add_parser("password", help="set somebody's password, which ends their sessions")
    password.add_argument("name")
    password.add_argument("--password-stdin", action="store_true", required=True, help="read it from stdin")
    _lists(parser)
    keepers.add_parsers(parser)

    def run_password(options: argparse.Namespace) -> int:
        from cheeseshop.cli.people import set_password  # noqa: PLC0415 - loads Django

        return set_password(options)

    password.set_defaults(run=run_password)


def _lists(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    prohibit = actions.add_parser("prohibit", help="refuse a username, or the e-mail addresses of a domain")
    prohibit.add_argument("--comment", default="")
    allow = actions.add_parser("allow", help="take such a prohibition back")
    for each in (prohibit, allow):
        what = each.add_mutually_exclusive_group(required=True)
        what.add_argument("--name")
        what.add_argument("--domain")
    prohibited = actions.add_parser("prohibited", help="list prohibited usernames and domains")
    prohibited.add_argument("--json", action="store_true")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli import prohibitions  # noqa: PLC0415 - loads Django

        return int(getattr(prohibitions, options.action)(options))

    for name, each in (("prohibit", prohibit), ("allow", allow), ("prohibited", prohibited)):
        each.set_defaults(run=run, action=name)


def _token(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("token", help="manage API tokens").add_subparsers(required=True, metavar="ACTION")
    create = parser.add_parser("create", help="create a token; it alone is printed on standard output")
    create.add_argument("--user", required=True)
    create.add_argument("--project", action="append", default=[], help="narrow the token to a project (repeatable)")
    create.add_argument("--action", action="append", default=[], help="upload (the default), read, yank or admin")
    create.add_argument(
        "--network", action="append", default=[], help="where it may be used from, such as 192.0.2.0/24"
    )
    create.add_argument("--expires", type=int, metavar="DAYS")
    create.add_argument("--description", metavar="D")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli.people import create_token  # noqa: PLC0415 - loads Django

        return create_token(options)

    create.set_defaults(run=run)
    disclose = parser.add_parser(
        "disclose", help="revoke the tokens in a text on standard input, and tell their owners"
    )
    disclose.add_argument("--url", default="", help="where the text was found; the owners read it")
    disclose.add_argument("--json", action="store_true")

    def run_disclose(options: argparse.Namespace) -> int:
        from cheeseshop.cli.leaks import disclose_tokens  # noqa: PLC0415 - loads Django

        return disclose_tokens(options)

    disclose.set_defaults(run=run_disclose)


def _organization(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("organization", help="decide about organizations")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="list organizations, and the applications that wait")
    approve = actions.add_parser("approve", help="create the organization that was applied for")
    decline = actions.add_parser("decline", help="decline an application")
    decline.add_argument("--reason", required=True, help="what the person reads")
    for each in (approve, decline):
        each.add_argument("application", help="its identity, or the name that was asked for")
    for name, meaning in (("deactivate", "stop everything of an organization"), ("activate", "let it go on")):
        actions.add_parser(name, help=meaning).add_argument("name")
    limit = actions.add_parser("limit", help="show or set how large its projects and their files may be")
    limit.add_argument("name")
    limit.add_argument("--file-size", metavar="SIZE", help="of one file, such as 200MiB")
    limit.add_argument("--total-size", metavar="SIZE", help="of a project, such as 20GiB")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli import organizations  # noqa: PLC0415 - loads Django

        return int(getattr(organizations, options.action)(options))

    for name, each in actions.choices.items():
        each.add_argument("--json", action="store_true")
        each.set_defaults(run=run, action="listed" if name == "list" else name)


def _quarantine(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("quarantine", help="hold projects, releases and files back while they are looked at")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="nobody gets it from now on, and its people can't change it")
    add.add_argument("project")
    add.add_argument("--version", default="", help="one release only")
    add.add_argument("--file", default="", help="one file only")
    add.add_argument("--reason", required=True, help="anybody can read it")
    add.add_argument("--evidence", default="", help="for moderators")
    clear = actions.add_parser("clear", help="everything is as it was before")
    clear.add_argument("case", help="its identity, as `quarantine list` prints it")
    clear.add_argument("--note", default="", help="in the mail to the project's people")
    actions.add_parser("list", help="what is in quarantine, oldest first").add_argument("--json", action="store_true")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli import quarantine  # noqa: PLC0415 - loads Django

        return int(getattr(quarantine, options.action)(options))

    for name, each in actions.choices.items():
        each.set_defaults(run=run, action="listed" if name == "list" else name)


def _project(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("project", help="limits of projects, and names that nobody may take")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    limit = actions.add_parser("limit", help="show or set how large a project and its files may be")
    limit.add_argument(
        "--file-size", metavar="SIZE", help="of one file, such as 200MiB; the instance's own takes it back"
    )
    limit.add_argument("--total-size", metavar="SIZE", help="of all files together, such as 20GiB")
    prohibit = actions.add_parser("prohibit", help="refuse a name to new projects; a project that has it keeps it")
    prohibit.add_argument("--comment", default="")
    allow = actions.add_parser("allow", help="take such a prohibition back")
    for each in (limit, prohibit, allow):
        each.add_argument("name")
    prohibited = actions.add_parser("prohibited", help="list prohibited names")
    for each in (limit, prohibited):
        each.add_argument("--json", action="store_true")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli import projects  # noqa: PLC0415 - loads Django

        return int(getattr(projects, options.action)(options))

    for name, each in (("limit", limit), ("prohibit", prohibit), ("allow", allow), ("prohibited", prohibited)):
        each.set_defaults(run=run, action=name)


def _import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("import", help="upload every distribution in a folder, through the same checks")
    parser.add_argument("folder")
    parser.add_argument("--user", required=True)
    parser.add_argument("--legacy", action="store_true", help="accept old names and metadata, recorded as faults")
    parser.add_argument("--json", action="store_true", help="one line of JSON a file")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli.importing import import_folder  # noqa: PLC0415 - loads Django

        return import_folder(options)

    parser.set_defaults(run=run)


def _stats(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("stats", help="count downloads, and ask what was counted")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    count = actions.add_parser("count", help="count what was downloaded since the last time")
    count.add_argument("--nice", action="store_true", help="give way to other processes")
    query = actions.add_parser("query", help="answer a SELECT over the table downloads")
    query.add_argument("statement", metavar="SELECT", help="in DuckDB's SQL, or in ClickHouse's where it is set")
    query.add_argument("--limit", type=int, default=10_000, help="rows that are shown at most")
    ingest = actions.add_parser("ingest-log", help="read what a server in front served by itself")
    ingest.add_argument("file", type=Path, metavar="FILE")
    ingest.add_argument("--format", choices=["nginx", "combined"], default="combined")
    send = actions.add_parser("send", help="send everything that is kept to ClickHouse anew")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli import statistics  # noqa: PLC0415 - loads Django

        return int(getattr(statistics, options.action)(options))

    for name, each in (("count", count), ("query", query), ("ingest_log", ingest), ("send", send)):
        each.add_argument("--json", action="store_true")
        each.set_defaults(run=run, action=name)


def _checks(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verify = commands.add_parser("verify", help="check that rows, bytes and pages agree")
    verify.add_argument("--repair", action="store_true", help="mend what is derived")
    verify.add_argument("--json", action="store_true")
    doctor = commands.add_parser("doctor", help="check this machine and these settings")
    doctor.add_argument("--json", action="store_true")
    settings = commands.add_parser("settings", help="list every setting, its value and its meaning")
    settings.add_argument("--json", action="store_true")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli import checks  # noqa: PLC0415 - some load Django

        return int(getattr(checks, options.check)(options))

    for name, parser in (("verify", verify), ("doctor", doctor), ("settings", settings)):
        parser.set_defaults(run=run, check=name)


if __name__ == "__main__":
    sys.exit(main())


def _advisories(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    actions = commands.add_parser("advisories", help="read known vulnerabilities (OSV)").add_subparsers(
        required=True, metavar="ACTION"
    )
    load = actions.add_parser("load", help="read records from a folder, a zip archive or a file")
    load.add_argument("path", type=Path)
    fetch = actions.add_parser("fetch", help="fetch a zip archive of records, and read it")
    fetch.add_argument("url")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli import advisories  # noqa: PLC0415 - loads Django

        return int(getattr(advisories, options.action)(options))

    for name, each in (("load", load), ("fetch", fetch)):
        each.add_argument("--json", action="store_true")
        each.set_defaults(run=run, action=name)


def _scan(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("scan", help="scan published files again, or those that wait; findings are observed")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--project", metavar="P", help="the files of a project")
    which.add_argument("--since", type=int, metavar="SERIAL", help="files that were added after a serial")
    which.add_argument("--all", action="store_true", help="every file")
    parser.add_argument("--json", action="store_true", help="one line of JSON a file")

    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli.scanning import scan  # noqa: PLC0415 - loads Django

        return scan(options)

    parser.set_defaults(run=run)


def _flags(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    def run(options: argparse.Namespace) -> int:
        from cheeseshop.cli import flags  # noqa: PLC0415 - loads Django

        return int(getattr(flags, options.what)(options))

    flag = commands.add_parser("flag", help="turn switches such as read-only").add_subparsers(
        required=True, metavar="ACTION"
    )
    for action in ("on", "off", "list"):
        each = flag.add_parser(action)
        if action != "list":
            each.add_argument("name")
        if action == "on":
            each.add_argument("--note", default="", help="why, for everybody to read")
            each.add_argument("--quiet", action="store_true", help="do not say so on every page")
        each.add_argument("--json", action="store_true")
        each.set_defaults(run=run, what="flag", action=action)
    banner = commands.add_parser("banner", help="tell people something on every page").add_subparsers(
        required=True, metavar="ACTION"
    )
    for action in ("add", "remove", "list"):
        each = banner.add_parser(action)
        if action == "add":
            each.add_argument("text")
            for option, default in (("level", "info"), ("link", ""), ("project", ""), ("language", "")):
                each.add_argument(f"--{option}", default=default)
        if action == "remove":
            each.add_argument("number", type=int)
        each.add_argument("--json", action="store_true")
        each.set_defaults(run=run, what="banner", action=action)
