"""Who saw what of whom, where no single object was opened: append-only, triggers refuse change and removal."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.registers.accounts import User
from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class Look(models.Model):
    """One answer that told of vehicles: a gate's, a list's, a page of messages. The journal's next seal of looks covers
    its hash, so the journal is not locked for each question.

    ``key``: id of the machine's key, empty for a person; ``asked``: keyed hash of what was typed, where nothing was
    found; ``body``: canonical JSON as hashed, with ``vehicles`` (their keys), or for messages and files how many."""

    at = models.CharField(max_length=32, help_text="ISO 8601, as hashed")
    door = models.CharField(max_length=32)
    actor = models.CharField(max_length=80, db_index=True)
    key = models.CharField(max_length=40)
    asked = models.CharField(max_length=32, db_index=True)
    purpose = models.CharField(max_length=200)
    body = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["at"], name="look_at"),
            models.Index(fields=["actor", "at"], name="look_actor_at"),
        ]


class LookedVehicle(models.Model):
    """By which looks a vehicle was seen: an index over ``Look.body``, compared with it by ``imloop check``."""

    look = models.ForeignKey(Look, models.PROTECT, related_name="seen")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="looks")


class UnusualDay(models.Model):
    """A person, or a party's keys together, who saw more vehicles on a day than the law of its place calls usual."""

    actor = models.CharField(max_length=80)
    place = models.CharField(max_length=6, help_text="of the party; 000000 for who runs the platform")
    day = models.DateField()
    vehicles = models.PositiveIntegerField(help_text="at least")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "actor"], name="unusual_once_a_day")]


class RecordComment(models.Model):
    """What a person says about an entry of their own duty record. Append-only, frozen by triggers."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="comments")
    entry = models.PositiveBigIntegerField(
        null=True, db_index=True, help_text="number in the journal; null: about the record as a whole"
    )
    text = models.CharField(max_length=400)
    at = models.DateTimeField()
