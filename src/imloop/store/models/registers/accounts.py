"""People and machines that log in: keys, invitations, log-in attempts, sessions, a second factor,
a right delegated for some days."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

from imloop.store.models.registers.stations import Party


class ApiKey(models.Model):
    """A machine's key, or a person's own, of several kinds. Of a bearer key only the SHA-256 is kept (the secret has
    256 random bits); of an Ed25519 key the public half; an HMAC secret is kept encrypted, as it is needed to check a
    signature."""

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
    user = models.ForeignKey(
        "User",
        on_delete=models.PROTECT,
        related_name="keys",
        null=True,
        help_text="whose personal key it is; empty: a machine's",
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
    pays_rewards = models.BooleanField(
        default=False, help_text="pays rewards against codes, and sees no complaint"
    )
    natural_person = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_index=True,
        help_text="keyed hash of the identity card's number",
    )


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


class Invitation(models.Model):
    """A link that makes one account of a party. Only the SHA-256 of its token is kept."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="invitations")
    token_sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60, help_text="for whom")
    as_head = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)


class LogInTry(models.Model):
    """A log-in attempt, also under a name that nobody has. ``factor``: which question was answered."""

    username = models.CharField(max_length=150, db_index=True, help_text="as typed, in lower case")
    at = models.DateTimeField(db_index=True)
    address = models.CharField(max_length=64)
    browser = models.CharField(
        max_length=32, blank=True, default="", help_text="which of those known for the name; empty: unknown"
    )
    factor = models.CharField(max_length=8, default="password")
    passed = models.BooleanField()
    unlocked = models.BooleanField(default=False, help_text="no longer counted: an administrator decided so")


class UserSession(models.Model):
    """Where a person is logged in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=64)
    browser = models.CharField(max_length=200)


class SecondFactor(models.Model):
    """A person's TOTP (RFC 6238). ``last_step``: a code works once. ``recovery``: SHA-256 of the codes left."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.PositiveBigIntegerField(default=0)
    recovery = models.JSONField(default=list)


class Delegation(models.Model):
    """The head of a party delegates to a colleague the right to manage its people, until a day (exclusive)."""

    giver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lent")
    taker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="borrowed")
    until = models.DateField()
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["taker", "until"], name="delegation_taker_until")]
