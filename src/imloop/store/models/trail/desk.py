"""When the background work last ran."""

from __future__ import annotations

from django.db import models


class WorkPass(models.Model):
    """One row per round of ``imloop work``; ``failed``: the duties that could not be done, empty: all were."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    failed = models.JSONField(default=list)
