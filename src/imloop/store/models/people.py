"""How people log in: invitations, log-in attempts, sessions, a second factor, a right delegated for some days."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.parties import Party, User


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
