"""A waiting pass may become a failed run once, and nothing else of a verdict ever changes; and what was stored as a
pass beside which a word said that it had failed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.steps.inspections.replay import replay_test
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.store.models import Test, Vehicle
from support.city import NEAR, City
from support.servers.commands import Commands
from support.stories.one_car import WRONG, car, that_car

LEAN: dict[str, Any] = {"co": 0.6}
DAY = "2026-03-02 09:00"


def waiting(city: City) -> Test:
    """Under a sign that is typed wrong, and as a gas car, it passes."""
    city.enter()
    return Test.objects.get(
        test_no=city.test(DAY, vehicle=car(vin=WRONG, fuel="cng"), **LEAN).body["test_no"]
    )


def failed(city: City) -> Test:
    row = waiting(city)
    that_car(city, NEAR, {"test_no": row.test_no}, "2026-03-02 15:00")
    row.refresh_from_db()
    return row


def refused(row: Test, **change: object) -> bool:
    try:
        with transaction.atomic():
            Test.objects.filter(pk=row.pk).update(**change)
    except DatabaseError as error:
        assert "never changed or removed" in str(error)
        return True
    return False


def test_a_pass_that_waits_becomes_a_fail_with_its_vehicle_and_nothing_else(city: City) -> None:
    row = waiting(city)
    its = {"vehicle": Vehicle.objects.get()}
    for change in ({"result": "invalid", **its}, {"result": "fail"}, {"verdict": {}, **its}):
        assert refused(row, **change), change
    for name, value in (("receipt", {}), ("trace", b""), ("started_at", row.ended_at)):
        assert refused(row, result="fail", **its, **{name: value}), name
    assert not refused(row, result="fail", **its)
    assert unlike_the_journal(), "and it is seen that no department said so"


def test_a_fail_stays_one_as_it_was_reached(city: City) -> None:
    row = failed(city)
    for change in (
        {"result": "pass"},
        {"result": "fail"},
        {"verdict": {}},
        {"law_hash": ""},
        {"stated": b""},
    ):
        assert refused(row, **change), change
    assert not refused(row, counts="nothing", counts_why="identity-doubtful")
    assert refused(row, result="pass", verdict=row.receipt), "not even while it waits again"


def test_a_pass_that_counts_stays_one(city: City) -> None:
    city.enter()
    row = Test.objects.get(test_no=city.test(DAY, vehicle=car()).body["test_no"])
    assert row.counts == "cycle" and refused(row, result="fail")
    assert not refused(row, counts="nothing", counts_why=None) and refused(row, result="fail")


BACK = {
    "the result": {"result": "pass"},
    "the verdict": {"verdict": "receipt"},
    "both": {"result": "pass", "verdict": "receipt"},
    "the law": {"law_hash": "x"},
    "the receipt": {"receipt": "verdict"},
}


@pytest.mark.parametrize("what", BACK)
def test_the_owner_of_the_tables_who_turns_it_back_is_caught(city: City, what: str) -> None:
    row = failed(city)
    assert unlike_the_journal() == [] and replay_test(row, decode_kept_test)["same"]
    on = " ON store_test" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for trigger in ("store_test_once", "store_test_no_update"):
            cursor.execute(f"DROP TRIGGER {trigger}{on}")
    told = {name: row.receipt[name] for name in row.verdict if name in row.receipt}
    both = {"receipt": {**row.verdict, **told}, "verdict": {**row.receipt, **row.verdict}}
    change = {name: both.get(str(value), value) for name, value in BACK[what].items()}
    Test.objects.filter(pk=row.pk).update(**change)
    assert unlike_the_journal()


FILL = """
import django, json
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import connection
from support.city import City, NEAR, at
from support.stories.one_car import ENV, OTHER_PLATE, OTHER_VIN, WRONG, car
from support.stories.settled import Settlement, settle_run
from imloop.store.migrations import _frozen
from imloop.store.models import JournalEntry, Test, Vehicle
city = City.build()
city.enter()
city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
rows = []
for hour, names in ((9, {"vin": WRONG}), (10, {"vin": OTHER_VIN[:-1] + "2", "plate": OTHER_PLATE})):
    told = {"co": 0.6, "claimed": {"verdict": "pass"}, "vehicle": car(fuel="cng", **names)}
    said = city.test(f"2026-03-02 {hour:02}:00", **told).body
    rows.append(Test.objects.get(test_no=said["test_no"]))
    its = str(Vehicle.objects.get(plate=rows[-1].held.plate).pk)
    settle_run(city.callers[ENV], NEAR, said["test_no"], Settlement("vehicle", "x", its), at("2026-03-02 15:00"))
call_command("migrate", "store", "0072", verbosity=0)
free = ("vehicle_id", "case_no", "counts", "counts_why", "due_before")
with connection.schema_editor() as editor:
    _frozen.thaw(editor, "store_test")
    _frozen.thaw(editor, "store_journalentry")
for row in rows:  # as they were kept then
    row.counts, row.counts_why = "nothing", "not-as-registered"
    row.vehicle, row.case_no = (found := Test.objects.get(pk=row.pk)).vehicle, found.case_no
    row.save()
for entry in JournalEntry.objects.filter(kind="run-settled"):
    body = {name: said for name, said in json.loads(entry.body).items() if name not in ("law", "verdict")}
    JournalEntry.objects.filter(pk=entry.pk).update(body=json.dumps(body))
other = Vehicle.objects.get(vin=OTHER_VIN)
other.facts = {**other.facts, "fuel": "cng"}
other.save()
with connection.schema_editor() as editor:
    _frozen.freeze(editor, "store_test", free)
    _frozen.freeze(editor, "store_journalentry")
"""
SAY = """
import django, json
django.setup()
from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.steps.inspections.replay import replay_test
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.store.models import Case, HeldRun, JournalEntry, Test
tests = Test.objects.order_by("pk")
rows = [[t.result, t.verdict["verdict"], t.receipt["verdict"], t.counts, t.counts_why] for t in tests]
same = [replay_test(t, decode_kept_test)["differs"] for t in tests]
waits = [held.reasons[0]["code"] for held in HeldRun.objects.filter(settled_at=None)]
said = [e.subject for e in JournalEntry.objects.filter(kind="run-settled", body__contains="0073_as_registered")]
print(json.dumps([rows, same, waits, len(said), unlike_the_journal(), Case.objects.filter(closed_at=None).count()]))
"""


def test_passes_beside_which_it_said_so_are_fails_and_the_journal_says_it(unprepared: Commands) -> None:
    """One would pass by what the register says since: a department looks at it, and its case stays."""
    unprepared.python(FILL)
    done = unprepared("migrate")
    assert done.returncode == 0, done.stderr
    rows, same, waits, said, faults, cases = json.loads(unprepared.python(SAY))
    assert rows == [
        ["fail", "fail", "pass", "case", None],
        ["pass", "pass", "pass", "nothing", "identity-doubtful"],
    ]
    assert (same, waits, said, faults, cases) == ([[], []], ["decided-otherwise"], 1, [], 2)
