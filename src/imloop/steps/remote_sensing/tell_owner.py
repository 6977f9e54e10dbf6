"""The owner is told of a reading that two people confirmed, and can look it up: without that it stays a lead."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from imloop.facts.refusal import Conflict, Malformed
from imloop.facts.text import Text
from imloop.steps.ground.access import PUBLIC, SYSTEM, Caller, require_kind
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.remote_sensing.owner_door import page_of, reading_behind
from imloop.steps.remote_sensing.review import State, own_reading, settle_minutes
from imloop.store.models import PartyKind, RemoteReading, RemoteReview, Vehicle

READ = "read"
WAYS: dict[str, Text] = {
    "sms": Text("短信", "text message"),
    "phone": Text("电话", "telephone"),
    "post": Text("邮寄", "post"),
    "in_person": Text("当面", "in person"),
    READ: Text("车主本人查阅", "read by the owner"),
}
_MOST = 500
"""Readings of one round."""


def open_confirmed(now: datetime) -> int:
    """Once a review can no longer be taken back, the owner can look the reading up, and the office's feed says whom it
    has to tell. Gives how many were opened."""
    waiting = list(_waiting()[:_MOST])
    ready = [row for row in waiting if _settled(row, now)]
    if not ready:
        return 0
    count = 0
    with writing(now, SYSTEM) as ledger:
        for row in ready:
            # Read before the lock was held: another worker may have opened it meanwhile.
            if not RemoteReading.objects.filter(pk=row.pk, open_at__isnull=True).update(open_at=now):
                continue
            _announce(ledger, row)
            count += 1
    return count


def _waiting() -> QuerySet[RemoteReading]:
    """Where the register knows no vehicle of that plate there is nobody to tell."""
    known = Vehicle.objects.filter(plate=OuterRef("plate"), registered=True)
    confirmed = RemoteReading.objects.filter(state__in=[State.CONFIRMED, State.HANDED], open_at__isnull=True)
    return confirmed.exclude(plate="").filter(Exists(known)).select_related("sender").order_by("pk")


def _settled(row: RemoteReading, now: datetime) -> bool:
    last = RemoteReview.objects.filter(reading=row, taken_back_at__isnull=True).latest("at")
    return row.state == State.HANDED or now - last.at > timedelta(minutes=settle_minutes(row, now))


def _announce(ledger: Ledger, row: RemoteReading) -> None:
    vehicle = Vehicle.objects.filter(plate=row.plate, registered=True).order_by("-id")[0]
    ledger.note("reading-opened", row.record_no, {"reading": row.pk})
    body = {"reading": row.pk, "plate": row.plate, "site": row.site_code, "at": row.at.isoformat()}
    told = {"page": page_of(row), "owner_phone": vehicle.owner_phone}
    ledger.send(row.sender.code, "reading-confirmed", row.record_no[:40], {**body, **told})


def note_told(caller: Caller, reading_id: int, how: str, now: datetime) -> RemoteReading:
    """By whom it was told: the office, or the machine that sends its messages. The same again changes nothing."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    if how not in WAYS or how == READ:
        known = " ".join(name for name in WAYS if name != READ)
        words = Text(f"告知方式：可选 {known}。", f"how: choose one of {known}.")
        raise Malformed("wrong-value", words, at="how")
    with writing(now, caller, by_key=True) as ledger:
        row = own_reading(caller, reading_id)
        if row.open_at is None:
            words = Text(
                "还不能查询，先不告知：须两人审核属实并过撤回期，且车辆已登记。",
                "Not yet: two people confirm it, it can be taken back no more, and the vehicle is registered.",
            )
            raise Conflict("look-up-not-open", words)
        _told(ledger, row, how)
    return row


def read_by_owner(token: str, now: datetime) -> RemoteReading:
    """The owner says on the reading's own page that it was read."""
    with writing(now, PUBLIC) as ledger:
        row = reading_behind(token)
        _told(ledger, row, READ)
    return row


def _told(ledger: Ledger, row: RemoteReading, how: str) -> None:
    if row.told_at is not None:
        return
    row.told_at, row.told_how = ledger.now, how
    row.save(update_fields=["told_at", "told_how"])
    ledger.note("owner-told-of-reading", row.record_no, {"reading": row.pk, "how": how})
