"""What waits in the demo city: a correction for a second person, a station's word that differs from the register, a run
of which it is not certain which vehicle it was."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from imloop.exchange.imports import import_file
from imloop.exchange.uploads.intake import take_test
from imloop.facts.codes import Fuel
from imloop.facts.days import day_of
from imloop.facts.records import inspection
from imloop.facts.refusal import Refusal
from imloop.gates.vehicles.compare_statement import differences
from imloop.sim.sample import sample_message
from imloop.sim.world.places import CITY
from imloop.steps.ground import registers
from imloop.steps.ground.access import caller_for
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import writing
from imloop.steps.vehicles.note_statement import note_statement
from imloop.steps.vehicles.register.correct_register import CORRECTION
from imloop.steps.vehicles.vehicle_facts import entered_facts
from imloop.store.models import Case, Party, PartyKind, Proposal, Test, Vehicle

VIN_SIGNS = 17
_REASON = "登记证书上的初次登记日期与系统不同，见扫描件（演示）"


def enter_second_looks(now: datetime) -> None:
    """Of two vehicles that passed lately. Done once."""
    if Proposal.objects.filter(kind=CORRECTION.kind).exists():
        return
    petrol = Test.objects.filter(result="pass", vehicle__registered=True, vehicle__fuel=Fuel.GASOLINE)
    tests = list(petrol.select_related("vehicle", "station").order_by("-started_at")[:2])
    if len(tests) < 2:
        return
    first, second = tests
    if first.vehicle is not None and second.vehicle is not None:
        _correct(first.vehicle, now)
        _mistyped(second, second.vehicle, now)
    _under_another_vin(first, now)


def _correct(vehicle: Vehicle, now: datetime) -> None:
    known = date.fromisoformat(str(vehicle.facts["first_registered_on"]))
    row = f"vin,first_registered_on\n{vehicle.vin},{(known + timedelta(days=31)).isoformat()}\n"
    clerk = caller_for(Party.objects.get(code=f"{CITY}-{PartyKind.POLICE}"), PartyKind.POLICE)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "list.csv"
        file.write_text(row, encoding="utf-8")
        import_file("vehicles", file, Path(folder), clerk, lambda: now, reason=_REASON)


def _mistyped(test: Test, vehicle: Vehicle, now: datetime) -> None:
    """The station wrote diesel for a petrol car."""
    said = inspection.Vehicle(vin=vehicle.vin, plate=vehicle.plate, fuel=Fuel.DIESEL)
    law = registers.law_at(day_of(now), CITY)
    with writing(now, caller_for(test.station)) as ledger:
        note_statement(vehicle, said, by=f"{test.station.code}/{test.test_no}", on=day_of(now), law=law)
        found = differences(entered_facts(vehicle), said, law, vehicle.sources)
        keep_findings(ledger, "test", test.test_no, test.station.code, found)


def _under_another_vin(near: Test, now: datetime) -> None:
    """A car that waits for its retest is brought to another station, where one sign of its VIN is written otherwise."""
    waiting = Case.objects.filter(closed_at__isnull=True, station__isnull=False).exclude(station=near.station)
    case = waiting.select_related("vehicle").order_by("-failed_at").first()
    if case is None or not case.vehicle.plate or len(case.vehicle.vin) != VIN_SIGNS:
        return
    start = near.started_at + timedelta(minutes=25)
    sample = sample_message(
        near.method, station=near.station.code, line=near.line, plate=case.vehicle.plate, at=start.isoformat()
    )
    message = msgspec.json.decode(sample)
    message["sequence"], message["obd"]["ecus"] = None, []
    last = case.vehicle.vin[-1]
    message["vehicle"]["vin"] = case.vehicle.vin[:-1] + ("2" if last == "1" else "1")
    with suppress(Refusal):  # e.g. a line that was locked since
        take_test(
            msgspec.json.encode(message), caller_for(near.station), max(now, start + timedelta(minutes=20))
        )
