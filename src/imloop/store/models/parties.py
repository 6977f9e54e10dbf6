"""Who takes part: stations, repairers, departments; their lines, equipment, standing, keys and people."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q


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


class Line(models.Model):
    """A test line of an I-station and the methods it is licensed for."""

    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="lines")
    code = models.CharField(max_length=8)
    methods = models.JSONField(default=list)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station", "code"], name="line_code_per_station")
        ]

    def __str__(self) -> str:
        return f"{self.station.code}/{self.code}"


class ApiKey(models.Model):
    """A machine's key, of several kinds. Of a bearer key only the SHA-256 is kept (the secret has 256 random bits);
    of an Ed25519 key the public half; an HMAC secret is kept encrypted, as it is needed to check a signature."""

    class Kind(models.TextChoices):
        BEARER = "bearer", "持有即可"
        ED25519 = "ed25519", "Ed25519 签名"
        HMAC_SHA256 = "hmac-sha256", "HMAC-SHA256 签名"
        HMAC_SM3 = "hmac-sm3", "HMAC-SM3 签名"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="keys")
    key_id = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.BEARER)
    secret_sha256 = models.CharField(max_length=64, blank=True, default="")
    material = models.CharField(
        max_length=200, blank=True, default="", help_text="raw public key, or sealed HMAC secret; base64"
    )
    note = models.CharField(max_length=60, blank=True, default="", help_text="where it is used")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80, blank=True, default="")
    until = models.DateField(null=True, help_text="first day on which it no longer opens anything")
    used_on = models.DateField(null=True, help_text="the last day it was used; to the day only")
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True, default="")


class UsedNonce(models.Model):
    """The nonce of an accepted signed message, so that it is not accepted twice. Deleted once it is too old."""

    digest = models.CharField(max_length=32, primary_key=True, help_text="of key id and nonce")
    expires_at = models.PositiveBigIntegerField(help_text="seconds since 1970")


class User(AbstractUser):
    """A person. What they may do follows from the party they work for."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="people", null=True)
    must_change_password = models.BooleanField(default=False)
    is_head = models.BooleanField(default=False, help_text="manages the people of the party")


class SavedFilter(models.Model):
    """A list filter that a person saved: the page and the query of its address."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="filters")
    path = models.CharField(max_length=60)
    query = models.CharField(max_length=400)
    name = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "path", "name"], name="filter_name_per_list")
        ]
