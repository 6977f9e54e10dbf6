"""What the calls about spot checks read and answer."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from imloop.api.http.given import Day
from imloop.api.http.schemas import (
    NUMBER,
    OWN_NUMBER,
    TEXT,
    JsonObject,
    ReasonOut,
    example,
    fields,
    in_json,
    several,
)
from imloop.exchange.decode_spot_checks import COLOURS, SCHEMA
from imloop.facts.codes import Fuel
from imloop.facts.records.spot_check import ITEMS_OF, MEASURED_BY, Signed


class SpotTaskIn(Schema):
    """``where``: a word of the law's ``spot_check.where``; ``officers``: user names of the office's people;
    ``finding``: the number of a lead that it follows."""

    model_config = example(
        where="parking", place_name="柳东物流园", planned_on="2026-03-06", officers=["li", "wang"]
    )

    where: str
    place_name: str
    planned_on: Day
    officers: list[str]
    longitude: float | None = None
    latitude: float | None = None
    plate: str = ""
    finding: int | None = None
    note: str = ""


class SpotTaskOut(Schema):
    """``there``: officers who have said that they are there; ``checks``: how many vehicles."""

    number: str
    office: str
    where: str
    place_name: str
    planned_on: date
    officers: list[str]
    there: list[str]
    plate: str
    finding: int | None
    opened_at: datetime | None
    closed_at: datetime | None
    checks: int


class SpotTasksOut(Schema):
    tasks: list[SpotTaskOut]


class SpotStepIn(Schema):
    """``step``: begin, confirm (that one was there) or close."""

    model_config = example(step="begin")

    step: str


class SpotInstrumentIn(Schema):
    """``kind``: analyser, opacimeter, obd_reader, ringelmann_chart or refractometer; ``verified_until``: last day."""

    model_config = example(
        kind="opacimeter",
        model="NHT-6",
        serial="OP-0017",
        certificate="柳检字 2026-31",
        verified_from="2026-01-10",
        verified_until="2027-01-09",
    )

    kind: str
    model: str
    serial: str
    certificate: str
    verified_from: Day
    verified_until: Day


class SpotInstrumentOut(Schema):
    kind: str
    model: str
    serial: str
    certificate: str
    verified_from: date
    verified_until: date


class SpotInstrumentsOut(Schema):
    instruments: list[SpotInstrumentOut]


class SpotCheckOut(Schema):
    """``result``: pass, fail, invalid or refused; ``state``: counts, held (a department looks first), officers (not all
    have said that they were there), rejected or annulled; ``free``: no fee is ever charged."""

    number: str
    task: str
    client_id: str
    at: datetime
    received_at: datetime
    plate: str
    vin: str
    method: str
    result: str
    state: str
    items: list[dict[str, object]]
    reasons: list[ReasonOut]
    findings: list[ReasonOut]
    doubts: list[ReasonOut]
    candidates: list[int]
    case: str
    order: str
    deadline: date | None
    handed_over_at: datetime | None
    free: bool


class SpotChecksOut(Schema):
    checks: list[SpotCheckOut]


class SettleSpotCheckIn(Schema):
    """``accepted``: its word holds; ``vehicle``: one of ``candidates``, where which one it was is in doubt."""

    model_config = example(accepted=True, because="照片、时间与执法记录仪一致，予以采信")

    accepted: bool
    because: str
    vehicle: int | None = None


class HandOverIn(Schema):
    model_config = example(reason="逾期未复检，移送依法处理")

    reason: str


_FLAG: JsonObject = {"type": "boolean"}
_ITEMS = [item for items in ITEMS_OF.values() for item in items]
RECORD = in_json(
    fields(
        ["schema", "client_id", "task", "at", "officers", "vehicle"],
        schema={"const": SCHEMA},
        client_id=OWN_NUMBER,
        task=OWN_NUMBER,
        at=TEXT,
        officers=several(TEXT),
        vehicle=fields(
            [],
            plate=TEXT,
            vin=TEXT,
            plate_colour={"enum": list(COLOURS)},
            fuel={"enum": [each.value for each in Fuel]},
            emission_stage=TEXT,
            produced_on=TEXT,
            first_registered_on=TEXT,
            max_mass_kg=NUMBER,
            odometer_km=NUMBER,
        ),
        method={"enum": [each.value for each in MEASURED_BY]},
        instrument=TEXT,
        obd_reader=TEXT,
        refractometer=TEXT,
        readings=several(NUMBER),
        values=fields([], **dict.fromkeys(_ITEMS, NUMBER)),
        exterior=fields([], devices_present=_FLAG, visible_smoke=_FLAG),
        obd=fields(
            [],
            communication=_FLAG,
            mil_on=_FLAG,
            dashboard_matches=_FLAG,
            tampered=_FLAG,
            dtcs=several(TEXT),
        ),
        urea=fields([], content_pct=NUMBER, refraction=NUMBER),
        sample=fields(["number", "seals"], number=TEXT, seals=several(TEXT)),
        refusal=TEXT,
        signed={"enum": [each.value for each in Signed]},
        signed_why=TEXT,
        driver=TEXT,
        spot=TEXT,
        longitude=NUMBER,
        latitude=NUMBER,
    ),
    schema=SCHEMA,
    client_id="p7-20260306-101502",
    task="SC450200-2026-000001",
    at="2026-03-06T10:15:02+08:00",
    officers=["li", "wang"],
    vehicle={"plate": "桂B12345", "fuel": "diesel"},
    method="FREEACC",
    instrument="OP-0017",
    readings=[0.82, 0.79, 0.80],
    signed="yes",
)
