"""Calls about vehicles: the gates around them, marks, changes of the police register, enrolment."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from imloop.api.http.answers import as_json, moment_of
from imloop.api.http.auth import caller
from imloop.facts.records.vehicle import NewVehicle
from imloop.steps.ground import clock
from imloop.steps.vehicles.ask_cycle import ask_cycle
from imloop.steps.vehicles.ask_mark import ask_mark, release_mark
from imloop.steps.vehicles.ask_registration import ask_registration
from imloop.steps.vehicles.change_vehicle import ReportedChange, change_vehicle
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.steps.vehicles.lookups import vehicle, vehicle_json

router = Router()


class RegistrationAsked(Schema):
    """``application``: ``new`` or ``transfer_in``; the rest as far as it is known."""

    application: str = "new"
    vin: str = ""
    fuel: str = ""
    emission_stage: str = ""
    vehicle_type: str = ""
    usage: str = ""
    max_mass_kg: float | None = None
    place: str = ""
    at: datetime | None = None

    def vehicle(self) -> NewVehicle:
        return NewVehicle(**self.dict(exclude={"application", "place", "at"}))


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
def get_registration_gate(request: HttpRequest, asked: Query[RegistrationAsked]) -> HttpResponse:
    answer = ask_registration(
        caller(request),
        asked.vehicle(),
        at=moment_of(asked.at),
        application=asked.application,
        place=asked.place,
    )
    return as_json(answer.to_json())


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
    kept = change_vehicle(caller(request), ReportedChange(**change.dict()), clock.now())
    body = {"id": kept.pk, "vehicle": kept.vehicle.pk, "kind": kept.kind, "on": kept.on.isoformat()}
    return as_json({**body, "status": kept.vehicle.status, "plate": kept.vehicle.plate}, 201)


@router.get("/vehicles/{vehicle_id}", tags=["police"], summary="一辆车 · one vehicle")
def get_vehicle(request: HttpRequest, vehicle_id: int) -> HttpResponse:
    return as_json(vehicle_json(*vehicle(caller(request), vehicle_id, clock.now())))


@router.post("/enrolments", tags=["environment"], summary="外地车辆纳管 · enrol a vehicle from elsewhere")
def post_enrolment(request: HttpRequest, wanted: EnrolmentIn) -> HttpResponse:
    kept = enrol(caller(request), NewEnrolment(**wanted.dict()), clock.now())
    body = {"id": kept.pk, "vehicle": kept.vehicle.pk, "ground": kept.ground, "cite": kept.cite}
    until = kept.until.isoformat() if kept.until else None
    return as_json({**body, "since": kept.since.isoformat(), "until": until}, 201)
