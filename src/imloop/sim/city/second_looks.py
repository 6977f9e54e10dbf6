"""What waits in the demo city's register: a correction for a second person, and a station's word that differs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from imloop.facts.codes import Fuel
from imloop.facts.days import day_of
from imloop.facts.records import inspection
from imloop.gates.vehicles.compare_statement import differences
from imloop.sim.world.places import CITY
from imloop.steps.ground import registers
from imloop.steps.ground.access import caller_for
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import writing
from imloop.steps.vehicles.note_statement import note_statement
from imloop.steps.vehicles.register.enter_vehicles import Seen, enter_vehicles
from imloop.steps.vehicles.vehicle_facts import entered_facts
from imloop.store.models import HeldChange, Party, PartyKind, Test, Vehicle

_REASON = "登记证书上的初次登记日期与系统不同，见扫描件（演示）"


def enter_second_looks(now: datetime) -> None:
    """Of two vehicles that passed lately. Done once."""
    if HeldChange.objects.exists():
        return
    petrol = Test.objects.filter(result="pass", vehicle__registered=True, vehicle__fuel=Fuel.GASOLINE)
    tests = list(petrol.select_related("vehicle", "station").order_by("-started_at")[:2])
    if len(tests) < 2:
        return
    first, second = tests
    if first.vehicle is not None and second.vehicle is not None:
        _correct(first.vehicle, now)
        _mistyped(second, second.vehicle, now)


def _correct(vehicle: Vehicle, now: datetime) -> None:
    known = date.fromisoformat(str(vehicle.facts["first_registered_on"]))
    row = {"vin": vehicle.vin, "first_registered_on": (known + timedelta(days=31)).isoformat()}
    clerk = caller_for(Party.objects.get(code=f"{CITY}-{PartyKind.POLICE}"), "demo")
    enter_vehicles([(2, row)], clerk, now, Seen(), reason=_REASON)


def _mistyped(test: Test, vehicle: Vehicle, now: datetime) -> None:
    """The station wrote diesel for a petrol car."""
    said = inspection.Vehicle(vin=vehicle.vin, plate=vehicle.plate, fuel=Fuel.DIESEL)
    law = registers.law_at(day_of(now), CITY)
    with writing(now, caller_for(test.station)) as ledger:
        note_statement(vehicle, said, by=f"{test.station.code}/{test.test_no}", on=day_of(now), law=law)
        found = differences(entered_facts(vehicle), said, law, vehicle.sources)
        keep_findings(ledger, "test", test.test_no, test.station.code, found)
