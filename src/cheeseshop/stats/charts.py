# SPDX-License-Identifier: Apache-2.0
"""Plots as numbers for a template: SVG without style, script or text, whose figures the page says in words too.

Coordinates are text, because a template would write numbers in the reader's language, and SVG knows only one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WIDTH, HEIGHT = 600, 120
_WEEK = 7
_MANY_DAYS = 120
_LEAST = 0.1  # per cent that are written as a number


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place, the first day that it stands for, and how many downloads."""

    x: str
    y: str
    width: str
    height: str
    day: date
    downloads: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Downloads over time. ``unit`` is the time of one bar."""

    bars: list[Bar]
    total: int
    most: int
    unit: str

    @property
    def first(self) -> date | None:
        """The first day shown."""
        return self.bars[0].day if self.bars else None

    @property
    def last(self) -> date | None:
        """The first day of the last bar."""
        return self.bars[-1].day if self.bars else None


@dataclass(frozen=True, slots=True)
class Slice:
    """One value of what downloads are told apart by: how many, and its share of all in per cent."""

    value: str
    downloads: int
    share: str
    width: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Downloads by version, Python, system or installer, most first."""

    title: str
    slices: list[Slice]


def plot(days: Sequence[tuple[date, int]]) -> Plot:
    """Lay out one bar a day, or one a week where the days are many."""
    weekly = len(days) > _MANY_DAYS
    points = _weeks(days) if weekly else list(days)
    most = max((count for _, count in points), default=0)
    step = WIDTH / max(1, len(points))
    bars = []
    for number, (day, count) in enumerate(points):
        height = HEIGHT * count / most if most else 0.0
        if count:
            height = max(height, 1.5)  # one download can be seen beside a million
        bars.append(
            Bar(
                f"{number * step + step * 0.1:.2f}",
                f"{HEIGHT - height:.2f}",
                f"{step * 0.8:.2f}",
                f"{height:.2f}",
                day,
                count,
            )
        )
    return Plot(bars, sum(count for _, count in days), most, "week" if weekly else "day")


def _weeks(days: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    """Add up by seven days, so that the last week is whole and the first may be shorter."""
    found = []
    for end in range(len(days), 0, -_WEEK):
        part = days[max(0, end - _WEEK) : end]
        found.append((part[0][0], sum(count for _, count in part)))
    return found[::-1]


def breakdown(title: str, counts: Sequence[tuple[str, int]], most: int) -> Breakdown:
    """Show the ``most`` largest, and the rest as one."""
    total = sum(count for _, count in counts)
    shown = list(counts[:most])
    if rest := sum(count for _, count in counts[most:]):
        shown.append((_others(len(counts) - most), rest))
    slices = [_slice(value, count, total) for value, count in shown]
    return Breakdown(title, slices)


def _others(number: int) -> str:
    return ngettext("%(number)d other", "%(number)d others", number) % {"number": number}


def _slice(value: str, count: int, total: int) -> Slice:
    share = 100 * count / total
    if share < _LEAST:
        told = _("under %(number)s") % {"number": number_format(str(_LEAST))}
    else:
        told = number_format(f"{share:.1f}")
    return Slice(value, count, told, f"{share:.2f}")
