"""An I-station asks before a retest: may this vehicle be retested here, now?

The call is made for every retest of a province, so everything it needs of a case comes with one hand-written query;
what it needs of the station is kept in memory (``station_facts``).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from imloop import loop
from imloop.facts.codes import EXEMPT_FUELS
from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.identity import Named
from imloop.gates.vehicles.mark import failed_run_waits
from imloop.gates.vehicles.recognised import not_recognised
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import ASK_OF_VEHICLES, Caller, require_kind, require_place
from imloop.steps.ground.seen import Door, seen
from imloop.steps.stations.line_standing import station_lock
from imloop.steps.stations.station_facts import StationFacts, facts_by
from imloop.steps.vehicles.identify_vehicle import find_vehicle
from imloop.steps.vehicles.vehicle_facts import FAIL_WAITS
from imloop.store.models import PartyKind
from imloop.store.statements import fetch_one

_FOUND = """
SELECT p.id, s.token, v.id, v.vin, v.plate, v.registered, v.fuel, c.case_no, c.state, c.deadline, c.snapshot,
  (SELECT t.method FROM store_test t WHERE t.vehicle_id = v.id AND t.case_no = c.case_no
   ORDER BY t.started_at DESC LIMIT 1),
  CASE WHEN c.id IS NULL THEN {fail_waits} END
FROM store_party p
LEFT JOIN store_stationtoken s ON s.party_id = p.id
LEFT JOIN store_vehicle v ON {vehicle}
LEFT JOIN store_case c ON c.vehicle_id = v.id AND c.closed_at IS NULL
WHERE p.code = %s AND p.kind = 'istation'
"""
_BY_VIN, _BY_ID = (
    _FOUND.format(vehicle=each, fail_waits=FAIL_WAITS)
    for each in ("v.vin = %s AND NOT (v.vin = '')", "v.id = %s")
)
_CASE = msgspec.json.Decoder(loop.Case)


class _Found(NamedTuple):
    """``registered``: by an authority; ``snapshot``: the open case as JSON; ``fail_waits``: without a case, a failed
    run that may be of the vehicle waits for a department. None throughout: no such vehicle, or no
    open case."""

    station_id: int
    token: str | None
    vehicle_id: int | None
    vin: str | None
    plate: str | None
    registered: bool | None
    fuel: str | None
    case_no: str | None
    state: str | None
    deadline: object
    snapshot: str | None
    method: str | None
    fail_waits: bool | None

    @property
    def names(self) -> Named | None:
        return None if self.vehicle_id is None else Named(self.vin or "", self.plate or "")


def ask_permit(
    caller: Caller, *, station: str, at: datetime, vin: str = "", plate: str = ""
) -> dict[str, object]:
    """Contract §4: allowed, every reason with its clause and the next step, the case. Nothing is written where a
    station asks for a vehicle of its own case; any other look is kept, and of another station's it hears yes or no.
    Of a case its own place's law is asked, wherever the station is. Asked about a moment before the failed test it
    answers for that of the test: no earlier law permits anything."""
    require_kind(caller, PartyKind.ISTATION, *ASK_OF_VEHICLES)
    if caller.kind == PartyKind.ISTATION:
        if station and station != caller.party_code:
            raise NotAllowed(
                "not-your-station", Text("只能为本站查询。", "A station may only ask for itself.")
            )
        station = caller.party_code
    named = Named(plain(vin), plain(plate))
    found = _look(station, named.vin, named.plate)
    facts = facts_by(found.station_id, found.token or "")
    require_place(caller, facts.party.place)
    case = _CASE.decode(found.snapshot) if found.snapshot else None
    moment = at if case is None else max(at, case.failed_at)
    law = registers.law_at(day_of(moment), facts.party.place)
    strange = not_recognised(named, found.names, plate_entered=bool(found.registered))
    if strange:
        _keep_look(caller, found, vin or plate)
        return {
            **loop.Permit(False, tuple(strange), None).to_json(),
            "station": station,
            "at": at.isoformat(),
        }
    permit = loop.permit(
        case,
        station=station,
        at=moment,
        law=law if case is None else registers.law_at(law.on, case.place),
        found=_registers_say(found, facts, moment, law),
    )
    own = caller.kind == PartyKind.ISTATION and permit.case_no is not None and not permit.elsewhere
    if not own:
        _keep_look(caller, found, vin or plate)
    if caller.kind == PartyKind.ISTATION and permit.elsewhere:
        return {**permit.for_bystander().to_json(), "station": station, "at": at.isoformat()}
    answer = permit.to_json()
    answer |= {"case": found.case_no, "station": station, "at": at.isoformat()}
    if found.case_no is not None:
        answer |= {"case_state": found.state, "deadline": str(found.deadline)}
    return answer


def _keep_look(caller: Caller, found: _Found, asked: str) -> None:
    if found.vehicle_id is None:
        seen(caller, Door.PERMIT, asked=asked)
    else:
        seen(caller, Door.PERMIT, [found.vehicle_id])


def _look(station: str, vin: str, plate: str) -> _Found:
    """By VIN; where the plate says something else, or there is no such VIN, by both: of two vehicles it is refused."""
    if not (vin or plate):
        raise Malformed("malformed", Text("请填写号牌或 VIN。", "Give the plate or the VIN."), at="plate")
    row = _ask(_BY_VIN, vin, station) if vin else None
    if row is None or (plate and plate != row.plate):
        vehicle = find_vehicle(vin, plate)
        row = _ask(_BY_ID, vehicle.pk if vehicle else None, station)
    if row is None:
        registers.party(station, PartyKind.ISTATION)  # raises, naming what is unknown
        raise LookupError(station)
    return row


def _ask(query: str, vehicle: str | int | None, station: str) -> _Found | None:
    row = fetch_one(query, [vehicle, station])
    return _Found(*row) if row else None


def _registers_say(found: _Found, facts: StationFacts, at: datetime, law: Law) -> list[Reason]:
    """Locked only when no line of the station may run the method of the failed test."""
    reasons = [_exempt(law)] if found.registered and found.fuel in EXEMPT_FUELS else []
    if found.fail_waits:
        reasons.append(failed_run_waits(law))
    reasons += [reason for reason in facts.reasons(day_of(at), law) if not reason.warning]
    lock = station_lock(facts, found.method, at, law) if found.method else None
    return [*reasons, lock] if lock else reasons


def _exempt(law: Law) -> Reason:
    return Reason(
        "vehicle-exempt",
        Text(
            "纯电动、氢燃料汽车没有排气，不进行排放检验。",
            "Electric and hydrogen vehicles are not emission-tested.",
        ),
        cite=law.cite("exempt.fuels"),
    )
