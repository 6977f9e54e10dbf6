"""Sites and instruments beside the road, the readings they sent, and what people found in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from imloop.store.models.casework.findings import Finding
from imloop.store.models.registers.stations import Party


class RemoteSite(models.Model):
    """A place that measures, as its office numbers it. A day that is empty: it did not happen."""

    office = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="remote_sites")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, help_text="horizontal | vertical | mobile | camera")
    road = models.CharField(max_length=80, blank=True, default="")
    lanes = models.PositiveSmallIntegerField(null=True)
    direction = models.CharField(max_length=40, blank=True, default="")
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    slope_pct = models.FloatField(null=True)
    geometry_ok = models.BooleanField(null=True)
    sign = models.BooleanField(default=False)
    published_on = models.DateField(null=True)
    legal_review_on = models.DateField(null=True)
    technical_review_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "code"], name="remote_site_once"),
        ]

    def __str__(self) -> str:
        return self.name


class RemoteInstrument(models.Model):
    """An instrument of a site with one certificate; a later certificate is a row of its own, so that a reading of then
    is judged by the one of then."""

    site = models.ForeignKey(RemoteSite, on_delete=models.PROTECT, related_name="instruments")
    kind = models.CharField(max_length=12, help_text="speed | gas | smoke | camera | slope | weather")
    model = models.CharField(max_length=60)
    maker = models.CharField(max_length=60, blank=True, default="")
    serial = models.CharField(max_length=40)
    conforms = models.BooleanField(default=False, help_text="its type was found to be of the standard")
    certificate = models.CharField(max_length=80, blank=True, default="")
    verified_from = models.DateField()
    verified_until = models.DateField(help_text="last day")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "kind", "serial", "verified_from"], name="remote_certificate_once"
            ),
            models.CheckConstraint(
                condition=Q(verified_until__gte=models.F("verified_from")), name="remote_verified_in_order"
            ),
        ]


class RemoteReading(models.Model):
    """What one record said; a trigger keeps all but its way through the review. ``data``: numbers that count, flags,
    doubts, pictures by hash or address; ``over``: pollutants above the limit of that day, which is no verdict yet."""

    class State(models.TextChoices):
        KEPT = "kept", "实时"
        FIRST = "first", "待初审"
        SECOND = "second", "待复审"
        CONFIRMED = "confirmed", "审核属实"
        DISMISSED = "dismissed", "审核不属实"
        HANDED = "handed", "已转线索"

    sender = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="remote_readings")
    record_no = models.CharField(max_length=64)
    content = models.CharField(max_length=32, help_text="hash of what was said, to know it again")
    source = models.CharField(max_length=64, help_text="SHA-256 of the bytes in which it came")
    site_code = models.CharField(max_length=64)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    plate = models.CharField(max_length=12, blank=True, default="", help_text="normal form")
    plate_read = models.CharField(max_length=40, blank=True, default="", help_text="as it came")
    plate_colour = models.CharField(max_length=12, blank=True, default="")
    confidence = models.FloatField(null=True)
    data = models.JSONField()
    over = models.CharField(max_length=60, blank=True, default="")
    state = models.CharField(max_length=12, choices=State.choices)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+", null=True)
    told_at = models.DateTimeField(null=True, help_text="when the owner was told")
    told_how = models.CharField(
        max_length=12, blank=True, default="", help_text="sms | phone | post | in_person | read"
    )
    open_at = models.DateTimeField(null=True, help_text="since when the owner can look it up")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "record_no"], name="remote_record_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["plate", "at"], condition=~Q(plate=""), name="remote_of_plate"),
            # Nearly all are below every limit: what waits stays short.
            models.Index(fields=["sender", "state", "at"], condition=~Q(state="kept"), name="remote_queues"),
            models.Index(fields=["sender", "at"], name="remote_newest"),
        ]


class RemoteReview(models.Model):
    """What one person saw in the pictures of a reading. Frozen, but for being taken back."""

    reading = models.ForeignKey(RemoteReading, on_delete=models.PROTECT, related_name="reviews")
    stage = models.PositiveSmallIntegerField(help_text="1, 2; 0: nothing could be told from the pictures")
    person = models.CharField(max_length=80)
    at = models.DateTimeField()
    holds = models.BooleanField()
    plate_ok = models.BooleanField()
    words = models.CharField(max_length=200, blank=True, default="")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reading", "stage"],
                condition=Q(stage__gt=0, taken_back_at__isnull=True),
                name="remote_review_once",
            ),
            models.UniqueConstraint(
                fields=["reading", "person"],
                condition=Q(taken_back_at__isnull=True),
                name="remote_review_by_two",
            ),
        ]
