"""Who takes part: stations, repairers, departments; their standing, certificates and staff."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from imloop.store.models.registers.spans import ends_later


class PartyKind(models.TextChoices):
    ISTATION = "istation", "排放检验机构（I 站）"
    MSTATION = "mstation", "维修治理站（M 站）"
    ENVIRONMENT = "environment", "生态环境"
    TRANSPORT = "transport", "交通运输"
    MARKET = "market", "市场监管"
    POLICE = "police", "公安交管"
    SUPERVISOR = "supervisor", "监督"
    ADMIN = "admin", "系统管理"


DEPARTMENTS = frozenset(
    {PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.POLICE, PartyKind.SUPERVISOR}
)


class Party(models.Model):
    """A legal person or department. ``code`` is what uploads, keys and the feed name it by."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=PartyKind.choices)
    name = models.CharField(max_length=120)
    place = models.CharField(max_length=6, help_text="GB/T 2260")
    uscc = models.CharField(max_length=18, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    legal_person = models.CharField(max_length=60, blank=True, default="")
    account = models.CharField(
        max_length=40, blank=True, default="", help_text="settlement account, for conflicts of interest"
    )
    opening_hours = models.CharField(max_length=120, blank=True, default="")
    complaint_phone = models.CharField(max_length=40, blank=True, default="")
    sign_no = models.CharField(
        max_length=40, blank=True, default="", help_text="M-station: number on its sign"
    )
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    capability = models.JSONField(default=list, help_text="M-station: fuels and repair item codes it takes")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "place"], name="party_kind_place")]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class Standing(models.Model):
    """A dated fact about a party: what it was, from when to when (exclusive), on which decision and clause."""

    class State(models.TextChoices):
        NETWORKED = "networked", "已联网"
        LISTED = "listed", "已公布名录"
        SUSPENDED = "suspended", "暂停"
        STRUCK_OFF = "struck_off", "注销"
        REVOKED = "revoked", "取消"
        WITHDRAWN = "withdrawn", "自愿退出"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="standings")
    state = models.CharField(max_length=12, choices=State.choices)
    since = models.DateField()
    until = models.DateField(null=True)
    cite = models.CharField(max_length=200)
    decision_no = models.CharField(max_length=60, blank=True, default="")
    grounds = models.CharField(max_length=400, blank=True, default="")
    published_on = models.DateField(null=True)
    matter = models.ForeignKey("store.Matter", on_delete=models.PROTECT, related_name="standings", null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="standing_until_after_since"
            )
        ]


class Certificate(models.Model):
    """A dated paper of a party or of an instrument; ``until`` is the first day on which it no longer holds."""

    class Kind(models.TextChoices):
        CMA = "cma", "检验检测机构资质认定（CMA）"
        FILING = "filing", "机动车维修经营备案"
        VERIFICATION = "verification", "计量检定/校准"
        OTHER = "other", "其他"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="certificates", null=True)
    equipment = models.ForeignKey(
        "Equipment", on_delete=models.PROTECT, related_name="certificates", null=True
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=120, blank=True, default="")
    since = models.DateField()
    until = models.DateField()
    attachment = models.ForeignKey("Attachment", on_delete=models.PROTECT, related_name="+", null=True)
    warned_days = models.PositiveIntegerField(
        null=True, help_text="the last early warning given, days before"
    )

    class Meta:
        constraints: ClassVar = [
            ends_later("certificate_until_after_since"),
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
            ends_later("staff_until_after_since"),
        ]


class StationToken(models.Model):
    """Written by database triggers alone, however a change was made: facts kept in memory under the current token are
    up to date. Random, so that a value from a change that was rolled back never comes again."""

    party_id = models.BigIntegerField(primary_key=True)
    token = models.CharField(max_length=32)
