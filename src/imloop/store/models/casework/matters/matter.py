"""Matters before a department: applications, suspensions, scrappage …;
their events are the truth, the row is derived."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class Matter(models.Model):
    """Its subject is a party, a vehicle, or, before approval, only ``data``."""

    matter_no = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=24)
    place = models.CharField(max_length=6)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="matters", null=True)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="matters", null=True)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=24)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_on = models.DateField(
        null=True, help_text="the first last day of all that runs, of clocks and requirements"
    )
    office = models.CharField(
        max_length=40,
        blank=True,
        default="",
        help_text="code of the department in charge; empty: by the subject",
    )
    assigned_to = models.CharField(
        max_length=150, blank=True, default="", help_text="account that goes on with it"
    )
    data = models.JSONField(default=dict, help_text="what was asked for, what the events said since, clocks")
    token_sha256 = models.CharField(
        max_length=64, unique=True, help_text="of what opens the applicant's page"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "closed_at"], name="matter_kind_open"),
            models.Index(fields=["closed_at", "due_on"], name="matter_due"),
        ]


class MatterEvent(models.Model):
    """One step of a matter, as it was taken. Append-only."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    before = models.CharField(max_length=24, blank=True, default="")
    after = models.CharField(max_length=24)
    law_hash = models.CharField(max_length=64)
    data = models.JSONField()
    due_on = models.DateField(null=True, help_text="by when a department had to take it")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "number"], name="event_number_per_matter")
        ]


class Attachment(models.Model):
    """A file handed in with a matter, a finding, a repair or a retest on paper, as received, or printed for a copy.
    ``shop``, ``repair_no``: of the repair whose record was still to come; ``paper``: which of the papers shown for the
    retest it is a picture of. Frozen."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="attachments", null=True)
    finding = models.ForeignKey("store.Finding", on_delete=models.PROTECT, related_name="files", null=True)
    repair = models.ForeignKey("store.Repair", on_delete=models.PROTECT, related_name="files", null=True)
    copy = models.ForeignKey("store.Copy", on_delete=models.PROTECT, related_name="files", null=True)
    unlock = models.ForeignKey("store.PaperUnlock", on_delete=models.PROTECT, related_name="files", null=True)
    spot_check = models.ForeignKey(
        "store.SpotCheck", on_delete=models.PROTECT, related_name="files", null=True
    )
    shop = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", null=True)
    repair_no = models.CharField(max_length=64, blank=True, default="")
    paper = models.CharField(max_length=12, blank=True, default="")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    body = models.BinaryField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=80)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["shop", "repair_no"], condition=Q(shop__isnull=False), name="attachment_of_repair"
            ),
            # What a party handed in today is summed without reading the bodies, and without other days.
            models.Index(fields=["uploaded_at", "uploaded_by", "size"], name="attachment_day"),
        ]
