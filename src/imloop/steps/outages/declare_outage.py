"""Declare and end an outage; vouchers that were waiting for it then allow their retests."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import msgspec

from imloop.facts.days import day_of
from imloop.facts.places import known_place
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unlawful
from imloop.facts.text import Text
from imloop.gates.outages.outage import SCOPE_NAMES, Scope
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers, require_kind
from imloop.steps.ground.clock import require_past
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.outages.known_outages import DECLARERS, outage, public_json
from imloop.steps.outages.late_repairs import ask_fails_again, release_explained
from imloop.steps.outages.taken_back.hold_again import hold_again
from imloop.steps.outages.unlock_on_paper import unlock_waiting
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.steps.stations.declared_outages import as_fact
from imloop.store.models import Outage, Party, PartyKind, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What is said of an outage. ``link``: of ``gates.outage.LINK_NAMES``; ``place``: for the scope ``place``;
    ``stations``: party codes; ``ends_at``: only where it is over already; ``late_reason``: why it is declared late."""

    scope: str
    cause: str
    starts_at: datetime
    ends_at: datetime | None = None
    link: str = ""
    place: str = ""
    stations: tuple[str, ...] = ()
    late_reason: str = ""


def declare(caller: Caller, said: Declaration, now: datetime) -> Outage | Proposal:
    """A new outage. Departments declare those of the system; a station may report a fault of its own,
    which allows nothing. Vouchers already used during the outage allow their retests at once, and repairs whose record
    it kept back count."""
    scope = _scope(caller, said.scope)
    place = said.place if scope is Scope.PLACE else caller.place
    stations = _stations(caller, scope, said.stations)
    law = registers.law_at(day_of(now), caller.place)
    _require_sound(caller, scope, said, place, law)
    _require_in_time(said, law, now)
    body = {**asdict(said), "place": place, "stations": stations, "cause": said.cause.strip()}
    with writing(now, caller) as ledger:
        if caller.kind == PartyKind.ISTATION:
            return _keep(ledger, caller, "", msgspec.to_builtins(body))  # it allows nothing
        if rules := rules_of(OUTAGE.kind, law):
            rules.require_words(cause=said.cause)
        subject = ",".join(stations) or said.link or place
        made: Outage | Proposal = do_or_propose(ledger, OUTAGE, subject[:120], body, law, reason=said.cause)
    return made


def _keep(ledger: Ledger, by: Caller, subject: str, body: Body) -> Outage:
    row, law = as_declared(body, by.actor, ledger.now), registers.law_at(day_of(ledger.now), by.place)
    year = day_of(row.starts_at).year
    row.outage_no = f"O{by.place}-{year}-{ledger.number('outage', by.place, year):04d}"
    row.save()
    ledger.note("outage-declared", row.outage_no, public_json(row))
    _tell(ledger, row, "outage-declared")
    ask_fails_again(ledger, row)
    if as_fact(row).counts(law):
        unlock_waiting(ledger, row)
        release_explained(ledger, row)
    return row


def as_declared(body: Body, actor: str, now: datetime) -> Outage:
    """The row that the words make; not kept, and without a number. While the words wait, its end may be noted."""
    scope = Scope(body["scope"])
    ends_at = datetime.fromisoformat(body["ends_at"]) if body["ends_at"] else None
    return Outage(
        scope=scope,
        place=body["place"],
        link=body["link"] if scope is Scope.LINK else "",
        stations=body["stations"],
        cause=body["cause"],
        starts_at=datetime.fromisoformat(body["starts_at"]),
        ends_at=ends_at,
        declared_at=now,
        declared_by=actor[:80],
        late_reason=body["late_reason"].strip(),
        ended_by=body.get("ended_by", actor[:80]) if ends_at else "",
    )


def _take_back(ledger: Ledger, row: Proposal) -> None:
    """There was none, as far as anybody confirms: it counts for nothing from now on, and what it alone explained is
    held again. A retest that has come before stands."""
    declared = Outage.objects.get(pk=row.done["id"])
    declared.taken_back_at = ledger.now
    declared.save(update_fields=["taken_back_at"])
    if declared.ends_at is None:
        _end(ledger, declared, ledger.now)
    ledger.note("outage-taken-back", declared.outage_no, {"proposal": row.pk})
    _tell(ledger, declared, "outage-taken-back")
    hold_again(ledger, declared)
    ask_fails_again(ledger, declared)


def _scope(caller: Caller, text: str) -> Scope:
    if text not in list(Scope):
        listed = " ".join(Scope)
        raise Malformed(
            "wrong-value", Text(f"scope：可选 {listed}。", f"scope: choose one of {listed}."), at="scope"
        )
    scope = Scope(text)
    if caller.kind == PartyKind.ISTATION and scope is not Scope.OWN_FAULT:
        raise NotAllowed(
            "departments-declare-outages",
            Text(
                "系统故障由生态环境部门或平台运维宣布；检验机构只能报告自身故障。",
                "The environment department or the operator declares outages; a station may only report its own fault.",
            ),
        )
    require_kind(caller, PartyKind.ISTATION, *DECLARERS)
    return scope


def _stations(caller: Caller, scope: Scope, codes: tuple[str, ...]) -> list[str]:
    if caller.kind == PartyKind.ISTATION:
        return [caller.party_code]
    if scope not in (Scope.STATIONS, Scope.OWN_FAULT):
        return []
    found = [registers.party(code, PartyKind.ISTATION) for code in dict.fromkeys(codes)]
    if not found:
        raise Malformed("malformed", Text("请指明检验机构。", "Name the stations."), at="stations")
    if not all(covers(caller.place, each.place) for each in found):
        raise _not_your_place()
    return [each.code for each in found]


def _require_sound(caller: Caller, scope: Scope, said: Declaration, place: str, law: Law) -> None:
    if not 0 < len(said.cause.strip()) <= 400 or len(said.late_reason) > 400:
        raise Malformed(
            "malformed",
            Text("请写明原因，至多 400 字。", "State the cause in at most 400 characters."),
            at="cause",
        )
    if scope is Scope.LINK and said.link not in law.words("outage.links"):
        listed = " ".join(law.words("outage.links"))
        raise Malformed(
            "wrong-value", Text(f"link：可选 {listed}。", f"link: choose one of {listed}."), at="link"
        )
    if not covers(caller.place, known_place(place)):
        raise _not_your_place()


def _require_in_time(said: Declaration, law: Law, now: datetime) -> None:
    """It must be declared promptly, or with a reason; the platform itself may have been down, so days count from the
    end."""
    latest = max(said.starts_at, said.ends_at or said.starts_at)
    require_past(latest, now, Text("故障时间晚于现在。", "The outage is in the future."), at="starts_at")
    if said.ends_at is not None and said.ends_at < said.starts_at:
        raise Malformed(
            "ends-before-start", Text("结束早于开始。", "It ends before it starts."), at="ends_at"
        )
    if now - said.starts_at <= timedelta(minutes=law.number("outage.prompt_minutes")):
        return
    if not said.late_reason.strip():
        raise Malformed(
            "late-reason-missing",
            Text(
                f"开始已超过 {law.number('outage.prompt_minutes'):g} 分钟：请写明为何事后宣布。",
                f"It began over {law.number('outage.prompt_minutes'):g} minutes ago: say why it is declared late.",
            ),
            cite=law.cite("outage.prompt_minutes"),
            at="late_reason",
        )
    since = day_of(said.ends_at or said.starts_at)
    last = law.working_days(since, law.integer("outage.retroactive_days")).deadline
    if day_of(now) > last:
        raise Unlawful(
            "declared-too-late",
            Text(f"最迟应于 {last} 宣布。", f"It had to be declared by {last}."),
            cite=law.cite("outage.retroactive_days"),
        )


def end(caller: Caller, outage_no: str, *, at: datetime | None, now: datetime) -> Outage:
    """End the outage at ``at`` (None: now). What it explained of the time since is held again, but retests that have
    come stand. One that still waits for a second person is named ``P`` and the proposal's number: it ends there when it
    is confirmed."""
    at = at or now
    with writing(now, caller) as ledger:
        if waiting := waiting_outage(caller, outage_no):
            return _end_waiting(ledger, waiting, at)
        row = outage(caller, outage_no)
        _require_declarer(caller, row)
        _require_end(row, at, now)
        _end(ledger, row, at)
        hold_again(ledger, row)
        ask_fails_again(ledger, row)
    return row


def _require_end(row: Outage, at: datetime, now: datetime) -> None:
    if row.ends_at is not None:
        raise Conflict("outage-ended", Text("该故障已宣布结束。", "This outage has already ended."))
    if not row.starts_at <= at <= now:
        raise Malformed(
            "wrong-value",
            Text(
                "结束时间应在开始之后、现在之前。",
                "The end must be after the start, and not in the future.",
            ),
            at="at",
        )


def _end_waiting(ledger: Ledger, waiting: Proposal, at: datetime) -> Outage:
    """Nobody knows yet whether it counts; if it does, then until that hour."""
    row = waiting_row(waiting)
    _require_declarer(ledger.caller, row)
    _require_end(row, at, ledger.now)
    waiting.done = {"ends_at": at.isoformat(), "ended_by": ledger.caller.actor[:80]}
    waiting.save(update_fields=["done"])
    ledger.note("outage-ended", row.outage_no, {"proposal": waiting.pk, "ends_at": at.isoformat()})
    return waiting_row(waiting)


def waiting_row(waiting: Proposal) -> Outage:
    """As it would be, confirmed now."""
    row = as_declared({**waiting.body, **waiting.done}, waiting.proposed_by, waiting.proposed_at)
    row.outage_no = f"P{waiting.pk}"
    return row


def waiting_outages(caller: Caller) -> list[Proposal]:
    """Those in the caller's place that a second person has not confirmed yet, and that have not taken effect."""
    if caller.kind not in DECLARERS:
        return []
    rows = Proposal.objects.filter(kind=OUTAGE.kind, state=Proposal.State.WAITING).order_by("proposed_at")
    return [row for row in rows if covers(caller.place, row.body["place"])]


def waiting_outage(caller: Caller, number: str) -> Proposal | None:
    """By ``P`` and its number."""
    return next((row for row in waiting_outages(caller) if f"P{row.pk}" == number), None)


def _end(ledger: Ledger, row: Outage, at: datetime) -> None:
    row.ends_at, row.ended_by = at, ledger.caller.actor[:80]
    row.save(update_fields=["ends_at", "ended_by"])
    ledger.note("outage-ended", row.outage_no, {"ends_at": at.isoformat()})
    _tell(ledger, row, "outage-ended")


def _require_declarer(caller: Caller, row: Outage) -> None:
    """A department ends outages in its place; a station ends the fault it reported itself."""
    if caller.kind == PartyKind.ISTATION and row.declared_by.partition("/")[0] == caller.party_code:
        return
    require_kind(caller, *DECLARERS)
    if not covers(caller.place, row.place):
        raise _not_your_place()


def _not_your_place() -> NotAllowed:
    return NotAllowed("not-your-place", Text("不在本部门辖区。", "It is outside your area."))


def _tell(ledger: Ledger, row: Outage, topic: str) -> None:
    """Tell the stations and repairers affected, and the departments in charge."""
    fact = as_fact(row)
    body = public_json(row)
    if fact.scope is Scope.OWN_FAULT:
        told = [*row.stations]
    else:
        parties = Party.objects.filter(kind__in=(PartyKind.ISTATION, PartyKind.MSTATION))
        inside = parties.filter(place__startswith=fact.prefix).order_by("code")
        told = [
            each.code
            for each in inside
            if each.kind == PartyKind.MSTATION or fact.reaches(each.code, each.place)
        ]
    for kind in (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT):
        office = registers.department(kind, row.place)
        told += [office.code] if office else []
    for code in dict.fromkeys(told):
        ledger.send(code, topic, row.outage_no, body)


def _shows(row: Proposal) -> list[tuple[Text, str]]:
    body = {**row.body, **row.done}
    shown = [
        (Text("范围", "scope"), SCOPE_NAMES[Scope(body["scope"])].zh),
        (Text("检验机构", "stations"), "、".join(body["stations"])),
        (Text("链路", "link"), body["link"]),
        (Text("开始", "from"), body["starts_at"][:16].replace("T", " ")),
        (Text("结束", "until"), (body["ends_at"] or "")[:16].replace("T", " ")),
    ]
    return [pair for pair in shown if pair[1]]


OUTAGE = register(
    Act(
        kind="outage",
        name=Text("宣布系统故障", "declare an outage"),
        carry_out=_keep,
        link=lambda row: "/outages",
        shows=_shows,
        made=lambda made: {"id": made.pk, "no": made.outage_no},
        undo=_take_back,
        one_object=True,
    )
)
