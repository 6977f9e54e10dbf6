"""The owner's objection to a failed test: who holds the notice or knows plate and VIN tail may raise it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text
from imloop.loop.case import Objection
from imloop.loop.events import ObjectionRaised
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC
from imloop.steps.ground.ledger import writing
from imloop.store.models import Case

LONGEST = 1000
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
    return row
