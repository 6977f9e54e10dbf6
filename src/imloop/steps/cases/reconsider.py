"""A fact comes late, or a department settles one: what follows is decided anew, kept, journalled, and told to everyone
who was told otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Q, QuerySet

from imloop import loop
from imloop.facts.days import day_of
from imloop.facts.text import Reason, Text
from imloop.gates.inspections.counts import Counts
from imloop.gates.repairs.whereabouts import before_fail_known
from imloop.gates.vehicles.cycle import due_after, due_on_or_after
from imloop.law import Law
from imloop.law.sentences import repair_and_return
from imloop.loop.case import FAIL_TOLD_LATE
from imloop.loop.history import WITHOUT_PERMIT, Run, Said, Story, tell, told_after_its_fail
from imloop.steps.cases.history import RECONSIDERED, History, Shown, history_since, run_of, unanswered
from imloop.steps.cases.issue_notice import issue_late_notice
from imloop.steps.cases.let_cases_go import let_late_case_go
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep, derive, keep_event
from imloop.steps.ground import registers
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.vehicles.register.due_word import DueWord, due_word
from imloop.steps.vehicles.spot_runs import annul_spot_check
from imloop.steps.vehicles.vehicle_facts import subject_of
from imloop.store.models import Case, Finding, Mark, PaperUnlock, PartyKind, Test, Vehicle
from imloop.store.statements import update

TOPIC = "reconsidered"


@dataclass(slots=True)
class Reconsidered:
    """``case``: the one that the new run belongs to, ``said``: what it counts for; ``changed``: other runs that count
    for something else than before; ``due_before``: of the new run, where it counts as a pass."""

    case: Case | None = None
    said: Said = field(default_factory=lambda: Said(Counts.NOTHING))
    changed: list[Test] = field(default_factory=list)
    due_before: date | None = None


def reconsider(
    ledger: Ledger, vehicle: Vehicle, run: Run, because: str, shown: Shown | None = None
) -> Reconsidered:
    """Tell the vehicle's history again, because ``run`` came or was settled. ``because``: its station and number.
    A run that is not stored yet has a key of its own, and ``shown``."""
    history = history_since(vehicle, run.event.at)
    runs = [*(each for each in history.runs if each.key != run.key), run]
    story = tell(
        runs,
        history.events,
        registers.law_at,
        ledger.now,
        cycle=history.cycle,
        numbers=[case.case_no for case in history.cases],
        unanswered=unanswered(history, {run.key: shown} if shown is not None else {}),
    )
    cases = _keep_cases(ledger, history, story, because)
    found = Reconsidered(said=story.runs[run.key], changed=_keep_runs(ledger, history, story, cases, because))
    if found.said.case is not None:
        found.case = cases[found.said.case]
    if story.open is not None:
        _look_after(ledger, cases[len(story.cases) - 1])
    found.due_before = _keep_cycle(vehicle, history, story, runs, run)
    _tell_marks(ledger, history, because)
    return found


def reconsider_after(ledger: Ledger, vehicle: Vehicle, moment: datetime, because: str) -> bool:
    """A repair came late, or was released: a run after it may have had a permit after all. False: there is no such
    run."""
    runs = vehicle.tests.filter(counts_why=WITHOUT_PERMIT, started_at__gt=moment).select_related("station")
    first = runs.order_by("started_at", "id").first()
    if first is not None:
        reconsider(ledger, vehicle, run_of(first), because)
    return first is not None


def wait_after(ledger: Ledger, vehicle: Vehicle, moment: datetime, because: str) -> None:
    """A failed run came that may be of this vehicle: what it passed after that waits until it is settled."""
    counted = vehicle.tests.filter(result="pass", started_at__gte=moment).exclude(counts=Counts.NOTHING)
    first = counted.select_related("station").order_by("started_at", "id").first()
    if first is not None:
        reconsider(ledger, vehicle, run_of(first), because)


def failed_runs(case: Case) -> QuerySet[Test]:
    """Those that count for the case, in order."""
    return _fails_of(case).filter(counts=Counts.CASE)


def failed_without_permit(case: Case) -> QuerySet[Test]:
    """Those that show a fault of it, and move no round."""
    return _fails_of(case).filter(counts_why=WITHOUT_PERMIT)


def failed_test(case: Case) -> Test | None:
    """The one that the current round answers to: numbers are each station's own."""
    return failed_runs(case).filter(test_no=case.snapshot["failed_test"], station=case.station_id).first()


def _fails_of(case: Case) -> QuerySet[Test]:
    runs = Test.objects.filter(vehicle=case.vehicle_id, case_no=case.case_no, result="fail")
    return runs.select_related("station").order_by("started_at", "id")


def disputed_run(case: Case) -> Test | None:
    """The failed run that an objection waits for, whether or not it has a permit as things are told now; where none
    waits, the one that the current round answers to. None: it is not among those of the case."""
    raised = as_loop_case(case).waiting_objection
    if raised is None or (raised.test_no and not raised.station):
        return failed_test(case)
    counted = _fails_of(case).filter(Q(counts=Counts.CASE) | Q(counts_why=WITHOUT_PERMIT))
    if raised.test_no:
        return counted.filter(station__code=raised.station, test_no=raised.test_no).last()
    # Raised before that was noted: the last one known then that had a permit then.
    known = counted.filter(started_at__lte=raised.raised_at, received_at__lte=raised.raised_at)
    return known.exclude(counts_why=WITHOUT_PERMIT, receipt__counts=Counts.NOTHING).last()


def let_runs_go(ledger: Ledger, case: Case, annulled: Test | None) -> None:
    """The failed run that a department annulled does not stand; what was held because of it is decided anew, and
    another fail of the case, which nobody annulled, gets a case of its own."""
    first = failed_runs(case).first()
    if annulled is None:
        annul_spot_check(case)
    else:
        annulled.counts, annulled.counts_why = Counts.NOTHING, "annulled"
        update(annulled, "counts", "counts_why")
    if first is not None:
        first.refresh_from_db(fields=["counts", "counts_why"])
        reconsider(ledger, case.vehicle, run_of(first), case.case_no)


def _keep_cases(ledger: Ledger, history: History, story: Story, because: str) -> list[Case]:
    rows, told = [], len(story.cases)
    # Those that are told no more end first: an earlier one of the same cycle may be open again.
    for row in history.cases[told:]:
        _merge(ledger, row, history.cases[told - 1] if told else None, because)
    for number, case in enumerate(story.cases):
        if number < len(history.cases):
            row = history.cases[number]
            if not _as_told(row, case):
                _change(ledger, row, case, because)
        else:
            row = _open(ledger, history.vehicle, story, number, because)
        rows.append(row)
    for row, case in zip(rows, story.cases, strict=True):
        _keep_papers(row, case)
    return rows


def _keep_papers(row: Case, case: loop.Case) -> None:
    """A paper belongs to the case in which it counts now; a record that comes later is matched with it there."""
    shown = [unlock.unlock_no for unlock in case.unlocks]
    if shown:
        PaperUnlock.objects.filter(unlock_no__in=shown).exclude(case=row).update(case=row)


def _look_after(ledger: Ledger, row: Case) -> None:
    """The case that is open now has its notice, and a way out where its station may test no longer."""
    issue_late_notice(ledger, row)
    if row.station is not None:
        let_late_case_go(ledger, row, row.station, _law(row.station.place, ledger))
    say_held(ledger, row)


def say_held(ledger: Ledger, row: Case) -> None:
    """A failed run came after the work of a repair was over, so that a department has to look at that; or it is known
    now why it came late, and nobody has to."""
    known = as_loop_case(row)
    if not known.repairs:
        return
    law = _law(row.place, ledger)
    held = {
        (each.shop, each.repair_no)
        for each in loop.held_repairs(known, law)
        if any(lack.code == FAIL_TOLD_LATE for lack in each.lacks)
    }
    for repair in known.repairs:
        said = Finding.objects.filter(
            code=FAIL_TOLD_LATE, subject_kind="repair", subject=repair.repair_no, station_code=repair.shop
        ).filter(resolved_at__isnull=True)
        waits = (repair.shop, repair.repair_no) in held
        if waits and not said.exists():
            keep_findings(ledger, "repair", repair.repair_no, repair.shop, [before_fail_known(law)])
        elif not waits:
            gone = {"outcome": Finding.Outcome.GONE, "resolution": "不再早于不合格检验传到平台之时"}
            said.update(resolved_at=ledger.now, resolved_by="imloop", **gone)


def _as_told(row: Case, case: loop.Case) -> bool:
    return as_loop_case(row) == case


def _change(ledger: Ledger, row: Case, case: loop.Case, because: str) -> None:
    """The same case, told otherwise: its row follows, and an event says what changed."""
    before = row.state
    row.opened_at, row.place = min(row.opened_at, case.failed_at), case.place
    derive(row, case)
    update(row, "opened_at", "place", "station", "state", "round", "failed_at", "deadline", "deadline_provisional",
           "overdue", "objected_at", "closed_at", "snapshot")  # fmt: skip
    keep_event(
        ledger, row, RECONSIDERED, before, {"because": because, "round": case.round}, _law(row.place, ledger)
    )
    _send(ledger, row, {"because": because, "before": before, "after": row.state, "round": case.round})


def _open(ledger: Ledger, vehicle: Vehicle, story: Story, number: int, because: str) -> Case:
    """A case that nobody had opened: as if its failed test had come in time, and then what followed."""
    told = story.cases[number]
    event = story.opened[number]
    law = registers.law_at(day_of(event.at), told.place)
    cycle, vehicle.cycle = vehicle.cycle, told.cycle
    row, decision = decide_and_keep(ledger, None, event, law, vehicle=vehicle, place=told.place)
    vehicle.cycle = cycle
    numbered = replace(told, case_no=row.case_no)
    story.cases[number] = numbered
    if decision.case != numbered:
        _change(ledger, row, numbered, because)
    return row


def _merge(ledger: Ledger, row: Case, into: Case | None, because: str) -> None:
    """What looked like a case of its own is part of another: it ends, and says where it went on."""
    before = row.state
    row.state, row.closed_at = loop.State.ANNULLED, ledger.now
    row.snapshot = {**row.snapshot, "state": row.state, "closed_at": ledger.now.isoformat()}
    update(row, "state", "closed_at", "snapshot")
    part_of = into.case_no if into is not None else ""
    data = {"because": because, "part_of": part_of}
    keep_event(ledger, row, RECONSIDERED, before, data, _law(row.place, ledger))
    _send(ledger, row, {"because": because, "before": before, "after": row.state, "part_of": part_of})


def _keep_runs(ledger: Ledger, history: History, story: Story, cases: list[Case], because: str) -> list[Test]:
    changed = []
    for key, said in story.runs.items():
        test = history.tests.get(key)
        if test is None:
            continue
        case_no = cases[said.case].case_no if said.case is not None else ""
        if (test.counts, test.counts_why or "") == (said.counts, said.why) and test.case_no == case_no:
            continue
        if (test.counts, test.counts_why or "") != (said.counts, said.why):
            _say(ledger, test, said, because)
            changed.append(test)
        test.counts, test.counts_why, test.case_no = said.counts, said.why or None, case_no
        update(test, "counts", "counts_why", "case_no")
    return changed


def _say(ledger: Ledger, test: Test, said: Said, because: str) -> None:
    """Station and environment department hear what a run counts for now, and why."""
    name = f"{test.station.code}/{test.test_no}"
    body = {
        "test_no": test.test_no,
        "station": test.station.code,
        "result": test.result,
        "before": test.counts,
        "counts": said.counts,
        "why": said.why,
        "because": because,
    }
    ledger.note("test-reconsidered", name, body)
    for receiver in _concerned(test.station.code, test.station.place):
        ledger.send(receiver, TOPIC, name[:40], body)
    if said.why == WITHOUT_PERMIT and test.result == "pass":
        what_next = repair_and_return(_law(test.station.place, ledger))
        finding = Reason(
            WITHOUT_PERMIT,
            Text(
                f"检验 {because} 补传以后，本次合格检验属于未经放行的复检，不作为检验合格依据。",
                f"Now that test {because} is known, this pass was a retest without a permit and proves nothing.",
            ),
            next=Text(f"请通知车主：{what_next.zh}", f"Tell the owner: {what_next.en}"),
        )
        keep_findings(ledger, "test", test.test_no, test.station.code, [finding])


def _keep_cycle(vehicle: Vehicle, history: History, story: Story, runs: list[Run], run: Run) -> date | None:
    """The running cycle and its end follow from the passes that count: what one gave goes with it, and what an
    authority said after it stays. When the last inspection before ``run`` ended, where that counts as a pass."""
    if tuple(story.passed) == history.passed:
        return None
    word = _due_word(vehicle, history, run.place)
    due, before = history.due_on, dict[int, date | None]()
    if word is not None and history.passed and word.follows(history.tests[history.passed[0]]):
        due = word.day
    for key, at in story.passed.items():
        before[key] = due
        stands = word is not None and word.stands_after(history.tests.get(key))
        if word is not None and stands:
            due = word.day
        elif story.open is None or not told_after_its_fail(key, runs):
            due = _given(vehicle, at, run.place) or due
    if due is None and history.tests:
        day = day_of(min(test.started_at for test in history.tests.values()))
        due = due_on_or_after(subject_of(vehicle), day, registers.law_at(day, run.place))
    for key, test in history.tests.items():
        if test.due_before != before.get(key):
            test.due_before = before.get(key)
            update(test, "due_before")
    vehicle.cycle, vehicle.due_on = history.cycle + len(story.passed), due or vehicle.due_on
    update(vehicle, "cycle", "due_on")
    return before.get(run.key)


def _given(vehicle: Vehicle, at: datetime, place: str) -> date | None:
    """The end that a pass of that moment gives."""
    return due_after(subject_of(vehicle), day_of(at), registers.law_at(day_of(at), place))


def _due_word(vehicle: Vehicle, history: History, place: str) -> DueWord | None:
    """An authority's last word on the end; None: nobody said one, or it says no more than what a pass gave."""
    word = due_word(vehicle)
    known = [history.tests[key] for key in history.passed]
    if word is None or word.day in {
        _given(vehicle, test.started_at, place) for test in known if word.follows(test)
    }:
        return None
    return word


def _tell_marks(ledger: Ledger, history: History, because: str) -> None:
    """A mark that was released on a pass which proves nothing now: the police decide what becomes of it."""
    counted = (history.tests[key] for key in history.passed)
    for test in counted:
        if test.counts != Counts.NOTHING:
            continue
        marks = Mark.objects.filter(vehicle=history.vehicle, test_no=test.test_no)
        # Another station may have given a run the same number since.
        for mark in marks.filter(issued_at__gte=test.received_at):
            tell_of_mark(ledger, history.vehicle, mark, because)


def tell_of_mark(ledger: Ledger, vehicle: Vehicle, mark: Mark, because: str) -> None:
    """The police hear that a mark stands on what does not hold, and so does the environment department."""
    tests = Test.objects.filter(vehicle=vehicle).order_by("-started_at").select_related("station")
    place = next((test.station.place for test in tests[:1]), "")
    body = {
        "vin": vehicle.vin,
        "plate": vehicle.plate,
        "mark": mark.valid_until.isoformat(),
        "because": because,
    }
    ledger.note("mark-doubtful", str(vehicle), body)
    for kind in (PartyKind.POLICE, PartyKind.ENVIRONMENT):
        office = registers.department(kind, place)
        if office is not None:
            ledger.send(office.code, "mark-doubtful", str(vehicle), body)


def _send(ledger: Ledger, row: Case, body: dict[str, object]) -> None:
    body = {"case": row.case_no, "plate": row.vehicle.plate, "vin": row.vehicle.vin, **body}
    body["deadline"] = row.deadline.isoformat()
    for receiver in _concerned(row.station.code if row.station else "", row.place):
        ledger.send(receiver, TOPIC, row.case_no, body)


def _concerned(station: str, place: str) -> list[str]:
    office = registers.department(PartyKind.ENVIRONMENT, place)
    return [code for code in (station, office.code if office else "") if code]


def _law(place: str, ledger: Ledger) -> Law:
    return registers.law_at(day_of(ledger.now), place)
