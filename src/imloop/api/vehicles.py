"""Vehicles: the gates around them, marks, changes of the police register, enrolment, zones and alerts."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from imloop.api.answers import as_json, moment_of
from imloop.api.auth import caller
from imloop.exchange.rate_limit import count_question
from imloop.steps import clock
from imloop.steps.ask_cycle import ask_cycle
from imloop.steps.ask_mark import ask_mark, release_mark
from imloop.steps.ask_registration import ask_registration
from imloop.steps.ask_road import Stated, ask_road, ask_road_openly
from imloop.steps.change_vehicle import change_vehicle
from imloop.steps.clean_fleet import clean_fleet
from imloop.steps.enrol import enrol
from imloop.steps.look_vehicle import vehicle, vehicle_json
from imloop.steps.zones import declare_alert, end_zone, enter_zone, lift_alert

router = Router()


class MarkIn(Schema):
    vin: str = ""
    plate: str = ""


class ChangeIn(Schema):
    kind: str
    on: date
    vin: str = ""
    plate: str = ""
    owner_name: str = ""
    owner_phone: str = ""
    new_plate: str = ""


class EnrolmentIn(Schema):
    ground: str
    evidence: str
    since: date
    until: date | None = None
    vin: str = ""
    plate: str = ""
    operating_since: date | None = None


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


@router.get("/gates/inspection-mark", tags=["police"], summary="能否核发检验标志 · may a mark be issued")
def get_mark_gate(
    request: HttpRequest, vin: str = "", plate: str = "", at: datetime | None = None
) -> HttpResponse:
    return as_json(ask_mark(caller(request), vin=vin, plate=plate, at=moment_of(at)).to_json())


@router.get("/gates/inspection-cycle", tags=["I-station"], summary="是否应在本地检验 · is a test due here")
def get_cycle_gate(
    request: HttpRequest, vin: str = "", plate: str = "", at: datetime | None = None
) -> HttpResponse:
    return as_json(ask_cycle(caller(request), vin=vin, plate=plate, at=moment_of(at)).to_json())


@router.get("/gates/registration", tags=["police"], summary="能否注册、转入 · may it be registered here")
def get_registration_gate(
    request: HttpRequest,
    application: str = "new",
    vin: str = "",
    fuel: str = "",
    emission_stage: str = "",
    vehicle_type: str = "",
    usage: str = "",
    max_mass_kg: float | None = None,
    place: str = "",
    at: datetime | None = None,
) -> HttpResponse:
    answer = ask_registration(
        caller(request),
        at=moment_of(at),
        application=application,
        place=place,
        vin=vin,
        fuel=fuel,
        emission_stage=emission_stage,
        vehicle_type=vehicle_type,
        usage=usage,
        max_mass_kg=max_mass_kg,
    )
    return as_json(answer.to_json())


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


@router.post("/marks", tags=["police"], summary="核发检验标志 · issue a mark")
def post_mark(request: HttpRequest, wanted: MarkIn) -> HttpResponse:
    """201 with the mark; 409 with every reason when it may not be issued."""
    mark = release_mark(caller(request), vin=wanted.vin, plate=wanted.plate, now=clock.now())
    body = {
        "id": mark.pk,
        "vin": mark.vehicle.vin,
        "plate": mark.vehicle.plate,
        "valid_until": mark.valid_until.isoformat(),
        "test_no": mark.test_no,
        "cite": mark.cite,
    }
    return as_json(body, 201)


@router.post("/vehicles/changes", tags=["police"], summary="过户、转出、注销、报废 · change the register")
def post_change(request: HttpRequest, change: ChangeIn) -> HttpResponse:
    kept = change_vehicle(caller(request), **change.dict(), now=clock.now())
    body = {"id": kept.pk, "vehicle": kept.vehicle.pk, "kind": kept.kind, "on": kept.on.isoformat()}
    return as_json({**body, "status": kept.vehicle.status, "plate": kept.vehicle.plate}, 201)


@router.get("/vehicles/{vehicle_id}", tags=["police"], summary="一辆车 · one vehicle")
def get_vehicle(request: HttpRequest, vehicle_id: int) -> HttpResponse:
    return as_json(vehicle_json(*vehicle(caller(request), vehicle_id, clock.now())))


@router.post("/enrolments", tags=["environment"], summary="外地车辆纳管 · enrol a vehicle from elsewhere")
def post_enrolment(request: HttpRequest, wanted: EnrolmentIn) -> HttpResponse:
    kept = enrol(caller(request), **wanted.dict(), now=clock.now())
    body = {"id": kept.pk, "vehicle": kept.vehicle.pk, "ground": kept.ground, "cite": kept.cite}
    until = kept.until.isoformat() if kept.until else None
    return as_json({**body, "since": kept.since.isoformat(), "until": until}, 201)


@router.post("/zones", tags=["environment"], summary="划定限行区 · define a zone")
def post_zone(request: HttpRequest, wanted: ZoneIn) -> HttpResponse:
    zone = enter_zone(caller(request), **wanted.dict(), now=clock.now())
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
