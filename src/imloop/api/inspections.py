"""Calls about tests: uploading one, reading it, its report, recomputing it."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from imloop.api.http.answers import as_json, as_pdf, body_of
from imloop.api.http.audience import ENVIRONMENT, I_STATION, I_STATION_OR_OFFICE
from imloop.api.http.auth import caller
from imloop.api.http.router import PDF, Router
from imloop.api.http.schemas import (
    ABSENT,
    NUMBER,
    OWN_LINE,
    OWN_NUMBER,
    TEXT,
    TIME,
    WHOLE,
    JsonObject,
    ReasonOut,
    ReceiptOut,
    StampOut,
    fields,
    in_any_dialect,
)
from imloop.exchange.http.metrics import count_upload
from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.exchange.uploads.intake import take_test_in_group
from imloop.facts.codes import Fuel, Method, Outcome, Purpose
from imloop.papers.assemble import report_document
from imloop.steps.ground import clock
from imloop.steps.ground.lookups import after, itself
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.as_json import held_json, test_json
from imloop.steps.inspections.replay import replay_test
from imloop.steps.inspections.settle_run import Settlement, settle_run

router = Router()


class LawOut(Schema):
    """``hash``: of every value of the law that was in force at the place on the day."""

    place: str
    on: date
    hash: str


class ItemOut(Schema):
    """A measured item against its limit. ``kind``: max min range none; ``limit``: both ends of a range; ``fuel``: which
    run of a bi-fuel vehicle; ``advisory``: recorded, not decisive; ``rows``: first and last of the trace."""

    fuel: str = ABSENT
    item: str
    value: float
    rounded: float
    limit: float | list[float] | None
    kind: str
    pass_: bool = Field(alias="pass")
    advisory: bool
    boundary: bool
    cite: str
    rows: list[int] | None


class DifferenceOut(Schema):
    item: str
    claimed: str | float
    ours: str | float | None


class ClaimOut(Schema):
    """The station's own answer beside ours; ``agrees`` null: it claimed nothing. ``reproduced_by``: the rows of the
    trace that give what it claimed."""

    verdict: str | None
    agrees: bool | None
    differences: list[DifferenceOut]
    reproduced_by: JsonObject | None


class CalculationOut(Schema):
    """One line that a pocket calculator can follow."""

    label: str
    label_en: str
    formula: str
    numbers: str
    result: str
    rows: list[int] | None


class VerdictOut(Schema):
    """``verdict``: pass fail invalid not_ready; ``window``: which seconds decided, by method."""

    test_no: str
    verdict: str
    method: str
    limit_set: str
    law: LawOut
    items: list[ItemOut]
    parts: dict[str, str]
    boundary: bool
    reasons: list[ReasonOut]
    findings: list[ReasonOut]
    window: JsonObject | None
    claim: ClaimOut
    steps: list[CalculationOut]


class NextOut(Schema):
    action: str
    text: str
    text_en: str


class TestReceiptOut(VerdictOut, ReceiptOut):
    """The verdict, and what follows: ``counts``: case, cycle or nothing, ``counts_why`` for nothing; ``report`` its
    number, case and notice where it failed, ``next`` what to do."""

    report: str
    counts: str = ABSENT
    counts_why: str | None = ABSENT
    case: str | None
    case_state: str | None
    case_url: str | None
    notice: str | None
    deadline: date | None
    deadline_provisional: bool
    next: NextOut
    journal: StampOut = ABSENT


class TraceOut(Schema):
    """``columns``: name → one value a second, null for a missing sample."""

    columns: dict[str, list[float | str | None]]


class TestOut(Schema):
    """A test as kept. ``sha256``: of the bytes that came; ``vehicle``: as the register knows it; ``counts``: what it
    counts for by all that is known today, its receipt says what was known then."""

    test_no: str
    station: str
    line: str
    method: str
    purpose: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    received_at: datetime
    vehicle: JsonObject
    case: str | None
    counts: str
    counts_why: str | None
    sha256: str
    verdict: VerdictOut
    receipt: TestReceiptOut
    trace: TraceOut


class CandidateOut(Schema):
    """A vehicle that it may have been; ``id`` settles it."""

    id: int
    vin: str
    plate: str


class HeldRunOut(Schema):
    """A run that waits for the environment department, or waited. ``vin`` and ``plate``: as its message says;
    ``settled``: empty, vehicle, released, later or rejected."""

    test_no: str
    station: str
    verdict: str
    started_at: datetime
    held_at: datetime
    vin: str
    plate: str
    reasons: list[ReasonOut]
    candidates: list[CandidateOut]
    settled: str
    settled_at: datetime | None
    settled_by: str
    settled_because: str
    counts: str
    counts_why: str | None


class HeldRunsOut(Schema):
    held_runs: list[HeldRunOut]


class SettlementIn(Schema):
    """``settled``: vehicle (with ``vehicle``: the id of a candidate; ``another``: a new one by the names of the
    message; or ``named``: the known one with exactly this ``vin``, ``plate`` or both), released, later (a failed run
    whose hour is untrue: it counts from when it came) or rejected."""

    settled: str
    because: str
    vehicle: str = ""
    vin: str = ""
    plate: str = ""


class ReplayOut(Schema):
    """``differs``: keys of the verdict that come out otherwise than they were kept."""

    test_no: str
    same: bool
    differs: list[str]
    verdict: VerdictOut


TEST_UPLOAD = in_any_dialect(
    fields(
        [
            "schema",
            "test_no",
            "station",
            "line",
            "method",
            "purpose",
            "outcome",
            "started_at",
            "ended_at",
            "vehicle",
            "trace",
        ],
        schema={"const": "imloop.test/1"},
        test_no=OWN_NUMBER,
        station=TEXT,
        line=OWN_LINE,
        sequence=WHOLE,
        method={"enum": [str(m) for m in Method]},
        purpose={"enum": [str(p) for p in Purpose]},
        outcome={"enum": [str(o) for o in Outcome]},
        started_at=TIME,
        ended_at=TIME,
        vehicle=fields([], vin=TEXT, plate=TEXT, fuel={"enum": [str(f) for f in Fuel]}),
        ambient=fields([], temperature_c=NUMBER, humidity_pct=NUMBER, pressure_kpa=NUMBER),
        trace=fields(
            [],
            packed={"type": "string", "contentEncoding": "base64", "description": "instead of columns"},
            columns={
                "type": "object",
                "description": "1 Hz columns of equal length; null for a missing sample; phase is text",
                "additionalProperties": {"type": "array"},
            },
        ),
        claimed=fields([], verdict=TEXT, values={"type": "object"}),
    ),
    schema="imloop.test/1",
    test_no="450203001-02-20260302-00001",
    station="450203001",
    line="02",
    method="FREEACC",
    purpose="periodic",
    outcome="completed",
    started_at="2026-03-02T09:00:00+08:00",
    ended_at="2026-03-02T09:00:03+08:00",
    vehicle={"vin": "LGWEF4A59MF000012", "plate": "桂B12345", "fuel": "diesel"},
    trace={
        "columns": {
            "t_s": [0, 1, 2],
            "blip": [1, 1, 1],
            "k_per_m": [0.12, 1.04, 0.31],
            "rpm": [800, 4200, 1500],
        }
    },
)


@router.post(
    "/tests",
    who=I_STATION,
    answers={201: TestReceiptOut, 200: TestReceiptOut},
    body=TEST_UPLOAD,
    tags=["I-station"],
    summary="上传一次检验 · upload a test",
)
def post_test(request: HttpRequest, dialect: str = "") -> HttpResponse:
    """201 with the receipt; the same bytes again give 200 and the first receipt; other bytes 409. The bytes say which
    dialect they are in; ``dialect`` refuses them when they are in another."""
    receipt = take_test_in_group(body_of(request), caller(request), clock.now(), dialect)
    count_upload("test", receipt.created, receipt.body)
    return as_json(receipt.body, 201 if receipt.created else 200)


@router.get(
    "/tests/{number:test_no}/report.pdf",
    who=I_STATION_OR_OFFICE,
    answers={200: PDF},
    tags=["I-station"],
    summary="检验报告 · test report",
)
def get_report(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_pdf(report_document(caller(request), test_no, station), test_no)


@router.get(
    "/tests/{number:test_no}/replay",
    who=I_STATION_OR_OFFICE,
    answers={200: ReplayOut},
    tags=["I-station"],
    summary="按当日法律复算 · recompute",
)
def get_replay(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_json(
        replay_test(test_lookups.test(caller(request), test_no, station, itself), decode_kept_test)
    )


@router.get(
    "/held-runs",
    who=I_STATION_OR_OFFICE,
    answers={200: HeldRunsOut},
    tags=["I-station"],
    summary="待核实的检验 · runs that wait to be settled",
)
def get_held_runs(request: HttpRequest, settled: bool = False) -> HttpResponse:
    """The oldest first; ``settled``: those that were, the latest first."""
    who = caller(request)
    return as_json({"held_runs": [held_json(row, who) for row in test_lookups.held_list(who, settled)]})


@router.post(
    "/held-runs/{station}/{held_no}/settle",
    who=ENVIRONMENT,
    answers={200: HeldRunOut},
    tags=["environment"],
    summary="核实待定检验 · settle a run that waits",
)
def post_settlement(request: HttpRequest, station: str, held_no: str, said: SettlementIn) -> HttpResponse:
    """``held_no``: the number of the test. Once, with the reason; what follows is decided anew and told to everyone
    concerned."""
    who, settlement, now = caller(request), Settlement(**said.dict()), clock.now()
    return as_json(
        after(
            lambda: settle_run(who, station, held_no, settlement, now, decode_kept_test),
            lambda held: held_json(held, who),
        )
    )


# The last below tests/: the number takes any sign, and so the tails of other calls.
@router.get(
    "/tests/{number:test_no}",
    who=I_STATION_OR_OFFICE,
    answers={200: TestOut},
    tags=["I-station"],
    summary="一次检验 · one test",
)
def get_test(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_json(test_lookups.test(caller(request), test_no, station, test_json))
