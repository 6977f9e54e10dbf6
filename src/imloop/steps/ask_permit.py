"""An I-station asks before a retest: may this vehicle be retested here, now?"""

from __future__ import annotations

from datetime import datetime

from imloop import loop
from imloop.facts.codes import EXEMPT_FUELS
from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.steps import registers
from imloop.steps.access import Caller
from imloop.steps.cases import as_loop_case
from imloop.steps.line_standing import station_lock
from imloop.steps.vehicles import find_vehicle
from imloop.store.models import Case, Party, PartyKind, Vehicle


def ask_permit(
    caller: Caller, *, station: str, at: datetime, vin: str = "", plate: str = ""
) -> dict[str, object]:
    """Contract §4: allowed, every reason with its clause and the next step, the case. Nothing is written."""
    if caller.kind == PartyKind.ISTATION:
        if station and station != caller.party_code:
            raise NotAllowed(
                "not-your-station", Text("只能为本站查询。", "A station may only ask for itself.")
            )
        station = caller.party_code
    elif not caller.is_department:
        raise NotAllowed(
            "wrong-kind-of-party", Text("仅检验机构和主管部门可查询。", "Only stations and departments.")
        )
    vin, plate = vin.strip().upper(), plate.strip().upper().replace("·", "")
    if not (vin or plate):
        raise Malformed("malformed", Text("请给出 vin 或 plate。", "Give vin or plate."))
    where = registers.party(station, PartyKind.ISTATION)
    vehicle = find_vehicle(vin, plate)
    law = registers.law_at(day_of(at), where.place)
    row = Case.objects.filter(vehicle=vehicle, closed_at__isnull=True).first() if vehicle else None
    permit = loop.permit(
        as_loop_case(row) if row else None,
        station=where.code,
        at=at,
        law=law,
        station_active=registers.is_active(where, day_of(at)),
        line_locked=_locked(where, row, at, law),
        exempt=_exempt(vehicle, law),
    )
    answer = permit.to_json()
    answer["case"] = row.case_no if row else None
    answer["station"] = where.code
    answer["at"] = at.isoformat()
    if row is not None:
        answer["case_state"] = row.state
        answer["deadline"] = row.deadline.isoformat()
    return answer


def _locked(station: Party, case: Case | None, at: datetime, law: Law) -> Reason | None:
    """Locked when no line of the station may run the method of the failed test."""
    if case is None:
        return None
    failed = case.vehicle.tests.filter(case_no=case.case_no).order_by("-started_at").first()
    return station_lock(station, failed.method, at, law) if failed else None


def _exempt(vehicle: Vehicle | None, law: Law) -> Reason | None:
    if vehicle is None or vehicle.fuel not in EXEMPT_FUELS:
        return None
    return Reason(
        "vehicle-exempt",
        Text(
            "纯电动、氢燃料汽车没有排气，不进行排放检验。",
            "Electric and hydrogen vehicles are not emission-tested.",
        ),
        cite=law.cite("exempt.fuels"),
    )
