"""Calls about outages: declared and ended, vouchers issued and redeemed, retests unlocked on paper."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from imloop.api.http.answers import as_file, as_json, as_pdf, body_of, file_of, moment_of
from imloop.api.http.audience import EVERYONE, I_STATION
from imloop.api.http.auth import caller
from imloop.api.http.given import Moment
from imloop.api.http.router import ATTACHED, PDF, Router
from imloop.api.http.schemas import (
    TEXT,
    TIME,
    KeptFileOut,
    ReasonOut,
    ReceiptOut,
    example,
    fields,
    in_any_dialect,
)
from imloop.api.second_person import Alone, ProposalOut, acting, done_or_proposed
from imloop.exchange.signing import public_key, sign_voucher
from imloop.exchange.uploads.intake import take_redemption
from imloop.facts.pictures import LARGEST
from imloop.papers.outage_form import outage_form
from imloop.steps.ground import clock
from imloop.steps.ground.lookups import after
from imloop.steps.outages import unlock_texts
from imloop.steps.outages.declare_outage import Declaration, declare, end
from imloop.steps.outages.known_outages import DECLARERS, public_json, published
from imloop.steps.outages.paper_files import GIVERS, Photograph, attach_photographs, photograph
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.steps.outages.voucher_stock import stock

router = Router()
MOST = 200
"""Outages published at once, the newest first."""


class OutageIn(Alone):
    """``scope``: ``platform``, ``link``, ``place``, ``stations`` or ``own_fault``; ``ends_at``: only where it is over
    already; ``late_reason``: why it is declared afterwards."""

    model_config = example(
        scope="place", cause="机房停电", starts_at="2026-03-02T08:30:00+08:00", place="450200"
    )

    scope: str
    cause: str
    starts_at: Moment
    ends_at: Moment | None = None
    link: str = ""
    place: str = ""
    stations: list[str] = []
    late_reason: str = ""


class OutageEndIn(Schema):
    """``at`` missing: now. An outage that still waits for a second person is named ``P`` and its proposal's number."""

    at: Moment | None = None


class UnlockIn(Alone):
    """The case, or the vehicle; at least one number of a document that the law of the day accepts."""

    model_config = example(
        station="450203001", shop="M450203001", reason="电话核对", plate="桂B12345", settlement_no="J0001"
    )

    station: str
    shop: str
    reason: str
    case: str = ""
    vin: str = ""
    plate: str = ""
    settlement_no: str = ""
    certificate_no: str = ""
    outage: str = ""


class OutageOut(Schema):
    """``ends_at`` null: it is running; ``link``: what does not work, where the ``scope`` is a link;
    ``declared_late_because``: empty unless it was declared afterwards; ``taken_back_at``: when it was not
    confirmed, so that it allows nothing."""

    outage_no: str
    scope: str
    scope_text: str
    scope_text_en: str
    place: str
    link: str
    link_text: str
    stations: list[str]
    cause: str
    starts_at: datetime
    ends_at: datetime | None
    declared_at: datetime
    declared_late_because: str
    taken_back_at: datetime | None


class OutagesOut(Schema):
    outages: list[OutageOut]


class PhotographOut(Schema):
    paper: str
    name: str
    sha256: str
    size: int
    uploaded_at: datetime
    uploaded_by: str


class PhotographsOut(Schema):
    """``asked``: the law of the day asks for them; ``missing``: names of papers."""

    asked: bool
    missing: list[str]
    files: list[PhotographOut]


class UnlockOut(Schema):
    """A retest on paper. ``state``: kept waiting missed differs matched; ``repair``: the record that matches it."""

    unlock: str
    way: str
    outage: str | None
    station: str
    shop: str
    case: str | None
    plate: str
    vin: str
    settlement_no: str
    certificate_no: str
    granted_at: datetime
    expires_at: datetime
    unlocked: bool
    state: str
    state_text: str
    state_text_en: str
    repair: str | None
    photographs: PhotographsOut


class SigningKeyOut(Schema):
    """The platform's public key."""

    keyid: str
    alg: str
    pem: str


class VoucherOut(Schema):
    """imloop.voucher/1, signed over all its other fields."""

    schema_: str = Field(alias="schema")
    number: str
    station: str
    day: date
    code: str
    issued_at: datetime
    keyid: str
    signature: str


class VouchersOut(Schema):
    key: SigningKeyOut
    vouchers: list[VoucherOut]


class RedemptionReceiptOut(ReceiptOut):
    """``outage`` null: none is declared for it yet, so nothing is unlocked; ``permitted``: the gate of the retest lets
    the car pass now, else ``refused`` says why; ``matched``: the repair that followed."""

    unlock: str
    voucher: str
    unlocked: bool
    permitted: bool
    refused: list[ReasonOut]
    outage: str | None
    case: str | None
    expires_at: datetime
    matched: str | None
    findings: list[ReasonOut]


REDEMPTION = in_any_dialect(
    fields(
        ["voucher", "vehicle", "shop", "documents", "used_at"],
        schema={"const": "imloop.redemption/1"},
        voucher={
            "type": "object",
            "description": "the whole imloop.voucher/1; or number and code, or the code alone, as typed from paper",
            "required": ["code"],
            "properties": {"number": TEXT, "code": TEXT},
        },
        vehicle=fields([], vin=TEXT, plate=TEXT),
        shop=TEXT,
        documents=fields([], settlement_no=TEXT, certificate_no=TEXT),
        used_at=TIME,
        clock=TIME,
    ),
    schema="imloop.redemption/1",
    voucher={"code": "7K3Q-9MTT"},
    vehicle={"plate": "桂B12345"},
    shop="M450203001",
    documents={"settlement_no": "J0001"},
    used_at="2026-03-02T15:00:00+08:00",
)


@router.post(
    "/outages",
    who=(*I_STATION, *DECLARERS),
    answers={201: OutageOut, 202: ProposalOut},
    tags=["environment"],
    summary="宣布系统故障 · declare an outage",
)
def post_outage(request: HttpRequest, outage: OutageIn) -> HttpResponse:
    """Departments declare outages of the system; a station may only report a fault of its own (``own_fault``)."""
    who, said, now = acting(request, outage), outage.dict(exclude={"alone"}), clock.now()
    said["starts_at"] = moment_of(outage.starts_at)
    said["ends_at"] = moment_of(outage.ends_at) if outage.ends_at else None
    said["stations"] = tuple(outage.stations)
    return done_or_proposed(lambda: declare(who, Declaration(**said), now), public_json)


@router.post(
    "/outages/{outage_no}/end",
    who=(*I_STATION, *DECLARERS),
    answers={200: OutageOut},
    tags=["environment"],
    summary="宣布故障结束 · the outage is over",
)
def post_end(request: HttpRequest, outage_no: str, ended: OutageEndIn) -> HttpResponse:
    at = moment_of(ended.at) if ended.at else None
    return as_json(public_json(end(caller(request), outage_no, at=at, now=clock.now())))


@router.get(
    "/public/outages",
    answers={200: OutagesOut},
    tags=["public"],
    summary="系统故障公告 · past and current outages",
)
def get_outages(request: HttpRequest) -> HttpResponse:
    """The newest first; ``ends_at`` null: it is running, and paper is valid for a retest."""
    return as_json({"outages": [public_json(row) for row in published()[:MOST]]})


@router.post(
    "/fallback-unlocks",
    who=DECLARERS,
    answers={201: UnlockOut, 202: ProposalOut},
    tags=["environment"],
    summary="凭纸质材料解锁 · unlock on paper",
)
def post_unlock(request: HttpRequest, unlock: UnlockIn) -> HttpResponse:
    """The operator allows a retest on the paper a station has been shown, in an outage declared for it."""
    said = unlock.dict(exclude={"alone"})
    said["case_no"], said["outage_no"] = said.pop("case"), said.pop("outage")
    who, now = acting(request, unlock), clock.now()
    return done_or_proposed(lambda: unlock_by_operator(who, PaperSeen(**said), now), unlock_texts.unlock_json)


@router.get(
    "/fallback-unlocks/{unlock_no}",
    who=EVERYONE,
    answers={200: UnlockOut},
    tags=["everyone"],
    summary="一次凭纸质材料的复检 · one retest on paper",
)
def get_unlock(request: HttpRequest, unlock_no: str) -> HttpResponse:
    """The state of an unlock, and which photographs of the paper there are."""
    who, now = caller(request), clock.now()
    return as_json(after(lambda: unlock_texts.unlock(who, unlock_no, now), unlock_texts.unlock_json))


@router.post(
    "/fallback-unlocks/{unlock_no}/files",
    who=GIVERS,
    answers={201: KeptFileOut},
    largest=LARGEST,
    tags=["I-station"],
    summary="附纸质材料的照片 · a photograph of the paper",
)
def post_photograph(request: HttpRequest, unlock_no: str, paper: str, name: str) -> HttpResponse:
    """A PDF, JPEG or PNG as the body; ``paper``: ``notice``, ``settlement`` or ``certificate``."""
    file = Photograph(paper, name, file_of(request, LARGEST))
    (kept,) = attach_photographs(caller(request), unlock_no, [file], clock.now())
    return as_json({"name": kept.name, "sha256": kept.sha256, "size": kept.size}, 201)


@router.get(
    "/fallback-unlocks/{unlock_no}/files/{sha256}",
    who=EVERYONE,
    answers={200: ATTACHED},
    tags=["everyone"],
    summary="取照片 · fetch a photograph",
)
def get_photograph(request: HttpRequest, unlock_no: str, sha256: str) -> HttpResponse:
    return as_file(photograph(caller(request), unlock_no, sha256, clock.now()))


@router.get(
    "/offline-vouchers",
    who=I_STATION,
    answers={200: VouchersOut},
    tags=["I-station"],
    summary="离线凭单 · vouchers for an outage",
)
def get_vouchers(request: HttpRequest) -> HttpResponse:
    """Today's and the next days', unused; what is missing is issued. Keep them on your own disk."""
    rows = stock(caller(request), clock.now(), sign_voucher)
    return as_json({"key": public_key(), "vouchers": [row.content for row in rows]})


@router.get(
    "/offline-vouchers/form.pdf",
    who=I_STATION,
    answers={200: PDF},
    tags=["I-station"],
    summary="故障登记纸表 · paper form",
)
def get_form(request: HttpRequest) -> HttpResponse:
    """Pre-filled with the station's vouchers, to be printed or kept on its own disk before an outage."""
    who = caller(request)
    now = clock.now()
    return as_pdf(outage_form(who, stock(who, now, sign_voucher), now), f"outage-{who.party_code}")


@router.post(
    "/offline-vouchers/redeem",
    who=I_STATION,
    answers={201: RedemptionReceiptOut, 200: RedemptionReceiptOut},
    body=REDEMPTION,
    tags=["I-station"],
    summary="登记使用离线凭单 · report a used voucher",
)
def post_redemption(request: HttpRequest) -> HttpResponse:
    """201 with the receipt; the same use again gives 200 and the first receipt; another use 409."""
    receipt = take_redemption(body_of(request), caller(request), clock.now())
    return as_json(receipt.body, 201 if receipt.created else 200)
