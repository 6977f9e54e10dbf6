"""Calls about cases: the case, the retest gate, the notice, exits, objections."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json, as_pdf, moment_of
from imloop.api.http.audience import ENVIRONMENT, EVERYONE, I_STATION_OR_ASKER, TRANSPORT
from imloop.api.http.auth import caller
from imloop.api.http.given import Day, Moment
from imloop.api.http.router import PDF, Router
from imloop.api.http.schemas import ABSENT, JsonObject, ReasonOut, example
from imloop.api.second_person import Alone, ProposalOut, acting, done_or_proposed
from imloop.exchange.http.rate_limit import count_question
from imloop.papers.assemble import notice_document
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.as_json import case_json
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import grant_exit, reject_objection
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.cases.objections import raise_objection
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.ground import clock
from imloop.steps.ground.lookups import after

router = Router()


class ObjectionIn(Schema):
    """``ground``: ``instrument procedure vehicle_data method other``."""

    model_config = example(ground="instrument", words="检测前刚换过氧传感器，怀疑分析仪读数偏高。")

    ground: str
    words: str


class AnswerIn(Schema):
    reason: str
    evidence: str


class ExitIn(Alone):
    """``to_station`` empty: any; ``expires_on``: the last day on which a retest may rest on it."""

    model_config = example(
        kind="station-closed",
        to_station="450203002",
        reason="原检验机构停业。",
        evidence="柳环函〔2026〕12号",
        expires_on="2026-04-01",
    )

    kind: str
    to_station: str = ""
    reason: str
    evidence: str
    expires_on: Day


class CaseVehicleOut(Schema):
    vin: str
    plate: str
    fuel: str


class CaseRepairOut(Schema):
    """``listed``: by a station that was on the published list; ``lacks``: codes of why it does not open the retest."""

    repair_no: str
    shop: str
    finished_at: datetime
    listed: bool
    lacks: list[str]


class ReleaseIn(Schema):
    """``fail_hour_holds``: the hour of the failed test was looked at, too (``fail-told-late``)."""

    model_config = example(reason="已看工单和接车照片，属实。")

    reason: str
    fail_hour_holds: bool = False


class ExitOut(Schema):
    """A lawful exit from the same-station rule; ``to_station`` null: any station; ``ended_at``: taken back, as nobody
    confirmed it; ``proposed_at``: where a second person granted it later."""

    kind: str
    to_station: str | None
    approver: str
    reason: str
    evidence: str
    granted_at: datetime
    expires_on: date
    ended_at: datetime | None = None
    proposed_at: datetime | None = None


class ObjectionOut(Schema):
    """``answer``: waiting second_opinion annulled rejected; ``because``: the department's reason; ``station`` and
    ``test_no``: the test objected to, empty: raised before that was noted."""

    round: int
    ground: str
    words: str
    raised_at: datetime
    answer_by: date
    answer: str
    answered_at: datetime | None
    because: str
    station: str = ""
    test_no: str = ""


class CaseEventOut(Schema):
    """``before`` null: it opened the case; ``law``: hash of the law it was decided by."""

    number: int
    event: str
    at: datetime
    recorded_at: datetime
    before: str | None
    after: str
    law: str
    data: JsonObject


class CaseOut(Schema):
    """A case with its whole history. ``station`` null: opened by no I-station (a spot check)."""

    case_no: str
    state: str
    origin: str
    cycle: int
    round: int
    vehicle: CaseVehicleOut
    station: str | None
    opened_at: datetime
    deadline: date
    deadline_provisional: bool
    overdue: bool
    closed_at: datetime | None
    failed_items: list[str]
    notices: list[str]
    notice_addresses: list[str]
    repairs: list[CaseRepairOut]
    exits: list[ExitOut]
    objections: list[ObjectionOut]
    events: list[CaseEventOut]


class ObjectionRaisedOut(Schema):
    case: str
    answer_by: date


class PermitOut(Schema):
    """``case`` null: no case is open; masked: another station's. Then neither its state nor its deadline is told."""

    model_config = example(
        allowed=False,
        reasons=[
            {
                "code": "no-repair-record",
                "cite": "P四(二)5",
                "text": "没有本次不合格之后的维修记录。",
                "text_en": "There is no repair record after the failed test.",
                "next": "请到已公布的维修治理站维修。",
                "next_en": "Have it repaired at a listed station.",
            }
        ],
        case="450200-2026-000017",
        station="450203001",
        at="2026-03-03T09:00:00+08:00",
        case_state="awaiting_repair",
        deadline="2026-04-01",
    )

    allowed: bool
    reasons: list[ReasonOut]
    case: str | None
    station: str
    at: datetime
    case_state: str = ABSENT
    deadline: date = ABSENT


@router.post(
    "/public/cases/{token}/objection",
    answers={201: ObjectionRaisedOut},
    tags=["public"],
    summary="车主异议 · objection",
)
def post_objection(request: HttpRequest, token: str, said: ObjectionIn) -> HttpResponse:
    """``token``: from the notice's QR code. 201 with ``answer_by``; 403 when it is too late or was raised already."""
    count_question(request, clock.now())
    case = raise_objection(token, ground=said.ground, words=said.words, now=clock.now())
    raised = as_loop_case(case).waiting_objection
    assert raised is not None
    return as_json({"case": case.case_no, "answer_by": raised.answer_by.isoformat()}, 201)


@router.post(
    "/cases/{case_no}/objection/reject",
    who=ENVIRONMENT,
    answers={200: CaseOut},
    tags=["environment"],
    summary="异议不成立 · not upheld",
)
def post_rejection(request: HttpRequest, case_no: str, said: AnswerIn) -> HttpResponse:
    """The failed test stands, with reason and evidence. A second opinion is an exit of kind ``objection``."""
    who, now = caller(request), clock.now()
    return as_json(
        after(
            lambda: reject_objection(who, case_no, reason=said.reason, evidence=said.evidence, now=now),
            case_json,
        )
    )


@router.get(
    "/cases/{case_no}", who=EVERYONE, answers={200: CaseOut}, tags=["everyone"], summary="一个案件 · one case"
)
def get_case(request: HttpRequest, case_no: str) -> HttpResponse:
    return as_json(case_lookups.case(caller(request), case_no, case_json))


@router.post(
    "/cases/{case_no}/exit",
    who=ENVIRONMENT,
    answers={201: CaseOut, 202: ProposalOut},
    tags=["environment"],
    summary="同站规则的例外 · allow another station",
)
def post_exit(request: HttpRequest, case_no: str, granted: ExitIn) -> HttpResponse:
    """A department lets the retest happen elsewhere, with reason, evidence and expiry; 202: once another office has
    confirmed it."""
    who, now, said = acting(request, granted), clock.now(), granted.dict(exclude={"alone"})
    return done_or_proposed(lambda: grant_exit(who, case_no, **said, now=now), case_json)


@router.post(
    "/cases/{case_no}/repairs/{shop}/{repair_no}/release",
    who=(*ENVIRONMENT, *TRANSPORT),
    answers={200: CaseOut},
    tags=["environment"],
    summary="核实放行 · release a held repair",
)
def post_release(
    request: HttpRequest, case_no: str, shop: str, repair_no: str, said: ReleaseIn
) -> HttpResponse:
    """A repair held by a doubt (``time-held``, ``fail-told-late``, ``vehicle-elsewhere``, ``documents-elsewhere``,
    ``documents-on-paper``) counts from now on."""
    who, now, words = caller(request), clock.now(), said.dict()
    return as_json(after(lambda: release_repair(who, case_no, shop, repair_no, **words, now=now), case_json))


@router.get(
    "/retest-permit",
    who=I_STATION_OR_ASKER,
    answers={200: PermitOut},
    tags=["I-station"],
    summary="能否在本站复检 · may it be retested here",
)
def get_permit(
    request: HttpRequest, vin: str = "", plate: str = "", station: str = "", at: Moment | None = None
) -> HttpResponse:
    who = caller(request)
    return as_json(ask_permit(who, station=station, at=moment_of(at), vin=vin, plate=plate))


@router.get(
    "/notices/{notice_no}.pdf", who=EVERYONE, answers={200: PDF}, tags=["everyone"], summary="告知书 · notice"
)
def get_notice(request: HttpRequest, notice_no: str, key: str = "") -> HttpResponse:
    """Its stations by number; a department with the ``key`` of ``notice_addresses`` in the case."""
    return as_pdf(notice_document(caller(request), notice_no, key), notice_no)
