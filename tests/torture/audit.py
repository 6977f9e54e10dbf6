"""Look at what is kept after the faults: ``audit.py ACKNOWLEDGED… [--outside FILE]``. Prints faults and counts as JSON.

The server need not run. Everything is compared: receipts, bytes, journal, cases with the replay of their events,
numbers, messages with what the decisions said, deliveries.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import django

django.setup()

import msgspec  # noqa: E402

from imloop import loop  # noqa: E402
from imloop.facts.days import day_of  # noqa: E402
from imloop.loop import events as loop_events  # noqa: E402
from imloop.steps.ground import registers  # noqa: E402
from imloop.steps.ground.keep_raw import raw_bytes  # noqa: E402
from imloop.steps.journal import prove_journal  # noqa: E402
from imloop.store import models as kept  # noqa: E402
from torture.clients import digest_of  # noqa: E402

_RELATIONS = {"test": "test", "repair": "repair", "check": "equipment_check"}


def acknowledged(files: list[Path]) -> Iterator[dict[str, str]]:
    """What clients wrote down. A last line that was not finished was not yet acknowledged to anyone."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                yield json.loads(line)


def lost(said: list[dict[str, str]]) -> Iterator[str]:
    """Every acknowledgement: its bytes once, its receipt as it was told."""
    for each in said:
        if each["kind"] == "heartbeat":
            continue
        rows = kept.RawUpload.objects.filter(
            sha256=each["sha256"], kind=each["kind"], party__code=each["by"], refused=""
        )
        found = list(rows.select_related(each["kind"]))
        if len(found) != 1:
            yield f"{each['kind']} {each['number']}: kept {len(found)} times"
            continue
        if hashlib.sha256(raw_bytes(found[0])).hexdigest() != each["sha256"]:
            yield f"{each['kind']} {each['number']}: other bytes"
        if digest_of(getattr(found[0], each["kind"]).receipt) != each["receipt"]:
            yield f"{each['kind']} {each['number']}: another receipt"


def lost_heartbeats(said: list[dict[str, str]]) -> Iterator[str]:
    latest: dict[tuple[str, str], str] = {}
    for each in said:
        if each["kind"] == "heartbeat":
            latest[each["by"], each["line"]] = max(latest.get((each["by"], each["line"]), ""), each["at"])
    for (station, line), at in latest.items():
        link = kept.Link.objects.get(line__station__code=station, line__code=line)
        if link.seen_at < datetime.fromisoformat(at):
            yield f"heartbeat of {station}/{line}: last seen {link.seen_at}, acknowledged {at}"


def half_stored() -> Iterator[str]:
    """Each upload has what was made of it or a refusal, and each of both its journal entry, once."""
    refusals: Counter[str] = Counter()
    for raw in kept.RawUpload.objects.defer("body").select_related(*_RELATIONS.values()).iterator():
        made = getattr(raw, _RELATIONS[raw.kind], None)
        if bool(raw.refused) == (made is not None):
            yield f"{raw.kind} {raw.sha256[:12]}: refused {raw.refused!r}, made {made!r}"
        if raw.refused:
            refusals[f"{raw.kind}-refused {raw.sha256}"] += 1
    entries = Counter(
        f"{kind} {subject}"
        for kind, subject in kept.JournalEntry.objects.filter(
            kind__in=("test-received", "repair-received", "test-refused", "repair-refused", "case-event")
        ).values_list("kind", "subject")
    )
    expected = refusals + Counter(
        [f"test-received {t.station.code}/{t.test_no}" for t in _slim(kept.Test, "station")]
        + [f"repair-received {r.shop.code}/{r.repair_no}" for r in _slim(kept.Repair, "shop")]
        + [f"case-event {e.case.case_no}" for e in kept.CaseEvent.objects.select_related("case")]
    )
    for key in entries | expected:
        if entries[key] != expected[key]:
            yield f"journal has {entries[key]} of {key}, the tables {expected[key]}"


def _slim(model: type[kept.Test] | type[kept.Repair], of: str) -> Iterator[kept.Test | kept.Repair]:
    fields = ("test_no",) if model is kept.Test else ("repair_no",)
    yield from model.objects.select_related(of).only(*fields, f"{of}__code")  # type: ignore[misc]


def other_cases() -> Iterator[str]:
    """Each case is decided anew from its events; its row and the messages it caused must be those."""
    sent = Counter(kept.OutboxEntry.objects.values_list("subject", "topic"))
    told: Counter[tuple[str, str]] = Counter()
    for row in kept.Case.objects.select_related("vehicle"):
        case: loop.Case | None = None
        for number, kept_event in enumerate(row.events.order_by("number"), 1):
            if kept_event.number != number:
                yield f"case {row.case_no}: event {number} is missing"
            event = msgspec.convert(kept_event.data, getattr(loop_events, kept_event.kind))
            days = (day_of(event.at), day_of(kept_event.recorded_at))
            laws = [registers.law_at(day, row.place) for day in days]
            law = next((law for law in laws if law.hash == kept_event.law_hash), laws[0])
            decision = loop.decide(
                case,
                event,
                law,
                kept_event.recorded_at,
                case_no=row.case_no,
                place=row.place,
                cycle=row.cycle,
            )
            case = decision.case
            for effect in decision.effects:
                told[row.case_no, effect.kind] += sum(role != "owner" for role in effect.receivers)
            if case.state != kept_event.after:
                yield f"case {row.case_no}: event {number} leads to {case.state}, kept {kept_event.after}"
        if msgspec.convert(row.snapshot, loop.Case) != case:
            yield f"case {row.case_no}: its row is not what its events give"
    for key, count in told.items():
        if count and sent[key] != count:
            yield f"case {key[0]}: {sent[key]} messages {key[1]}, decided {count}"


def gaps() -> Iterator[str]:
    """Numbers of each kind run from 1 to the counter without a gap; so does the journal, by its own check."""
    given = {
        "report": [str(receipt["report"]) for receipt in kept.Test.objects.values_list("receipt", flat=True)],
        "case": list(kept.Case.objects.values_list("case_no", flat=True)),
    }
    for counter in kept.Counter.objects.filter(kind__in=given):
        mark = f"{counter.place}-{counter.year}-"
        numbers = sorted(int(each.rpartition("-")[2]) for each in given[counter.kind] if mark in each)
        if numbers != list(range(1, counter.last + 1)):
            yield f"{counter.kind} numbers {mark}: {len(numbers)} given, the counter says {counter.last}"


def undelivered(log: Path) -> Iterator[str]:
    """What the system outside has: everything, each first time in order."""
    receiver = kept.Receiver.objects.select_related("party").get(code="outside")
    rows = [json.loads(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row["key"], row["seq"])
    arrived = list(first.values())
    expected = list(
        kept.OutboxEntry.objects.filter(receiver=receiver.party.code)
        .order_by("id")
        .values_list("id", flat=True)
    )
    if arrived != expected:
        yield f"outside has {len(arrived)} messages, {len(expected)} were sent, or in another order"
    ends = Counter(kept.Delivery.objects.filter(receiver=receiver).values_list("entry_id", flat=True))
    twice = [entry for entry, count in ends.items() if count != 1]
    if twice or set(ends) != set(expected):
        yield f"deliveries: {len(ends)} of {len(expected)} ended, {len(twice)} more than once"


def counts(said: list[dict[str, str]], log: Path | None) -> dict[str, object]:
    arrived = len(log.read_text().splitlines()) if log else 0
    return {
        "acknowledged": Counter(each["kind"] for each in said),
        "distinct uploads acknowledged": len({each["sha256"] for each in said}),
        "kept": {
            "uploads": kept.RawUpload.objects.count(),
            "tests": kept.Test.objects.count(),
            "repairs": kept.Repair.objects.count(),
            "refusals": kept.RawUpload.objects.exclude(refused="").count(),
            "cases": kept.Case.objects.count(),
            "journal": kept.JournalEntry.objects.count(),
            "messages": kept.OutboxEntry.objects.count(),
        },
        "arrived outside": arrived,
    }


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--outside", type=Path)
    given = options.parse_args()
    said = list(acknowledged(given.files))
    checks = {
        "lost": lost(said),
        "heartbeats": lost_heartbeats(said),
        "half stored": half_stored(),
        "journal": iter(prove_journal.faults()),
        "cases": other_cases(),
        "numbers": gaps(),
        "deliveries": undelivered(given.outside) if given.outside else iter(()),
    }
    faults = {name: list(found) for name, found in checks.items()}
    print(json.dumps({"faults": faults, **counts(said, given.outside)}, ensure_ascii=False))
    sys.exit(1 if any(faults.values()) else 0)


if __name__ == "__main__":
    main()
