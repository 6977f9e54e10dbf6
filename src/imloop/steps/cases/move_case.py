"""Store a decision of the loop: event, derived row, notice, messages, journal."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

import msgspec

from imloop import loop
from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Unlawful
from imloop.facts.text import Text
from imloop.law import Law
from imloop.loop.decide import Decision
from imloop.loop.effects import Effect
from imloop.loop.events import Event, ExitEnded, OutageTakenBack, UnlockEnded
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.registers import department, law_at
from imloop.store.models import Case, CaseEvent, Party, PartyKind, Vehicle
from imloop.store.statements import fetch_one, insert, rows, update

_DEPARTMENT_ROLES = {
    "environment": PartyKind.ENVIRONMENT,
    "transport": PartyKind.TRANSPORT,
    "market": PartyKind.MARKET,
    "police": PartyKind.POLICE,
}


_DERIVED = (
    *("station", "state", "round", "failed_at", "deadline", "deadline_provisional"),
    *("overdue", "objected_at", "closed_at", "snapshot"),
)
"""Columns that follow from the loop's case."""


def open_case(vehicle: Vehicle | None) -> Case | None:
    """The vehicle's open case."""
    if vehicle is None or vehicle.pk is None:
        return None
    for row in rows(Case, "vehicle_id = %s AND closed_at IS NULL ORDER BY id LIMIT 1", [vehicle.pk]):
        row.vehicle = vehicle
        return row
    return None


def as_loop_case(row: Case) -> loop.Case:
    return msgspec.convert(row.snapshot, loop.Case)


def decide_and_keep(
    ledger: Ledger, row: Case | None, event: Event, law: Law, *, vehicle: Vehicle, place: str
) -> tuple[Case, Decision]:
    """Ask the loop what the event does to the case, and keep the answer. Raises ``Unlawful``."""
    if row is None:
        year = day_of(event.at).year
        case_no = f"{place}-{year}-{ledger.number('case', place, year):06d}"
        decision = loop.decide(
            None, event, law, ledger.now, case_no=case_no, place=place, cycle=vehicle.cycle
        )
        row = Case(
            case_no=case_no,
            place=place,
            vehicle=vehicle,
            vin_head=vehicle.vin[:8] or None,
            vin_tail=vehicle.vin[8:] or None,
            cycle=vehicle.cycle,
            origin=decision.case.origin,
            opened_at=event.at,
            owner_token=secrets.token_urlsafe(18),
        )
    else:
        decision = loop.decide(as_loop_case(row), event, law, ledger.now)
    derive(row, decision.case)
    _keep(row)
    _append_event(ledger, row, event, decision, law)
    for effect in decision.effects:
        _send(ledger, row, effect)
    return row, decision


def take_back(ledger: Ledger, row: Case, event: OutageTakenBack | ExitEnded | UnlockEnded) -> None:
    """In any state. A case that has ended otherwise, or knows nothing of it as things are told now, has it noted: told
    otherwise one day, it knows. ``row``: none that is part of another."""
    law = law_at(day_of(event.at), row.place)
    try:
        with ledger.attempt():
            decide_and_keep(ledger, row, event, law, vehicle=row.vehicle, place=row.place)
    except (Unlawful, Conflict):
        keep_event(ledger, row, type(event).__name__, row.state, msgspec.to_builtins(event), law, at=event.at)


def _keep(row: Case) -> None:
    if row._state.adding:
        insert(row)
    else:
        update(row, *_DERIVED)


def derive(row: Case, case: loop.Case) -> None:
    """The row's columns are a copy of the loop's case, for look-up."""
    if case.station is None:
        row.station = None
    elif row.station is None or row.station.code != case.station:
        (row.station,) = rows(Party, "code = %s", [case.station])
    row.state = case.state
    row.round = case.round
    row.failed_at = case.failed_at
    row.deadline = case.deadline
    row.deadline_provisional = case.deadline_provisional
    row.overdue = case.overdue
    waiting = case.waiting_objection
    row.objected_at = waiting.raised_at if waiting and case.state.is_open else None
    row.closed_at = case.closed_at
    row.snapshot = msgspec.to_builtins(case)


def _append_event(ledger: Ledger, row: Case, event: Event, decision: Decision, law: Law) -> None:
    data = msgspec.to_builtins(event)
    keep_event(ledger, row, decision.event, decision.before or "", data, law, at=event.at)


def keep_event(
    ledger: Ledger,
    row: Case,
    kind: str,
    before: str,
    data: Mapping[str, object],
    law: Law,
    *,
    at: datetime | None = None,
) -> None:
    """Append what happened to a case, as its row now is. ``at``: its own time; None: now."""
    (last,) = fetch_one("SELECT count(*) FROM store_caseevent WHERE case_id = %s", [row.pk]) or (0,)
    number = last + 1
    insert(
        CaseEvent(
            case=row,
            number=number,
            kind=kind,
            at=at or ledger.now,
            recorded_at=ledger.now,
            before=before,
            after=row.state,
            law_hash=law.hash,
            data=dict(data),
        )
    )
    ledger.note(
        "case-event",
        row.case_no,
        {
            "number": number,
            "event": kind,
            "before": before,
            "after": row.state,
            "round": row.round,
            "data": data,
            "law": law.hash,
        },
    )


def _send(ledger: Ledger, row: Case, effect: Effect) -> None:
    body = {
        "case": row.case_no,
        "state": row.state,
        "plate": row.vehicle.plate,
        "vin": row.vehicle.vin,
        "deadline": row.deadline.isoformat(),
        **{key: value.zh if isinstance(value, Text) else value for key, value in effect.data.items()},
    }
    for role in effect.receivers:
        receiver = _receiver(row, role, str(effect.data.get("shop", "")))
        if receiver:
            ledger.send(receiver, effect.kind, row.case_no, msgspec.to_builtins(body))


def _receiver(row: Case, role: str, shop: str) -> str:
    """Party code behind a role. The owner reads the case page; the region's systems are one couriered receiver.
    ``shop``: the repairer it is about, where it is about one."""
    if role == "first_station":
        return row.station.code if row.station else ""
    if role == "repairer":
        repairs = row.snapshot["repairs"]
        return shop or (str(repairs[-1]["shop"]) if repairs else "")
    if role == "regional":
        return f"regional:{row.place[:2]}0000"
    if role in _DEPARTMENT_ROLES:
        found = department(_DEPARTMENT_ROLES[role], row.place)
        return found.code if found else ""
    return ""
