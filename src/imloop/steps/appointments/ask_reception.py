"""The counter asks before a test: may this vehicle be tested here, on this line, by these people, now?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from imloop import loop
from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.facts.refusal import Malformed, NotAllowed, Problem
from imloop.facts.text import Reason, Text, only_warnings
from imloop.gates.appointments.reception import Arrival, reception
from imloop.gates.stations.staff import people_reasons
from imloop.gates.vehicles.identity import Named
from imloop.gates.vehicles.recognised import not_recognised
from imloop.steps.appointments.fitting_method import fitting_line, fitting_method
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_place
from imloop.steps.ground.ledger import alone
from imloop.steps.ground.seen import Door, seen
from imloop.steps.prices.compare_charge import charge_for
from imloop.steps.stations.line_standing import line_reasons
from imloop.steps.stations.station_facts import facts_of
from imloop.steps.vehicles.enrol_guest_vehicle import is_enrolled
from imloop.steps.vehicles.identify_vehicle import find_vehicle
from imloop.steps.vehicles.vehicle_facts import case_fact, described, loaded_subject, subject_of
from imloop.store.models import Case, Party, PartyKind, Vehicle


@alone()
def ask_reception(
    caller: Caller,
    *,
    station: str,
    line: str,
    method: str,
    at: datetime,
    vin: str = "",
    plate: str = "",
    people: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """Allowed, reasons with clause and next step, charge, open case (masked where another's); of one moment.

    ``method``, ``line`` empty: what the vehicle and its open fault ask for, and a line that has it; ``people``: role →
    name of those who will test.
    """
    where = _station(caller, station)
    vehicle, strange = _vehicle(caller, vin, plate)
    row = Case.objects.filter(vehicle=vehicle, closed_at__isnull=True).first() if vehicle.pk else None
    day, facts = day_of(at), facts_of(where)
    law = registers.law_at(day, where.place)
    permit = row and _permit(caller, row, where, at)
    chosen = fitting_method(method, facts, vehicle, row, at, needed=only_warnings(strange))
    line = line or fitting_line(chosen.method, facts, at, law)
    money = charge_for(vehicle, where, chosen.method, day, law)
    arrival = Arrival(
        station=where.code,
        names=strange,
        closed=facts.against(day, law),
        line=line,
        line_methods=found.line.methods if (found := facts.line(line, at)) else None,
        line_locks=line_reasons(facts, line, chosen.method, at, law),
        method=chosen.method,
        day=day,
        subject=loaded_subject(vehicle) if vehicle.pk else subject_of(vehicle),
        drive=str(described(vehicle).get("drive") or ""),
        people=people_reasons(people or {}, facts.staff, day, law),
        retest=list(permit.reasons) if permit else None,
        case=case_fact(vehicle, caller),
        enrolled=bool(vehicle.pk) and is_enrolled(vehicle, where.place, day),
        others=[_as_warning(reason) for reason in money.reasons if reason.code == "charged-twice"],
    )
    answer = reception(arrival, law).to_json()
    return {
        **answer,
        "method_by": chosen.why,
        "due_yuan": money.facts["due_yuan"],
        "case": permit.case_no if permit else None,
        "at": at.isoformat(),
    }


def _vehicle(caller: Caller, vin: str, plate: str) -> tuple[Vehicle, list[Reason]]:
    """The register's vehicle, or a new one without any facts, and why it is not recognised. One that is seen for the
    first time is welcome once it has given both its names. The look is kept."""
    named = Named(plain(vin), plain(plate))
    if not (named.vin or named.plate):
        words = Text("请填写号牌或 VIN。", "Give the plate or the VIN.")
        raise Malformed("malformed", words, problems=[Problem("$.plate", "missing", words)])
    found = find_vehicle(named.vin, named.plate)
    seen(caller, Door.RECEPTION, [found.pk] if found else [], asked="" if found else vin or plate)
    if found is None:
        strange = not_recognised(named, None, new_is_welcome=True)
        return Vehicle(vin=named.vin, plate=named.plate), strange
    return found, not_recognised(named, Named(found.vin, found.plate), plate_entered=found.registered)


def _station(caller: Caller, station: str) -> Party:
    if caller.kind == PartyKind.ISTATION:
        if station and station != caller.party_code:
            raise NotAllowed(
                "not-your-station", Text("只能为本站查询。", "A station may only ask for itself.")
            )
        station = caller.party_code
    elif not caller.is_department:
        raise NotAllowed(
            "wrong-kind-of-party",
            Text("仅检验机构和主管部门可查询。", "Only stations and departments may ask."),
        )
    found = registers.party(station, PartyKind.ISTATION)
    require_place(caller, found.place)
    return found


def _permit(caller: Caller, row: Case, station: Party, at: datetime) -> loop.Permit:
    """As the caller may hear it; never of a moment before the failed test, of which the law was another."""
    at = max(at, row.failed_at)
    law = registers.law_at(day_of(at), row.place)
    found = loop.permit(as_loop_case(row), station=station.code, at=at, law=law)
    return found if caller.is_department or not found.elsewhere else found.for_bystander()


def _as_warning(reason: Reason) -> Reason:
    """A test that must not be charged may still be made."""
    return Reason(reason.code, reason.text, reason.cite, reason.next, item=reason.item, warning=True)
