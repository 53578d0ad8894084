# SPDX-License-Identifier: Apache-2.0
"""What the publisher remembers about the page tree."""

from django.db import models


class PageTree(models.Model):
    """The format and the site address that the pages on disk were rendered for. A change renders all of them again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    format = models.PositiveIntegerField()
    site = models.CharField(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="page_tree_one_row")]

    def __str__(self) -> str:
        return f"format {self.format} for {self.site}"
