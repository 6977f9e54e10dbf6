"""Matters as they are shown: one with its history and next steps, a department's work list, what was published."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from imloop.facts.days import day_of
from imloop.law import Law
from imloop.matters import Effect, Kind, Role, State, Step, is_late, rests, steps_open
from imloop.matters.fields import choices_of
from imloop.matters.names import KINDS, STATES, STEPS
from imloop.matters.table import TABLE, Row
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.matters.roles import roles_in, visible
from imloop.steps.matters.take_step import as_fact
from imloop.store.models import Matter, MatterEvent

PUBLISHED = frozenset(
    (kind, row.step) for row in TABLE if Effect.PUBLISH in row.effects for kind in row.kinds
)
SHOWN = 200


def matters(caller: Caller) -> QuerySet[Matter]:
    """What the caller may see, what is due first first, closed ones last."""
    return (
        Matter.objects.filter(visible(caller))
        .select_related("party", "vehicle")
        .order_by(F("closed_at").asc(nulls_first=True), F("due_on").asc(nulls_last=True), "-opened_at")
    )


def work_list(caller: Caller, day: date) -> list[Matter]:
    """Open matters in which the caller has something to do on the day, the most urgent first."""
    found = matters(caller).filter(closed_at__isnull=True)[:1000]
    return [row for row in found if _is_theirs(row, roles_in(caller, row), day)]


def _is_theirs(row: Matter, roles: frozenset[Role], day: date) -> bool:
    fact = as_fact(row)
    return bool(steps_open(fact, roles)) and (Role.CONCERNED in roles or not rests(fact, day))


def next_steps(row: Matter, roles: frozenset[Role]) -> tuple[Row, ...]:
    return steps_open(as_fact(row), roles) if row.closed_at is None else ()


def law_of(row: Matter, now: datetime) -> Law:
    return registers.law_at(day_of(now), row.place)


def matter_json(row: Matter, roles: frozenset[Role], now: datetime) -> dict[str, object]:
    """As the API shows it to someone with these roles, with the steps that are theirs and the fields those want."""
    law, fact = law_of(row, now), as_fact(row)
    steps = [
        {
            "step": each.step,
            "name": STEPS[each.step].zh,
            "name_en": STEPS[each.step].en,
            "fields": [
                {
                    "name": field.name,
                    "label": field.label.zh,
                    "shape": field.shape,
                    "required": field.required,
                    "choices": [code for code, _ in choices_of(field, fact.kind, fact.subject, law)],
                }
                for field in each.fields
            ],
        }
        for each in next_steps(row, roles)
    ]
    return {
        **summary(row, law.on),
        "facts": row.data.get("facts", {}),
        "form": row.data.get("form"),
        "events": [event_json(event) for event in row.events.order_by("number")],
        "attachments": [
            {"name": each.name, "sha256": each.sha256, "size": each.size, "media_type": each.media_type}
            for each in row.attachments.order_by("id")
        ],
        "steps": steps,
    }


def summary(row: Matter, day: date) -> dict[str, object]:
    return {
        "matter_no": row.matter_no,
        "kind": row.kind,
        "kind_name": KINDS[Kind(row.kind)].zh,
        "title": row.title,
        "party": row.party.code if row.party else None,
        "state": row.state,
        "state_name": STATES[State(row.state)].zh,
        "opened_at": row.opened_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "late": is_late(as_fact(row), day),
    }


def event_json(event: MatterEvent) -> dict[str, object]:
    return {
        "number": event.number,
        "step": event.kind,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "before": event.before,
        "after": event.after,
        "data": event.data,
    }


def publications(now: datetime, *, days: int = 365, place: str = "") -> list[MatterEvent]:
    """Decisions about stations that everyone may read, the latest first."""
    wanted = Q()
    for kind, step in PUBLISHED:
        wanted |= Q(matter__kind=kind, kind=step)
    found = MatterEvent.objects.filter(wanted, at__gte=now - timedelta(days=days))
    if place:
        found = found.filter(matter__place__startswith=place)
    return list(found.select_related("matter__party").order_by("-at", "-id")[:SHOWN])


def publication_json(event: MatterEvent) -> dict[str, object]:
    """Without anything personal: who, what, from when, by which decision, why."""
    party, data = event.matter.party, event.data
    return {
        "on": day_of(event.at).isoformat(),
        "matter_no": event.matter.matter_no,
        "kind": event.matter.kind,
        "kind_name": KINDS[Kind(event.matter.kind)].zh,
        "step": event.kind,
        "step_name": STEPS[Step(event.kind)].zh,
        "party": party.code if party else None,
        "name": party.name if party else event.matter.title,
        "address": party.address if party else "",
        "phone": party.phone if party else "",
        "decision_no": data.get("decision_no") or data.get("appeal_no"),
        "since": data.get("since"),
        "until": data.get("until"),
        "reasons": data.get("reasons") or data.get("mended") or "",
    }
