"""Findings: doubts beside what they concern."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Finding(models.Model):
    """A doubt about a verdict or an upload: never proof of guilt, and it never changes the verdict."""

    class Outcome(models.TextChoices):
        TRUE = "true", "属实"
        NOT_TRUE = "not_true", "不属实"
        HANDED_OVER = "handed_over", "移送"
        PROCEEDING = "proceeding", "已立案"
        GONE = "gone", "原因已消除"

    created_at = models.DateTimeField()
    code = models.CharField(max_length=40, db_index=True)
    station_code = models.CharField(max_length=40, db_index=True)
    subject = models.CharField(max_length=80, help_text="test_no, repair_no or case_no")
    subject_kind = models.CharField(max_length=12)
    data = models.JSONField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=80, blank=True, default="")
    resolution = models.CharField(
        max_length=400,
        blank=True,
        default="",
        help_text="what was found on looking, or why it was handed over",
    )
    outcome = models.CharField(
        max_length=12,
        choices=Outcome.choices,
        blank=True,
        default="",
        help_text="handed_over: still open; empty on a resolved one: resolved before outcomes were asked for",
    )
    handed_to = models.CharField(
        max_length=40, blank=True, default="", help_text="code of the department that decides"
    )

    class Meta:
        indexes: ClassVar = [
            # What waits stays short however much was ever found.
            models.Index(
                fields=["station_code", "code"], condition=Q(resolved_at__isnull=True), name="finding_open"
            ),
            # Who decided anything about a case or a test is asked before they confirm something of it.
            models.Index(
                fields=["subject"], condition=Q(resolved_at__isnull=False), name="finding_resolved_about"
            ),
        ]
