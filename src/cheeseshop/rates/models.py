# SPDX-License-Identifier: Apache-2.0
"""What was counted in the database."""

from django.db import models


class Count(models.Model):
    """How often something was done in a window of time, by its number. The row is used again for the next window."""

    key = models.CharField(primary_key=True, max_length=200)
    window = models.BigIntegerField(db_index=True)
    count = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
