# SPDX-License-Identifier: Apache-2.0
"""Switches, who turned them when, and banners."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cheeseshop.core.clock import now


class Level(models.TextChoices):
    """How much a banner matters."""

    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    DANGER = "danger", _("Danger")


class Flag(models.Model):
    """A switch that is on. ``notify``: the site says so on every page. ``note`` is public, and says why."""

    name = models.CharField(primary_key=True, max_length=50)
    notify = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class FlagChange(models.Model):
    """Who turned a switch on or off, when and why."""

    name = models.CharField(max_length=50)
    on = models.BooleanField()
    notify = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        return f"{self.name} {'on' if self.on else 'off'} by {self.by}"


class BannerChange(models.Model):
    """Who put a banner up or took it down, when."""

    banner = models.BigIntegerField()
    action = models.CharField(max_length=10)
    text = models.CharField(max_length=300)
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.text[:60]} {self.action} by {self.by}"


class Banner(models.Model):
    """What administrators tell everybody, or the readers of one project, or of one language, for a time.

    ``normalized_name`` empty: on every page. ``language`` empty: in every language. ``ends_at`` empty: until removed.
    """

    text = models.CharField(max_length=300)
    link = models.CharField(max_length=500, blank=True)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.INFO.value)
    normalized_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True)
    starts_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="banner_level_known")
        ]

    def __str__(self) -> str:
        return self.text[:60]
