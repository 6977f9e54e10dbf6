"""Runs stored before it was kept what they count for: the migration says what was done with them, changes no state, and
puts what would be decided otherwise today on the department's list."""

from __future__ import annotations

import json

import pytest

from support.servers.commands import Commands

FILL = """
import django
django.setup()
from datetime import UTC, date, datetime
from django.core.management import call_command
call_command("migrate", "store", "0026", verbosity=0)
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
then = MigrationExecutor(connection).loader.project_state([("store", "0026_normal_names")]).apps
get = lambda name: then.get_model("store", name)
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.sim.sample import sample_message
from imloop.store import traces, verdict_inputs
record = decode_test(sample_message("ASM", station="450203001", at="2026-03-02T09:00:00+08:00", seed=1))
blobs = {"trace": traces.encode(record.trace), "stated": verdict_inputs.pack(record)}
station = get("Party").objects.create(code="450203001", kind="istation", name="x", place="450200")
get("Party").objects.create(code="450200-environment", kind="environment", name="x", place="450200")
car = get("Vehicle").objects.create(vin="LFV2A21K6J3123456", plate="桂B12345", facts={})
def run(hour, result, **more):
    number = f"T-{hour}"
    raw = get("RawUpload").objects.create(
        received_at=datetime(2026, 3, 2, hour, tzinfo=UTC), party=station, kind="test", sha256=number, size=1, body=b"x"
    )
    at = datetime(2026, 3, 2, hour, tzinfo=UTC)
    row = {"outcome": "completed", "purpose": "periodic", "vehicle": car, **more}
    get("Test").objects.create(
        raw=raw, station=station, test_no=number, line="01", method="ASM", started_at=at, ended_at=at, received_at=at,
        result=result, law_hash="x", verdict={"items": []}, receipt={}, **blobs, **row,
    )
run(1, "fail")
run(2, "pass")
run(3, "pass", purpose="comparison")
run(4, "invalid", outcome="aborted")
run(5, "pass", vehicle=None)
"""
SAY = """
import django, json
django.setup()
from imloop.store.models import Case, HeldRun, Test
runs = {row.test_no: [row.counts, row.counts_why] for row in Test.objects.all()}
held = [[row.test.test_no, row.place, row.reasons[0]["code"]] for row in HeldRun.objects.all()]
print(json.dumps([runs, held, Case.objects.count()]))
"""
DECIDE = """
import django
django.setup()
from datetime import UTC, datetime
from imloop.steps.ground.access import caller_for
from support.stories.settled import Settlement, settle_run
from imloop.store.models import Party
office = caller_for(Party.objects.get(code="450200-environment"), "wei")
settle_run(office, "450203001", "T-1", Settlement("released", "x"), datetime(2026, 3, 3, tzinfo=UTC))
"""


@pytest.fixture(scope="module")
def migrated(unprepared: Commands) -> Commands:
    unprepared.python(FILL)
    done = unprepared("migrate")
    assert done.returncode == 0, done.stderr
    return unprepared


def test_what_was_done_with_a_run_is_what_it_counts_for(migrated: Commands) -> None:
    runs, held, cases = json.loads(migrated.python(SAY))
    assert runs == {
        "T-1": ["nothing", "retest-without-permit"],
        "T-2": ["cycle", None],
        "T-3": ["nothing", "comparison"],
        "T-4": ["nothing", "aborted"],
        "T-5": ["nothing", "vehicle-unidentified"],
    }
    assert held == [["T-1", "450200", "decided-otherwise"]]
    assert cases == 0


def test_a_department_decides_it_anew(migrated: Commands) -> None:
    migrated.python(DECIDE)
    runs, _, cases = json.loads(migrated.python(SAY))
    assert (runs["T-1"], runs["T-2"], cases) == (["case", None], ["nothing", "retest-without-permit"], 1)
