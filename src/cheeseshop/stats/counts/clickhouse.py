# SPDX-License-Identifier: Apache-2.0
"""Counts from ClickHouse: the rows themselves added up, by projections that the server keeps beside them."""

from datetime import date
from uuid import UUID

from cheeseshop.stats.clickhouse import ClickHouse
from cheeseshop.stats.models import Kind

_NOBODY = UUID(int=0)  # downloads of what was deleted before it was counted
_COLUMNS = {
    Kind.VERSION: "version",
    Kind.PYTHON: "python_minor",
    Kind.SYSTEM: "system_name",
    Kind.INSTALLER: "installer_name",
}
_OF = " AND project_id = {project:UUID}"
_BY_DAY = "SELECT day, sum(downloads) FROM downloads WHERE day >= {{since:Date}}{} GROUP BY day"
_BY = (
    "SELECT {column} AS value, sum(downloads) AS total FROM downloads WHERE day >= {{since:Date}}{of}"
    " GROUP BY value ORDER BY total DESC, value"
)
_MOST = (
    "SELECT project_id, sum(downloads) AS total FROM downloads"
    " WHERE day >= {since:Date} AND project_id <> {nobody:UUID}"
    " GROUP BY project_id ORDER BY total DESC, toString(project_id) LIMIT {limit:UInt32}"
)


class Sent:
    """What was sent to a server. Every method raises ``ClickHouseError`` where it does not answer."""

    def __init__(self, server: ClickHouse) -> None:
        self._server = server

    def by_day(self, project: UUID | None, since: date) -> dict[date, int]:
        """Return the downloads of each day."""
        _, rows = self._server.select(_BY_DAY.format(_OF if project else ""), _values(project, since))
        return {date.fromisoformat(day): int(total) for day, total in rows}

    def by(self, project: UUID | None, kind: Kind, since: date) -> list[tuple[str, int]]:
        """Return the downloads by version, Python, system or installer."""
        statement = _BY.format(column=_COLUMNS[kind], of=_OF if project else "")
        _, rows = self._server.select(statement, _values(project, since))
        return [(str(value), int(total)) for value, total in rows]

    def most(self, limit: int, since: date) -> list[tuple[UUID, int]]:
        """Return the most downloaded projects."""
        values = {"since": since, "nobody": _NOBODY, "limit": limit}
        return [(UUID(project), int(total)) for project, total in self._server.select(_MOST, values)[1]]


def _values(project: UUID | None, since: date) -> dict[str, object]:
    return {"since": since} | ({"project": project} if project else {})
