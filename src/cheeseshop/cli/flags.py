# SPDX-License-Identifier: Apache-2.0
"""``cheeseshop flag`` and ``banner``: turn switches, and tell people something on every page."""

import argparse
import json

from cheeseshop.config.boot import setup

_BY = "the command line"


def flag(options: argparse.Namespace) -> int:
    """List the flags that are on, or turn one."""
    setup()
    from cheeseshop.flags.flows import turn  # noqa: PLC0415 - needs Django
    from cheeseshop.flags.state import all_on  # noqa: PLC0415 - needs Django

    if options.action != "list":
        note, notify = getattr(options, "note", ""), not getattr(options, "quiet", False)
        turn(options.name, on=options.action == "on", by=_BY, note=note, notify=notify)
    on = {switch.value: {"note": turned.note, "notify": turned.notify} for switch, turned in all_on().items()}
    if options.json:
        print(json.dumps(on))
    else:
        print("\n".join(f"{name} is on. {told['note']}".strip() for name, told in on.items()) or "No flag is on.")
    return 0


def banner(options: argparse.Namespace) -> int:
    """List the banners, put one up or take one down."""
    setup()
    from cheeseshop.flags.flows import NewBanner, put_up, take_down  # noqa: PLC0415 - needs Django
    from cheeseshop.flags.models import Banner  # noqa: PLC0415 - needs Django

    if options.action == "add":
        new = NewBanner(options.text, options.level, options.link, options.project, options.language)
        print(put_up(new, _BY).pk)
        return 0
    if options.action == "remove":
        take_down(options.number, _BY)
        return 0
    rows = Banner.objects.order_by("id")
    told = [
        {"number": each.pk, "level": each.level, "text": each.text, "project": each.normalized_name} for each in rows
    ]
    if options.json:
        print(json.dumps(told))
    else:
        print("\n".join(f"{row['number']} {row['level']}: {row['text']}" for row in told) or "There is no banner.")
    return 0
