"""D8: may this vehicle be registered, or transferred in, here and today?"""

from __future__ import annotations

from enum import StrEnum

from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.case_fact import CaseFact, gone
from imloop.gates.vehicles.cycle import vehicle_class
from imloop.gates.vehicles.subject import Subject, stage_group, stage_name, stage_rank
from imloop.law import Law
from imloop.law.values import Value

GATE = "registration"


class Application(StrEnum):
    """What is applied for."""

    NEW = "new"
    TRANSFER_IN = "transfer_in"


def registration(subject: Subject, what: Application, case: CaseFact | None, law: Law) -> Answer:
    """Allowed when the vehicle meets the stage that ``law`` (of the day and place) asks of its kind. ``facts``:
    ``stage``, ``stage_required``, ``group``."""
    wanted = None if subject.without_exhaust else _wanted(subject, what, law)
    reasons = [gone(subject, law), _stage(subject, wanted, law), _open_case(case, law)]
    facts: dict[str, object] = {
        "application": what,
        "stage": stage_name(subject.emission_stage),
        "stage_required": stage_name(str(wanted.value)) if wanted else None,
        "group": stage_group(subject, law),
    }
    return Answer.of(GATE, reasons, facts)


def _wanted(subject: Subject, what: Application, law: Law) -> Value | None:
    if what is Application.TRANSFER_IN:
        name = vehicle_class(subject.vehicle_type, subject.usage, law)
        if (own := law.get(f"stage.transfer_in.{name}")) is not None:
            return own
    group = stage_group(subject, law)
    return law.get(f"stage.new.{group}") if group else None


def _stage(subject: Subject, wanted: Value | None, law: Law) -> Reason | None:
    if subject.without_exhaust:
        return Reason(
            "no-exhaust",
            Text("车辆没有排气，不适用排放阶段。", "A vehicle without exhaust has no emission stage."),
            cite=law.cite("exempt.fuels"),
            warning=True,
        )
    if wanted is None:
        return _cannot_tell(subject, law)
    have, need = stage_rank(subject.emission_stage), stage_rank(str(wanted.value))
    name = stage_name(str(wanted.value))
    if need is None or (have is not None and have >= need):
        return None
    if have is None or (have % 10 == 0 and have // 10 == need // 10):
        return Reason(
            "stage-unknown",
            Text(
                f"现行要求为{name}，车辆的排放阶段（{subject.emission_stage or '未填'}）不足以判断。",
                f"{name} is required; the stage given ({subject.emission_stage or 'none'}) is not enough to decide.",
            ),
            cite=law.cite("registration.standard_required"),
            next=Text(
                "请按环保信息随车清单填写排放阶段，国六应注明 a 或 b。",
                "Give the stage from the vehicle's environmental data sheet; for stage 6, with its letter.",
            ),
        )
    return Reason(
        "stage-below",
        Text(
            f"现行要求为{name}（{wanted.cite}），该车为{stage_name(subject.emission_stage)}。",
            f"{name} is required ({wanted.cite}); this vehicle has {stage_name(subject.emission_stage)}.",
        ),
        cite=law.cite("registration.standard_required"),
        next=Text(f"达到{name}的车辆方可登记。", f"Only a vehicle that meets {name} can be registered."),
    )


def _cannot_tell(subject: Subject, law: Law) -> Reason | None:
    if stage_group(subject, law) is not None:
        return Reason(
            "stage-unregulated",
            Text(
                "当日没有对该类车辆的排放阶段要求。",
                "No emission stage was required of this kind of vehicle on that day.",
            ),
            warning=True,
        )
    return Reason(
        "vehicle-kind-unknown",
        Text(
            "缺少燃料或最大总质量，无法确定适用的排放阶段。",
            "Fuel or maximum mass is missing: the stage that applies is not known.",
        ),
        cite=law.cite("registration.standard_required"),
        next=Text("请补充燃料种类和最大总质量。", "Give fuel and maximum mass."),
    )


def _open_case(case: CaseFact | None, law: Law) -> Reason | None:
    if case is None:
        return None
    return Reason(
        "open-case",
        Text(
            f"案件 {case.case_no} 未结，登记后仍须维修复检。",
            f"Case {case.case_no} is open; repair and retest are still required.",
        ),
        cite=law.cite("mark.pass_required"),
        warning=True,
    )
