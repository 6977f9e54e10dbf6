"""A run that passed as it was stated, and fails as the car is registered that a department found it to be, is a failed
run: its row may be made one, once, while it waits for that department, and never the other way.

Those that are stored as passes with the reason ``not-as-registered`` are made failed runs by what was kept of them, and
each is said in the journal. One that would not fail any more, because the register says something else since, stays
what it is, and goes on the department's list.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.facts.codes import Method, Result
from imloop.facts.days import day_of
from imloop.facts.records.inspection import Claim, TestRecord, Trace
from imloop.gates.inspections.retest import Measured, stricter, ways
from imloop.law import load
from imloop.proof import journal
from imloop.store import traces, verdict_inputs
from imloop.store.migrations import _frozen
from imloop.store.migrations._journal import head_of, note
from imloop.verdict import Verdict, judge
from imloop.verdict.methods.freeacc import reached_rpm

_FREE = ("vehicle_id", "case_no", "counts", "counts_why", "due_before")
_VERDICT = ("result", "law_hash", "verdict", "stated")
_ONCE = """OLD.result = 'pass' AND NEW.result = 'fail' AND NEW.vehicle_id IS NOT NULL
AND OLD.counts = 'nothing' AND OLD.counts_why IN ('identity-doubtful', 'time-held')"""
_WHY = "not-as-registered"
_LISTED = {
    "code": "decided-otherwise",
    "cite": "",
    "text": "核实时按登记信息判定不合格；登记信息此后有变，按现行登记不再判定不合格。",
    "text_en": "By the register of then it failed when it was settled; by what the register says since it does not.",
    "next": "核实后选择放行即重新核定，选择不予采信则维持原状。",
    "next_en": "Released, it is decided anew; not accepted, everything stays as it is.",
}


def make_fails(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    tests = apps.get_model("store", "Test").objects.select_related("station", "vehicle", "held")
    for test in tests.filter(result="pass", counts_why=_WHY, stated__isnull=False).order_by("started_at", "id"):
        record, verdict = _as_registered(apps, test)
        if verdict.result is not Result.FAIL:
            _list(test)
            continue
        test.verdict = verdict.to_json()
        test.result, test.law_hash = verdict.result, verdict.law_hash
        test.stated = verdict_inputs.pack(replace(record, trace=Trace()))
        moved = _moved(apps, test)
        test.counts, test.counts_why = ("case", None) if moved else ("nothing", "retest-without-permit")
        test.save(update_fields=["counts", "counts_why", *_VERDICT])
        body = {
            "migration": "0073_as_registered",
            "result": test.result,
            "law": test.law_hash,
            "verdict": journal.receipt_hash(head_of(apps).algorithm, test.verdict),
        }
        note(apps, "run-settled", f"{test.station.code}/{test.test_no}", body)


def _as_registered(apps: StateApps, test: Any) -> tuple[TestRecord, Verdict]:
    """The worst of all that is known of the vehicle: by the register, and as it was stated each time it failed."""
    record = _record(test)
    law = load().at(day_of(test.started_at), test.station.place)
    stood = models.Q(counts="case") | models.Q(counts_why="retest-without-permit")
    fails = apps.get_model("store", "Test").objects.filter(stood, result="fail", stated__isnull=False)
    earlier = fails.filter(vehicle=test.vehicle, case_no=test.case_no, started_at__lt=test.started_at)
    failed = [_measured(each) for each in earlier.order_by("started_at", "id")]
    known = test.vehicle.facts if test.vehicle.registered else {}
    entered = {name: value for name, value in known.items() if name in test.vehicle.sources}
    records = [replace(record, vehicle=way) for way in ways(record.vehicle, law, failed, entered)]
    judged = [(each, judge(each, law)) for each in records]
    worst = judged[0]
    for each in judged[1:]:
        if stricter(worst[1].result, each[1].result):
            worst = each
    return worst


def _record(test: Any) -> TestRecord:
    record = verdict_inputs.record_of(bytes(test.stated), Method(test.method), traces.decode(test.trace))
    told = {name: getattr(test, name) for name in ("test_no", "started_at", "ended_at")}
    return replace(record, **told, claimed=_claimed(test.verdict["claim"]))


def _claimed(check: Mapping[str, Any]) -> Claim:
    """What the station claimed, as far as comparing it kept that."""
    said = {each["item"]: each["claimed"] for each in check["differences"] if each["item"] != "verdict"}
    verdict, found = check["verdict"], (check["reproduced_by"] or {}).get("values", {})
    return Claim(Result(verdict) if verdict else None, {**found, **said})


def _measured(test: Any) -> Measured:
    record = _record(test)
    reached = reached_rpm(record) if test.method == Method.FREEACC else None
    return Measured(replace(record, trace=Trace()), {}, {}, reached_rpm=reached)


def _moved(apps: StateApps, test: Any) -> bool:
    """Its case was opened by it, or moved on: nothing of a case changes here."""
    case = apps.get_model("store", "Case").objects.filter(case_no=test.case_no).first() if test.case_no else None
    if case is None:
        return False
    if (case.station_id, case.snapshot.get("failed_test")) == (test.station_id, test.test_no):
        return True
    told = apps.get_model("store", "CaseEvent").objects.filter(case=case, kind="TestFailed")
    own = {"test_no": test.test_no, "station": test.station.code}
    return any(own.items() <= data.items() for data in told.values_list("data", flat=True))


def _list(test: Any) -> None:
    held = test.held
    held.settled, held.settled_at, held.settled_by, held.settled_because = "", None, "", ""
    held.reasons = [_LISTED]
    held.save()
    test.counts_why = "identity-doubtful"
    test.save(update_fields=["counts_why"])


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_test", (*_FREE, *_VERDICT))
    when = f"CREATE TRIGGER store_test_once BEFORE UPDATE OF {', '.join(_VERDICT)} ON store_test "
    if editor.connection.vendor == "postgresql":
        editor.execute(f"{when} FOR EACH ROW WHEN (({_ONCE}) IS NOT TRUE) EXECUTE FUNCTION imloop_frozen()")
        return
    said = "rows of store_test are never changed or removed"
    editor.execute(f"{when} WHEN ({_ONCE}) IS NOT TRUE BEGIN SELECT RAISE(ABORT, '{said}'); END")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_test")
    editor.execute(f"DROP TRIGGER store_test_once{' ON store_test' * (editor.connection.vendor == 'postgresql')}")


def freeze_as_before(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_test", _FREE)


def thaw_as_before(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_test")


class Migration(migrations.Migration):
    dependencies = [("store", "0072_hour_of_a_fail")]

    operations = [
        migrations.RunPython(thaw_as_before, freeze_as_before),
        migrations.RunPython(make_fails, migrations.RunPython.noop),
        migrations.RunPython(freeze, thaw),
    ]
