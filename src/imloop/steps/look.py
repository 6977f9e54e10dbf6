"""Look-ups that a caller may make. Looking up one vehicle's case or test is journalled, as it shows personal data."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps import clock
from imloop.steps.access import Caller, own
from imloop.steps.ledger import writing
from imloop.store.models import Case, Finding, Line, Notice, Party, PartyKind, Repair, Test


def cases(caller: Caller) -> QuerySet[Case]:
    visible = own(caller, "place", "station__code", "repairs__shop__code")
    found = Case.objects.filter(visible).select_related("vehicle", "station")
    return found.distinct() if caller.kind == PartyKind.MSTATION else found


def tests(caller: Caller) -> QuerySet[Test]:
    return Test.objects.filter(own(caller, "station__place", "station__code", None)).select_related(
        "vehicle", "station"
    )


def repairs(caller: Caller) -> QuerySet[Repair]:
    visible = own(caller, "case__place", "case__station__code", "shop__code")
    return Repair.objects.filter(visible).select_related("case", "shop", "case__vehicle")


def findings(caller: Caller) -> QuerySet[Finding]:
    if caller.is_department:
        codes = Party.objects.filter(own(caller, "place", "code", None)).values("code")
        return Finding.objects.filter(station_code__in=codes)
    return Finding.objects.filter(station_code=caller.party_code)


def parties(kind: str) -> QuerySet[Party]:
    """Public: the register of a kind."""
    return Party.objects.filter(kind=kind).order_by("code")


def lines(station: str, day: date) -> QuerySet[Line]:
    """Public: the lines a station has on a day."""
    in_force = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return Line.objects.filter(in_force, station__code=station).order_by("code")


def case(caller: Caller, case_no: str) -> Case:
    found = cases(caller).filter(case_no=case_no).first()
    if found is None:
        raise _nothing("case", case_no)
    _journal_look(caller, "case", found.case_no)
    return found


def test(caller: Caller, test_no: str, station: str = "") -> Test:
    """By number; ``station`` when two stations use the same number."""
    rows = tests(caller).filter(test_no=test_no)
    found = (rows.filter(station__code=station) if station else rows).order_by("-id").first()
    if found is None:
        raise _nothing("test", test_no)
    _journal_look(caller, "test", f"{found.station.code}/{found.test_no}")
    return found


def repair(caller: Caller, shop: str, repair_no: str) -> Repair:
    """By the shop's own number."""
    found = repairs(caller).filter(shop__code=shop, repair_no=repair_no).first()
    if found is None:
        raise _nothing("repair", repair_no)
    _journal_look(caller, "repair", f"{found.shop.code}/{found.repair_no}")
    return found


def notice(caller: Caller, notice_no: str) -> Notice:
    found = Notice.objects.filter(notice_no=notice_no, case__in=cases(caller)).select_related("case").first()
    if found is None:
        raise _nothing("notice", notice_no)
    return found


def owner_case(token: str) -> Case:
    """The owner's page: the token from the notice's QR is the key."""
    found = Case.objects.select_related("vehicle", "station").filter(owner_token=token).first()
    if found is None:
        raise _nothing("case", token[:6])
    return found


def owner_case_by_plate(plate: str, vin_tail: str) -> Case:
    """Plate and the last six of the VIN, as printed on the licence; the newest case of that vehicle."""
    plate, vin_tail = plate.strip().upper().replace("·", "").replace(" ", ""), vin_tail.strip().upper()
    rows = Case.objects.select_related("vehicle", "station").filter(vehicle__plate=plate)
    found = (
        rows.filter(vehicle__vin__endswith=vin_tail).order_by("-id").first() if len(vin_tail) == 6 else None
    )
    if found is None:
        raise _nothing("case", plate)
    return found


def case_for_repair(caller: Caller, *, case_no: str = "", plate: str = "", vin_tail: str = "") -> Case:
    """An M-station may see an open case when the owner gives it the number, or plate and VIN tail."""
    rows = Case.objects.select_related("vehicle", "station").filter(closed_at__isnull=True)
    if case_no:
        found = rows.filter(case_no=case_no.strip()).first()
    else:
        found = owner_case_by_plate(plate, vin_tail)
        found = found if found.closed_at is None else None
    if found is None:
        raise _nothing("case", case_no or plate)
    _journal_look(caller, "case", found.case_no)
    return found


def _nothing(kind: str, name: str) -> Unknown:
    # The same words whether it does not exist or is not the caller's: nothing is revealed.
    return Unknown(
        f"unknown-{kind}",
        Text(f"没有找到 {name}，或无权查看。", f"{name} was not found, or is not yours to see."),
    )


def _journal_look(caller: Caller, kind: str, subject: str) -> None:
    with writing(clock.now(), caller) as ledger:
        ledger.note("looked-up", subject, {"kind": kind})
