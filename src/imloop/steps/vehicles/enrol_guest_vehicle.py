"""B9: a vehicle of another province that is tested here, on the ground of the law, for a span."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from imloop.facts.days import day_of
from imloop.facts.identifiers import parse_plate, parse_vin, plain
from imloop.facts.refusal import Conflict, Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.law.book import from_local_to_national
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers, require_kind
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.vehicles.identify_vehicle import find_vehicle
from imloop.steps.vehicles.register.word import register
from imloop.store.models import Enrolment, PartyKind, Vehicle

GROUNDS = {
    "fixed_route": Text("在本地有固定营运线路", "runs a fixed route here"),
    "operating": Text("在本地营运三个月以上", "operates here for three months or more"),
    "resident": Text("本地常住人员使用", "is used by a resident"),
}


def is_enrolled(vehicle: Vehicle, place: str, day: date) -> bool:
    """Is the vehicle tested in this place as if it were registered here?"""
    running = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return vehicle.enrolments.filter(running, place__in=from_local_to_national(place)).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnrolment:
    """Which vehicle, on which ground, from when to when. ``operating_since``: for the ground ``operating``, since when
    it has been operating here; ``until``: the first day on which it is enrolled no longer."""

    ground: str
    evidence: str
    since: date
    until: date | None = None
    vin: str = ""
    plate: str = ""
    operating_since: date | None = None


def enrol(caller: Caller, wanted: NewEnrolment, now: datetime) -> Enrolment:
    """Environment or police enrol a vehicle. One that the register does not know yet is entered with its VIN and
    plate."""
    require_kind(caller, PartyKind.ENVIRONMENT, PartyKind.POLICE)
    ground, since, until = wanted.ground, wanted.since, wanted.until
    law = registers.law_at(since, caller.place)
    if ground not in GROUNDS or ground not in law.words("elsewhere.enrolled"):
        raise Malformed(
            "wrong-value",
            Text(f"ground：可选 {' '.join(GROUNDS)}。", f"ground: choose one of {' '.join(GROUNDS)}."),
        )
    if not wanted.evidence.strip():
        raise Malformed("malformed", Text("请填写证明材料。", "Give the evidence."))
    if until is not None and until <= since:
        raise Malformed("malformed", Text("结束日期应晚于开始日期。", "It must end after it begins."))
    if ground == "operating":
        _require_months(wanted.operating_since, since, law.integer("elsewhere.operating_months"))
    with writing(now, caller) as ledger:
        vehicle = _vehicle(caller, wanted, now)
        _require_free(vehicle, caller.place, since, until)
        kept = Enrolment.objects.create(
            vehicle=vehicle,
            place=caller.place,
            ground=ground,
            since=since,
            until=until,
            decided_by=caller.actor,
            evidence=wanted.evidence.strip()[:400],
            cite=law.cite("elsewhere.enrolled"),
        )
        ledger.note("enrolled", str(vehicle), {"ground": ground, "since": since, "until": until})
        _tell(ledger, caller, kept)
    return kept


def end_enrolment(caller: Caller, enrolment_id: int, *, on: date, now: datetime) -> Enrolment:
    """End the enrolment on that day, because its ground no longer applies."""
    require_kind(caller, PartyKind.ENVIRONMENT, PartyKind.POLICE)
    with writing(now, caller) as ledger:
        kept = Enrolment.objects.select_related("vehicle").filter(pk=enrolment_id).first()
        if kept is None or not covers(caller.place, kept.place):
            raise NotAllowed("not-your-place", Text("只能办理本地的纳管。", "Only within your own area."))
        if on <= kept.since or (kept.until is not None and on > kept.until):
            raise Malformed("malformed", Text("结束日期不在纳管期内。", "The day is outside its period."))
        kept.until = on
        kept.save(update_fields=["until"])
        ledger.note("enrolment-ended", str(kept.vehicle), {"on": on})
    return kept


def enrolments(caller: Caller, now: datetime) -> list[Enrolment]:
    """What runs in the caller's place today, the newest first."""
    day = day_of(now)
    return list(
        Enrolment.objects.filter(place__in=from_local_to_national(caller.place))
        .filter(Q(until__isnull=True) | Q(until__gt=day))
        .select_related("vehicle")
        .order_by("-since", "-id")[:200]
    )


def _require_free(vehicle: Vehicle, place: str, since: date, until: date | None) -> None:
    running = vehicle.enrolments.filter(Q(until__isnull=True) | Q(until__gt=since), place=place)
    if until is not None:
        running = running.filter(since__lt=until)
    if running.exists():
        raise Conflict(
            "enrolled-already",
            Text("该车在此期间已经纳管。", "The vehicle is already enrolled in that period."),
        )


def _require_months(operating_since: date | None, since: date, months: int) -> None:
    year, month = divmod(since.year * 12 + since.month - 1 - months, 12)
    if operating_since is None or (
        operating_since.year * 12 + operating_since.month - 1,
        operating_since.day,
    ) > (
        year * 12 + month,
        since.day,
    ):
        raise Malformed(
            "not-long-enough",
            Text(
                f"营运未满 {months} 个月，请填写在本地开始营运的日期。",
                f"It must have been operating here for {months} months; state since when.",
            ),
        )


def _vehicle(caller: Caller, wanted: NewEnrolment, now: datetime) -> Vehicle:
    """Known, or entered by its VIN and plate; one known from tests alone is registered by those that are given: what a
    station stated does not become the department's word."""
    vin, plate = plain(wanted.vin), plain(wanted.plate)
    if not (vin or plate):
        raise Malformed("malformed", Text("请填写号牌或 VIN。", "Give the plate or the VIN."), at="plate")
    found = find_vehicle(vin, plate)
    if found is not None and found.registered:
        return found
    if found is None:
        vin, plate = parse_vin(vin).text if vin else "", parse_plate(plate).text if plate else ""
    found = found or Vehicle(vin=vin, plate=plate)
    names = (("vin", vin), ("plate", plate))
    said = {name: value for name, value in names if value and value == getattr(found, name)}
    register(found, said, caller.kind, day_of(now), wanted.evidence.strip()[:80])
    found.save()
    return found


def _tell(ledger: Ledger, caller: Caller, kept: Enrolment) -> None:
    other = PartyKind.POLICE if caller.kind == PartyKind.ENVIRONMENT else PartyKind.ENVIRONMENT
    receiver = registers.department(other, caller.place)
    if receiver is not None:
        ledger.send(
            receiver.code,
            "enrolled",
            str(kept.vehicle),
            {"plate": kept.vehicle.plate, "vin": kept.vehicle.vin, "ground": kept.ground},
        )
