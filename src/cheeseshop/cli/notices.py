# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop text`` and ``announcement``: what the site says of itself, and what everybody should know."""

import argparse
import json
import sys

from cheeseshop.config.boot import setup
from cheeseshop.core.errors import Missing

_BY = "the command line"
_LISTED = 100


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both subcommands."""
    text = commands.add_parser("text", help="read and write the site's own texts").add_subparsers(
        required=True, metavar="ACTION"
    )
    _action(text.add_parser("list"), _list_texts)
    for name, run in (("show", _show_text), ("set", _set_text), ("default", _default_text)):
        each = text.add_parser(name)
        each.add_argument("key")
        if name != "show":
            each.add_argument("--note", default="", help="why, for the history")
        _action(each, run)
    announcement = commands.add_parser("announcement", help="tell people something").add_subparsers(
        required=True, metavar="ACTION"
    )
    _action(announcement.add_parser("list"), _list_announcements)
    added = announcement.add_parser("add")
    added.add_argument("title")
    _action(added, _announce)
    removed = announcement.add_parser("remove")
    removed.add_argument("number", type=int)
    _action(removed, _withdraw)


def _action(parser: argparse.ArgumentParser, run: object) -> None:
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def _told(options: argparse.Namespace, rows: object, lines: list[str]) -> int:
    print(json.dumps(rows) if options.json else "\n".join(lines))
    return 0


def _list_texts(options: argparse.Namespace) -> int:
    setup()
    from cheeseshop.notices.catalogue import PIECES  # noqa: PLC0415 - needs Django
    from cheeseshop.notices.queries import texts  # noqa: PLC0415 - as above
    from cheeseshop.notices.state import has_something  # noqa: PLC0415 - as above

    changed = texts()
    rows = [
        {
            "key": piece.key,
            "title": str(piece.title),
            "path": f"/{piece.path}" if piece.path else None,
            "shown": has_something(piece),
            "own": piece.key in changed and not changed[piece.key].is_default,
        }
        for piece in PIECES
    ]
    words = {True: "yours", False: "as shipped"}
    lines = [f"{row['key']}: {words[bool(row['own'])]}{'' if row['shown'] else ', not shown'}" for row in rows]
    return _told(options, rows, lines)


def _show_text(options: argparse.Namespace) -> int:
    setup()
    from cheeseshop.notices.catalogue import BY_KEY  # noqa: PLC0415 - needs Django
    from cheeseshop.notices.queries import text_of  # noqa: PLC0415 - as above

    if options.key not in BY_KEY:
        raise Missing(f"There is no text {options.key!r}; there are {', '.join(BY_KEY)}.")
    text, row = text_of(BY_KEY[options.key])
    return _told(options, {"key": options.key, "text": text, "number": row.number if row else 0}, [text.rstrip("\n")])


def _set_text(options: argparse.Namespace) -> int:
    setup()
    from cheeseshop.notices.flows import Edit, change_text  # noqa: PLC0415 - needs Django

    text = sys.stdin.read()
    change_text(options.key, Edit(text, _number(options.key), options.note), _BY)
    return _told(options, {"key": options.key, "number": _number(options.key)}, ["The text is changed."])


def _default_text(options: argparse.Namespace) -> int:
    setup()
    from cheeseshop.notices.flows import Edit, use_shipped_text  # noqa: PLC0415 - needs Django

    use_shipped_text(options.key, Edit("", _number(options.key), options.note), _BY)
    return _told(
        options, {"key": options.key, "number": _number(options.key)}, ["The text is the one that is shipped."]
    )


def _number(key: str) -> int:
    from cheeseshop.notices.queries import texts  # noqa: PLC0415 - needs Django

    row = texts().get(key)
    return row.number if row else 0


def _announce(options: argparse.Namespace) -> int:
    setup()
    from cheeseshop.notices.flows import announce  # noqa: PLC0415 - needs Django

    made = announce(options.title, sys.stdin.read(), _BY)
    return _told(options, {"number": made.pk, "title": made.title}, [str(made.pk)])


def _withdraw(options: argparse.Namespace) -> int:
    setup()
    from cheeseshop.notices.flows import withdraw_announcement  # noqa: PLC0415 - needs Django

    withdraw_announcement(options.number, _BY)
    return _told(options, {"number": options.number}, ["The announcement is withdrawn."])


def _list_announcements(options: argparse.Namespace) -> int:
    setup()
    from cheeseshop.notices.queries import announcements  # noqa: PLC0415 - needs Django

    found = announcements(size=_LISTED)[0]
    rows = [
        {"number": each.pk, "title": each.title, "published_at": each.published_at.isoformat(), "by": each.by}
        for each in found
    ]
    lines = [f"{row['number']} {row['published_at']}: {row['title']}" for row in rows]
    return _told(options, rows, lines or ["Nothing was announced yet."])
