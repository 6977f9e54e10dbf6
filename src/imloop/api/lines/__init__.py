"""Calls about test lines: what belongs to one, self-checks, heartbeats, standing, orders, programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from imloop.api.http.answers import as_json, body_of, moment_of
from imloop.api.http.audience import ENVIRONMENT, I_STATION
from imloop.api.http.auth import caller
from imloop.api.http.given import Moment
from imloop.api.http.router import Router
from imloop.api.lines.schemas import (
    CHECK,
    HEARTBEAT,
    CheckReceiptOut,
    HeartbeatOut,
    InstrumentEndedOut,
    InstrumentIn,
    InstrumentOut,
    LineEndedOut,
    LineEndIn,
    LineIn,
    LineOut,
    LinesOut,
    OrderIn,
    OrderOut,
    SoftwareIn,
    SoftwareListOut,
    SoftwareOut,
    WithdrawalIn,
)
from imloop.api.second_person import ProposalOut, acting, done_or_proposed
from imloop.exchange.http.metrics import count_upload
from imloop.exchange.uploads.decode_check import decode_heartbeat
from imloop.exchange.uploads.intake import take_check
from imloop.facts.days import day_of
from imloop.steps.ground import clock
from imloop.steps.lines.enter_equipment import (
    NewInstrument,
    add_instrument,
    end_line,
    retire_instrument,
    set_line,
)
from imloop.steps.lines.heartbeats import receive_heartbeat
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.lines.lookups import SEERS, line_json, view, visible_lines
from imloop.steps.lines.software import (
    approvals,
    approve_software,
    running,
    software_json,
    withdraw_software,
)

router = Router()


@router.post(
    "/equipment-checks",
    who=I_STATION,
    answers={201: CheckReceiptOut, 200: CheckReceiptOut},
    body=CHECK,
    tags=["I-station"],
    summary="上传设备自检 · upload a self-check",
)
def post_check(request: HttpRequest) -> HttpResponse:
    """201 with the recomputed result; the same bytes again give 200 and the first answer; other bytes 409."""
    receipt = take_check(body_of(request), caller(request), clock.now())
    count_upload("check", receipt.created, receipt.body)
    return as_json(receipt.body, 201 if receipt.created else 200)


@router.post(
    "/heartbeats",
    who=I_STATION,
    answers={200: HeartbeatOut},
    body=HEARTBEAT,
    tags=["I-station"],
    summary="检测线心跳 · heartbeats of the lines",
)
def post_heartbeat(request: HttpRequest) -> HttpResponse:
    who = caller(request)
    return as_json(receive_heartbeat(who, decode_heartbeat(body_of(request)), clock.now()))


@router.get(
    "/lines",
    who=SEERS,
    answers={200: LinesOut},
    tags=["I-station"],
    summary="检测线状态 · what each line may test",
)
def get_lines(request: HttpRequest, station: str = "", at: Moment | None = None) -> HttpResponse:
    moment = moment_of(at)
    lines = visible_lines(caller(request), moment)
    if station:
        lines = lines.filter(station__code=station)
    return as_json({"at": moment.isoformat(), "lines": [line_json(view(line, moment)) for line in lines]})


@router.post(
    "/lines/{station}/{line}/orders",
    who=ENVIRONMENT,
    answers={201: OrderOut, 202: ProposalOut},
    tags=["environment"],
    summary="锁定或解锁 · lock or unlock",
)
def post_order(request: HttpRequest, station: str, line: str, order: OrderIn) -> HttpResponse:
    """202: another office has to confirm it."""
    said = {**order.dict(exclude={"alone"}), "until": moment_of(order.until)}
    who, wanted, now = acting(request, order), NewOrder(**said), clock.now()
    return done_or_proposed(
        lambda: order_line(who, station, line, wanted, now),
        lambda row: {"kind": row.kind, "methods": row.methods, "until": row.until.isoformat()},
    )


@router.get(
    "/software",
    who=SEERS,
    answers={200: SoftwareListOut},
    tags=["I-station"],
    summary="检验软件及其核准 · inspection programs",
)
def get_software(request: HttpRequest) -> HttpResponse:
    """The approvals of the caller's place, and what the lines it may see say they run."""
    who, now = caller(request), clock.now()
    runs = running(who, now)
    return as_json(
        {
            "approved": [software_json(row, day_of(now)) for row in approvals(who.place)],
            "running": runs,
        }
    )


@router.post(
    "/software",
    who=ENVIRONMENT,
    answers={201: SoftwareOut},
    tags=["environment"],
    summary="核准检验软件 · approve a program",
)
def post_software(request: HttpRequest, wanted: SoftwareIn) -> HttpResponse:
    now = clock.now()
    return as_json(
        software_json(approve_software(caller(request), **wanted.dict(), now=now), day_of(now)), 201
    )


@router.post(
    "/software/{software_id}/withdraw",
    who=ENVIRONMENT,
    answers={201: SoftwareOut},
    tags=["environment"],
    summary="撤销核准 · withdraw",
)
def post_withdrawal(request: HttpRequest, software_id: int, wanted: WithdrawalIn) -> HttpResponse:
    now = clock.now()
    row = withdraw_software(caller(request), software_id, **wanted.dict(), now=now)
    return as_json(software_json(row, day_of(now)), 201)


@router.put(
    "/parties/{code}/lines/{line}",
    who=ENVIRONMENT,
    answers={200: LineOut},
    tags=["environment"],
    summary="登记检测线、方法 · a line and its methods",
)
def put_line(request: HttpRequest, code: str, line: str, wanted: LineIn) -> HttpResponse:
    row = set_line(caller(request), code, line, **wanted.dict(), now=clock.now())
    return as_json({"line": row.code, "methods": row.methods, "since": row.since.isoformat()})


@router.post(
    "/parties/{code}/lines/{line}/end",
    who=ENVIRONMENT,
    answers={200: LineEndedOut},
    tags=["environment"],
    summary="检测线停用 · take a line out of service",
)
def post_line_end(request: HttpRequest, code: str, line: str, ended: LineEndIn) -> HttpResponse:
    row = end_line(caller(request), code, line, until=ended.until, now=clock.now())
    return as_json({"line": row.code, "until": str(row.until)})


@router.post(
    "/parties/{code}/lines/{line}/instruments",
    who=ENVIRONMENT,
    answers={201: InstrumentOut},
    tags=["environment"],
    summary="登记设备 · enter an instrument",
)
def post_instrument(request: HttpRequest, code: str, line: str, added: InstrumentIn) -> HttpResponse:
    row = add_instrument(caller(request), code, line, NewInstrument(**added.dict()), clock.now())
    return as_json({"serial": row.serial, "kind": row.kind, "since": row.since.isoformat()}, 201)


@router.post(
    "/parties/{code}/instruments/{serial}/end",
    who=ENVIRONMENT,
    answers={200: InstrumentEndedOut},
    tags=["environment"],
    summary="设备停用 · take an instrument out of service",
)
def post_instrument_end(request: HttpRequest, code: str, serial: str, ended: LineEndIn) -> HttpResponse:
    row = retire_instrument(caller(request), code, serial, until=ended.until, now=clock.now())
    return as_json({"serial": row.serial, "until": str(row.until)})
