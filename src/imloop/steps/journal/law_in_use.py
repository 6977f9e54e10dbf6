"""The law's data in use, kept in the journal whenever it is another: so that a correction can be told from what was
judged before it, key by key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from imloop.law import Law, load
from imloop.law.compare import as_it_was, kept
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import canonical, writing
from imloop.store.models import JournalEntry
from imloop.verdict import verdict_hash
from imloop.verdict.subjects import SUBJECTS

_KIND = "law-in-use"


def keep_law(now: datetime) -> bool:
    """Note the data that verdicts rest on, and every text; nothing where the last one noted is the same."""
    body = kept(load(), SUBJECTS)
    digest = hashlib.sha256(canonical(body).encode()).hexdigest()
    with writing(now, SYSTEM) as ledger:
        last = JournalEntry.objects.filter(kind=_KIND).order_by("-number").first()
        if last is not None and last.subject == digest:
            return False
        ledger.note("law-in-use", digest, body)
    return True


def law_of_hash(law_hash: str, on: date, place: str) -> Law | None:
    """The law of a day and place by which a verdict with that hash was judged; None where it was not kept."""
    kept_ones = JournalEntry.objects.filter(kind=_KIND).order_by("-number").values_list("hash", flat=True)
    for entry in kept_ones:
        law = _law(entry, on, place)
        if verdict_hash(law) == law_hash:
            return law
    return None


def lost_texts() -> Iterator[dict[str, Any]]:
    """The texts of data once in use that are no longer there: id, short, place, in_force, ends, as they were kept."""
    found: dict[str, dict[str, Any]] = {}
    for entry in JournalEntry.objects.filter(kind=_KIND).order_by("number"):
        found |= {str(text["id"]): text for text in json.loads(entry.body)["texts"]}
    known = load().texts
    yield from (text for name, text in sorted(found.items()) if name not in known)


@lru_cache(maxsize=8)
def _rows(entry: str) -> list[list[Any]]:
    """Of the journal entry with that hash."""
    rows: list[list[Any]] = json.loads(JournalEntry.objects.get(kind=_KIND, hash=entry).body)["rows"]
    return rows


@lru_cache(maxsize=512)
def _law(entry: str, on: date, place: str) -> Law:
    return as_it_was(_rows(entry), on, place)
