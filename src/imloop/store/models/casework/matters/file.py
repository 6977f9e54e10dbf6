"""What belongs to a matter's file: whom it concerns, what it goes together with, evidence, copies, publications."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from imloop.store.models.casework.findings import Finding
from imloop.store.models.casework.matters.matter import Matter, MatterEvent
from imloop.store.models.registers.stations import Party


class MatterParty(models.Model):
    """Somebody a matter concerns besides its main party. ``name``: of who is in no register."""

    class Role(models.TextChoices):
        RESPONDENT = "respondent", "当事人"
        OWNER = "owner", "车主"
        REPAIRER = "repairer", "维修单位"
        REPORTER = "reporter", "举报人、投诉人"
        THIRD = "third", "利害关系人"

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=12, choices=Role.choices)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", null=True)
    name = models.CharField(max_length=120, blank=True, default="")
    entered_at = models.DateTimeField()


class MatterLink(models.Model):
    """Two matters that go together. ``other`` is what ``matter`` was merged into, was opened from, or is a twin of."""

    class Kind(models.TextChoices):
        MERGED = "merged", "并入"
        OPENED_FROM = "opened_from", "由此立案"
        TWIN = "twin", "关联案件"

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="links_back")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "other", "kind"], name="link_once"),
        ]


class Copy(models.Model):
    """What a department was told of as an object of its own: received, and answered by a day. ``shown``: what the
    object said then, in lines and as a record, frozen; its files are evidence by hash."""

    class Of(models.TextChoices):
        MATTER = "matter", "事项"
        TEST = "test", "检验"
        REPAIR = "repair", "维修记录"
        TRACE_BACK = "trace_back", "追溯倒查"
        FINDING = "finding", "线索"

    of = models.CharField(max_length=12, choices=Of.choices)
    reference = models.CharField(max_length=150, help_text="number of the object, with its station's code")
    title = models.CharField(max_length=120)
    shown = models.JSONField(default=dict)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="copies", null=True)
    sent_by = models.CharField(max_length=40, help_text="code of the department")
    to = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="copies")
    wanted = models.CharField(max_length=1000)
    sent_at = models.DateTimeField()
    answer_due = models.DateField()
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=80, blank=True, default="")
    answer = models.CharField(max_length=1000, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["of", "reference"], name="copy_of"),
            models.Index(
                fields=["to", "answer_due"], condition=Q(answered_at__isnull=True), name="copy_unanswered"
            ),
        ]


class Evidence(models.Model):
    """One piece of evidence of a lead, a matter or a copy, carried along when the lead becomes a matter. ``reference``:
    number of the test, repair or case, or the address of a video; ``sha256``: of the bytes it stands for.
    Append-only."""

    class Kind(models.TextChoices):
        TEST = "test", "检验"
        REPAIR = "repair", "维修记录"
        CASE = "case", "闭环案件"
        FINDING = "finding", "线索"
        FILE = "file", "文件、照片"
        VIDEO = "video", "视频"

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="evidence", null=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="evidence", null=True)
    copy = models.ForeignKey(Copy, on_delete=models.PROTECT, related_name="evidence", null=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reference = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    words = models.CharField(max_length=400, blank=True, default="")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(matter__isnull=False) | Q(finding__isnull=False) | Q(copy__isnull=False),
                name="evidence_of_something",
            ),
        ]


class Publication(models.Model):
    """What the public reads of a step of a matter, until it is withdrawn."""

    event = models.OneToOneField(MatterEvent, on_delete=models.PROTECT, related_name="publication")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="publications")
    place = models.CharField(max_length=6)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True, default="")
    reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at"], condition=Q(withdrawn_at__isnull=True), name="publication_shown"),
        ]
