"""Method and line for a vehicle at the counter, where nobody chose them."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.codes import Method
from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text, only_warnings
from imloop.gates.appointments.choose_method import Chosen, choose_method
from imloop.law import Law
from imloop.steps.appointments.free_slots import method_of_case, methods_of
from imloop.steps.ground import registers
from imloop.steps.stations.line_standing import line_reasons
from imloop.steps.stations.station_facts import StationFacts
from imloop.steps.vehicles.vehicle_facts import described
from imloop.store.models import Case, Vehicle


def fitting_method(
    asked: str,
    facts: StationFacts,
    vehicle: Vehicle,
    case: Case | None,
    at: datetime,
    *,
    needed: bool = True,
) -> Chosen:
    """As asked; else by the open fault, else by the vehicle. ``needed`` False: it will not be tested, so that any of
    the station's does."""
    if asked:
        return Chosen(registers.method_of(asked), "asked")
    failed = None if case is None else method_of_case(case)
    stated = described(vehicle)
    fuel, drive = str(stated.get("fuel") or ""), str(stated.get("drive") or "")
    offered = methods_of(facts.party, day_of(at))
    found = choose_method(failed, fuel, drive, offered)
    if found is not None:
        return found
    if not needed and offered:
        return Chosen(offered[0], "vehicle")
    words = Text(
        "请选择检验方法：这辆车的燃料没有登记。", "Choose the method: the fuel of this vehicle is not known."
    )
    raise Malformed("malformed", words, problems=[Problem("$.method", "missing", words)])


def fitting_line(method: Method, facts: StationFacts, at: datetime, law: Law) -> str:
    """A line that has the method and is not locked for it; else one that has it; else the first."""
    lines = facts.lines_on(at)
    having = [each.line.code for each in lines if method in each.line.methods]
    free = [code for code in having if only_warnings(line_reasons(facts, code, method, at, law))]
    return next(iter([*free, *having, *(each.line.code for each in lines)]), "")
