"""Complaints and tips: what was reported, who else follows it, what is paid."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.casework.matters.matter import Matter


class Complaint(models.Model):
    """What was reported. Its steps and clocks are those of its matter. The reporter's name and telephone are sealed;
    of the payment code only the hash is kept."""

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="complaint")
    category = models.CharField(max_length=24)
    about = models.CharField(max_length=12, help_text="whom it is about: a kind")
    text = models.CharField(max_length=4000)
    answers = models.JSONField(default=dict, help_text="to the questions of the category")
    on = models.DateField(help_text="the day it happened, else the day it came in")
    plate = models.CharField(max_length=16, blank=True, default="")
    party_named = models.CharField(
        max_length=120, blank=True, default="", help_text="as typed, or by the register"
    )
    address = models.CharField(max_length=200, blank=True, default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    reporter = models.TextField(
        blank=True, default="", help_text="sealed name and telephone; empty: nobody said"
    )
    named = models.BooleanField(default=False, help_text="gave a name and a telephone: is answered by law")
    insider = models.BooleanField(default=False, help_text="works there, as they say")
    together = models.PositiveSmallIntegerField(default=1, help_text="how many reported together")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["category", "on"], name="complaint_near")]


class ComplaintFollower(models.Model):
    """Whoever follows another's complaint instead of reporting again, by a secret address of their own."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="followers")
    token_sha256 = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()


class Reward(models.Model):
    """What one reporter is due. Who pays finds it by the code alone, and sees no complaint. ``code_sha256``: of the
    code given at intake; ``secret_sha256``: of the one-time number that the reporter drew to collect it."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="rewards")
    code_sha256 = models.CharField(max_length=64, unique=True)
    fen = models.PositiveIntegerField(null=True, help_text="null: nothing is due, yet")
    cite = models.CharField(max_length=200, blank=True, default="")
    granted_at = models.DateTimeField(null=True)
    collect_by = models.DateField(null=True)
    secret_sha256 = models.CharField(max_length=64, blank=True, default="")
    paid_at = models.DateTimeField(null=True)
    paid_by = models.CharField(max_length=150, blank=True, default="", help_text="account")
    receipt_no = models.CharField(max_length=40, blank=True, default="")
