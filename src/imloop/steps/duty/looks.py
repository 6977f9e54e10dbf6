"""Looks of both kinds, newest first: those in the journal (one object opened, a file taken out) and those beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload

from django.db.models import QuerySet, Value

from imloop.facts.days import CHINA
from imloop.store.models import JournalEntry, Look, Vehicle

_BLOCK = 500
_NAMED = 5
"""Vehicles of one look that are named; of the others it is said how many."""


@dataclass(frozen=True, slots=True)
class Trace:
    """``kind``: of the journal's entry, or the door; ``number``: in the journal, None beside it; ``subject``: what was
    looked at; ``detail``: the body."""

    at: datetime
    kind: str
    actor: str
    key: str
    subject: str
    purpose: str
    detail: dict[str, object]
    number: int | None


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
        plates = _names(list(looks.values()))
        return [_of_look(looks[key], plates) if beside else trace_of(entries[key]) for _, key, beside in keys]

    def __iter__(self) -> Iterator[Trace]:
        for start in range(0, len(self), _BLOCK):
            yield from self[start : start + _BLOCK]


def trace_of(entry: JournalEntry) -> Trace:
    """An entry of the journal."""
    found = json.loads(entry.body)
    detail = found if isinstance(found, dict) else {}
    return Trace(_moment(entry.at), entry.kind, entry.actor, "", entry.subject, "", detail, entry.number)


def _of_look(row: Look, names: dict[int, str]) -> Trace:
    detail = json.loads(row.body)
    shown = detail["vehicles"]
    subject = "、".join(names[key] for key in shown[:_NAMED]) + (" …" if len(shown) > _NAMED else "")
    return Trace(_moment(row.at), row.door, row.actor, row.key, subject, row.purpose, detail, None)


def _names(rows: list[Look]) -> dict[int, str]:
    keys = {key for row in rows for key in json.loads(row.body)["vehicles"][:_NAMED]}
    return {row.pk: row.plate or row.vin for row in Vehicle.objects.filter(pk__in=keys)}


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(CHINA)
