"""Matters as they are shown: one with its history and next steps, a department's work list, what was published."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import F, Q, QuerySet

from imloop.facts.days import day_of
from imloop.law import Law
from imloop.matters import NOBODY, By, Kind, Role, State, Step, is_late, rests, steps_open, waits_for
from imloop.matters import Matter as Fact
from imloop.matters.clocks import Clock
from imloop.matters.decide import offered
from imloop.matters.fields import Choices, Field, choices_of
from imloop.matters.labels import KINDS, STATES, STEPS
from imloop.matters.matter import Requirement
from imloop.matters.penalties import VIOLATIONS
from imloop.matters.table import TIMERS, Row, rows_for
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.matters.as_fact import as_fact, whole
from imloop.steps.matters.kept.keep_step import INTERNAL, office_of
from imloop.steps.matters.penalties.card import card_of
from imloop.steps.matters.roles import PENALTIES, possible_roles, roles_in, visible
from imloop.store.models import Matter, MatterEvent, Publication

SHOWN = 200
BLOCK = 500
"""Rows read at a time."""


def matters(caller: Caller) -> QuerySet[Matter]:
    """What the caller may see, what is due first first, closed ones last."""
    return (
        Matter.objects.filter(visible(caller))
        .select_related("party", "vehicle")
        .order_by(F("closed_at").asc(nulls_first=True), F("due_on").asc(nulls_last=True), "-opened_at")
    )


def of_party(caller: Caller, code: str) -> QuerySet[Matter]:
    """Measures and cases about a party, as far as the caller may see them; not what was reported about it."""
    return matters(caller).filter(party__code=code).exclude(kind=Kind.COMPLAINT)


def work_list(caller: Caller, day: date, most: int = SHOWN) -> list[Matter]:
    """Open matters in which the caller has something to do on the day, the most urgent first; at most so many."""
    found = matters(caller).filter(_may_wait_for(caller), closed_at__isnull=True).iterator(chunk_size=BLOCK)
    return list(islice((row for row in found if _is_theirs(row, roles_in(caller, row), day)), most))


def _may_wait_for(caller: Caller) -> Q:
    """Kinds and states in which somebody like the caller could have a step that moves the matter on."""
    roles = possible_roles(caller)
    found = Q(pk__in=())
    for kind in Kind:
        waiting = [
            state
            for state in State
            if any(not row.aside and roles.intersection(row.roles) for row in rows_for(kind, state))
        ]
        found |= Q(kind=kind, state__in=waiting)
    return found


def _is_theirs(row: Matter, roles: frozenset[Role], day: date) -> bool:
    fact = as_fact(row)
    return waits_for(fact, roles) and (Role.CONCERNED in roles or not rests(fact, day))


def next_steps(row: Matter, roles: frozenset[Role]) -> tuple[Row, ...]:
    """What these roles may do now: what moves the matter on, then what may be done at any time."""
    return steps_open(whole(row), roles)


def law_of(row: Matter, now: datetime) -> Law:
    return registers.law_at(day_of(now), row.place)


def matter_json(row: Matter, roles: frozenset[Role], now: datetime, by: By = NOBODY) -> dict[str, object]:
    """As the API shows it to someone with these roles, with the steps that are theirs and the fields those want."""
    law, fact = law_of(row, now), whole(row)
    return {
        **summary(row, law.on),
        "facts": facts_for(row, roles),
        "form": row.data.get("form"),
        "clocks": [clock_json(each, law.on) for each in fact.clocks],
        "requirements": [requirement_json(each, law.on) for each in fact.requirements],
        "events": [event_json(event) for event in events_for(row, roles)],
        "attachments": [
            {"name": each.name, "sha256": each.sha256, "size": each.size, "media_type": each.media_type}
            for each in row.attachments.order_by("id")
        ],
        "evidence": [
            {"kind": each.kind, "reference": each.reference, "sha256": each.sha256, "words": each.words}
            for each in row.evidence.order_by("id")
        ],
        "links": links_of(row),
        "penalty": None if roles <= {Role.CONCERNED} else card_of(row, fact, law),
        "steps": [
            step_json(each, fact, law, by)
            for each in steps_open(fact, roles)
            if each.step is not Step.COPY  # sent with its papers, by a call of its own
        ],
    }


def step_json(row: Row, fact: Fact, law: Law, by: By = NOBODY) -> dict[str, object]:
    drawn = offered(fact, law, by)
    return {
        "step": row.step,
        "name": STEPS[row.step].zh,
        "name_en": STEPS[row.step].en,
        "aside": row.aside,
        "fields": [field_json(field, choices_of(field, drawn)) for field in row.fields],
    }


def field_json(field: Field, choices: Choices) -> dict[str, object]:
    return {
        "name": field.name,
        "label": field.label.zh,
        "shape": field.shape,
        "required": field.required,
        "choices": [code for code, _ in choices],
    }


def clock_json(clock: Clock, day: date) -> dict[str, object]:
    label = TIMERS.get(clock.name)
    return {
        "name": clock.name,
        "label": label.zh if label else "本环节期限",
        "started_on": clock.started_on.isoformat(),
        "due_on": clock.due_on.isoformat(),
        "of_party": clock.of_party,
        "paused_on": clock.paused_on.isoformat() if clock.paused_on else None,
        "extended": clock.extended,
        "ended_on": clock.ended_on.isoformat() if clock.ended_on else None,
        "late": clock.is_late(day),
    }


def requirement_json(each: Requirement, day: date) -> dict[str, object]:
    return {
        "number": each.number,
        "words": each.words,
        "clause": each.clause,
        "due_on": each.due_on.isoformat(),
        "met_on": each.met_on.isoformat() if each.met_on else None,
        "proof": each.proof,
        "late": each.met_on is None and each.due_on < day,
    }


def events_for(row: Matter, roles: frozenset[Role]) -> list[MatterEvent]:
    """The steps so far; what departments do between themselves is not shown to the one concerned."""
    found = row.events.order_by("number")
    return list(found.exclude(kind__in=INTERNAL) if roles <= {Role.CONCERNED} else found)


def facts_for(row: Matter, roles: frozenset[Role]) -> dict[str, object]:
    """The answers so far; to the one concerned by a penalty, those of the steps that are shown."""
    facts: dict[str, object] = row.data.get("facts", {})
    if Kind(row.kind) not in PENALTIES or not roles <= {Role.CONCERNED}:
        return facts
    said: dict[str, object] = {}
    for event in events_for(row, roles):
        said |= event.data
    return said


def links_of(row: Matter) -> list[dict[str, object]]:
    """What it goes together with, both ways; ``back``: the other one points here."""
    pairs = [(link, link.other, False) for link in row.links.select_related("other")]
    pairs += [(link, link.matter, True) for link in row.links_back.select_related("matter")]
    return [
        {"kind": link.kind, "matter_no": other.matter_no, "title": other.title, "back": back}
        for link, other, back in pairs
    ]


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
        "office": office_of(row),
        "assigned_to": row.assigned_to,
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
    """Decisions about stations that everyone may read, the latest first; what was withdrawn is not among them."""
    found = Publication.objects.filter(withdrawn_at__isnull=True, at__gte=now - timedelta(days=days))
    if place:
        found = found.filter(place__startswith=place)
    shown = found.select_related("event__matter__party").order_by("-at", "-id")[:SHOWN]
    return [each.event for each in shown]


def _published_of(row: Matter) -> dict[str, object]:
    """Of a penalty: the decision, by which clause, for what, how much."""
    facts = row.data.get("facts", {})
    what = VIOLATIONS[str(facts["violation"])].name
    words = f"{what.zh}：罚款 {int(facts.get('decided_fine') or 0):,} 元"
    if float(str(facts.get("decided_gains") or 0)):
        words += f"，没收违法所得 {facts['decided_gains']} 元"
    return {"decision_no": facts.get("decision_no") or facts.get("form_no"), "reasons": words}


def publication_json(event: MatterEvent) -> dict[str, object]:
    """Without anything personal: who, what, from when, by which decision, why."""
    party, data = event.matter.party, event.data
    if event.kind == Step.PUBLISH:
        data = _published_of(event.matter)
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
