"""What the calls about readings of the road read and answer."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from imloop.api.http.given import Day
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
from imloop.facts.records.reading import RANGES, DeviceVerdict


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
    published_on: Day | None = None
    legal_review_on: Day | None = None
    technical_review_on: Day | None = None


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
    verified_from: Day
    verified_until: Day
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


class OwnerToldIn(Schema):
    """``how``: sms, phone, post or in_person."""

    model_config = example(how="sms")

    how: str


class OwnerToldOut(Schema):
    """When and how first; ``read``: the owner read it on its page."""

    id: int
    told_at: datetime
    told_how: str


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
