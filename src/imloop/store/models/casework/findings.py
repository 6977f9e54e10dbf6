"""Findings: doubts beside what they concern."""

from __future__ import annotations

from django.db import models


class Finding(models.Model):
    """A doubt about a verdict or an upload: never proof of guilt, and it never changes the verdict."""

    created_at = models.DateTimeField()
    code = models.CharField(max_length=40, db_index=True)
    station_code = models.CharField(max_length=40, db_index=True)
    subject = models.CharField(max_length=80, help_text="test_no, repair_no or case_no")
    subject_kind = models.CharField(max_length=12)
    data = models.JSONField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=80, blank=True, default="")
    resolution = models.CharField(
        max_length=400, blank=True, default="", help_text="what was found on looking"
    )
