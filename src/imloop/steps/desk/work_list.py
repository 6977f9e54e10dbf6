"""What needs a department today, oldest first: one list out of cases, findings, matters, lines,
papers and deliveries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from imloop.facts.days import CHINA, day_of
from imloop.facts.text import Text
from imloop.gates.outages.outage import SCOPE_NAMES
from imloop.matters import Kind, is_late
from imloop.matters.names import KINDS, STATES
from imloop.matters.names import State as MatterState
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.cases import as_loop_case
from imloop.steps.cases.objections import GROUNDS
from imloop.steps.couriers.receivers import receivers
from imloop.steps.draws.lookups import WAITING, open_draws, waits
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground.access import Caller
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.lines.lookups import view, visible_lines
from imloop.steps.matters.lookups import work_list
from imloop.steps.matters.matters import as_fact
from imloop.steps.outages.outage_signs import overlong, signs
from imloop.steps.prices.fees import DEVIATIONS
from imloop.steps.stations.certificates import expiring
from imloop.steps.stations.conflicts import conflict_list
from imloop.steps.vehicles.enrol_guest_vehicle import enrolments
from imloop.store.models import Delivery, Finding, Party, PartyKind

SOON = timedelta(days=30)
MOST = 500
"""Rows of one kind; whoever has more finishes the first ones first."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. ``since``: the day it began to wait; ``due``: when it must be done, if anything says so."""

    kind: str
    since: date
    due: date | None
    what: Text
    about: str
    link: str
    late: bool = False


KIND_NAMES: dict[str, Text] = {
    "overdue": Text("逾期案件", "overdue cases"),
    "objection": Text("车主异议", "owners' objections"),
    "outage": Text("系统故障", "outages"),
    "finding": Text("线索", "findings"),
    "matter": Text("事项", "matters"),
    "line": Text("检测线", "test lines"),
    "certificate": Text("证书", "certificates"),
    "conflict": Text("检修分离", "separation of test and repair"),
    "fee": Text("收费", "fees"),
    "guest": Text("外地车辆", "vehicles of other provinces"),
    "delivery": Text("外送", "couriers"),
    "draw": Text("随机抽查", "random draws"),
}


def tasks(caller: Caller, now: datetime) -> list[Task]:
    """Everything that waits for the caller: what is late first, then by the day it began to wait."""
    found = [task for source in _SOURCES.get(caller.kind, (_matters,)) for task in source(caller, now)]
    return sorted(found, key=lambda task: (not task.late, task.since, task.kind, task.about))


def _overdue(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = case_lookups.cases(caller).filter(closed_at__isnull=True, overdue=True).order_by("deadline")[:MOST]
    for case in rows:
        yield Task(
            "overdue",
            case.deadline,
            case.deadline,
            Text(f"逾期未复检（第 {case.round} 轮）", f"not retested in time (round {case.round})"),
            case.vehicle.plate or case.vehicle.vin,
            f"/cases/{case.case_no}",
            late=True,
        )


def _objections(caller: Caller, now: datetime) -> Iterator[Task]:
    rows = case_lookups.cases(caller).filter(objected_at__isnull=False).order_by("objected_at")[:MOST]
    for case in rows:
        raised = as_loop_case(case).waiting_objection
        assert raised is not None and case.objected_at is not None
        ground = GROUNDS[raised.ground]
        yield Task(
            "objection",
            day_of(case.objected_at),
            raised.answer_by,
            Text(f"车主对不合格结论有异议：{ground.zh}", f"the owner objects: {ground.en}"),
            case.vehicle.plate or case.vehicle.vin,
            f"/cases/{case.case_no}#decide",
            late=raised.answer_by < day_of(now),
        )


def _findings(caller: Caller, now: datetime) -> Iterator[Task]:
    open_ones = (
        finding_lookups.findings(caller)
        .filter(resolved_at__isnull=True)
        .exclude(code__in=(*ROUTINE, *DEVIATIONS))
    )
    if caller.kind == PartyKind.TRANSPORT:
        shops = Party.objects.filter(kind=PartyKind.MSTATION).values("code")
        on_paper = Q(subject_kind="unlock", station_code__in=shops)
        open_ones = open_ones.filter(Q(subject_kind="repair") | on_paper)
    yield from _as_tasks("finding", open_ones.order_by("created_at")[:MOST])


def _outages(caller: Caller, now: datetime) -> Iterator[Task]:
    for sign in signs(caller, now):
        since = sign.since.astimezone(CHINA)
        words = Text(
            f"自 {since:%H:%M} 起像是系统故障：{sign.words.zh}。是否宣布？",
            f"Looks like an outage since {since:%H:%M}: {sign.words.en}. Declare it?",
        )
        link = f"/outages?scope={sign.scope}&starts_at={since:%Y-%m-%dT%H:%M}#declare"
        yield Task("outage", day_of(since), None, words, SCOPE_NAMES[sign.scope].zh, link, late=True)
    for row in overlong(caller, now):
        words = Text("故障仍未宣布结束，请核实", "the outage has not been ended: is it over?")
        yield Task("outage", day_of(row.starts_at), None, words, row.outage_no, f"/outages/{row.outage_no}")


def _fees(caller: Caller, now: datetime) -> Iterator[Task]:
    charged = finding_lookups.findings(caller).filter(resolved_at__isnull=True, code__in=DEVIATIONS)
    yield from _as_tasks("fee", charged.order_by("created_at")[:MOST])


def _as_tasks(kind: str, rows: Iterable[Finding]) -> Iterator[Task]:
    for row in rows:
        said = row.data
        yield Task(
            kind,
            day_of(row.created_at),
            None,
            Text(str(said["text"]), str(said.get("text_en") or said["text"])),
            f"{row.station_code} · {row.subject}",
            f"/findings/{row.pk}",
        )


def _matters(caller: Caller, now: datetime) -> Iterator[Task]:
    for row in work_list(caller, day_of(now))[:MOST]:
        kind, state = KINDS[Kind(row.kind)], STATES[MatterState(row.state)]
        yield Task(
            "matter",
            day_of(row.opened_at),
            row.due_on,
            Text(f"{kind.zh}：{state.zh}", f"{kind.en}: {state.en}"),
            row.title,
            f"/matters/{row.matter_no}",
            late=is_late(as_fact(row), day_of(now)),
        )


def _lines(caller: Caller, now: datetime) -> Iterator[Task]:
    for line in visible_lines(caller, now)[:MOST]:
        found = view(line, now)
        link = found["link"]
        if link is not None and link.lost_at is not None:
            words = Text("联网中断", "link lost")
            since = day_of(link.lost_at)
        elif found["locked"]:
            why = next(reason for reason in found["reasons"] if not reason.warning)
            words = Text(f"锁定：{why.text.zh}", f"locked: {why.text.en}")
            last = found["last_check"]
            since = day_of(last.finished_at) if last else day_of(now)
        else:
            continue
        where = f"{line.station.name} · {line.code}"
        yield Task("line", since, None, words, where, f"/lines/{line.station.code}/{line.code}")


def _certificates(caller: Caller, now: datetime) -> Iterator[Task]:
    wanted = PartyKind.MSTATION if caller.kind == PartyKind.TRANSPORT else None
    for certificate, party, left in expiring(caller, now):
        if wanted is not None and party.kind != wanted:
            continue
        words = (
            Text(f"证书 {certificate.number} 已失效", f"certificate {certificate.number} has lapsed")
            if left <= 0
            else Text(
                f"证书 {certificate.number} 还有 {left} 天失效",
                f"certificate {certificate.number} ends in {left} days",
            )
        )
        since = min(day_of(now), certificate.until - timedelta(days=60))
        yield Task(
            "certificate",
            since,
            certificate.until,
            words,
            party.name,
            f"/parties/{party.code}",
            late=left <= 0,
        )


def _conflicts(caller: Caller, now: datetime) -> Iterator[Task]:
    for station, answer in conflict_list(caller, day_of(now)):
        if not answer.allowed:
            words = Text("与维修站为同一经营者", "the same operator as an M-station")
            yield Task("conflict", day_of(now), None, words, station.name, "/conflicts")


def _guests(caller: Caller, now: datetime) -> Iterator[Task]:
    for each in enrolments(caller, now):
        if each.until is not None and each.until - SOON <= day_of(now):
            words = Text("外地车辆登记即将到期", "enrolment of a vehicle from elsewhere ends soon")
            yield Task("guest", each.until - SOON, each.until, words, each.vehicle.plate, "/enrolments")


def _deliveries(caller: Caller, now: datetime) -> Iterator[Task]:
    for receiver in receivers(caller):
        dead = receiver.deliveries.filter(state=Delivery.State.DEAD).order_by("at")
        first = dead.first()
        link = f"/couriers/{receiver.code}"
        if first is not None:
            count = dead.count()
            words = Text(f"{count} 条消息被拒", f"{count} messages were refused")
            yield Task("delivery", day_of(first.at), None, words, receiver.name, link)
        differing = receiver.deliveries.filter(state=Delivery.State.DIFFERING).order_by("at")
        if (odd := differing.first()) is not None:
            count = differing.count()
            words = Text(
                f"{count} 条消息对方收到的内容与送出的不一致",
                f"{count} messages arrived with other bytes than were sent",
            )
            yield Task("delivery", day_of(odd.at), None, words, receiver.name, link)
        if receiver.failing_since is not None:
            words = Text("送不到，正在重试", "not reachable, being tried again")
            yield Task("delivery", day_of(receiver.failing_since), None, words, receiver.name, link)


def _draws(caller: Caller, now: datetime) -> Iterator[Task]:
    for draw in open_draws(caller):
        for wait in waits(caller, draw, now):
            words = WAITING[wait.step]
            named = Text(f"{words.zh}：{wait.of}", f"{words.en}: {wait.of}") if wait.of else words
            late = wait.due is not None and wait.due < day_of(now)
            about = f"{draw.period} · {draw.no}"
            yield Task("draw", wait.since, wait.due, named, about, f"/draws/{draw.no}", late=late)


_SOURCES: dict[str, tuple[Callable[[Caller, datetime], Iterable[Task]], ...]] = {
    PartyKind.ENVIRONMENT: (
        _outages,
        _overdue,
        _objections,
        _findings,
        _matters,
        _lines,
        _certificates,
        _deliveries,
        _draws,
    ),
    PartyKind.TRANSPORT: (_matters, _findings, _certificates, _deliveries, _draws),
    PartyKind.MARKET: (_certificates, _conflicts, _fees, _lines, _matters, _draws),
    PartyKind.POLICE: (_matters, _overdue, _guests),
    PartyKind.SUPERVISOR: (_matters, _findings, _conflicts, _draws),
    PartyKind.ADMIN: (_outages, _deliveries),
}
"""The sources of work for each kind of department."""
