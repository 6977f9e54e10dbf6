"""Registers and records as rows, for files and spreadsheets. Only what the caller may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from imloop.facts.days import CHINA
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground.access import SYSTEM, Caller
from imloop.steps.ground.ledger import writing
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.repairs import lookups as repair_lookups
from imloop.steps.stations import lookups as station_lookups
from imloop.steps.stations.registry_rows import COLUMNS
from imloop.steps.vehicles.vehicle_facts import described
from imloop.store.models import Case, Finding, Party, PartyKind, Repair, Test, Vehicle
from imloop.store.sound_rows import BadRow, Tell, in_words, raise_if_away, sound_rows

Row = dict[str, object]
M = TypeVar("M", bound=Model)


def _rows(found: QuerySet[M], row_of: Callable[[M], Row], tell: Tell) -> Iterator[Row]:
    """``tell`` is told of the rows that cannot be read; the others follow."""
    for each in sound_rows(found, tell):
        try:
            yield row_of(each)
        except Exception as error:
            raise_if_away(error)
            tell(BadRow(each._meta.db_table, each.pk, in_words(error)))


def _parties(kind: str) -> QuerySet[Party]:
    return station_lookups.parties(kind, SYSTEM.place).prefetch_related("lines", "standings")


def _party_row(party: Party) -> Row:
    first = min(party.standings.all(), key=lambda standing: standing.since, default=None)
    return {
        "code": party.code,
        "name": party.name,
        "place": party.place,
        "uscc": party.uscc,
        "address": party.address,
        "phone": party.phone,
        "longitude": party.longitude,
        "latitude": party.latitude,
        "since": first.since.isoformat() if first else "",
        "cite": first.cite if first else "",
        "lines": ";".join(f"{line.code}:{'+'.join(line.methods)}" for line in party.lines.all()),
    }


def _vehicle_row(vehicle: Vehicle) -> Row:
    known = {
        "vin": vehicle.vin,
        "plate": vehicle.plate,
        "plate_colour": vehicle.plate_colour,
        "fuel": vehicle.fuel,
        "status": vehicle.status,
        "owner_name": vehicle.owner_name,
        "owner_phone": vehicle.owner_phone,
        "due_on": vehicle.due_on.isoformat() if vehicle.due_on else "",
    }
    return {**described(vehicle), **known}


def case_row(case: Case) -> dict[str, object]:
    return {
        "case_no": case.case_no,
        "plate": case.vehicle.plate,
        "vin": case.vehicle.vin,
        "station": case.station.code if case.station else "",
        "state": case.state,
        "round": case.round,
        "opened_at": case.opened_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "deadline": case.deadline.isoformat(),
        "deadline_provisional": case.deadline_provisional,
        "overdue": case.overdue,
        "closed_at": case.closed_at.astimezone(CHINA).isoformat(timespec="seconds") if case.closed_at else "",
    }


def _test_row(test: Test) -> Row:
    return {
        "test_no": test.test_no,
        "station": test.station.code,
        "line": test.line,
        "plate": test.vehicle.plate if test.vehicle else "",
        "vin": test.vehicle.vin if test.vehicle else "",
        "method": test.method,
        "purpose": test.purpose,
        "started_at": test.started_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "result": test.result,
        "case_no": test.case_no,
    }


def _tests(caller: Caller) -> QuerySet[Test]:
    return test_lookups.tests(caller).defer("trace", "receipt", "verdict", "stated").order_by("id")


def _repair_row(repair: Repair) -> Row:
    return {
        "repair_no": repair.repair_no,
        "shop": repair.shop.code,
        "case_no": repair.case.case_no,
        "finished_at": repair.finished_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "listed": repair.listed,
        "cost_yuan": str(repair.cost_yuan or ""),
    }


def _finding_row(finding: Finding) -> Row:
    return {
        "at": finding.created_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "code": finding.code,
        "station": finding.station_code,
        "subject": finding.subject,
        "text": finding.data["text"],
        "resolved_at": (
            finding.resolved_at.astimezone(CHINA).isoformat(timespec="seconds") if finding.resolved_at else ""
        ),
        "outcome": finding.outcome,
        "handed_to": finding.handed_to,
        "resolution": finding.resolution,
    }


def note_export(kind: str, count: int, caller: Caller, now: datetime) -> None:
    """Journal who took how many rows out; registers and records hold personal data."""
    with writing(now, caller, by_key=True) as ledger:
        ledger.note("export", kind, {"rows": count})


EXPORTS: dict[str, tuple[tuple[str, ...], Callable[[Caller, Tell], Iterator[Row]]]] = {
    # What can be entered again as it was exported.
    "stations": (
        COLUMNS["stations"],
        lambda _, tell: _rows(_parties(PartyKind.ISTATION), _party_row, tell),
    ),
    "repairers": (
        COLUMNS["repairers"],
        lambda _, tell: _rows(_parties(PartyKind.MSTATION), _party_row, tell),
    ),
    "vehicles": (
        COLUMNS["vehicles"],
        lambda _, tell: _rows(Vehicle.objects.order_by("id"), _vehicle_row, tell),
    ),
    "cases": (
        (
            "case_no",
            "plate",
            "vin",
            "station",
            "state",
            "round",
            "opened_at",
            "deadline",
            "deadline_provisional",
            "overdue",
            "closed_at",
        ),
        lambda caller, tell: _rows(case_lookups.cases(caller).order_by("case_no"), case_row, tell),
    ),
    "tests": (
        (
            "test_no",
            "station",
            "line",
            "plate",
            "vin",
            "method",
            "purpose",
            "started_at",
            "result",
            "case_no",
        ),
        lambda caller, tell: _rows(_tests(caller), _test_row, tell),
    ),
    "repairs": (
        ("repair_no", "shop", "case_no", "finished_at", "listed", "cost_yuan"),
        lambda caller, tell: _rows(repair_lookups.repairs(caller).order_by("id"), _repair_row, tell),
    ),
    "findings": (
        (
            *("at", "code", "station", "subject", "text"),
            *("resolved_at", "outcome", "handed_to", "resolution"),
        ),
        lambda caller, tell: _rows(finding_lookups.findings(caller).order_by("id"), _finding_row, tell),
    ),
}
"""Kind → its columns in order, and where its rows come from; the second argument is told of rows that are left out."""
