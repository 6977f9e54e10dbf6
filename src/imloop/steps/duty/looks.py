"""Looks of both kinds, newest first: those in the journal (one object opened, a file taken out) and those beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import overload

from django.db.models import QuerySet, Value

from imloop.facts.days import CHINA
from imloop.facts.mask import masked_in, masked_vehicle, masked_vin
from imloop.steps.ground.actor import Actor
from imloop.store.models import JournalEntry, Look, PlateSpan, Vehicle

_BLOCK = 500
_NAMED = 5
"""Vehicles of one look that are named; of the others it is said how many."""
_TYPED = ("vehicle", "vehicle-search", "owner", "looks")
"""Look-ups by a plate, a VIN or a part of one; the last also by a case's or a test's number."""
_NUMBER = re.compile(r"\d{6}-\d{4}-\d+|\S+/\S.*")


@dataclass(frozen=True, slots=True)
class Trace:
    """``kind``: of the journal's entry, or the door; ``number``: in the journal, or that of the look where it stands
    ``beside`` it; ``subject``: what was looked at, and ``masked``, as lists say it; ``detail``: the body."""

    at: datetime
    kind: str
    who: Actor
    subject: str
    purpose: str
    detail: dict[str, object]
    number: int
    beside: bool = False
    masked: str = ""


class Traces(Sequence[Trace]):
    """A list of them that is read as far as it is shown."""

    def __init__(self, entries: QuerySet[JournalEntry], looks: QuerySet[Look]) -> None:
        of_journal = entries.order_by().annotate(beside=Value(0)).values_list("at", "number", "beside")
        of_looks = looks.order_by().annotate(beside=Value(1)).values_list("at", "id", "beside")
        self._keys = of_journal.union(of_looks, all=True).order_by("-at", "-beside", "-number")

    def __len__(self) -> int:
        return self._keys.count()

    @overload
    def __getitem__(self, part: int) -> Trace: ...

    @overload
    def __getitem__(self, part: slice) -> Sequence[Trace]: ...

    def __getitem__(self, part: int | slice) -> Trace | Sequence[Trace]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        keys = list(self._keys[part])
        entries = JournalEntry.objects.in_bulk([key for _, key, beside in keys if not beside])
        looks = Look.objects.in_bulk([key for _, key, beside in keys if beside])
        names = _names(list(looks.values()))
        found = [
            trace_of_look(looks[key], names) if beside else trace_of(entries[key]) for _, key, beside in keys
        ]
        vehicles = _vehicles_among(trace.subject for trace in found if not trace.beside)
        return [trace if trace.beside else replace(trace, masked=_masked(trace, vehicles)) for trace in found]

    def __iter__(self) -> Iterator[Trace]:
        for start in range(0, len(self), _BLOCK):
            yield from self[start : start + _BLOCK]


def trace_of(entry: JournalEntry) -> Trace:
    """An entry of the journal."""
    detail = body_of(entry.body)
    who = Actor.read(entry.actor, detail)
    return Trace(_moment(entry.at), entry.kind, who, entry.subject, "", detail, entry.number)


def body_of(text: str) -> dict[str, object]:
    """Of an entry, with who acted as fields."""
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


def _masked(trace: Trace, vehicles: set[str]) -> str:
    """A vehicle by any of its names, and whatever was typed as one."""
    said = masked_in(trace.subject)
    typed = trace.detail.get("kind") in _TYPED and not _NUMBER.fullmatch(said)
    return masked_vin(said) if said == trace.subject and (typed or said in vehicles) else said


def _vehicles_among(subjects: Iterable[str]) -> set[str]:
    found: set[str] = set()
    wanted = set(subjects)
    for name in ("plate", "vin"):
        found |= set(Vehicle.objects.filter(**{f"{name}__in": wanted}).values_list(name, flat=True))
    return found | set(PlateSpan.objects.filter(plate__in=wanted).values_list("plate", flat=True))


def trace_of_look(row: Look, names: dict[int, tuple[str, str]]) -> Trace:
    """A look beside the journal. ``names``: plate and VIN of the vehicles."""
    detail = json.loads(row.body)
    shown = [names[key] for key in detail["vehicles"][:_NAMED]]
    more = " …" if len(detail["vehicles"]) > _NAMED else ""
    subject = "、".join(plate or vin for plate, vin in shown) + more
    masked = "、".join(masked_vehicle(plate, vin) for plate, vin in shown) + more
    who = replace(Actor.read(row.actor), key=row.key)
    return Trace(_moment(row.at), row.door, who, subject, row.purpose, detail, row.pk, True, masked)


def _names(rows: list[Look]) -> dict[int, tuple[str, str]]:
    keys = {key for row in rows for key in json.loads(row.body)["vehicles"][:_NAMED]}
    return {row.pk: (row.plate, row.vin) for row in Vehicle.objects.filter(pk__in=keys)}


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(CHINA)
