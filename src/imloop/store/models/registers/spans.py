"""The rule that a span of days ends after it began."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


def ends_later(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("since")), name=name)
