"""Spot checks: what a team carries, where it is sent, and each vehicle that it checked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from imloop.store.models.casework.findings import Finding
from imloop.store.models.casework.inspections import RawUpload
from imloop.store.models.registers.accounts import User
from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class SpotInstrument(models.Model):
    """An instrument of an office with one certificate; a later certificate is a row of its own, so that a check of then
    rests on the one of then."""

    office = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="spot_instruments")
    kind = models.CharField(max_length=20, help_text="a key of facts.records.spot_check.INSTRUMENTS")
    model = models.CharField(max_length=60)
    serial = models.CharField(max_length=40)
    certificate = models.CharField(max_length=80)
    verified_from = models.DateField()
    verified_until = models.DateField(help_text="last day")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["office", "kind", "serial", "verified_from"], name="spot_certificate_once"
            ),
            models.CheckConstraint(
                condition=Q(verified_until__gte=models.F("verified_from")), name="spot_verified_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.serial}"


class SpotTask(models.Model):
    """A team sent to a place. ``plate``: the vehicle it looks for, ``finding``: the lead that it follows, where there
    is one; ``opened_by``: the officer who began it, and thereby said that they were there."""

    number = models.CharField(max_length=32, unique=True)
    office = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="spot_tasks")
    where = models.CharField(max_length=20, help_text="a word of the law's spot_check.where")
    place_name = models.CharField(max_length=120)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    planned_on = models.DateField()
    officers = models.ManyToManyField(User, related_name="spot_tasks")
    plate = models.CharField(max_length=12, blank=True, default="")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="spot_tasks", null=True)
    note = models.CharField(max_length=400, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=80, blank=True, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["office", "planned_on"], name="spot_task_of_day"),
        ]

    def __str__(self) -> str:
        return self.number


class SpotCheck(models.Model):
    """One vehicle as it was checked; a trigger keeps what was found. ``place``: whose law judges it; ``data``: the
    record as it was sent, ``verdict``: what followed from it; ``doubts``: why a department has to look first;
    ``candidates``: whom a doubtful one may concern, none of whom is bound or freed by it."""

    class State(models.TextChoices):
        COUNTS = "counts", "已生效"
        HELD = "held", "待核实"
        OFFICERS = "officers", "待同行人员确认"
        REJECTED = "rejected", "不予采信"
        ANNULLED = "annulled", "已撤销"

    number = models.CharField(max_length=32, unique=True)
    task = models.ForeignKey(SpotTask, on_delete=models.PROTECT, related_name="checks")
    raw = models.ForeignKey(RawUpload, on_delete=models.PROTECT, related_name="+")
    client_id = models.CharField(max_length=64)
    place = models.CharField(max_length=6)
    at = models.DateTimeField(help_text="by the phone's own time")
    received_at = models.DateTimeField()
    sent_by = models.CharField(max_length=80)
    plate = models.CharField(max_length=12, blank=True, default="", help_text="normal form")
    vin = models.CharField(max_length=17, blank=True, default="")
    method = models.CharField(max_length=12, blank=True, default="")
    result = models.CharField(max_length=12, help_text="a SpotResult")
    law_hash = models.CharField(max_length=64)
    data = models.JSONField()
    verdict = models.JSONField()
    doubts = models.JSONField(default=list)
    candidates = models.ManyToManyField(Vehicle, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="spot_checks", null=True)
    state = models.CharField(max_length=12, choices=State.choices)
    case_no = models.CharField(max_length=32, blank=True, default="")
    order_no = models.CharField(max_length=32, blank=True, default="")
    ordered_at = models.DateTimeField(null=True)
    deadline = models.DateField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True, default="")
    settled_because = models.CharField(max_length=400, blank=True, default="")
    handed_at = models.DateTimeField(null=True, help_text="when it was handed over to the police")
    handed_by = models.CharField(max_length=80, blank=True, default="")
    handed_because = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "client_id"], name="spot_check_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["vehicle", "at"], name="spot_check_of_vehicle"),
            models.Index(fields=["place", "at"], name="spot_check_newest"),
            models.Index(fields=["case_no"], name="spot_check_of_case"),
            models.Index(fields=["state", "at"], name="spot_check_waiting"),
        ]

    def __str__(self) -> str:
        return self.number
