"""When a station is open, and who comes when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from imloop.store.models.casework.cases import Case
from imloop.store.models.registers.lines import Line
from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class Opening(models.Model):
    """Hours of a weekday (0: Monday; null: every working day), from when to when (exclusive) they hold."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="openings")
    weekday = models.PositiveSmallIntegerField(null=True)
    opens = models.TimeField()
    closes = models.TimeField()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="opening_weekday"
            ),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="opening_closes_later"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="opening_until_after_since"
            ),
        ]


class ClosedDay(models.Model):
    """A day on which the station is closed although its hours say otherwise."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="closed_days")
    day = models.DateField()
    reason = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["party", "day"], name="closed_day_once")]


class Appointment(models.Model):
    """A vehicle and a time on a line. ``token`` is the owner's key to it. A vehicle is its plate and the last six of
    its VIN: whoever does not know both can neither see nor block another's booking."""

    class State(models.TextChoices):
        BOOKED = "booked", "已预约"
        CANCELLED = "cancelled", "已取消"
        ARRIVED = "arrived", "已到站"
        NO_SHOW = "no_show", "爽约"
        LAPSED = "lapsed", "已过期"

    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="appointments")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="appointments")
    number = models.PositiveIntegerField(help_text="of the station's day, in the order of booking")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    walk_in = models.BooleanField(default=False)
    method = models.CharField(max_length=12)
    purpose = models.CharField(max_length=10, help_text="periodic or retest")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="appointments", null=True)
    plate = models.CharField(max_length=20)
    vin_tail = models.CharField(max_length=6, blank=True, default="")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appointments", null=True)
    phone = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    changed_at = models.DateTimeField(help_text="when the state became what it is")
    why = models.CharField(max_length=100, blank=True, default="", help_text="the station's reason")
    token = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station", "day", "number"], name="appointment_number"),
            models.UniqueConstraint(
                fields=["line", "starts_at"],
                condition=Q(state__in=["booked", "arrived"], walk_in=False),
                name="one_vehicle_per_slot",
            ),
            models.UniqueConstraint(
                fields=["plate", "vin_tail"], condition=Q(state="booked"), name="one_open_appointment"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_later"),
        ]
        indexes: ClassVar = [models.Index(fields=["phone", "state"], name="appointment_phone")]
