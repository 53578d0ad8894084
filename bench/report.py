# SPDX-License-Identifier: Apache-2.0
"""Tables on the terminal."""

from collections.abc import Iterable, Sequence


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a title, the first column left, the others right."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    print(f"\n{title}")
    for line in lines:
        first = line[0].ljust(widths[0])
        print("  " + "  ".join((first, *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)))))
    print(flush=True)
