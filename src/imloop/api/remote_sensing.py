"""Calls about readings of the road: sites and instruments, records as they arrive, the queues of the review."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json, body_of
from imloop.api.http.audience import ENVIRONMENT
from imloop.api.http.auth import caller
from imloop.api.http.router import Router
from imloop.api.http.schemas import (
    NUMBER,
    OWN_NUMBER,
    TEXT,
    GateOut,
    JsonObject,
    example,
    fields,
    in_json,
    several,
)
from imloop.exchange.decode_readings import REQUIRED, SCHEMA
from imloop.exchange.uploads.take_readings import take_readings
from imloop.facts.records.reading import RANGES, DeviceVerdict
from imloop.steps.ground import clock
from imloop.steps.remote_sensing import lookups
from imloop.steps.remote_sensing.enter_sites import NewInstrument, NewSite, enter_instrument, enter_site
from imloop.steps.remote_sensing.review import hand_over, review
from imloop.steps.remote_sensing.weigh import weighed
from imloop.store.models import RemoteReading, RemoteSite

router = Router()


class RemoteSiteIn(Schema):
    """``kind``: horizontal, vertical, mobile or camera; ``published_on``: since when its place is public."""

    model_config = example(
        code="YC-01",
        name="柳太路点位",
        kind="horizontal",
        slope_pct=1.2,
        sign=True,
        geometry_ok=True,
        published_on="2026-03-01",
        legal_review_on="2026-02-10",
        technical_review_on="2026-02-12",
    )

    code: str
    name: str
    kind: str
    road: str = ""
    lanes: int | None = None
    direction: str = ""
    longitude: float | None = None
    latitude: float | None = None
    slope_pct: float | None = None
    geometry_ok: bool | None = None
    sign: bool = False
    published_on: date | None = None
    legal_review_on: date | None = None
    technical_review_on: date | None = None


class RemoteCertificateIn(Schema):
    """``site``: its code; ``kind``: speed, gas, smoke, camera, slope or weather; ``verified_until``: the last day."""

    model_config = example(
        site="YC-01",
        kind="smoke",
        model="OP-2",
        serial="OP2-0017",
        verified_from="2026-01-10",
        verified_until="2027-01-09",
        certificate="柳检字 2026-17",
        conforms=True,
    )

    site: str
    kind: str
    model: str
    serial: str
    verified_from: date
    verified_until: date
    maker: str = ""
    certificate: str = ""
    conforms: bool = False


class RemoteSiteOut(Schema):
    """``past_their_date``: serial numbers of instruments whose last certificate has run out."""

    office: str
    code: str
    name: str
    kind: str
    published_on: date | None
    past_their_date: list[str]


class EnteredSiteOut(Schema):
    office: str
    code: str


class RemoteSitesOut(Schema):
    sites: list[RemoteSiteOut]


class RemoteCertificateOut(Schema):
    site: str
    serial: str
    verified_until: date


class RefusedOut(Schema):
    """``record``: its number in the message, from 1."""

    record: int
    code: str
    path: str
    text: str
    text_en: str


class ReadingsKeptOut(Schema):
    """The same each time that the same is sent. ``accepted``: records that are kept, whenever they came first."""

    accepted: int
    refused: list[RefusedOut]


class ReadingOut(Schema):
    """``over``: above the limit of that day and place, a lead and no verdict; ``plate_read``: as the camera gave it."""

    id: int
    record_no: str
    site: str
    at: datetime
    plate: str
    plate_read: str
    plate_colour: str
    plate_confidence: float | None
    values: dict[str, float]
    over: list[str]
    state: str


class HitOut(Schema):
    """``records``: successive passages over the limit; ``sure``: within the months by either way of counting them."""

    pollutant: str
    records: list[str]
    sure: bool


class ScreeningOut(GateOut):
    hits: list[HitOut]


class WeighedOut(ReadingOut):
    """``evidence``: each point of Penalty Law 41 that does not hold, with its clause: until there is none it is a lead.
    ``screening``: what the vehicle's readings up to this one say together, if the register calls it a diesel."""

    evidence: GateOut
    screening: ScreeningOut


class ReviewIn(Schema):
    """``holds``: the pictures show it; ``plate_ok``: the plate is the one in the picture; ``words``: why something is
    not so, then required."""

    model_config = example(holds=True, plate_ok=True)

    holds: bool
    plate_ok: bool
    words: str = ""


class ReviewedOut(Schema):
    id: int
    state: str


class LeadOut(Schema):
    """``finding``: its number among the findings."""

    finding: int


class ReadingsOut(Schema):
    """``next``: what to ask ``after`` for more; null: no more."""

    readings: list[ReadingOut]
    next: int | None


_FLAG: JsonObject = {"type": "boolean"}
READINGS = in_json(
    fields(
        ["schema", "readings"],
        schema={"const": SCHEMA},
        readings=several(
            fields(
                list(REQUIRED),
                record_no=OWN_NUMBER,
                site=OWN_NUMBER,
                at=TEXT,
                device=TEXT,
                plate=TEXT,
                plate_colour=TEXT,
                plate_confidence=NUMBER,
                fuel=TEXT,
                vehicle_class=TEXT,
                verdict={"enum": [str(each) for each in DeviceVerdict]},
                photos=several(TEXT),
                video_sha256=TEXT,
                **dict.fromkeys(RANGES, NUMBER),
                **{f"{name}_valid": _FLAG for name in RANGES},
            )
        ),
    ),
    schema=SCHEMA,
    readings=[
        {
            "record_no": "B20260305100001",
            "site": "YC-01",
            "at": "2026-03-05 10:00:01",
            "plate": "桂B12345",
            "plate_colour": "yellow",
            "plate_confidence": 0.97,
            "opacity_pct": 35.2,
            "opacity_pct_valid": True,
            "speed_kmh": 42,
            "acceleration_ms2": 0.4,
        }
    ],
)


@router.post(
    "/remote-sensing",
    who=ENVIRONMENT,
    answers={200: ReadingsKeptOut},
    body=READINGS,
    tags=["remote sensing"],
    summary="上传遥感、抓拍记录 · send readings of the road",
)
def post_readings(request: HttpRequest) -> HttpResponse:
    """At most 5,000 records; each is kept or refused by itself, a record number is one reading for ever."""
    kept = take_readings(body_of(request), caller(request), clock.now())
    refused = [
        {
            "record": number,
            "code": each.code,
            "path": each.problems[0].path if each.problems else "$",
            "text": each.text.zh,
            "text_en": each.text.en,
        }
        for number, each in kept.refused
    ]
    return as_json({"accepted": kept.new + kept.known, "refused": refused})


@router.get(
    "/remote-sensing",
    who=ENVIRONMENT,
    answers={200: ReadingsOut},
    tags=["remote sensing"],
    summary="遥感、抓拍记录 · readings by queue",
)
def get_readings(
    request: HttpRequest, queue: str = "to_review", site: str = "", plate: str = "", after: int = 0
) -> HttpResponse:
    """``queue``: realtime, to_review, reviewed or handed_over."""
    found = lookups.asked_for(caller(request), queue=queue, site=site, plate=plate, after=after)
    more = found[-1].pk if len(found) == lookups.MOST else None
    return as_json({"readings": [_reading(row) for row in found], "next": more})


@router.get(
    "/remote-sensing/sites",
    who=ENVIRONMENT,
    answers={200: RemoteSitesOut},
    tags=["remote sensing"],
    summary="遥感点位 · sites beside the road",
)
def get_sites(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    return as_json({"sites": [_site(row, now) for row in lookups.sites(caller(request))]})


@router.post(
    "/remote-sensing/sites",
    who=ENVIRONMENT,
    answers={201: EnteredSiteOut},
    tags=["remote sensing"],
    summary="登记遥感点位 · enter a site",
)
def post_site(request: HttpRequest, wanted: RemoteSiteIn) -> HttpResponse:
    row = enter_site(caller(request), NewSite(**wanted.dict()), clock.now())
    return as_json({"office": row.office.code, "code": row.code}, 201)


@router.post(
    "/remote-sensing/certificates",
    who=ENVIRONMENT,
    answers={201: RemoteCertificateOut},
    tags=["remote sensing"],
    summary="登记遥感设备检定 · an instrument and its certificate",
)
def post_certificate(request: HttpRequest, wanted: RemoteCertificateIn) -> HttpResponse:
    row = enter_instrument(caller(request), NewInstrument(**wanted.dict()), clock.now())
    return as_json(
        {"site": row.site.code, "serial": row.serial, "verified_until": row.verified_until.isoformat()}, 201
    )


def _site(row: RemoteSite, now: datetime) -> dict[str, object]:
    return {
        "office": row.office.code,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "published_on": row.published_on,
        "past_their_date": lookups.past_their_date(row, now),
    }


def _reading(row: RemoteReading) -> dict[str, object]:
    return {
        "id": row.pk,
        "record_no": row.record_no,
        "site": row.site_code,
        "at": row.at,
        "plate": row.plate,
        "plate_read": row.plate_read,
        "plate_colour": row.plate_colour,
        "plate_confidence": row.confidence,
        "values": row.data["values"],
        "over": [name for name in row.over.split(",") if name],
        "state": row.state,
    }


@router.get(
    "/remote-sensing/{int:reading_id}",
    who=ENVIRONMENT,
    answers={200: WeighedOut},
    tags=["remote sensing"],
    summary="一条记录的分量 · what a reading weighs",
)
def get_reading(request: HttpRequest, reading_id: int) -> HttpResponse:
    found = weighed(caller(request), reading_id)
    gates = {"evidence": found.evidence.to_json(), "screening": found.screening.to_json()}
    return as_json({**_reading(found.reading), **gates})


@router.post(
    "/remote-sensing/{int:reading_id}/reviews",
    who=ENVIRONMENT,
    answers={201: ReviewedOut},
    tags=["remote sensing"],
    summary="审核记录 · review a reading",
)
def post_review(request: HttpRequest, reading_id: int, said: ReviewIn) -> HttpResponse:
    """Two people, each once; where they differ it is dismissed."""
    row = review(caller(request), reading_id, **said.dict(), now=clock.now())
    return as_json({"id": row.pk, "state": row.state}, 201)


@router.post(
    "/remote-sensing/{int:reading_id}/lead",
    who=ENVIRONMENT,
    answers={201: LeadOut},
    tags=["remote sensing"],
    summary="转为线索 · make it a lead",
)
def post_lead(request: HttpRequest, reading_id: int) -> HttpResponse:
    return as_json({"finding": hand_over(caller(request), reading_id, clock.now()).pk}, 201)
