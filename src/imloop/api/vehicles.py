"""Calls about vehicles: the gates around them, marks, changes of the police register, enrolment."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema

from imloop.api.http.answers import as_json, moment_of
from imloop.api.http.audience import ADMIN, ENVIRONMENT, I_STATION_OR_OFFICE, POLICE, SUPERVISOR
from imloop.api.http.auth import caller
from imloop.api.http.router import Router
from imloop.api.http.schemas import ABSENT, GateOut, JsonObject, ReasonOut, example
from imloop.facts.records.vehicle import NewVehicle
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES
from imloop.steps.vehicles.ask_cycle import ask_cycle
from imloop.steps.vehicles.ask_mark import ask_mark, release_mark
from imloop.steps.vehicles.ask_registration import ask_registration
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.steps.vehicles.lookups import vehicle, vehicle_json
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle

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
    model_config = example(
        kind="sold",
        on="2026-03-04",
        vin="LFV2A21K6J3123456",
        owner_name="黄海燕",
        owner_phone="13800000001",
        new_plate="桂B54321",
    )

    kind: str
    on: date
    vin: str = ""
    plate: str = ""
    owner_name: str = ""
    owner_phone: str = ""
    new_plate: str = ""


class EnrolmentIn(Schema):
    model_config = example(
        ground="operating",
        evidence="运输合同",
        since="2026-03-02",
        plate="粤A12345",
        operating_since="2025-12-01",
    )

    ground: str
    evidence: str
    since: date
    until: date | None = None
    vin: str = ""
    plate: str = ""
    operating_since: date | None = None


class CycleOut(Schema):
    """``kind``: of the inspection that is due."""

    kind: str
    due_on: date | None
    opens_on: date | None
    reasons: list[ReasonOut] = ABSENT


class MarkGateOut(GateOut):
    """``valid_until``: of the mark that would be released."""

    valid_until: date | None
    cycle: CycleOut
    passed_on: date | None
    plate: str
    vin: str


class CycleGateOut(GateOut):
    """``origin``: own enrolled elsewhere."""

    cycle: CycleOut
    origin: str
    plate: str
    vin: str


class RegistrationGateOut(GateOut):
    """``stage_required`` null: none is asked of this kind of vehicle; ``group`` null: its kind is not known."""

    application: str
    stage: str | None
    stage_required: str | None
    group: str | None


class MarkOut(Schema):
    """``test_no`` empty: none was needed."""

    id: int
    vin: str
    plate: str
    valid_until: date
    test_no: str
    cite: str


class VehicleChangeOut(Schema):
    """``vehicle``: its id; ``status`` and ``plate``: as they are now."""

    id: int
    vehicle: int
    kind: str
    on: date
    status: str
    plate: str


class PlateOut(Schema):
    """``source``: who said so; ``until`` null: it bears the plate now."""

    plate: str
    since: date
    until: date | None
    source: str


class ChangeOut(Schema):
    kind: str
    on: date


class VehicleOut(Schema):
    """A vehicle without its owner."""

    id: int
    vin: str
    plate: str
    plate_colour: str
    fuel: str
    status: str
    facts: JsonObject
    cycle: CycleOut
    plates: list[PlateOut]
    changes: list[ChangeOut]


class EnrolmentOut(Schema):
    """``vehicle``: its id."""

    id: int
    vehicle: int
    ground: str
    cite: str
    since: date
    until: date | None


@router.get(
    "/gates/inspection-mark",
    who=I_STATION_OR_OFFICE,
    answers={200: MarkGateOut},
    tags=["police"],
    summary="能否核发检验标志 · may a mark be issued",
)
def get_mark_gate(
    request: HttpRequest, vin: str = "", plate: str = "", at: datetime | None = None
) -> HttpResponse:
    return as_json(ask_mark(caller(request), vin=vin, plate=plate, at=moment_of(at)).to_json())


@router.get(
    "/gates/inspection-cycle",
    who=I_STATION_OR_OFFICE,
    answers={200: CycleGateOut},
    tags=["I-station"],
    summary="是否应在本地检验 · is a test due here",
)
def get_cycle_gate(
    request: HttpRequest, vin: str = "", plate: str = "", at: datetime | None = None
) -> HttpResponse:
    return as_json(ask_cycle(caller(request), vin=vin, plate=plate, at=moment_of(at)).to_json())


@router.get(
    "/gates/registration",
    who=(*ENVIRONMENT, *POLICE, *SUPERVISOR, *ADMIN),
    answers={200: RegistrationGateOut},
    tags=["police"],
    summary="能否注册、转入 · may it be registered here",
)
def get_registration_gate(request: HttpRequest, asked: Query[RegistrationAsked]) -> HttpResponse:
    answer = ask_registration(
        caller(request),
        asked.vehicle(),
        at=moment_of(asked.at),
        application=asked.application,
        place=asked.place,
    )
    return as_json(answer.to_json())


@router.post(
    "/marks", who=POLICE, answers={201: MarkOut}, tags=["police"], summary="核发检验标志 · issue a mark"
)
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


@router.post(
    "/vehicles/changes",
    who=POLICE,
    answers={201: VehicleChangeOut},
    tags=["police"],
    summary="过户、转出、注销、报废 · change the register",
)
def post_change(request: HttpRequest, change: ChangeIn) -> HttpResponse:
    kept = change_vehicle(caller(request), ReportedChange(**change.dict()), clock.now())
    body = {"id": kept.pk, "vehicle": kept.vehicle.pk, "kind": kept.kind, "on": kept.on.isoformat()}
    return as_json({**body, "status": kept.vehicle.status, "plate": kept.vehicle.plate}, 201)


@router.get(
    "/vehicles/{vehicle_id}",
    who=OFFICES,
    answers={200: VehicleOut},
    tags=["police"],
    summary="一辆车 · one vehicle",
)
def get_vehicle(request: HttpRequest, vehicle_id: int) -> HttpResponse:
    return as_json(vehicle_json(*vehicle(caller(request), vehicle_id, clock.now())))


@router.post(
    "/enrolments",
    who=(*ENVIRONMENT, *POLICE),
    answers={201: EnrolmentOut},
    tags=["environment"],
    summary="外地车辆纳管 · enrol a vehicle from elsewhere",
)
def post_enrolment(request: HttpRequest, wanted: EnrolmentIn) -> HttpResponse:
    kept = enrol(caller(request), NewEnrolment(**wanted.dict()), clock.now())
    body = {"id": kept.pk, "vehicle": kept.vehicle.pk, "ground": kept.ground, "cite": kept.cite}
    until = kept.until.isoformat() if kept.until else None
    return as_json({**body, "since": kept.since.isoformat(), "until": until}, 201)
