"""Calls about random draws: public lists and files, the departments' steps, a station's own proof."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from imloop.api.draws.schemas import (
    AskedOut,
    BegunOut,
    DrawOut,
    DrawsOut,
    JoinedOut,
    JoinIn,
    NumberIn,
    NumberOut,
    OutcomeOut,
    OwnDrawsOut,
    OwnProofOut,
    PlanIn,
    PublishIn,
    ResultIn,
    RevealedOut,
    RevealIn,
    SealedDrawOut,
    StandInOut,
    StepBackIn,
    ThereOut,
    VoidIn,
)
from imloop.api.http.answers import as_json
from imloop.api.http.audience import ADMIN, I_STATION, M_STATION
from imloop.api.http.auth import caller
from imloop.api.http.router import Router
from imloop.api.second_person import ProposalOut, done_or_proposed
from imloop.exchange.http.rate_limit import count_question
from imloop.steps.draws import (
    lookups as draw_lookups,
)
from imloop.steps.draws import (
    numbers as draw_numbers,
)
from imloop.steps.draws import officers as draw_officers
from imloop.steps.draws import prepare_draw, void_draw
from imloop.steps.draws import (
    visits as draw_visits,
)
from imloop.steps.draws.as_json import public_json, summary
from imloop.steps.draws.prepare_draw import DRAWERS
from imloop.steps.ground import clock
from imloop.steps.ground.lookups import after

router = Router()
_READERS = (*DRAWERS, *ADMIN)


@router.get(
    "/public/draws",
    answers={200: DrawsOut},
    tags=["public"],
    summary="随机抽取清单 · random draws, voided ones included",
)
def get_public_draws(request: HttpRequest, place: str = "") -> HttpResponse:
    count_question(request, clock.now())
    return as_json({"draws": [summary(row) for row in draw_lookups.draws(place)[:200]]})


@router.get("/public/draws/{no}", answers={200: DrawOut}, tags=["public"], summary="一次抽取 · one draw")
def get_public_draw(request: HttpRequest, no: str) -> HttpResponse:
    """Everything public by now; once published, the file that /public/draws/check.pyz verifies (imloop.draw/1)."""
    count_question(request, clock.now())
    return as_json(after(lambda: draw_lookups.public_draw(no), public_json))


@router.get(
    "/draws",
    who=_READERS,
    answers={200: OwnDrawsOut},
    tags=["departments"],
    summary="本地的抽取 · draws in your area",
)
def get_draws(request: HttpRequest) -> HttpResponse:
    who, now = caller(request), clock.now()
    found = prepare_draw.visible(who).select_related("prepared_by").order_by("-prepared_at")[:200]
    rows = [
        {**summary(row), "waits": [wait.step for wait in draw_lookups.waits(who, row, now)]} for row in found
    ]
    return as_json({"draws": rows})


@router.post(
    "/draws",
    who=DRAWERS,
    answers={201: SealedDrawOut},
    tags=["departments"],
    summary="编制抽取名单 · prepare a draw",
)
def post_draw(request: HttpRequest, asked: PlanIn) -> HttpResponse:
    """201 with the list as of today and everyone's chance, still sealed."""
    who, now = caller(request), clock.now()
    shown = prepare_draw.prepare(who, asked.plan(), now, lambda row: draw_lookups.draw_json(who, row, now))
    return as_json(shown, 201)


@router.get(
    "/draws/{no}",
    who=_READERS,
    answers={200: SealedDrawOut},
    tags=["departments"],
    summary="一次抽取，含未公开名单 · with its sealed list",
)
def get_draw(request: HttpRequest, no: str) -> HttpResponse:
    """The look-up is journalled."""
    who, now = caller(request), clock.now()
    return as_json(draw_lookups.sealed(who, no, lambda row: draw_lookups.draw_json(who, row, now)))


@router.get(
    "/draws/{no}/own",
    who=(*I_STATION, *M_STATION),
    answers={200: OwnProofOut},
    tags=["everyone"],
    summary="本站的证明 · a station's own proof",
)
def get_own(request: HttpRequest, no: str) -> HttpResponse:
    """imloop.draw-own/1, after publication."""
    return as_json(draw_lookups.own_proof(caller(request), no))


@router.post(
    "/draws/{no}/join",
    who=DRAWERS,
    answers={201: JoinedOut},
    tags=["departments"],
    summary="参加抽取 · take part",
)
def post_join(request: HttpRequest, no: str, given: JoinIn) -> HttpResponse:
    who, now = caller(request), clock.now()
    conflicts = [each.dict() for each in given.conflicts]
    part = prepare_draw.join(
        who,
        no,
        nonce_sha256=given.nonce_sha256,
        inspectors=given.inspectors,
        conflicts=conflicts,
        now=now,
    )
    return as_json({"no": no, "nonce_sha256": part.nonce_sha256, "inspectors": len(part.inspectors)}, 201)


@router.post(
    "/draws/{no}/commit",
    who=DRAWERS,
    answers={201: DrawOut},
    tags=["departments"],
    summary="锁定名单 · fix the list",
)
def post_commit(request: HttpRequest, no: str) -> HttpResponse:
    who, now = caller(request), clock.now()
    return as_json(after(lambda: prepare_draw.commit(who, no, now), public_json), 201)


@router.post(
    "/draws/{no}/numbers",
    who=DRAWERS,
    answers={201: NumberOut},
    tags=["departments"],
    summary="录入公开随机数 · enter a public number",
)
def post_number(request: HttpRequest, no: str, given: NumberIn) -> HttpResponse:
    """``confirmed`` true when another department entered the same."""
    who = caller(request)
    row = draw_numbers.enter_number(who, no, given.source, given.value, clock.now(), given.fallback)
    return as_json({"source": row.source, "value": row.value, "confirmed": row.confirmed_at is not None}, 201)


@router.post(
    "/draws/{no}/reveal",
    who=DRAWERS,
    answers={201: RevealedOut},
    tags=["departments"],
    summary="公开秘密数 · reveal your secret",
)
def post_reveal(request: HttpRequest, no: str, given: RevealIn) -> HttpResponse:
    """The last department's secret makes the draw: ``state`` drawn."""
    row = draw_numbers.reveal(caller(request), no, given.nonce, clock.now())
    return as_json({"no": no, "state": str(row.state)}, 201)


@router.post(
    "/draws/{no}/void",
    who=DRAWERS,
    answers={201: DrawOut, 202: ProposalOut},
    tags=["departments"],
    summary="作废 · void",
)
def post_void(request: HttpRequest, no: str, given: VoidIn) -> HttpResponse:
    """202: somebody outside the departments that draw has to confirm it."""
    who, now = caller(request), clock.now()
    return done_or_proposed(lambda: void_draw.void(who, no, given.reason, now), public_json)


@router.post(
    "/draws/{no}/visits/{unit}/begin",
    who=DRAWERS,
    answers={201: BegunOut},
    tags=["departments"],
    summary="开始检查 · begin a visit",
)
def post_begin(request: HttpRequest, no: str, unit: str) -> HttpResponse:
    """``looked_at``: the tests or repairs to look at, drawn by the same seed. By an officer drawn for the visit, where
    inspectors are accounts; the others are asked whether they are there."""
    visit = draw_visits.open_visit(caller(request), no, unit, clock.now())
    return as_json({"unit": unit, "looked_at": visit.looked_at}, 201)


@router.post(
    "/draws/{no}/visits/{unit}/confirm",
    who=DRAWERS,
    answers={201: ThereOut},
    tags=["departments"],
    summary="本人到场 · I was there",
)
def post_confirm(request: HttpRequest, no: str, unit: str) -> HttpResponse:
    """By an officer who was drawn, once the visit has begun; who begins it has said so by that."""
    row = draw_officers.confirm_presence(caller(request), no, unit, clock.now())
    return as_json({"unit": unit, "officer": row.body["officer"]}, 201)


@router.post(
    "/draws/{no}/visits/{unit}/step-back",
    who=DRAWERS,
    answers={201: StandInOut},
    tags=["departments"],
    summary="检查人员退出，由下一名接替 · an officer steps back",
)
def post_step_back(request: HttpRequest, no: str, unit: str, said: StepBackIn) -> HttpResponse:
    """By the officer, or by who manages their department's people; who comes follows from the seed."""
    row = draw_officers.step_back(
        caller(request),
        no,
        unit,
        officer=said.officer,
        ground=said.ground,
        reason=said.reason,
        now=clock.now(),
    )
    return as_json({"unit": unit, "officer": said.officer, "next": row.user.username if row else ""}, 201)


@router.post(
    "/draws/{no}/visits/{unit}/ask",
    who=DRAWERS,
    answers={201: AskedOut},
    tags=["departments"],
    summary="再次请检查人员确认到场 · ask officers again",
)
def post_ask(request: HttpRequest, no: str, unit: str) -> HttpResponse:
    """By an officer of the visit: those whose time to confirm lapsed, or who came as the next."""
    names = draw_officers.ask_again(caller(request), no, unit, clock.now())
    return as_json({"unit": unit, "officers": names}, 201)


@router.post(
    "/draws/{no}/visits/{unit}/result",
    who=DRAWERS,
    answers={201: OutcomeOut},
    tags=["departments"],
    summary="检查结果 · its result",
)
def post_result(request: HttpRequest, no: str, unit: str, said: ResultIn) -> HttpResponse:
    """By an officer who confirmed, once as many did as the law asks for; 403 ``not-an-officer``, 409
    ``officers-unconfirmed`` else."""
    visit = draw_visits.record_visit(
        caller(request), no, unit, outcome=said.outcome, result=said.result, now=clock.now()
    )
    return as_json({"unit": unit, "outcome": visit.outcome}, 201)


@router.post(
    "/draws/{no}/publish", who=DRAWERS, answers={201: DrawOut}, tags=["departments"], summary="公布 · publish"
)
def post_publish(request: HttpRequest, no: str, asked: PublishIn) -> HttpResponse:
    who, now = caller(request), clock.now()
    row = after(lambda: draw_visits.publish(who, no, whole=asked.whole, now=now), public_json)
    return as_json(row, 201)
