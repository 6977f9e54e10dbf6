"""Who gives plate and the last six of the VIN, as they stand on the licence, is told what an owner is told: of this one
vehicle, for an hour, at an address that holds neither. Its history names no person and nothing of earlier owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from imloop.facts.identifiers import plain, signs
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.seen import Door, seen
from imloop.store.models import Case, Repair, Test, Vehicle

MOST = 200
LASTS = timedelta(hours=1)
_SALT = "imloop.owner-door"
_TAIL = 6


def owned(who: Caller, page: str, plate: str, vin_tail: str) -> Vehicle | None:
    """The vehicle that bears both; the question is kept, answered or not. ``who``: the public, or a person who is
    logged in; ``page``: where it was asked."""
    borne, tail = plain(plate), signs(vin_tail)
    if not borne or len(tail) != _TAIL:
        return None
    found = Vehicle.objects.filter(plate=borne, vin__endswith=tail).order_by("-id").first()
    shown = [found.pk] if found else []
    seen(who, Door.OWNER, shown, asked="" if found else borne, more={"page": page})
    return found


def pass_to(vehicle: Vehicle, now: datetime) -> str:
    """Sealed, so that it cannot be guessed; it opens the history of this vehicle until it ends."""
    return signing.dumps([vehicle.pk, int((now + LASTS).timestamp())], salt=_SALT)


def let_in(sealed: str, now: datetime) -> Vehicle:
    try:
        key, until = signing.loads(sealed, salt=_SALT)
    except signing.BadSignature:
        key, until = 0, 0
    found = Vehicle.objects.filter(pk=key).first() if now.timestamp() < until else None
    if found is None:
        raise Unknown(
            "owner-door-closed",
            Text(
                "链接已失效（一小时内有效），请重新输入号牌和 VIN 后六位查询。",
                "The link has ended (it lasts an hour). Give plate and VIN tail again.",
            ),
        )
    return found


@dataclass(frozen=True, slots=True)
class History:
    """Each list newest first."""

    vehicle: Vehicle
    tests: list[Test]
    cases: list[Case]
    repairs: list[Repair]


def vehicle_by_plate(who: Caller, plate: str, vin_tail: str) -> Vehicle:
    """Plate and the last six of the VIN, as on the licence."""
    found = owned(who, "history", plate, vin_tail)
    if found is None:
        raise Unknown(
            "unknown-vehicle",
            Text(
                f"没有找到 {plate}，或 VIN 后六位不符。", f"{plate} was not found, or the VIN tail differs."
            ),
        )
    return found


def history(vehicle: Vehicle) -> History:
    """The last tests, whichever station made them, with the cases and repairs they led to."""
    tests = vehicle.tests.select_related("station").defer("trace", "receipt", "verdict", "stated")
    repairs = Repair.objects.filter(case__vehicle=vehicle).select_related("shop", "case")
    return History(
        vehicle,
        list(tests.order_by("-started_at")[:MOST]),
        list(vehicle.cases.select_related("station").order_by("-opened_at")[:MOST]),
        list(repairs.order_by("-finished_at")[:MOST]),
    )
