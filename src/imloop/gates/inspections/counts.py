"""What a run counts for, as a decision that is kept with its reason: the case, the cycle, or nothing (A5–A7, A13).

Gates ask this, never whether a run was passed. A run that counts for nothing is kept, shown, and no proof of passing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from imloop.facts.codes import Outcome, Purpose, Result
from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.identity import Found


class Counts(StrEnum):
    """``case``: it opened, moved or closed a case. ``cycle``: it passed the inspection of the running cycle."""

    CASE = "case"
    CYCLE = "cycle"
    NOTHING = "nothing"


COUNTS_NAMES: Mapping[Counts, Text] = MappingProxyType(
    {
        Counts.CASE: Text("计入案件", "counts for the case"),
        Counts.CYCLE: Text("计入本检验周期", "counts for the inspection cycle"),
        Counts.NOTHING: Text("不作为检验合格依据", "no proof of passing"),
    }
)

WHY: Mapping[str, Text] = MappingProxyType(
    {
        "aborted": Text("检验中止", "the run was aborted"),
        "comparison": Text("比对检验", "a comparison run"),
        "not-decided": Text("检验无效或未就绪，没有结论", "invalid or not ready: there is no verdict"),
        "vehicle-unidentified": Text("报文没有车辆身份", "the message names no vehicle"),
        "identity-doubtful": Text("车辆身份待核实", "it is not certain which vehicle it was"),
        "time-held": Text("检验时间待核实", "the time of the run is to be checked"),
        "failed-run-waits": Text(
            "另有一次不合格检验的车辆身份待核实",
            "a failed run that may be of this vehicle waits for a department",
        ),
        "retest-without-permit": Text("复检未经放行", "a retest without a permit"),
        "fault-not-retested": Text(
            "上次不合格的项目没有检验并合格", "what had failed was not tested again and passed"
        ),
        "annulled": Text(
            "案件已撤销，该次不合格不成立", "its case was annulled: the failed run does not stand"
        ),
        "rejected": Text("核实后不予采信", "not accepted after it was checked"),
    }
)
"""Why a run counts for nothing."""
JUDGED_ANEW = Text(
    "上传时按填报的车辆信息判定合格；核实车辆后，按登记的或上次不合格时填报的车辆信息判定不合格。",
    "It passed as its vehicle was stated. Since it was settled which vehicle it was, it fails: by the register, or as "
    "that was stated when it failed before.",
)
"""Of a failed run whose receipt says pass."""


@dataclass(frozen=True, slots=True)
class Counted:
    """``why``: a key of ``WHY`` where it counts for nothing; ``held``: what a department has to settle first."""

    counts: Counts
    why: str = ""
    held: tuple[Reason, ...] = ()


def cannot_count(purpose: Purpose, outcome: Outcome, result: Result, found: Found) -> str:
    """The reason, a key of ``WHY``, for which a run moves nothing whatever else is known; empty: it may count."""
    if outcome is Outcome.ABORTED:
        return "aborted"
    if purpose is Purpose.COMPARISON:
        return "comparison"
    if result not in (Result.PASS, Result.FAIL):
        return "not-decided"
    if found is Found.NOTHING:
        return "vehicle-unidentified"
    return "identity-doubtful" if found is Found.DOUBTFUL else ""


def waits(result: Result, cannot: str, *, time_held: bool, failed_run_waits: bool) -> str:
    """As ``cannot_count``, with what holds a pass alone: a fail frees nobody, so it takes effect at once."""
    if cannot or result is not Result.PASS:
        return cannot
    if time_held:
        return "time-held"
    return "failed-run-waits" if failed_run_waits else ""
