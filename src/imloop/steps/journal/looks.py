"""Looks are sealed into the journal, batch by batch, and compared with it: what was changed or removed is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from imloop.proof import journal as proof
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.seen import hash_of, wait_for_looks
from imloop.steps.journal.faults_of import faults_of
from imloop.store.models import JournalEntry, JournalHead, Look

SUBJECT, SEALED = "looks", "looks-sealed"


def seal_looks(now: datetime) -> int:
    """Enter the digest of every look since the last seal; returns how many. ``gaps``: numbers between them that the
    database gave to nothing."""
    with writing(now, SYSTEM) as ledger:
        wait_for_looks()
        last = _sealed().order_by("-number").first()
        rows = Look.objects.filter(pk__gt=json.loads(last.body)["last"] if last else 0).order_by("pk")
        found = dict(rows.values_list("pk", "hash"))
        if not found:
            return 0
        first, end = min(found), max(found)
        body = {
            "first": first,
            "last": end,
            "count": len(found),
            "gaps": [number for number in range(first, end) if number not in found],
            "root": proof.root(ledger.algorithm, list(found.values())),
        }
        ledger.note("looks-sealed", SUBJECT, body)
        return len(found)


def looks_unlike_the_journal() -> Iterator[str]:
    """Looks that are gone, were changed, or were put among sealed ones; in words."""
    algorithm = JournalHead.objects.get(pk=1).algorithm
    for entry in _sealed().order_by("number"):
        body = json.loads(entry.body)
        between = Look.objects.filter(pk__range=(body["first"], body["last"])).order_by("pk")
        rows = dict(between.values_list("pk", "hash"))
        gone = set(range(body["first"], body["last"] + 1)) - set(rows) - set(body["gaps"])
        yield from (f"look {number} of entry {entry.number} is gone" for number in sorted(gone))
        if not gone and (not rows or proof.root(algorithm, list(rows.values())) != body["root"]):
            yield f"looks {body['first']} to {body['last']} are not those of entry {entry.number}"
    yield from faults_of(Look.objects.prefetch_related("seen").order_by("pk"), _look)


def _look(row: Look) -> Iterator[str]:
    if hash_of(row) != row.hash:
        yield f"look {row.pk} is not what was entered"
    elif sorted(each.vehicle_id for each in row.seen.all()) != json.loads(row.body)["vehicles"]:
        yield f"the vehicles of look {row.pk} are not what was entered"


def _sealed() -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(subject=SUBJECT, kind=SEALED)
