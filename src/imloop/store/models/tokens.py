"""A token per station that changes with every row the gates ask about it."""

from __future__ import annotations

from django.db import models


class StationToken(models.Model):
    """Written by database triggers alone, whichever door a change came through: a kept fact with this token is the
    database's own. Random, so that a value from a change that was rolled back never comes again."""

    party_id = models.BigIntegerField(primary_key=True)
    token = models.CharField(max_length=32)
