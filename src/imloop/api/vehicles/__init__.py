"""Calls about vehicles: the gates around them, marks, changes of the police register, enrolment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Query

from imloop.api.http.answers import as_json, moment_of
from imloop.api.http.audience import ADMIN, ENVIRONMENT, I_STATION_OR_ASKER, POLICE, SUPERVISOR
from imloop.api.http.auth import caller
from imloop.api.http.given import Moment
from imloop.api.http.router import Router
from imloop.api.second_person import ProposalOut
from imloop.api.vehicles.schemas import (
    ChangeIn,
    CycleGateOut,
    DecisionIn,
    EnrolmentIn,
    EnrolmentOut,
    HeldList,
    HeldOut,
    MarkGateOut,
    MarkIn,
    MarkOut,
    RegistrationAsked,
    RegistrationGateOut,
    SettledOut,
    SettleIn,
    VehicleChangeOut,
    VehicleOut,
)
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES
from imloop.steps.ground.lookups import after
from imloop.steps.second_person.lookups import proposal_json
from imloop.steps.vehicles.ask_cycle import ask_cycle
from imloop.steps.vehicles.ask_mark import ask_mark, release_mark
from imloop.steps.vehicles.ask_registration import ask_registration
from imloop.steps.vehicles.decide_held import decide_held
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.steps.vehicles.lookups import held_json, held_list, vehicle, vehicle_json
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.steps.vehicles.register.settle_difference import settle_difference
from imloop.store.models import Proposal

router = Router()


@router.get(
    "/gates/inspection-mark",
    who=I_STATION_OR_ASKER,
    answers={200: MarkGateOut},
    tags=["police"],
    summary="能否核发检验标志 · may a mark be issued",
)
def get_mark_gate(
    request: HttpRequest, vin: str = "", plate: str = "", at: Moment | None = None
) -> HttpResponse:
    return as_json(ask_mark(caller(request), vin=vin, plate=plate, at=moment_of(at)).to_json())


@router.get(
    "/gates/inspection-cycle",
    who=I_STATION_OR_ASKER,
    answers={200: CycleGateOut},
    tags=["I-station"],
    summary="是否应在本地检验 · is a test due here",
)
def get_cycle_gate(
    request: HttpRequest, vin: str = "", plate: str = "", at: Moment | None = None
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
    "/marks",
    who=POLICE,
    answers={201: MarkOut, 202: HeldOut},
    tags=["police"],
    summary="核发检验标志 · issue a mark",
)
def post_mark(request: HttpRequest, wanted: MarkIn) -> HttpResponse:
    """201 with the mark; 202 when it waits for a second person, as every one without a test does;
    409 with every reason when it may not be issued."""
    mark = release_mark(caller(request), now=clock.now(), **wanted.dict())
    if isinstance(mark, Proposal):
        return as_json(held_json(mark), 202)
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
    answers={201: VehicleChangeOut, 202: HeldOut},
    tags=["police"],
    summary="过户、转出、注销、报废 · change the register",
)
def post_change(request: HttpRequest, change: ChangeIn) -> HttpResponse:
    """202: a vehicle becomes active again, or takes the plate of another; it waits for a second person."""
    kept = change_vehicle(caller(request), ReportedChange(**change.dict()), clock.now())
    if isinstance(kept, Proposal):
        return as_json(held_json(kept), 202)
    body = {"id": kept.pk, "vehicle": kept.vehicle.pk, "kind": kept.kind, "on": kept.on.isoformat()}
    return as_json({**body, "status": kept.vehicle.status, "plate": kept.vehicle.plate}, 201)


@router.get(
    "/vehicles/held-changes",
    who=(*ENVIRONMENT, *POLICE, *SUPERVISOR, *ADMIN),
    answers={200: HeldList},
    tags=["police"],
    summary="待复核的登记更正 · changes that wait for a second person",
)
def get_held_changes(request: HttpRequest) -> HttpResponse:
    return as_json({"held": [held_json(row) for row in held_list(caller(request))]})


@router.post(
    "/vehicles/held-changes/{held_id}",
    who=(*ENVIRONMENT, *POLICE),
    answers={200: HeldOut},
    tags=["police"],
    summary="复核登记更正 · confirm or reject a change",
)
def post_held_change(request: HttpRequest, held_id: int, decision: DecisionIn) -> HttpResponse:
    """By a personal key, or on the page: a machine's key is refused (403 ``person-needed``). Not confirmed by the party
    that proposed it, it is withdrawn."""
    who, said, now = caller(request), decision.said, clock.now()
    return as_json(
        after(lambda: decide_held(who, held_id, agree=decision.confirm, said=said, now=now), held_json)
    )


@router.post(
    "/vehicles/{vehicle_id}/differences",
    who=(*ENVIRONMENT, *POLICE),
    answers={200: SettledOut, 202: ProposalOut},
    tags=["police"],
    summary="处理登记与填报不一致 · settle a difference",
)
def post_difference(request: HttpRequest, vehicle_id: int, wanted: SettleIn) -> HttpResponse:
    """200 with what now waits as a held change, where the stated value is taken over; 202: that the register is right,
    which another person of the department has to confirm."""
    who, now = caller(request), clock.now()

    def said(held: Proposal | None) -> HttpResponse:
        if held is not None and not wanted.take_over:
            return as_json(proposal_json(held), 202)
        return as_json({"field": wanted.field, "held": held_json(held) if held else None})

    return after(lambda: settle_difference(who, vehicle_id, now=now, **wanted.dict()), said)


@router.get(
    "/vehicles/{vehicle_id}",
    who=OFFICES,
    answers={200: VehicleOut},
    tags=["police"],
    summary="一辆车 · one vehicle",
)
def get_vehicle(request: HttpRequest, vehicle_id: int) -> HttpResponse:
    asking, now = caller(request), clock.now()
    shown = vehicle(asking, vehicle_id, now, lambda found, cycle: vehicle_json(asking, found, cycle, now))
    return as_json(shown)


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
