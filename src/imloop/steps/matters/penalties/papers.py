"""Which papers a penalty case has, who may read them, and the case as it stood when a paper was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from imloop.facts.days import day_of
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Matter as Fact
from imloop.matters import Role, Step
from imloop.matters.matter import Value
from imloop.steps.ground import registers
from imloop.steps.matters.as_fact import whole
from imloop.store.models import Matter, MatterEvent


class PaperKind(StrEnum):
    FILING = "filing"
    REPORT = "report"
    REVIEW = "review"
    NOTICE = "notice"
    NOTICE_RECEIPT = "notice-receipt"
    HEARING_NOTICE = "hearing-notice"
    HEARING_RECORD = "hearing-record"
    LEGAL_REVIEW = "legal-review"
    DISCUSSION = "discussion"
    DECISION = "decision"
    DECISION_RECEIPT = "decision-receipt"
    DEMAND = "demand"
    CLOSING = "closing"
    RECORD = "record"


NAMES: Mapping[PaperKind, Text] = MappingProxyType(
    {
        PaperKind.FILING: Text("立案审批表", "filing form"),
        PaperKind.REPORT: Text("调查终结报告", "report of the investigation"),
        PaperKind.REVIEW: Text("案件审查意见", "review of the case"),
        PaperKind.NOTICE: Text("行政处罚事先告知书", "notice of the intended penalty"),
        PaperKind.NOTICE_RECEIPT: Text("告知书送达回证", "receipt of the notice"),
        PaperKind.HEARING_NOTICE: Text("行政处罚听证通知书", "notice of the hearing"),
        PaperKind.HEARING_RECORD: Text("听证笔录", "record of the hearing"),
        PaperKind.LEGAL_REVIEW: Text("法制审核意见书", "legal review"),
        PaperKind.DISCUSSION: Text("集体讨论记录", "record of the discussion"),
        PaperKind.DECISION: Text("行政处罚决定书", "decision"),
        PaperKind.DECISION_RECEIPT: Text("决定书送达回证", "receipt of the decision"),
        PaperKind.DEMAND: Text("履行义务催告书", "demand to pay"),
        PaperKind.CLOSING: Text("结案审批表", "closing form"),
        PaperKind.RECORD: Text("当场处罚决定备案表", "record of a decision on the spot"),
    }
)
_MADE_BY: Mapping[PaperKind, tuple[Step, ...]] = MappingProxyType(
    {
        PaperKind.FILING: (Step.FILE,),
        PaperKind.REPORT: (Step.REPORT,),
        PaperKind.REVIEW: (Step.CLEAR,),
        PaperKind.NOTICE: (Step.NOTIFY,),
        PaperKind.NOTICE_RECEIPT: (Step.NOTIFY,),
        PaperKind.HEARING_NOTICE: (Step.ANNOUNCE_HEARING,),
        PaperKind.HEARING_RECORD: (Step.HOLD_HEARING,),
        PaperKind.LEGAL_REVIEW: (Step.REVIEW_LEGALLY,),
        PaperKind.DISCUSSION: (Step.DISCUSS,),
        PaperKind.DECISION: (Step.IMPOSE, Step.DECIDE_ON_THE_SPOT),
        PaperKind.DECISION_RECEIPT: (Step.SERVE,),
        PaperKind.DEMAND: (Step.DEMAND,),
        PaperKind.CLOSING: (Step.ARCHIVE,),
        PaperKind.RECORD: (Step.REPORT_TO_OFFICE,),
    }
)
INSIDE = frozenset(
    {
        PaperKind.FILING,
        PaperKind.REPORT,
        PaperKind.REVIEW,
        PaperKind.LEGAL_REVIEW,
        PaperKind.DISCUSSION,
        PaperKind.CLOSING,
        PaperKind.RECORD,
    }
)
"""Of the side volume: for the office that has the case and those above it, neither for the party nor for others."""
_INSIDERS = frozenset({Role.AUTHORITY, Role.APPEAL, Role.SUPERVISOR})

_DECIDED = ("decided_fine", "decided_gains", "decision_served_on")


class Made(NamedTuple):
    """A paper's matter, the step that made it, the case after that step, and the law of its day."""

    row: Matter
    event: MatterEvent
    fact: Fact
    law: Law

    @property
    def fact_with_fine(self) -> Fact:
        """With what the decision put among the facts besides the answers: the amount, and when it was served."""
        decided = {key: self.row.data["facts"][key] for key in _DECIDED if key in self.row.data["facts"]}
        return replace(self.fact, facts={**self.fact.facts, **decided})


def papers_of(row: Matter, roles: frozenset[Role]) -> list[PaperKind]:
    """The papers there are so far, as far as these roles may read them."""
    steps = set(row.events.values_list("kind", flat=True))
    return [kind for kind in PaperKind if steps & set(_MADE_BY[kind]) and _may_read(kind, roles)]


def papers_for_others(row: Matter, roles: frozenset[Role], law: Law) -> list[PaperKind]:
    """Those that go along with a copy: the main volume, and the side volume where the law lets it out."""
    lets_out = law.flag("copy.side_volume")
    return [kind for kind in papers_of(row, roles) if lets_out or kind not in INSIDE]


def paper(row: Matter, roles: frozenset[Role], kind: str) -> Made:
    """The newest paper of a kind, as far as these roles may read it. Raises ``Unknown``."""
    if kind not in list(PaperKind) or not _may_read(PaperKind(kind), roles):
        raise _none()
    event = row.events.filter(kind__in=_MADE_BY[PaperKind(kind)]).order_by("number").last()
    if event is None:
        raise _none()
    return Made(row, event, as_it_stood(row, event), registers.law_at(day_of(event.at), row.place))


def as_it_stood(row: Matter, event: MatterEvent) -> Fact:
    """The case after a step: what was said later is not in it."""
    fact = whole(row)
    facts: dict[str, Value] = {}
    for each in row.events.filter(number__lte=event.number).order_by("number"):
        facts |= each.data
    day = day_of(event.at)
    return replace(
        fact,
        facts=facts,
        acts=fact.acts[: event.number],
        exhibits=tuple(each for each in fact.exhibits if each.taken_on <= day),
    )


def _may_read(kind: PaperKind, roles: frozenset[Role]) -> bool:
    return kind not in INSIDE or bool(roles & _INSIDERS)


def _none() -> Unknown:
    return Unknown(
        "unknown-paper", Text("没有这份文书，或无权查看。", "No such paper, or not yours to read.")
    )
