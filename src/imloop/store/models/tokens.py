"""A token per station that changes with every row the gates ask about it."""

from __future__ import annotations

from django.db import models


class StationToken(models.Model):
    """Written by database triggers alone, however a change was made: facts kept in memory under the current token are
    up to date. Random, so that a value from a change that was rolled back never comes again."""

    party_id = models.BigIntegerField(primary_key=True)
    token = models.CharField(max_length=32)
