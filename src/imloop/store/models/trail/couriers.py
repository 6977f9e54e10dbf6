"""The outbox of every party, who outside is brought it, how far that is, and what became of every message."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.registers.stations import Party


class OutboxEntry(models.Model):
    """A message for one party. The primary key is the feed's sequence."""

    receiver = models.CharField(max_length=40)
    topic = models.CharField(max_length=32)
    subject = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    body = models.JSONField()
    seen_at = models.DateTimeField(null=True, help_text="when the receiver's feed first fetched past it")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["receiver", "id"], name="outbox_receiver_seq")]


class Receiver(models.Model):
    """A system outside that receives what concerns a party, in order. ``cursor``: the last message dealt with."""

    class Way(models.TextChoices):
        HTTP = "http", "HTTP"
        FOLDER = "folder", "文件夹"
        SFTP = "sftp", "SFTP"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="receivers")
    way = models.CharField(max_length=8, choices=Way.choices)
    address = models.CharField(max_length=400, help_text="URL, or the folder's path")
    topics = models.JSONField(default=list, help_text="only these; empty: all")
    cursor = models.PositiveBigIntegerField(default=0)
    paused = models.BooleanField(default=False)
    tries = models.PositiveIntegerField(default=0, help_text="failed tries of the next message")
    retry_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True, default="")
    delivered_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True, help_text="a worker carries for it until then")

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class Delivery(models.Model):
    """One message's delivery to one receiver. ``sha256``: of the bytes sent; ``answered``: what it says it received."""

    class State(models.TextChoices):
        DELIVERED = "delivered", "已送达"
        DEAD = "dead", "被拒"
        DIFFERING = "differing", "不一致"
        DISMISSED = "dismissed", "不再送"
        SETTLED = "settled", "已补送"

    UNSETTLED = (State.DEAD, State.DIFFERING)
    """Needs a person's attention: refused for good, or the receiver says it received other bytes than were sent."""

    receiver = models.ForeignKey(Receiver, on_delete=models.PROTECT, related_name="deliveries")
    entry = models.ForeignKey(OutboxEntry, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField()
    tries = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    answered = models.CharField(max_length=64, blank=True, default="")
    error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["receiver", "at"], name="delivery_receiver_at")]
