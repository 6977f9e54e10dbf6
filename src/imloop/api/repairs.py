"""Calls about repairs: uploading one, its photographs, M-stations side by side, rework."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json, body_of, file_of
from imloop.api.http.audience import I_STATION, M_STATION, M_STATION_OR_OFFICE
from imloop.api.http.auth import caller
from imloop.api.http.router import Router
from imloop.api.http.schemas import (
    ABSENT,
    OWN_NUMBER,
    TEXT,
    TIME,
    WHOLE,
    JsonObject,
    KeptFileOut,
    ReasonOut,
    ReceiptOut,
    StampOut,
    example,
    fields,
    in_any_dialect,
    in_json,
)
from imloop.exchange.http.metrics import count_upload
from imloop.exchange.http.rate_limit import count_question
from imloop.exchange.uploads.intake import take_papers, take_repair
from imloop.facts.days import day_of
from imloop.facts.pictures import LARGEST
from imloop.facts.places import known_place
from imloop.facts.records.repair import REPAIR_ITEMS
from imloop.steps.ground import clock
from imloop.steps.repairs.repair_files import hand_in
from imloop.steps.repairs.rework_rate import rework_rates
from imloop.steps.repairs.shop_figures import ORDERS, choices
from imloop.steps.repairs.station_papers import attach_paper, confirm_papers
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import PartyKind

router = Router()


class RetestOut(Schema):
    """Whether the retest is open now, by the day of the repair."""

    allowed: bool
    reasons: list[ReasonOut]
    case: str | None


class RepairReceiptOut(ReceiptOut):
    """``station``: where the retest is due; ``photographs_missing``: files the record names and that have not come."""

    repair_no: str
    case: str
    case_state: str
    round: int
    station: str | None
    deadline: date
    rework_of: str | None = ABSENT
    warranty_until: date | None
    retest: RetestOut
    findings: list[ReasonOut]
    photographs_missing: list[str] = ABSENT
    journal: StampOut = ABSENT


class ReworkRateOut(Schema):
    """``share``: of the repairs since ``since``, 0 to 1; null without a repair."""

    shop: str
    name: str
    since: date
    repairs: int
    reworks: int
    share: float | None


class ReworkOut(Schema):
    rates: list[ReworkRateOut]


class RepairerOut(Schema):
    """``takes`` null: it names no fuels, or the vehicle's is unknown; ``passed_first``: 0 to 1, with 95 % interval."""

    code: str
    name: str
    address: str
    phone: str
    distance_km: float | None
    takes: bool | None
    priced: int
    median_yuan: float | None
    retested: int
    passed_first: float | None
    interval95: list[float] | None
    minimum_sample: int


class RepairersOut(Schema):
    """``order``: distance price success."""

    order: str
    repairers: list[RepairerOut]


_RECORD: dict[str, JsonObject] = {
    "schema": {"const": "imloop.repair/1"},
    "repair_no": OWN_NUMBER,
    "case_no": TEXT,
    "vin": TEXT,
    "plate": TEXT,
    "received_at": TIME,
    "finished_at": TIME,
    "items": {"type": "array", "items": fields(["code"], code={"enum": sorted(REPAIR_ITEMS)}, name=TEXT)},
    "parts": {"type": "array", "items": fields(["name"], name=TEXT, serial=TEXT)},
    "cost_yuan": {"type": "string", "examples": ["460.00"]},
    "documents": fields([], certificate_no=TEXT, settlement_no=TEXT, invoice_no=TEXT),
}
"""Of a repair, whoever sends it."""
REPAIR_UPLOAD = in_any_dialect(
    fields(
        ["repair_no", "shop", "received_at", "finished_at"],
        **_RECORD,
        shop=TEXT,
        warranty=fields(["days", "km"], days=WHOLE, km=WHOLE),
    ),
    schema="imloop.repair/1",
    repair_no="W2026030200001",
    shop="M450203001",
    vin="LGWEF4A59MF000012",
    plate="桂B12345",
    received_at="2026-03-02T10:00:00+08:00",
    finished_at="2026-03-02T14:00:00+08:00",
    items=[{"code": "O2S", "name": "更换氧传感器"}],
    parts=[{"name": "前氧传感器", "serial": "0258-1"}],
    cost_yuan="460.00",
    documents={"certificate_no": "H0001", "settlement_no": "J0001", "invoice_no": "F0001"},
    warranty={"days": 10, "km": 2000},
)


@router.post(
    "/repairs/files",
    who=M_STATION,
    answers={201: KeptFileOut},
    largest=LARGEST,
    tags=["M-station"],
    summary="附维修照片和单据 · a photograph of a repair",
)
def post_repair_file(request: HttpRequest, repair_no: str, name: str) -> HttpResponse:
    """A PDF, JPEG or PNG as the body, before the record of that repair or after it. The same file again is one."""
    kept = hand_in(caller(request), repair_no, name, file_of(request, LARGEST), clock.now())
    return as_json({"name": kept.name, "sha256": kept.sha256, "size": kept.size}, 201)


@router.get(
    "/rework",
    who=M_STATION_OR_OFFICE,
    answers={200: ReworkOut},
    tags=["M-station"],
    summary="质保期内返修率 · rework under warranty, twelve months",
)
def get_rework(request: HttpRequest, shop: str = "") -> HttpResponse:
    """An M-station is told its own; a department every M-station of its place, or the one named."""
    return as_json({"rates": [rate.to_json() for rate in rework_rates(caller(request), clock.now(), shop)]})


@router.post(
    "/repairs",
    who=M_STATION,
    answers={201: RepairReceiptOut, 200: RepairReceiptOut},
    body=REPAIR_UPLOAD,
    tags=["M-station"],
    summary="上传维修记录 · upload a repair",
)
def post_repair(request: HttpRequest, dialect: str = "") -> HttpResponse:
    """201 with the receipt and the state of the case; the same bytes again give 200 and the first receipt."""
    receipt = take_repair(body_of(request), caller(request), clock.now(), dialect)
    count_upload("repair", receipt.created, receipt.body)
    return as_json(receipt.body, 201 if receipt.created else 200)


PAPERS_UPLOAD = in_json(
    fields(
        ["repair_no", "repairer", "received_at", "finished_at", "documents"],
        **_RECORD,
        repairer=fields(["name", "uscc"], name=TEXT, uscc=TEXT),
    ),
    schema="imloop.repair/1",
    repair_no="P2026020200001",
    repairer={"name": "城南汽车修理店", "uscc": "91450200MA5KABCD12"},
    vin="LGWEF4A59MF000012",
    received_at="2026-02-02T10:00:00+08:00",
    finished_at="2026-02-02T14:00:00+08:00",
    items=[{"code": "O2S", "name": "更换氧传感器", "hours": 1}],
    documents={"settlement_no": "J0001", "invoice_no": "F0000001"},
)


class PapersReceiptOut(RepairReceiptOut):
    """``shop``: the code by which the repairer is known from now on; ``entered_by``: who of the station did."""

    shop: str
    entered_by: str


class PapersConfirmIn(Schema):
    """``shop`` and ``repair_no`` as on the receipt."""

    model_config = example(shop="X91450200MA5KABCD12", repair_no="P0001")

    shop: str
    repair_no: str


class PapersConfirmedOut(Schema):
    """The state of the case from now on."""

    case: str
    case_state: str


@router.post(
    "/station-papers",
    who=I_STATION,
    answers={201: PapersReceiptOut, 200: PapersReceiptOut},
    body=PAPERS_UPLOAD,
    tags=["I-station"],
    summary="代无接入的维修企业登记凭证 · papers of a repairer without access",
)
def post_papers(request: HttpRequest) -> HttpResponse:
    """By a personal key, where the law of the repair's day lets a station do so (``retest.papers_at_station``). They
    count once they are confirmed; the same bytes again give 200 and the first receipt."""
    receipt = take_papers(body_of(request), caller(request), clock.now())
    return as_json(receipt.body, 201 if receipt.created else 200)


@router.post(
    "/station-papers/files",
    who=I_STATION,
    answers={201: KeptFileOut},
    largest=LARGEST,
    tags=["I-station"],
    summary="附凭证原件照片 · a photograph of such a paper",
)
def post_paper_file(request: HttpRequest, shop: str, repair_no: str, paper: str, name: str) -> HttpResponse:
    """A PDF, JPEG or PNG as the body; ``paper``: ``settlement``, ``invoice`` or ``certificate``."""
    body = file_of(request, LARGEST)
    kept = attach_paper(caller(request), shop, repair_no, paper, name, body, clock.now())
    return as_json({"name": kept.name, "sha256": kept.sha256, "size": kept.size}, 201)


@router.post(
    "/station-papers/confirm",
    who=I_STATION,
    answers={200: PapersConfirmedOut},
    tags=["I-station"],
    summary="对照原件确认 · confirm such papers",
)
def post_papers_confirmed(request: HttpRequest, said: PapersConfirmIn) -> HttpResponse:
    """By the personal key of another person than who entered them (``second-person-needed``), with every paper
    photographed. From now on they open the retest."""
    case = confirm_papers(caller(request), said.shop, said.repair_no, clock.now())
    return as_json({"case": case.case_no, "case_state": case.state})


@router.get(
    "/public/repairers",
    answers={200: RepairersOut},
    tags=["public"],
    summary="维修站对比 · M-stations side by side",
)
def get_repairers(
    request: HttpRequest, place: str = "", near: str = "", fuel: str = "", order: str = "distance"
) -> HttpResponse:
    """Distance from an I-station, what they take, median price and first-time success;
    null below the minimum sample."""
    count_question(request, clock.now())
    station = station_lookups.find_party(near, PartyKind.ISTATION)
    where = known_place(place) if place else station.place if station else settings.PLACE
    found = choices(where, day_of(clock.now()), near=station, fuel=fuel, order=order)
    return as_json(
        {"order": order if order in ORDERS else ORDERS[0], "repairers": [each.to_json() for each in found]}
    )
