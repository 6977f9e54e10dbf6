"""The owner's objection to a failed test: who holds the notice or knows plate and VIN tail may raise it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text
from imloop.law import Law
from imloop.loop.case import SECOND_OPINION_EXIT, Objection, Origin, StationExit
from imloop.loop.events import ExitGranted, ObjectionRaised
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Case

LONGEST = 1000
CHOICE = "spot_check.objection_retest"
GROUNDS: dict[str, Text] = {
    "instrument": Text("怀疑仪器或设备不准", "the instruments may be wrong"),
    "procedure": Text("检验过程不合规范", "the test was not carried out properly"),
    "vehicle_data": Text("车辆信息有误", "the vehicle's data are wrong"),
    "method": Text("检验方法或限值不适用", "the wrong method or limit was used"),
    "other": Text("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the owner can object today. ``last_day``: to raise one; ``raised``: this round's, or one that waits."""

    last_day: date
    open: bool
    raised: Objection | None


def standing(case: Case, now: datetime) -> Standing:
    fact = as_loop_case(case)
    law = registers.law_at(day_of(now), case.place)
    last = law.term("objection.days", day_of(fact.failed_at)).deadline
    raised = fact.objection or fact.waiting_objection
    return Standing(last, fact.state.is_open and raised is None and day_of(now) <= last, raised)


def raise_objection(token: str, *, ground: str, words: str, now: datetime) -> Case:
    """Keep it with the case and tell the environment department and the station. Raises ``Unlawful`` when it is too
    late or was raised before, ``Malformed`` naming the field."""
    words = words.strip()
    if not 10 <= len(words) <= LONGEST:
        said = Text(f"请写明理由（10–{LONGEST} 字）。", f"Say why, in 10 to {LONGEST} characters.")
        raise Malformed("malformed", said, problems=[Problem("$.words", "wrong-value", said)])
    with writing(now, PUBLIC) as ledger:
        row = case_lookups.owner_case(token)
        law = registers.law_at(day_of(now), row.place)
        if ground not in law.words("objection.grounds"):
            said = Text("请选择异议情形。", "Choose a ground.")
            raise Malformed("malformed", said, problems=[Problem("$.ground", "wrong-value", said)])
        known = as_loop_case(row)
        event = ObjectionRaised(
            at=now, ground=ground, words=words, station=known.station or "", test_no=known.failed_test
        )
        row, _ = decide_and_keep(ledger, row, event, law, vehicle=row.vehicle, place=row.place)
        _retest_of_choice(ledger, row, law)
    return row


def _retest_of_choice(ledger: Ledger, row: Case, law: Law) -> None:
    """Where the law lets who objects to a spot check go to a station, nobody has to grant it: any station measures the
    vehicle as it is, once."""
    found = as_loop_case(row)
    if found.origin is not Origin.SPOT_CHECK or found.station is not None or not law.get(CHOICE):
        return
    days, cite = law.integer("spot_check.retest_days"), law.cite(CHOICE)
    way_out = StationExit(
        kind=SECOND_OPINION_EXIT,
        to_station=None,
        approver=ledger.caller.actor,
        reason=law.value(CHOICE).says,
        evidence=cite,
        granted_at=ledger.now,
        expires_on=day_of(ledger.now) + timedelta(days=days),
    )
    event = ExitGranted(at=ledger.now, exit=way_out)
    decide_and_keep(ledger, row, event, law, vehicle=row.vehicle, place=row.place)
