# SPDX-License-Identifier: Apache-2.0
"""Which projects are downloaded more than they were: the last seven days beside the seven before.

Measured once an hour by the process that counts, over everything, so that a page only reads what was found.
"""

from datetime import timedelta

from django.db import transaction

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.stats.flows.roll_up import SITE
from cheeseshop.stats.models import Trend

TREND_DAYS = 7
MOST_TRENDS = 400
"""More than any page shows: some are of projects that nobody may see."""

_FRESH = timedelta(hours=1)
_RISING = """
SELECT project, recent, earlier FROM (
 SELECT project, SUM(CASE WHEN day >= %s THEN downloads ELSE 0 END) AS recent,
  SUM(CASE WHEN day < %s THEN downloads ELSE 0 END) AS earlier
 FROM stats_projectday WHERE day >= %s AND project <> %s GROUP BY project) counted
WHERE recent > earlier
ORDER BY (recent + 50.0) / (earlier + 50) DESC, recent DESC, project LIMIT %s
"""  # fifty are taken for granted on both sides: a first handful of downloads is no trend


def measure_trends() -> bool:
    """Measure anew where the last time was an hour ago. Returns whether it was done."""
    at = now()
    last = sql.first("SELECT MAX(measured_at) FROM stats_trend")
    if last and last[0] is not None and at - sql.as_moment(last[0]) < _FRESH:
        return False
    today = at.date()
    since = (today - timedelta(days=TREND_DAYS - 1)).isoformat()
    before = (today - timedelta(days=2 * TREND_DAYS - 1)).isoformat()
    rows = sql.every(_RISING, since, since, before, SITE, MOST_TRENDS)  # reads for seconds, and locks nothing
    found = [
        Trend(place=place, project=sql.as_uuid(project), recent=int(recent), earlier=int(earlier), measured_at=at)
        for place, (project, recent, earlier) in enumerate(rows, 1)
    ]
    with transaction.atomic():
        Trend.objects.all().delete()
        Trend.objects.bulk_create(found)
    return True
