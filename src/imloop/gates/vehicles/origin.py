"""R28, B9: whose vehicle is it, and is it due here? The gate of the inspection cycle."""

from __future__ import annotations

from datetime import date

from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.case_fact import CaseFact, gone, moved
from imloop.gates.vehicles.cycle import Cycle, Kind, cycle_on
from imloop.gates.vehicles.subject import Subject
from imloop.law import Law

GATE = "inspection-cycle"
_PROVINCES = dict(
    zip(
        "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新",
        (
            11,
            12,
            13,
            14,
            15,
            21,
            22,
            23,
            31,
            32,
            33,
            34,
            35,
            36,
            37,
            41,
            42,
            43,
            44,
            45,
            46,
            50,
            51,
            52,
            53,
            54,
            61,
            62,
            63,
            64,
            65,
        ),
        strict=True,
    )
)
"""Plate abbreviations (GA 36) beside the two digits of the division codes (GB/T 2260)."""


def from_elsewhere(plate: str, place: str) -> bool:
    """Does the plate belong to another province than the place? Unknown abbreviations do not."""
    code = _PROVINCES.get(plate[:1])
    return code is not None and place[:2] != "00" and f"{code}" != place[:2]


def origin_of(subject: Subject, law: Law, *, enrolled: bool) -> str:
    """own | enrolled | elsewhere, seen from the place of the law."""
    if not from_elsewhere(subject.plate, law.place):
        return "own"
    return "enrolled" if enrolled else "elsewhere"


def due_here(
    subject: Subject, case: CaseFact | None, day: date, law: Law, *, enrolled: bool = False
) -> Answer:
    """Is an emission test of this vehicle due here today? Not allowed: none is needed, with the reason. An open case
    is always tested. ``facts``: ``cycle``, ``origin`` (own | enrolled | elsewhere)."""
    cycle = cycle_on(subject, day, law)
    origin = origin_of(subject, law, enrolled=enrolled)
    return Answer.of(
        GATE,
        [
            gone(subject, law),
            _not_needed(cycle, case, law),
            _early(cycle, case, day, law),
            _elsewhere(law) if origin == "elsewhere" else None,
            moved(subject, law),
        ],
        {
            "cycle": cycle.to_json(),
            "origin": origin,
        },
    )


def _not_needed(cycle: Cycle, case: CaseFact | None, law: Law) -> Reason | None:
    if cycle.kind is Kind.TEST or (case is not None and cycle.kind is Kind.MARK):
        return None
    said = cycle.reasons[0]
    then = (
        Text("申领检验标志即可，不需要检验。", "Apply for the mark; no test is needed.")
        if cycle.kind is Kind.MARK
        else Text("不需要检验。", "No test is needed.")
    )
    return Reason(said.code, said.text, cite=said.cite, next=then)


def _early(cycle: Cycle, case: CaseFact | None, day: date, law: Law) -> Reason | None:
    if case is not None or cycle.opens_on is None or cycle.opens_on <= day:
        return None
    return Reason(
        "cycle-not-open",
        Text(
            f"本周期 {cycle.opens_on} 起办理，此前的检验不计入。",
            f"The cycle opens on {cycle.opens_on}; a test before that does not count.",
        ),
        cite=law.cite("cycle.opens_months_before"),
        next=Text(
            f"请在 {cycle.opens_on} 至 {cycle.due_on} 之间检验。",
            f"Come from {cycle.opens_on} to {cycle.due_on}.",
        ),
        warning=True,
    )


def _elsewhere(law: Law) -> Reason:
    return Reason(
        "from-elsewhere",
        Text("外省号牌，未在本地纳管。", "It has a plate from another province and is not enrolled here."),
        cite=law.cite("elsewhere.enrolled"),
        next=Text(
            "有固定线路、长期在本地营运或由常住人员使用的，请申请纳管。",
            "If it runs a fixed route, has long operated here or is used by a resident, have it enrolled.",
        ),
        warning=True,
    )
