"""Messages that a decision sends to others. Receivers are roles; the steps find the parties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from imloop.facts.text import Text
from imloop.law import Law


class EffectKind(StrEnum):
    CASE_OPENED = "case-opened"
    RETEST_FAILED = "retest-failed"
    REWORK_ORDERED = "rework-ordered"
    REPAIR_SHARED = "repair-shared"
    RETEST_ALLOWED = "retest-allowed"
    REPAIR_FALLS_SHORT = "repair-falls-short"
    REPAIR_RELEASED = "repair-released"
    CASE_CLOSED = "case-closed"
    OVERDUE = "overdue"
    DEADLINE_CHANGED = "deadline-changed"
    EXIT_GRANTED = "exit-granted"
    EXIT_ENDED = "exit-ended"
    UNLOCKED_ON_PAPER = "unlocked-on-paper"
    UNLOCK_ENDED = "unlock-ended"
    PAPER_CONTRADICTED = "paper-contradicted"
    RESTED_ON_OUTAGE = "rested-on-outage"
    OBJECTION_RAISED = "objection-raised"
    OBJECTION_REJECTED = "objection-rejected"
    CASE_ANNULLED = "case-annulled"
    VEHICLE_SCRAPPED = "vehicle-scrapped"


RECEIVERS: dict[EffectKind, tuple[str, ...]] = {
    EffectKind.CASE_OPENED: ("first_station", "environment", "transport", "regional"),
    EffectKind.RETEST_FAILED: ("first_station", "repairer", "environment", "transport", "regional"),
    EffectKind.REWORK_ORDERED: ("repairer", "transport"),
    # P四(二)4: transport shares with environment, environment pushes to the I-station of the failed test.
    EffectKind.REPAIR_SHARED: ("transport", "environment", "first_station", "regional"),
    EffectKind.RETEST_ALLOWED: ("first_station", "repairer"),
    EffectKind.REPAIR_FALLS_SHORT: ("repairer", "first_station", "transport"),
    EffectKind.REPAIR_RELEASED: ("repairer", "first_station", "environment", "transport"),
    EffectKind.CASE_CLOSED: ("first_station", "repairer", "environment", "transport", "police", "regional"),
    # The law names the departments an overdue case is reported to: see ``overdue.report_to``.
    EffectKind.OVERDUE: ("first_station",),
    EffectKind.DEADLINE_CHANGED: ("first_station", "environment"),
    EffectKind.EXIT_GRANTED: ("first_station", "environment", "transport"),
    EffectKind.EXIT_ENDED: ("first_station", "environment", "transport"),
    EffectKind.UNLOCKED_ON_PAPER: ("first_station", "environment", "transport"),
    EffectKind.UNLOCK_ENDED: ("first_station", "environment", "transport"),
    EffectKind.PAPER_CONTRADICTED: ("first_station", "repairer", "environment", "transport"),
    EffectKind.RESTED_ON_OUTAGE: ("first_station", "environment", "transport"),
    EffectKind.OBJECTION_RAISED: ("first_station", "environment"),
    EffectKind.OBJECTION_REJECTED: ("first_station",),
    EffectKind.CASE_ANNULLED: ("first_station", "repairer", "environment", "transport", "police", "regional"),
    EffectKind.VEHICLE_SCRAPPED: ("first_station", "environment", "transport", "police", "regional"),
}

LABELS: dict[EffectKind, Text] = {
    EffectKind.CASE_OPENED: Text("建案并出具告知书", "case opened, notice issued"),
    EffectKind.RETEST_FAILED: Text("复检不合格，重新维修", "retest failed, repair again"),
    EffectKind.REWORK_ORDERED: Text("质保期内免费返修", "rework under warranty, free of charge"),
    EffectKind.REPAIR_SHARED: Text("维修信息共享", "repair shared"),
    EffectKind.RETEST_ALLOWED: Text("复检放行", "retest permitted"),
    EffectKind.REPAIR_RELEASED: Text("维修记录核实放行", "held repair released"),
    EffectKind.REPAIR_FALLS_SHORT: Text("维修不符合放行条件", "repair does not open the retest"),
    EffectKind.CASE_CLOSED: Text("结案", "case closed"),
    EffectKind.OVERDUE: Text("逾期", "overdue"),
    EffectKind.DEADLINE_CHANGED: Text("期限重算", "deadline recomputed"),
    EffectKind.EXIT_GRANTED: Text("准予变更复检站", "retest elsewhere granted"),
    EffectKind.EXIT_ENDED: Text("收回变更复检站", "retest elsewhere taken back"),
    EffectKind.UNLOCKED_ON_PAPER: Text("凭纸质材料解锁", "unlocked on paper"),
    EffectKind.UNLOCK_ENDED: Text("收回凭纸质材料解锁", "unlock on paper taken back"),
    EffectKind.PAPER_CONTRADICTED: Text("补传记录与纸质材料不一致", "the record contradicts the paper"),
    EffectKind.RESTED_ON_OUTAGE: Text("系统故障不再作为依据", "the outage it rests on counts no more"),
    EffectKind.OBJECTION_RAISED: Text("车主提出异议", "the owner objects"),
    EffectKind.OBJECTION_REJECTED: Text("异议不成立", "objection not upheld"),
    EffectKind.CASE_ANNULLED: Text("撤销案件", "case annulled"),
    EffectKind.VEHICLE_SCRAPPED: Text("报废结案", "closed, the vehicle is scrapped"),
}


def receivers(kind: EffectKind, law: Law) -> tuple[str, ...]:
    """Roles that are told of an effect under the law of its day."""
    named = law.words("overdue.report_to") if kind is EffectKind.OVERDUE else ()
    return tuple(dict.fromkeys((*RECEIVERS[kind], *named)))


@dataclass(frozen=True, slots=True)
class Effect:
    """``receivers``: roles such as ``first_station``, ``repairer``, ``environment``; ``data``: plain values."""

    kind: EffectKind
    receivers: tuple[str, ...]
    data: Mapping[str, object]
