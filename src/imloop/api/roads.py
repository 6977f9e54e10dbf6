"""Calls about roads: may it drive here, zones and alerts, the share of clean vehicles."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from imloop.api.http.answers import as_json, moment_of
from imloop.api.http.auth import caller
from imloop.exchange.http.rate_limit import count_question
from imloop.steps.ground import clock
from imloop.steps.roads.ask_road import Stated, ask_road, ask_road_openly
from imloop.steps.roads.clean_fleet import clean_fleet
from imloop.steps.roads.zones import NewZone, declare_alert, end_zone, enter_zone, lift_alert

router = Router()


class ZoneIn(Schema):
    code: str
    name: str
    rules: list[object]
    since: date
    until: date | None = None
    cite: str
    outline: dict[str, object] | None = None


class AlertIn(Schema):
    level: str
    rules: list[object]
    since: datetime
    until: datetime | None = None
    cite: str = ""


class EndIn(Schema):
    on: date


@router.get("/gates/road", tags=["police"], summary="能否上路、进入限行区 · may it drive here")
def get_road_gate(
    request: HttpRequest, vin: str = "", plate: str = "", zone: str = "", at: datetime | None = None
) -> HttpResponse:
    return as_json(ask_road(caller(request), at=moment_of(at), vin=vin, plate=plate, zone=zone).to_json())


@router.get("/public/roads", tags=["public"], summary="今天能否通行（公众） · may it drive here (public)")
def get_public_road(
    request: HttpRequest,
    plate: str,
    fuel: str = "",
    emission_stage: str = "",
    vin_tail: str = "",
    zone: str = "",
    at: datetime | None = None,
) -> HttpResponse:
    count_question(request, clock.now())
    stated = Stated(plate=plate, vin_tail=vin_tail, fuel=fuel, emission_stage=emission_stage)
    return as_json(ask_road_openly(stated, at=moment_of(at), place=settings.PLACE, zone=zone).to_json())


@router.post("/zones", tags=["environment"], summary="划定限行区 · define a zone")
def post_zone(request: HttpRequest, wanted: ZoneIn) -> HttpResponse:
    zone = enter_zone(caller(request), NewZone(**wanted.dict()), clock.now())
    return as_json({"id": zone.pk, "code": zone.code, "place": zone.place}, 201)


@router.post("/zones/{zone_id}/end", tags=["environment"], summary="结束限行区 · end a zone")
def post_zone_end(request: HttpRequest, zone_id: int, end: EndIn) -> HttpResponse:
    zone = end_zone(caller(request), zone_id, on=end.on, now=clock.now())
    return as_json({"id": zone.pk, "code": zone.code, "until": end.on.isoformat()}, 201)


@router.post("/alerts", tags=["environment"], summary="发布重污染预警 · declare an alert")
def post_alert(request: HttpRequest, wanted: AlertIn) -> HttpResponse:
    asked = wanted.dict()
    asked["since"] = moment_of(wanted.since)
    asked["until"] = moment_of(wanted.until) if wanted.until else None
    alert = declare_alert(caller(request), **asked, now=clock.now())
    return as_json({"id": alert.pk, "level": alert.level, "place": alert.place}, 201)


@router.post("/alerts/{alert_id}/lift", tags=["environment"], summary="解除预警 · lift an alert")
def post_alert_lift(request: HttpRequest, alert_id: int) -> HttpResponse:
    alert = lift_alert(caller(request), alert_id, now=clock.now())
    return as_json({"id": alert.pk, "until": alert.until.isoformat() if alert.until else None}, 201)


@router.get(
    "/clean-fleet", tags=["departments"], summary="清洁能源比例 · clean-energy share of new buses and taxis"
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
