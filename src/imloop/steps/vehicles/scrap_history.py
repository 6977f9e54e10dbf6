"""A vehicle's history as the grounds for scrappage read it (R22)."""

from __future__ import annotations

from datetime import date, datetime

from imloop.facts.refusal import Unlawful
from imloop.gates.vehicles.cycle import milestones
from imloop.law import Law
from imloop.matters.vehicles.scrap import History, against
from imloop.steps.ground.access import Caller, place_prefix
from imloop.steps.vehicles.vehicle_facts import loaded_subject
from imloop.store.models import Case, Vehicle


def history_of(vehicle: Vehicle, place: str, law: Law) -> tuple[History, str]:
    """The history, and the place of the open case (the asked place where none is open)."""
    case = Case.objects.filter(
        vehicle=vehicle, closed_at__isnull=True, place__startswith=place_prefix(place)
    ).first()
    repairs = 0
    if case is not None:
        failed = case.snapshot["failed_at"]
        repairs = sum(_moment(each["finished_at"]) <= _moment(failed) for each in case.snapshot["repairs"])
    return History(case is not None, repairs, _missed(vehicle, law)), case.place if case else place


def require_ground(vehicle: Vehicle, caller: Caller, law: Law) -> str:
    """Refuses a nomination without a ground; else the place whose matter it is."""
    history, place = history_of(vehicle, caller.place, law)
    reason = against(history, law)
    if reason is not None:
        raise Unlawful(reason.code, reason.text, cite=reason.cite, reasons=(reason,))
    return place


def _missed(vehicle: Vehicle, law: Law) -> int | None:
    """Inspection cycles that ended after the last mark ran out; None when no due date is known."""
    subject = loaded_subject(vehicle)
    ran_out = subject.marked_until or subject.due_on
    if ran_out is None or ran_out >= law.on:
        return None if ran_out is None else 0
    ended: list[date] = [each.due_on for each in milestones(subject, law.on, law)]
    return sum(ran_out < day < law.on for day in ended)


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
