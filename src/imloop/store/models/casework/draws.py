"""Random draws: the list as it was prepared, what each department deposited, the public numbers, the visits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.registers.accounts import User
from imloop.store.models.registers.stations import Party


class Draw(models.Model):
    """One draw with its serial, voided ones included. ``frame``: units with chances and salts, strata, rules, days and
    sources, frozen by triggers from the start; ``header``: what is fixed and published with the commitment."""

    class State(models.TextChoices):
        PREPARED = "prepared", "已编制，待各部门加入"
        COMMITTED = "committed", "已锁定，待随机数"
        DRAWN = "drawn", "已抽取，检查中"
        PUBLISHED = "published", "已公布"
        VOIDED = "voided", "作废"

    no = models.CharField(max_length=32, unique=True)
    place = models.CharField(max_length=6)
    period = models.CharField(max_length=6, help_text="2026Q1")
    as_of = models.DateField(help_text="the registers of this day")
    state = models.CharField(max_length=10, choices=State.choices)
    frame = models.JSONField()
    salt = models.CharField(max_length=32, help_text="hides the people's list until it is published")
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    header = models.JSONField(null=True)
    people = models.JSONField(null=True, help_text="inspectors and who may not visit whom, as fixed")
    commitment = models.CharField(max_length=64, blank=True, default="")
    committed_at = models.DateTimeField(null=True)
    journal_number = models.PositiveBigIntegerField(
        null=True, help_text="the entry that holds the commitment"
    )
    drawn_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    export = models.JSONField(null=True, help_text="imloop.draw/1 as published; its hash is in the journal")
    whole = models.BooleanField(
        default=True, help_text="published with the whole list, or the drawn units only"
    )
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=400, blank=True, default="")
    voided_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["place", "state"], name="draw_place_state")]

    def __str__(self) -> str:
        return self.no


class DrawPart(models.Model):
    """A department's part: the hash of its secret, its inspectors, whom they may not visit;
    the secret once revealed."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="parts")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    nonce_sha256 = models.CharField(max_length=64)
    inspectors = models.JSONField(help_text="names; user names where officers confirm themselves")
    conflicts = models.JSONField(help_text="inspector, unit, reason")
    joined_at = models.DateTimeField()
    joined_by = models.CharField(max_length=80)
    nonce = models.CharField(max_length=64, blank=True, default="")
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "party"], name="draw_part_once")]


class DrawNumber(models.Model):
    """A public number as typed by one department and again by another."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="numbers")
    source = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    fallback = models.CharField(max_length=200, blank=True, default="", help_text="why the substitute counts")
    entered_by = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "source"], name="draw_number_once")]


class DrawVisit(models.Model):
    """A unit that was drawn: when and by whom it is to be visited, and the result."""

    class Outcome(models.TextChoices):
        SOUND = "sound", "未发现问题"
        FAULTS = "faults", "发现问题"
        IMPOSSIBLE = "impossible", "未能检查"

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="visits")
    stratum = models.CharField(max_length=2)
    unit = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    pi = models.PositiveIntegerField(help_text="millionths")
    u = models.CharField(max_length=20)
    uniform = models.BooleanField(help_text="of the part with equal chances")
    planned_on = models.DateField()
    lead = models.CharField(max_length=120)
    member = models.CharField(max_length=120)
    opened_on = models.DateField(null=True, help_text="the day of the visit, from when its papers are fixed")
    opened_by = models.CharField(max_length=80, blank=True, default="")
    papers = models.JSONField(null=True, help_text="numbers and clue weights the papers were drawn from")
    looked_at = models.JSONField(default=list)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    result = models.CharField(max_length=1000, blank=True, default="")
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "unit"], name="draw_visit_once")]
        indexes: ClassVar = [models.Index(fields=["unit", "opened_on"], name="draw_visit_unit")]


class DrawOfficer(models.Model):
    """An account drawn for a visit, or next in order for one who stepped back; in the order in which they came."""

    class Ground(models.TextChoices):
        ABSENT = "absent", "不能到场"
        CONFLICTED = "conflicted", "应当回避"

    visit = models.ForeignKey(DrawVisit, on_delete=models.PROTECT, related_name="officers")
    number = models.CharField(max_length=120, help_text="as in what is published")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(
        max_length=10, choices=Ground.choices, blank=True, default="", help_text="why they stepped back"
    )
    reason = models.CharField(max_length=400, blank=True, default="")
    stand_in = models.CharField(max_length=120, blank=True, default="", help_text="who came; empty: nobody")
    left_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=80, blank=True, default="")
    left_as = models.PositiveSmallIntegerField(
        null=True, help_text="as which of the visit's who stepped back"
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["visit", "user"], name="draw_officer_once")]
