"""Cases that a caller may see. Looking up one vehicle's case is journalled: it shows personal data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.lookups import Shown, look, nothing_there, within_days
from imloop.steps.ground.seen import Door, seen
from imloop.steps.vehicles.owner_door import owned
from imloop.store.models import Case, CaseEvent, Notice, PartyKind, Repair


def cases(caller: Caller) -> QuerySet[Case]:
    visible = own(caller, "place", "station__code", "repairs__shop__code")
    found = Case.objects.filter(visible).select_related("vehicle", "station")
    return found.distinct() if caller.kind == PartyKind.MSTATION else found


def to_which(event: str, since: date | None, until: date | None) -> Q:
    """Cases to which this happened on these days, both included."""
    return Q(pk__in=CaseEvent.objects.filter(within_days("at", since, until), kind=event).values("case"))


def case(caller: Caller, case_no: str, show: Callable[[Case], Shown]) -> Shown:
    """What ``show`` makes of it, of one moment with the journal's entry."""

    def find() -> Case:
        found = cases(caller).filter(case_no=case_no).first()
        if found is None:
            raise nothing_there("case", case_no)
        return found

    return look(caller, "case", find, lambda found: found.case_no, show)


def repairs_of(case: Case) -> QuerySet[Repair]:
    """What was reported in the case, and what it rests on from a case that was annulled since."""
    wanted = Q(case=case)
    for told in case.snapshot["repairs"]:
        wanted |= Q(case__vehicle=case.vehicle_id, shop__code=told["shop"], repair_no=told["repair_no"])
    return Repair.objects.filter(wanted).select_related("shop")


def notice(caller: Caller, notice_no: str, key: str = "") -> Notice:
    """Its stations find it by its number. Numbers count up, so a department needs the key beside it, too, which stands
    where it has opened the case."""
    found = Notice.objects.filter(notice_no=notice_no, case__in=cases(caller)).select_related("case").first()
    if found is None or (caller.is_department and not constant_time_compare(key, _key_of(notice_no))):
        raise nothing_there("notice", notice_no)
    seen(caller, Door.NOTICE, [found.case.vehicle_id], more={"notice": notice_no})
    return found


def notice_address(notice_no: str) -> str:
    """Of the PDF, below the pages and below the API; it cannot be guessed from the number."""
    return f"notices/{notice_no}.pdf?key={_key_of(notice_no)}"


def _key_of(notice_no: str) -> str:
    return salted_hmac("imloop.notice", notice_no, algorithm="sha256").hexdigest()[:20]


def owner_case(token: str) -> Case:
    """The owner's page: the token from the notice's QR is the key."""
    found = Case.objects.select_related("vehicle", "station").filter(owner_token=token).first()
    if found is None:
        raise nothing_there("case", token[:6])
    return found


def owner_case_by_plate(who: Caller, plate: str, vin_tail: str) -> Case:
    """Plate and the last six of the VIN, as printed on the licence; the newest case of that vehicle. A car without a
    case and one that nobody knows are answered alike."""
    vehicle = owned(who, "find", plate, vin_tail)
    found = vehicle.cases.order_by("-id").first() if vehicle else None
    if found is None:
        raise Unknown(
            "no-case-of-vehicle",
            Text(
                f"没有查到 {plate} 的案件。若号牌和 VIN 后六位与行驶证一致：这辆车没有不合格案件，不需维修、复检，"
                "按期检验即可；上次何时检验，此处不答。若不一致，请改正后再查。",
                f"No case was found for {plate}. If plate and VIN tail are those of the licence: nothing is open for "
                "this car, no repair and no retest are asked of you, and it is tested when it is due; when it was last "
                "tested is not told here. If they are not, correct them and ask again.",
            ),
        )
    return found
