"""Calls about spot checks: tasks and instruments of the environment department, records of its phones, what follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from imloop.api.http.answers import as_json, body_of
from imloop.api.http.audience import ENVIRONMENT
from imloop.api.http.auth import caller
from imloop.api.http.given import Day
from imloop.api.http.router import Router
from imloop.api.spot_checks.schemas import (
    RECORD,
    HandOverIn,
    SettleSpotCheckIn,
    SpotCheckOut,
    SpotChecksOut,
    SpotInstrumentIn,
    SpotInstrumentOut,
    SpotInstrumentsOut,
    SpotStepIn,
    SpotTaskIn,
    SpotTaskOut,
    SpotTasksOut,
)
from imloop.exchange.uploads.take_spot_check import take_spot_check
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import after
from imloop.steps.spot_checks import lookups
from imloop.steps.spot_checks.hand_over import hand_over
from imloop.steps.spot_checks.make_task import Carried, NewTask, close_task, enter_instrument, make_task
from imloop.steps.spot_checks.settle_check import Settlement, settle_check
from imloop.steps.spot_checks.team import begin_task, confirm_presence, law_of, present
from imloop.store.models import SpotCheck, SpotInstrument, SpotTask

router = Router()
_TAGS = ["spot checks"]
_STEPS: dict[str, Callable[[Caller, str, datetime], object]] = {
    "begin": begin_task,
    "confirm": confirm_presence,
    "close": close_task,
}


@router.post(
    "/spot-checks",
    who=ENVIRONMENT,
    answers={200: SpotCheckOut, 201: SpotCheckOut},
    body=RECORD,
    tags=_TAGS,
    summary="上传监督抽测记录 · send the record of a spot check",
)
def post_spot_check(request: HttpRequest) -> HttpResponse:
    """By one of its officers. The result at once, and free of charge; what is sent again is the same record (200)."""
    known, said = take_spot_check(
        body_of(request), caller(request), clock.now(), lambda found: (found.known, check_json(found.row))
    )
    return as_json(said, 200 if known else 201)


@router.get(
    "/spot-checks",
    who=lookups.READERS,
    answers={200: SpotChecksOut},
    tags=_TAGS,
    summary="监督抽测记录 · spot checks",
)
def get_spot_checks(
    request: HttpRequest,
    since: Day | None = None,
    until: Day | None = None,
    result: str = "",
    state: str = "",
    task: str = "",
    plate: str = "",
) -> HttpResponse:
    """The newest 200. ``state``: of a record, or waiting, ordered or handed. The police see what was handed to them."""
    wanted = lookups.Wanted(since=since, until=until, result=result, state=state, task=task, plate=plate)
    who = caller(request)
    found = after(lambda: lookups.asked_for(who, wanted), lambda rows: [*map(check_json, rows)])
    return as_json({"checks": found})


@router.get(
    "/spot-checks/tasks",
    who=ENVIRONMENT,
    answers={200: SpotTasksOut},
    tags=_TAGS,
    summary="抽测任务 · tasks of spot checks",
)
def get_spot_tasks(request: HttpRequest) -> HttpResponse:
    who = caller(request)
    return as_json(
        after(lambda: lookups.tasks(who)[: lookups.MOST], lambda rows: {"tasks": [*map(task_json, rows)]})
    )


@router.post(
    "/spot-checks/tasks",
    who=ENVIRONMENT,
    answers={201: SpotTaskOut},
    tags=_TAGS,
    summary="派出抽测任务 · send a team",
)
def post_spot_task(request: HttpRequest, wanted: SpotTaskIn) -> HttpResponse:
    who, now = caller(request), clock.now()
    return as_json(after(lambda: make_task(who, NewTask(**wanted.dict()), now), task_json), 201)


@router.post(
    "/spot-checks/tasks/{task_no}",
    who=ENVIRONMENT,
    answers={200: SpotTaskOut},
    tags=_TAGS,
    summary="开始、确认到场、结束 · begin, confirm, close",
)
def post_spot_step(request: HttpRequest, task_no: str, said: SpotStepIn) -> HttpResponse:
    step = _STEPS.get(said.step)
    if step is None:
        known = "、".join(_STEPS)
        words = Text(f"step 可选 {known}。", f"step: one of {', '.join(_STEPS)}.")
        raise Malformed("wrong-value", words, at="step")
    who, now = caller(request), clock.now()

    def taken() -> SpotTask:
        step(who, task_no, now)
        return lookups.task_of(who, task_no)

    return as_json(after(taken, task_json))


@router.get(
    "/spot-checks/instruments",
    who=ENVIRONMENT,
    answers={200: SpotInstrumentsOut},
    tags=_TAGS,
    summary="抽测仪器 · instruments of spot checks",
)
def get_spot_instruments(request: HttpRequest) -> HttpResponse:
    rows = lookups.instruments(caller(request))
    return as_json({"instruments": [_instrument(row) for row in rows]})


@router.post(
    "/spot-checks/instruments",
    who=ENVIRONMENT,
    answers={201: SpotInstrumentOut},
    tags=_TAGS,
    summary="登记抽测仪器检定 · an instrument and its certificate",
)
def post_spot_instrument(request: HttpRequest, wanted: SpotInstrumentIn) -> HttpResponse:
    row = enter_instrument(caller(request), Carried(**wanted.dict()), clock.now())
    return as_json(_instrument(row), 201)


@router.get(
    "/spot-checks/{check_no}",
    who=lookups.READERS,
    answers={200: SpotCheckOut},
    tags=_TAGS,
    summary="一条抽测记录 · one spot check",
)
def get_spot_check(request: HttpRequest, check_no: str) -> HttpResponse:
    return as_json(lookups.one(caller(request), check_no, check_json))


@router.post(
    "/spot-checks/{check_no}/settle",
    who=ENVIRONMENT,
    answers={200: SpotCheckOut},
    tags=_TAGS,
    summary="核实抽测记录 · settle a record in doubt",
)
def post_settle_spot_check(request: HttpRequest, check_no: str, said: SettleSpotCheckIn) -> HttpResponse:
    """By somebody who was not there; which vehicle it was, where that is the doubt."""
    who, now = caller(request), clock.now()
    return as_json(after(lambda: settle_check(who, check_no, Settlement(**said.dict()), now), check_json))


@router.post(
    "/spot-checks/{check_no}/hand-over",
    who=ENVIRONMENT,
    answers={200: SpotCheckOut},
    tags=_TAGS,
    summary="逾期移送公安交管 · hand an overdue one to the police",
)
def post_hand_over(request: HttpRequest, check_no: str, said: HandOverIn) -> HttpResponse:
    who, now = caller(request), clock.now()
    return as_json(after(lambda: hand_over(who, check_no, said.reason, now), check_json))


def check_json(row: SpotCheck) -> dict[str, object]:
    said = row.verdict
    return {
        "number": row.number,
        "task": row.task.number,
        "client_id": row.client_id,
        "at": row.at,
        "received_at": row.received_at,
        "plate": row.plate,
        "vin": row.vin,
        "method": row.method,
        "result": row.result,
        "state": row.state,
        "items": said["items"],
        "reasons": said["reasons"],
        "findings": said["findings"],
        "doubts": row.doubts,
        "candidates": [each.pk for each in row.candidates.all()],
        "case": row.case_no,
        "order": row.order_no,
        "deadline": row.deadline,
        "handed_over_at": row.handed_at,
        "free": True,
    }


def task_json(row: SpotTask) -> dict[str, object]:
    return {
        "number": row.number,
        "office": row.office.code,
        "where": row.where,
        "place_name": row.place_name,
        "planned_on": row.planned_on,
        "officers": sorted(each.username for each in row.officers.all()),
        "there": sorted(present(row, law_of(row, clock.now()))),
        "plate": row.plate,
        "finding": row.finding_id,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "checks": row.checks.count(),
    }


def _instrument(row: SpotInstrument) -> dict[str, object]:
    return {
        "kind": row.kind,
        "model": row.model,
        "serial": row.serial,
        "certificate": row.certificate,
        "verified_from": row.verified_from,
        "verified_until": row.verified_until,
    }
