"""What a station works with and who works there: instruments, certificates, staff, checks, locks, link, software."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from imloop.store.models.matters import Attachment
from imloop.store.models.parties import Line, Party
from imloop.store.models.uploads import RawUpload


def _ends_later(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("since")), name=name)


class Equipment(models.Model):
    """An instrument on a line. ``kind``: ``imloop.facts.codes.Instrument``."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="equipment")
    kind = models.CharField(max_length=20)
    maker = models.CharField(max_length=60, blank=True, default="")
    model = models.CharField(max_length=60)
    serial = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "serial", "since"], name="equipment_serial"),
            _ends_later("equipment_until_after_since"),
        ]


class Certificate(models.Model):
    """A dated paper of a party or of an instrument; ``until`` is the first day on which it no longer holds."""

    class Kind(models.TextChoices):
        CMA = "cma", "检验检测机构资质认定（CMA）"
        FILING = "filing", "机动车维修经营备案"
        VERIFICATION = "verification", "计量检定/校准"
        OTHER = "other", "其他"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="certificates", null=True)
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="certificates", null=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=120, blank=True, default="")
    since = models.DateField()
    until = models.DateField()
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+", null=True)
    warned_days = models.PositiveIntegerField(
        null=True, help_text="the last early warning given, days before"
    )

    class Meta:
        constraints: ClassVar = [
            _ends_later("certificate_until_after_since"),
            models.CheckConstraint(
                condition=Q(party__isnull=False) ^ Q(equipment__isnull=False), name="certificate_of_one"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["until"], name="certificate_until")]


class Staff(models.Model):
    """A person at a station in a role, from when to when. One person may hold several roles."""

    class Role(models.TextChoices):
        INSPECTOR = "inspector", "检验员"
        DRIVER = "driver", "引车员"
        REVIEWER = "reviewer", "授权签字人"
        TECHNICAL_LEAD = "technical_lead", "技术负责人"
        QUALITY_LEAD = "quality_lead", "质量负责人"
        TECHNICIAN = "technician", "诊断维修技师"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="staff")
    name = models.CharField(max_length=40)
    role = models.CharField(max_length=16, choices=Role.choices)
    licence_no = models.CharField(max_length=60, blank=True, default="")
    qualified_until = models.DateField(null=True, help_text="first day without the qualification")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party", "name", "role", "since"], name="staff_once"),
            _ends_later("staff_until_after_since"),
        ]


class EquipmentCheck(models.Model):
    """A self-check as reported and as recomputed by us. Frozen."""

    raw = models.OneToOneField(RawUpload, on_delete=models.PROTECT, related_name="equipment_check")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="checks")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="checks", null=True)
    check_no = models.CharField(max_length=64)
    kind = models.CharField(max_length=24)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    received_at = models.DateTimeField()
    claimed = models.CharField(max_length=8, blank=True, default="")
    result = models.CharField(max_length=8)
    law_hash = models.CharField(max_length=64)
    answer = models.JSONField(help_text="recomputed errors beside their tolerances")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "check_no"], name="check_no_per_line")
        ]
        indexes: ClassVar = [models.Index(fields=["line", "kind", "finished_at"], name="check_line_kind")]

    @property
    def receipt(self) -> dict[str, object]:
        """What the line was told."""
        return dict(self.answer)


class LineOrder(models.Model):
    """A department's order about a line for some time: locked, or unlocked although a check is missing (A-ground
    needed)."""

    class Kind(models.TextChoices):
        LOCK = "lock", "锁定"
        UNLOCK = "unlock", "解锁"

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    methods = models.JSONField(default=list, help_text="empty: every method of the line")
    reason = models.CharField(max_length=400)
    evidence = models.CharField(max_length=400)
    approver = models.CharField(max_length=80)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="order_until_after_since")
        ]
        indexes: ClassVar = [models.Index(fields=["line", "until"], name="order_line_until")]


class Link(models.Model):
    """The last heartbeat of a line."""

    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="link")
    seen_at = models.DateTimeField()
    clock_skew_s = models.FloatField(help_text="the line's clock minus ours")
    software_sha256 = models.CharField(max_length=64, blank=True, default="")
    software = models.CharField(max_length=80, blank=True, default="")
    spooled = models.PositiveIntegerField(default=0, help_text="messages waiting at the station")
    sequence = models.BigIntegerField(null=True, help_text="the last sequence number of a test of this line")
    status = models.CharField(max_length=12, default="idle")
    lost_at = models.DateTimeField(null=True, help_text="when the loss of the link was noticed")


class Software(models.Model):
    """An approved inspection program."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    place = models.CharField(max_length=6)
    since = models.DateField()
    until = models.DateField(null=True)
    cite = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sha256", "place", "since"], name="software_once"),
            _ends_later("software_until_after_since"),
        ]


class Fee(models.Model):
    """An approved price: for a place, or for one station, by method; what people must be charged at most."""

    place = models.CharField(max_length=6)
    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="fees", null=True)
    method = models.CharField(max_length=12)
    yuan = models.DecimalField(max_digits=8, decimal_places=2)
    since = models.DateField()
    until = models.DateField(null=True)
    cite = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [_ends_later("fee_until_after_since")]
        indexes: ClassVar = [models.Index(fields=["place", "method"], name="fee_place_method")]
