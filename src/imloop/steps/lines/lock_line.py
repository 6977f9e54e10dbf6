"""The environment department locks a line, or lets it test for a while although a check is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.findings.proposed import deciders
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.lines.receive_check import tell_change, the_line
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.steps.stations.line_standing import locked_methods, standing_of
from imloop.store.models import Finding, Line, LineOrder, PartyKind, Proposal

_FAULTS = ("failed-check", "certificate-expired", "instrument-missing")
"""Codes of what the passing of hours alone does not do to a line."""


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
) -> LineOrder | Proposal:
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
        _require_sound(line, wanted, now, law)
        subject, act = f"{station.code}/{line.code}", ACTS[wanted.kind]
        body = {**asdict(wanted), "reason": wanted.reason.strip(), "evidence": wanted.evidence.strip()}
        if wanted.kind == LineOrder.Kind.UNLOCK:
            body["known"] = _faults(line, wanted.methods, now, law)
        made: LineOrder | Proposal = do_or_propose(ledger, act, subject, body, law, reason=wanted.reason)
    return made


def _order(ledger: Ledger, by: Caller, subject: str, body: Body) -> LineOrder:
    station, _, code = subject.partition("/")
    line = the_line(registers.party(station, PartyKind.ISTATION), code, ledger.now)
    until = datetime.fromisoformat(body["until"])
    if until <= ledger.now:
        raise Conflict("order-over", Text("until 已过。", "The time it would end is past."))
    _require_unmoved(line, body)
    law = registers.law_at(day_of(ledger.now), line.station.place)
    _require_known(line, body, ledger.now, law)
    before = locked_methods(standing_of(line, ledger.now, law))
    said = {name: body[name] for name in ("kind", "methods", "reason", "evidence")}
    order = LineOrder.objects.create(line=line, **said, approver=by.actor[:80], since=ledger.now, until=until)
    tell_change(ledger, line, before, locked_methods(standing_of(line, ledger.now, law)))
    ledger.note("line-ordered", subject, {**said, "until": body["until"]})
    return order


def _faults(line: Line, methods: Sequence[str], at: datetime, law: Law) -> list[str]:
    """What is wrong with the line, beside what is only due: each failed check by its time."""
    found = (
        reason.text.zh if reason.code == "failed-check" else f"{reason.code}/{reason.item}"
        for method, reasons in standing_of(line, at, law).items()
        for reason in reasons
        if reason.code in _FAULTS and (not methods or method in methods)
    )
    return sorted(set(found))


def _require_known(line: Line, body: Body, at: datetime, law: Law) -> None:
    """Who ordered it did not know of a fault that has come since: the line is judged anew, by a new proposal."""
    if "known" not in body:
        return
    new = sorted(set(_faults(line, body["methods"], at, law)) - set(body["known"]))
    if new:
        raise Conflict(
            "line-changed",
            Text(
                f"提出以后该线情况有变：{new[0]}请按现状重新提出。",
                f"The line has changed since this was proposed ({new[0]}): propose it anew by what is known now.",
            ),
        )


def _require_unmoved(line: Line, body: Body) -> None:
    """Whoever proposed an unlock did not weigh why the line was locked since."""
    proposed, lock = body.get("proposed_at"), LineOrder.Kind.LOCK
    if body["kind"] == lock or proposed is None:
        return
    if LineOrder.objects.filter(line=line, kind=lock, since__gt=proposed).exists():
        raise Conflict(
            "line-moved-on",
            Text(
                "提出后该检测线又被下令锁定，请退回，重新提出。",
                "The line was locked by order since it was proposed: reject it and propose it anew.",
            ),
        )


def _end(ledger: Ledger, row: Proposal) -> None:
    """The order ends now; what was tested meanwhile stands."""
    order = LineOrder.objects.select_related("line__station").get(pk=row.done["id"])
    if order.until <= ledger.now:
        return
    law = registers.law_at(day_of(ledger.now), order.line.station.place)
    before = locked_methods(standing_of(order.line, ledger.now, law))
    order.until = ledger.now
    order.save(update_fields=["until"])
    tell_change(ledger, order.line, before, locked_methods(standing_of(order.line, ledger.now, law)))
    ledger.note("line-order-ended", row.subject, {"kind": order.kind})


def _acted(row: Proposal) -> list[str]:
    """Who ordered anything for the line, or resolved a finding about it."""
    station, _, code = row.subject.partition("/")
    orders = LineOrder.objects.filter(line__station__code=station, line__code=code)
    resolved = Finding.objects.filter(subject=row.subject)
    return [*orders.values_list("approver", flat=True), *deciders(resolved)]


def _shows(row: Proposal) -> list[tuple[Text, str]]:
    return [
        (Text("方法", "methods"), "、".join(row.body["methods"]) or "全部"),
        (Text("依据", "evidence"), row.body["evidence"]),
        *((Text("提出时的问题", "wrong when it was proposed"), each) for each in row.body.get("known", ())),
        (Text("至", "until"), row.body["until"][:16].replace("T", " ")),
    ]


def _act(kind: str, name: Text) -> Act:
    return register(
        Act(
            kind=kind,
            name=name,
            carry_out=_order,
            link=lambda row: f"/lines/{row.subject}",
            shows=_shows,
            before=_acted,
            undo=_end,
        )
    )


ACTS = {
    "lock": _act("line-lock", Text("锁定检测线", "lock a line")),
    "unlock": _act("line-unlock", Text("解锁检测线", "unlock a line")),
}


def _require_sound(line: Line, wanted: NewOrder, now: datetime, law: Law) -> None:
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
    if rules := rules_of(f"line-{wanted.kind}", law):
        rules.require_words(reason=wanted.reason, evidence=wanted.evidence)
        rules.require_end(day_of(wanted.until), now, at="until")
    strange = sorted(set(wanted.methods) - set(line.methods))
    if strange:
        raise Malformed(
            "malformed",
            Text(f"本线没有方法 {strange[0]}。", f"The line has no method {strange[0]}."),
            at="methods",
        )
