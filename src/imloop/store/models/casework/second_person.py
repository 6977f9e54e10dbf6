"""What one person proposed and another has to confirm."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class Proposal(models.Model):
    """An act that frees or binds, until a second person has looked at it. What was proposed is frozen by triggers."""

    class State(models.TextChoices):
        WAITING = "waiting", "待确认"
        IN_FORCE = "in_force", "先行生效，待确认"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"
        LAPSED = "lapsed", "已失效"

    kind = models.CharField(max_length=24, help_text="of steps/second_person/kinds.py")
    subject = models.CharField(max_length=120, help_text="as the journal names the object")
    place = models.CharField(max_length=6)
    vehicle = models.ForeignKey(
        Vehicle,
        on_delete=models.PROTECT,
        related_name="proposals",
        null=True,
        help_text="the one that it is about, where it is about one of the register",
    )
    body = models.JSONField(help_text="what the act needs when it is carried out")
    private = models.JSONField(
        default=dict, help_text="what it needs besides that names an owner: in no journal and no answer"
    )
    batch = models.CharField(
        max_length=80,
        blank=True,
        default="",
        help_text="SHA-256 of the list it is a row of: a list is confirmed as one",
    )
    reason = models.CharField(max_length=400)
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="who proposes; null: the operator",
    )
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    needs = models.CharField(max_length=12, help_text="kind of party that confirms")
    asked = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="the one party whose people confirm; null: any of the kind in charge of the place",
    )
    expires_at = models.DateTimeField(help_text="until then it can be confirmed")
    alone = models.CharField(
        max_length=400, blank=True, default="", help_text="why it took effect before anybody confirmed"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.JSONField(default=dict, help_text="what was made when it was carried out")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decision = models.CharField(max_length=400, blank=True, default="")

    OPEN: ClassVar = (State.WAITING, State.IN_FORCE)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "expires_at"], name="proposal_state"),
            models.Index(fields=["kind", "subject"], name="proposal_subject"),
            models.Index(fields=["batch"], condition=~models.Q(batch=""), name="proposal_batch"),
        ]
