"""The environment department locks a line, or lets it test for a while although a check is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import writing
from imloop.steps.lines.receive_check import tell_change, the_line
from imloop.steps.stations.line_standing import locked_methods, standing_of
from imloop.store.models import Line, LineOrder, PartyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """``kind``: ``lock`` or ``unlock``; no ``methods``: all of the line; ``until``: its end."""

    kind: str
    methods: list[str]
    reason: str
    evidence: str
    until: datetime


def order_line(
    caller: Caller, station_code: str, line_code: str, wanted: NewOrder, now: datetime
) -> LineOrder:
    """From now until the order's end. Reason and evidence are required."""
    station = registers.party(station_code, PartyKind.ISTATION)
    if caller.kind != PartyKind.ENVIRONMENT or not covers(caller.place, station.place):
        raise NotAllowed(
            "not-your-place",
            Text(
                "只有所在地生态环境部门可以锁定或解锁。",
                "Only the environment department in charge may lock or unlock.",
            ),
        )
    law = registers.law_at(day_of(now), station.place)
    with writing(now, caller) as ledger:
        line = the_line(station, line_code, now)
        _require_sound(line, wanted, now)
        before = locked_methods(standing_of(line, now, law))
        order = LineOrder.objects.create(
            line=line,
            kind=wanted.kind,
            methods=wanted.methods,
            reason=wanted.reason.strip(),
            evidence=wanted.evidence.strip(),
            approver=caller.actor[:80],
            since=now,
            until=wanted.until,
        )
        tell_change(ledger, line, before, locked_methods(standing_of(line, now, law)))
        ledger.note(
            "line-ordered",
            f"{station.code}/{line.code}",
            {
                "kind": wanted.kind,
                "methods": wanted.methods,
                "reason": order.reason,
                "evidence": order.evidence,
                "until": wanted.until.isoformat(),
            },
        )
    return order


def _require_sound(line: Line, wanted: NewOrder, now: datetime) -> None:
    for name, text in (("reason", wanted.reason), ("evidence", wanted.evidence)):
        if not text.strip() or len(text) > 400:
            raise Malformed(
                "malformed",
                Text(f"请填写 {name}（400 字以内）。", f"{name} is required (at most 400 characters)."),
                at=name,
            )
    if wanted.kind not in LineOrder.Kind.values:
        raise Malformed(
            "malformed", Text("kind 应为 lock 或 unlock。", "kind must be lock or unlock."), at="kind"
        )
    if wanted.until <= now:
        raise Malformed("malformed", Text("until 应晚于现在。", "until must be in the future."), at="until")
    strange = sorted(set(wanted.methods) - set(line.methods))
    if strange:
        raise Malformed(
            "malformed",
            Text(f"本线没有方法 {strange[0]}。", f"The line has no method {strange[0]}."),
            at="methods",
        )
