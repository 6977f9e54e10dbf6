"""D12: may this vehicle drive here, at this moment?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.gates.roads.zone_rules import Rule
from imloop.gates.vehicles.case_fact import CaseFact, gone
from imloop.gates.vehicles.mark import failed_run_waits
from imloop.gates.vehicles.subject import Subject
from imloop.law import Law
from imloop.law.sentences import repair_and_return

GATE = "road"
_LEVELS = {"yellow": Text("黄色", "yellow"), "orange": Text("橙色", "orange"), "red": Text("红色", "red")}
LEVELS = tuple(_LEVELS)


@dataclass(frozen=True, slots=True)
class ZoneFact:
    """A zone in force at the moment asked about."""

    code: str
    name: str
    rules: tuple[Rule, ...]
    cite: str


@dataclass(frozen=True, slots=True)
class AlertFact:
    """A heavy-pollution alert that lasts at the moment asked about. ``level``: one of ``LEVELS``."""

    level: str
    rules: tuple[Rule, ...]
    cite: str


def road(
    subject: Subject,
    at: datetime,
    law: Law,
    *,
    zones: Sequence[ZoneFact],
    alerts: Sequence[AlertFact],
    zone: str = "",
    case: CaseFact | None = None,
    enrolled: bool = False,
) -> Answer:
    """May it drive: on the place's roads, and inside the zone asked for. A zone not asked for that bars the vehicle is
    a warning, unless its rule holds everywhere (a staged phase-out). ``facts``: ``zones`` closed to it."""
    barred = [
        (each, rule) for each in zones for rule in each.rules if rule.bars(subject, at, enrolled=enrolled)
    ]
    first = {each.code: (each, any(r.everywhere for z, r in barred if z is each)) for each, _ in barred}
    reasons = [
        gone(subject, law),
        _case(case, law),
        failed_run_waits(law, warning=True) if subject.fail_waits and case is None else None,
        _expired(subject, at, law),
        *(
            _everywhere(each, law) if everywhere else _zone(each, each.code == zone, law)
            for each, everywhere in first.values()
        ),
        *(
            _alert(each, law)
            for each in alerts
            if any(rule.bars(subject, at, enrolled=enrolled) for rule in each.rules)
        ),
    ]
    return Answer.of(GATE, reasons, {"at": at.isoformat(), "zones_closed": list(first)})


def _case(case: CaseFact | None, law: Law) -> Reason | None:
    if case is None:
        return None
    repair, by = repair_and_return(law), case.by_words()
    if case.overdue:
        return Reason(
            "case-overdue",
            Text(
                f"排放检验不合格，逾期未维修复检{by.zh}。",
                f"It failed its emission test and was not repaired and retested{by.en or ' in time'}.",
            ),
            cite=(case.spot_check and law.cite("overdue.no_road")) or law.cite("driving.pass_required"),
            next=repair,
        )
    return Reason(
        "open-case",
        Text(
            f"排放检验不合格，应维修复检{by.zh}。",
            f"It failed its emission test; repair and retest are due{by.en}.",
        ),
        cite=law.cite("driving.pass_required"),
        next=repair,
        warning=True,
    )


def _expired(subject: Subject, at: datetime, law: Law) -> Reason | None:
    if subject.due_on is None or subject.due_on >= day_of(at):
        return None
    return Reason(
        "inspection-expired",
        Text(
            f"检验有效期已于 {subject.due_on} 届满，未取得检验合格标志。",
            f"Its inspection expired on {subject.due_on}; it has no valid mark.",
        ),
        cite=law.cite("inspection.required"),
        next=Text("请先检验合格。", "Have it inspected first."),
    )


def _zone(zone: ZoneFact, firm: bool, law: Law) -> Reason:
    return Reason(
        "zone-closed",
        Text(f"此时不得驶入{zone.name}。", f"It may not enter {zone.name} at this time."),
        cite=zone.cite or law.cite("road.restriction"),
        next=Text(
            "请绕行，或在限行时段以外通行。", "Take another route, or drive outside the restricted hours."
        ),
        warning=not firm,
    )


def _everywhere(zone: ZoneFact, law: Law) -> Reason:
    return Reason(
        "road-closed",
        Text(
            f"按“{zone.name}”的规定，此时不得上路行驶。", f"It may not be driven at this time: {zone.name}."
        ),
        cite=zone.cite or law.cite("road.restriction"),
        next=Text(
            "属于淘汰范围的请停止使用并办理报废；其他车辆请在限行时段以外行驶。",
            "Vehicles being phased out must be taken off the road; others may drive outside the restricted hours.",
        ),
    )


def _alert(alert: AlertFact, law: Law) -> Reason:
    level = _LEVELS[alert.level]
    return Reason(
        "pollution-alert",
        Text(
            f"重污染天气{level.zh}预警期间限制该车通行。",
            f"A {level.en} heavy-pollution alert restricts this vehicle.",
        ),
        cite=alert.cite or law.cite("road.heavy_pollution"),
        next=Text("请在预警解除后通行。", "Wait until the alert is lifted."),
    )
