"""Outages, the vouchers issued before them, and the retests made on paper evidence while they ran."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from imloop.store.models.casework.cases import Case
from imloop.store.models.casework.inspections import RawUpload
from imloop.store.models.casework.repairs import Repair
from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class Outage(models.Model):
    """A declared outage. ``scope``: a ``gates.outage.Scope``; ``place``: everything inside it is affected, unless
    ``stations`` names them."""

    outage_no = models.CharField(max_length=32, unique=True)
    scope = models.CharField(max_length=12)
    place = models.CharField(max_length=6)
    link = models.CharField(max_length=32, blank=True, default="")
    stations = models.JSONField(default=list, help_text="party codes")
    cause = models.CharField(max_length=400)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=80)
    late_reason = models.CharField(
        max_length=400, blank=True, default="", help_text="why it was declared afterwards"
    )
    ended_by = models.CharField(max_length=80, blank=True, default="")
    taken_back_at = models.DateTimeField(
        null=True, help_text="when one person's word was not confirmed: it counts for nothing since"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="outage_ends_later"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["starts_at"], name="outage_starts"),
            models.Index(fields=["place"], condition=Q(ends_at__isnull=True), name="outage_running"),
        ]


class Voucher(models.Model):
    """A single-use permission issued before an outage; ``content`` is the signed ``imloop.voucher/1``."""

    number = models.CharField(max_length=32, unique=True)
    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="vouchers")
    day = models.DateField()
    code = models.CharField(max_length=9)
    issued_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station", "code"], name="voucher_code_per_station")
        ]
        indexes: ClassVar = [models.Index(fields=["station", "day"], name="voucher_station_day")]


class RepairPaper(models.Model):
    """A document of a repair by its number in the normal form: uploaded with the repair's record, or shown on paper in
    an outage. Frozen; compared over all shops and years."""

    class Kind(models.TextChoices):
        CERTIFICATE = "certificate", "竣工出厂合格证"
        SETTLEMENT = "settlement", "结算清单"
        INVOICE = "invoice", "发票"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=64)
    shop = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, null=True, related_name="papers")
    unlock = models.ForeignKey("PaperUnlock", on_delete=models.PROTECT, null=True, related_name="papers")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(repair__isnull=False) ^ Q(unlock__isnull=False), name="paper_of_record_or_unlock"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "number"], name="repair_paper_number")]


class PaperUnlock(models.Model):
    """What a station saw on paper in place of a repair record. It allows the retest once ``unlocked_at`` is set: when
    the outage is declared and the failed test is known. ``repair``: the record uploaded later that matches it."""

    unlock_no = models.CharField(max_length=32, unique=True)
    way = models.CharField(max_length=8, help_text="operator or voucher")
    voucher = models.OneToOneField(Voucher, on_delete=models.PROTECT, null=True, related_name="unlock")
    raw = models.OneToOneField(RawUpload, on_delete=models.PROTECT, null=True, related_name="redemption")
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, null=True, related_name="unlocks")
    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="paper_unlocks")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="paper_unlocks")
    plate = models.CharField(max_length=20, blank=True, default="")
    vin = models.CharField(max_length=20, blank=True, default="")
    vehicle = models.ForeignKey(
        Vehicle,
        on_delete=models.PROTECT,
        null=True,
        related_name="paper_unlocks",
        help_text="as found when it came",
    )
    shop = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="papers_shown")
    settlement_no = models.CharField(max_length=64, blank=True, default="")
    certificate_no = models.CharField(max_length=64, blank=True, default="")
    approver = models.CharField(max_length=80)
    reason = models.CharField(max_length=400)
    granted_at = models.DateTimeField(help_text="when the paper was accepted, by its own time")
    expires_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    unlocked_at = models.DateTimeField(null=True)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, null=True, related_name="papers_shown")
    matched_at = models.DateTimeField(null=True)
    contradicted_at = models.DateTimeField(null=True, help_text="when a record came that says otherwise")
    missed_at = models.DateTimeField(null=True, help_text="when the days for uploading the record had passed")
    receipt = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(way="operator", voucher__isnull=True) | Q(way="voucher", voucher__isnull=False),
                name="unlock_by_voucher_or_operator",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["granted_at"], condition=Q(unlocked_at__isnull=True), name="unlock_kept_only"
            ),
            models.Index(fields=["recorded_at"], condition=Q(repair__isnull=True), name="unlock_unmatched"),
        ]

    @property
    def shown_at(self) -> datetime:
        """A paper that a second person confirmed was read out before it held."""
        return min(self.granted_at, self.recorded_at)
