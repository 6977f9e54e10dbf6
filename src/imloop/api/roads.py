"""Calls about roads: may it drive here, zones and alerts, the share of clean vehicles."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json, moment_of
from imloop.api.http.audience import ENVIRONMENT
from imloop.api.http.auth import caller
from imloop.api.http.given import Day, Moment
from imloop.api.http.router import Router
from imloop.api.http.schemas import GateOut, example
from imloop.exchange.http.rate_limit import count_question
from imloop.steps.ground import clock
from imloop.steps.ground.access import ASK_OF_VEHICLES, OFFICES
from imloop.steps.roads.ask_road import Stated, ask_road, ask_road_openly
from imloop.steps.roads.clean_fleet import clean_fleet
from imloop.steps.roads.zones import NewZone, declare_alert, end_zone, enter_zone, lift_alert

router = Router()


class ZoneIn(Schema):
    model_config = example(
        code="LEZ",
        name="中心城区",
        rules=[{"fuels": ["diesel"], "stage_below": "5", "hours": ["07:00-09:00"]}],
        since="2026-03-01",
        cite="柳政告〔2026〕1号",
    )

    code: str
    name: str
    rules: list[object]
    since: Day
    until: Day | None = None
    cite: str
    outline: dict[str, object] | None = None


class AlertIn(Schema):
    model_config = example(
        level="orange",
        rules=[{"odd_even": True, "everywhere": True, "except": ["electric", "emergency"]}],
        since="2026-01-10T18:00:00+08:00",
        until="2026-01-12T18:00:00+08:00",
    )

    level: str
    rules: list[object]
    since: Moment
    until: Moment | None = None
    cite: str = ""


class RoadAskIn(Schema):
    """``vin_tail``: the last six of the VIN; with it the register answers."""

    model_config = example(plate="桂B12345", vin_tail="183294", zone="LEZ")

    plate: str
    vin_tail: str
    zone: str = ""
    at: Moment | None = None


class ZoneEndIn(Schema):
    """``on``: first day on which it no longer holds."""

    on: Day


class RoadGateOut(GateOut):
    """``zones_closed``: codes of the zones that bar the vehicle."""

    at: datetime
    zones_closed: list[str]


class ZoneOut(Schema):
    id: int
    code: str
    place: str


class EndedZoneOut(Schema):
    id: int
    code: str
    until: date


class AlertOut(Schema):
    id: int
    level: str
    place: str


class LiftedAlertOut(Schema):
    id: int
    until: datetime | None


class CleanShareOut(Schema):
    """Vehicles first registered in a year. ``enterprise`` empty: the whole place; ``percent`` null: none registered."""

    fleet: str
    year: int
    enterprise: str
    registered: int
    clean: int
    percent: float | None


class CleanPlaceOut(GateOut, CleanShareOut):
    """Whether the share is what the law wants."""


class CleanFleetOut(Schema):
    places: list[CleanPlaceOut]
    enterprises: list[CleanShareOut]


@router.get(
    "/gates/road",
    who=ASK_OF_VEHICLES,
    answers={200: RoadGateOut},
    tags=["police"],
    summary="能否上路、进入限行区 · may it drive here",
)
def get_road_gate(
    request: HttpRequest, vin: str = "", plate: str = "", zone: str = "", at: Moment | None = None
) -> HttpResponse:
    return as_json(ask_road(caller(request), at=moment_of(at), vin=vin, plate=plate, zone=zone).to_json())


@router.get(
    "/public/roads",
    answers={200: RoadGateOut},
    tags=["public"],
    summary="今天能否通行（公众） · may it drive here (public)",
)
def get_public_road(
    request: HttpRequest,
    plate: str,
    fuel: str = "",
    emission_stage: str = "",
    zone: str = "",
    at: Moment | None = None,
) -> HttpResponse:
    return _openly(request, Stated(plate=plate, fuel=fuel, emission_stage=emission_stage), zone, at)


@router.post(
    "/public/roads",
    answers={200: RoadGateOut},
    tags=["public"],
    summary="按登记资料查询能否通行（车主） · the same by the register, for the owner",
)
def post_public_road(request: HttpRequest, asked: RoadAskIn) -> HttpResponse:
    return _openly(request, Stated(plate=asked.plate, vin_tail=asked.vin_tail), asked.zone, asked.at)


def _openly(request: HttpRequest, stated: Stated, zone: str, at: datetime | None) -> HttpResponse:
    who = count_question(request, clock.now())
    return as_json(ask_road_openly(who, stated, at=moment_of(at), place=settings.PLACE, zone=zone).to_json())


@router.post(
    "/zones",
    who=ENVIRONMENT,
    answers={201: ZoneOut},
    tags=["environment"],
    summary="划定限行区 · define a zone",
)
def post_zone(request: HttpRequest, wanted: ZoneIn) -> HttpResponse:
    zone = enter_zone(caller(request), NewZone(**wanted.dict()), clock.now())
    return as_json({"id": zone.pk, "code": zone.code, "place": zone.place}, 201)


@router.post(
    "/zones/{zone_id}/end",
    who=ENVIRONMENT,
    answers={201: EndedZoneOut},
    tags=["environment"],
    summary="结束限行区 · end a zone",
)
def post_zone_end(request: HttpRequest, zone_id: int, end: ZoneEndIn) -> HttpResponse:
    zone = end_zone(caller(request), zone_id, on=end.on, now=clock.now())
    return as_json({"id": zone.pk, "code": zone.code, "until": end.on.isoformat()}, 201)


@router.post(
    "/alerts",
    who=ENVIRONMENT,
    answers={201: AlertOut},
    tags=["environment"],
    summary="发布重污染预警 · declare an alert",
)
def post_alert(request: HttpRequest, wanted: AlertIn) -> HttpResponse:
    asked = wanted.dict()
    asked["since"] = moment_of(wanted.since)
    asked["until"] = moment_of(wanted.until) if wanted.until else None
    alert = declare_alert(caller(request), **asked, now=clock.now())
    return as_json({"id": alert.pk, "level": alert.level, "place": alert.place}, 201)


@router.post(
    "/alerts/{alert_id}/lift",
    who=ENVIRONMENT,
    answers={201: LiftedAlertOut},
    tags=["environment"],
    summary="解除预警 · lift an alert",
)
def post_alert_lift(request: HttpRequest, alert_id: int) -> HttpResponse:
    alert = lift_alert(caller(request), alert_id, now=clock.now())
    return as_json({"id": alert.pk, "until": alert.until.isoformat() if alert.until else None}, 201)


@router.get(
    "/clean-fleet",
    who=OFFICES,
    answers={200: CleanFleetOut},
    tags=["departments"],
    summary="清洁能源比例 · clean-energy share of new buses and taxis",
)
def get_clean_fleet(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """One year, or the last three: the place by fleet and year, and its bus operators."""
    found = clean_fleet(caller(request), clock.now(), year)
    return as_json(
        {
            "places": [answer.to_json() for answer in found["places"]],
            "enterprises": [share.to_json() for share in found["enterprises"]],
        }
    )
