"""The case: its events are the truth, the row is the derived state, kept for look-up."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class Case(models.Model):
    case_no = models.CharField(max_length=32, unique=True)
    place = models.CharField(max_length=6)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="cases")
    vin_head = models.CharField(max_length=8, null=True, help_text="first eight signs of the VIN")
    vin_tail = models.CharField(
        max_length=9, null=True, help_text="the other nine; to find a VIN one sign apart"
    )
    cycle = models.PositiveIntegerField()
    origin = models.CharField(max_length=24)
    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="cases", null=True)
    state = models.CharField(max_length=20)
    round = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    failed_at = models.DateTimeField()
    deadline = models.DateField()
    deadline_provisional = models.BooleanField(default=False)
    overdue = models.BooleanField(default=False)
    objected_at = models.DateTimeField(null=True, help_text="since when an objection waits for its answer")
    closed_at = models.DateTimeField(null=True)
    snapshot = models.JSONField(help_text="loop.Case as JSON, derived from the events")
    owner_token = models.CharField(
        max_length=32, unique=True, help_text="in the notice's QR: opens the owner's page"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["vehicle", "cycle"],
                condition=Q(closed_at__isnull=True),
                name="one_open_case_per_cycle",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["station", "closed_at"], name="case_station_open"),
            models.Index(fields=["closed_at", "deadline"], name="case_deadline"),
            models.Index(fields=["vin_head"], condition=Q(closed_at__isnull=True), name="case_open_vin_head"),
            models.Index(fields=["vin_tail"], condition=Q(closed_at__isnull=True), name="case_open_vin_tail"),
            models.Index(
                fields=["objected_at"], condition=Q(objected_at__isnull=False), name="case_objections"
            ),
        ]


class CaseEvent(models.Model):
    """One event of a case, as it was decided. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    at = models.DateTimeField(help_text="when it happened, by its own time")
    recorded_at = models.DateTimeField()
    before = models.CharField(max_length=20, blank=True, default="")
    after = models.CharField(max_length=20)
    law_hash = models.CharField(max_length=64)
    data = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="event_number_per_case")
        ]


class Notice(models.Model):
    """超标排放汽车维护修理告知书. ``content`` is frozen: the paper can be printed again, identical."""

    notice_no = models.CharField(max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    round = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "round"], name="one_notice_per_round")
        ]
