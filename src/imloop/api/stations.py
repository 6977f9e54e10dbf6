"""Calls about stations: what is published, a register's certificates and staff, conflicts of interest."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json
from imloop.api.http.audience import (
    ENVIRONMENT,
    EVERYONE,
    I_STATION,
    I_STATION_OR_OFFICE,
    M_STATION,
    MARKET,
    TRANSPORT,
)
from imloop.api.http.auth import caller
from imloop.api.http.given import Day
from imloop.api.http.router import Router
from imloop.api.http.schemas import GateOut, example
from imloop.facts.days import day_of, read_day
from imloop.steps.ground import clock
from imloop.steps.stations import lookups as station_lookups
from imloop.steps.stations.as_json import station_json
from imloop.steps.stations.certificates import NewCertificate, certificates_of, enter_certificate, expiring
from imloop.steps.stations.conflicts import ask_conflict
from imloop.steps.stations.staff import join, leave, staff_of
from imloop.store.models import Certificate, PartyKind, Staff

router = Router()
_ISSUERS = (*ENVIRONMENT, *TRANSPORT, *MARKET)
_EMPLOYERS = (*I_STATION, *M_STATION, *ENVIRONMENT, *TRANSPORT)
"""A station enters its own staff; so does the department in charge of it."""


class CertificateIn(Schema):
    model_config = example(
        kind="cma", number="CMA-20260001", issuer="广西市场监管局", since="2026-06-01", until="2032-06-01"
    )

    kind: str
    number: str
    since: Day
    until: Day
    issuer: str = ""
    serial: str = ""


class StaffIn(Schema):
    model_config = example(
        name="莫丽", role="reviewer", licence_no="S-1", since="2026-03-01", qualified_until="2028-01-01"
    )

    name: str
    role: str
    since: Day
    licence_no: str = ""
    qualified_until: Day | None = None


class LeaveIn(Schema):
    until: Day


class CertificateOut(Schema):
    """``until``: first day on which it no longer holds; ``serial``: of the instrument it verifies, or empty."""

    kind: str
    number: str
    issuer: str
    since: date
    until: date
    days_left: int
    serial: str


class CertificatesOut(Schema):
    certificates: list[CertificateOut]


class ExpiringCertificateOut(CertificateOut):
    party: str
    name: str


class ExpiringOut(Schema):
    certificates: list[ExpiringCertificateOut]


class PersonOut(Schema):
    """``until`` null: still there."""

    id: int
    name: str
    role: str
    licence_no: str
    qualified_until: date | None
    since: date
    until: date | None


class StaffOut(Schema):
    staff: list[PersonOut]


class StationOut(Schema):
    """What is published of a station. ``active``: it may work today; ``capability``: what it says it takes."""

    code: str
    kind: str
    name: str
    place: str
    address: str
    phone: str
    longitude: float | None
    latitude: float | None
    active: bool
    methods: list[str]
    capability: list[str]


class StationsOut(Schema):
    on: date
    stations: list[StationOut]


class ConflictOut(GateOut):
    """``party``: the station asked about."""

    party: str


def _certificate(row: Certificate) -> dict[str, object]:
    return {
        "kind": row.kind,
        "number": row.number,
        "issuer": row.issuer,
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        "days_left": (row.until - day_of(clock.now())).days,
        "serial": row.equipment.serial if row.equipment else "",
    }


def _person(row: Staff) -> dict[str, object]:
    return {
        "id": row.pk,
        "name": row.name,
        "role": row.role,
        "licence_no": row.licence_no,
        "qualified_until": row.qualified_until.isoformat() if row.qualified_until else None,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }


@router.get(
    "/certificates",
    who=EVERYONE,
    answers={200: ExpiringOut},
    tags=["departments"],
    summary="将到期的证书 · certificates that end soon or have lapsed",
)
def get_expiring(request: HttpRequest) -> HttpResponse:
    found = expiring(caller(request), clock.now())
    rows = [
        {"party": each.party.code, "name": each.party.name, **_certificate(each.certificate)}
        for each in found
    ]
    return as_json({"certificates": rows})


@router.get(
    "/parties/{code}/certificates",
    who=EVERYONE,
    answers={200: CertificatesOut},
    tags=["departments"],
    summary="证书 · certificates on file",
)
def get_certificates(request: HttpRequest, code: str) -> HttpResponse:
    return as_json({"certificates": [_certificate(row) for row in certificates_of(caller(request), code)]})


@router.post(
    "/parties/{code}/certificates",
    who=_ISSUERS,
    answers={201: CertificateOut},
    tags=["departments"],
    summary="登记、换发证书 · enter or renew",
)
def post_certificate(request: HttpRequest, code: str, entered: CertificateIn) -> HttpResponse:
    """``until`` is the first day on which it no longer holds; ``serial``: the verification of an instrument."""
    kept = enter_certificate(caller(request), code, NewCertificate(**entered.dict()), clock.now())
    return as_json(_certificate(kept), 201)


@router.get(
    "/parties/{code}/staff",
    who=EVERYONE,
    answers={200: StaffOut},
    tags=["departments"],
    summary="人员 · staff, present and past",
)
def get_staff(request: HttpRequest, code: str) -> HttpResponse:
    return as_json({"staff": [_person(row) for row in staff_of(caller(request), code)]})


@router.post(
    "/parties/{code}/staff",
    who=_EMPLOYERS,
    answers={201: PersonOut},
    tags=["departments"],
    summary="入职 · enter a new member of staff",
)
def post_staff(request: HttpRequest, code: str, joined: StaffIn) -> HttpResponse:
    return as_json(_person(join(caller(request), code, **joined.dict(), now=clock.now())), 201)


@router.post(
    "/parties/{code}/staff/{staff_id}/leave",
    who=_EMPLOYERS,
    answers={200: PersonOut},
    tags=["departments"],
    summary="离职 · a member of staff leaves",
)
def post_leave(request: HttpRequest, code: str, staff_id: int, left: LeaveIn) -> HttpResponse:
    return as_json(_person(leave(caller(request), code, staff_id, until=left.until, now=clock.now())))


@router.get(
    "/public/stations",
    answers={200: StationsOut},
    tags=["public"],
    summary="公布的检验机构与维修站 · published stations",
)
def get_stations(request: HttpRequest, kind: str = "") -> HttpResponse:
    kinds = (
        [kind]
        if kind in (PartyKind.ISTATION, PartyKind.MSTATION)
        else [PartyKind.ISTATION, PartyKind.MSTATION]
    )
    day = day_of(clock.now())
    return as_json(
        {
            "on": day.isoformat(),
            "stations": [
                station_json(p, day) for k in kinds for p in station_lookups.parties(k, settings.PLACE)
            ],
        }
    )


@router.get(
    "/gates/conflict",
    who=I_STATION_OR_OFFICE,
    answers={200: ConflictOut},
    tags=["departments"],
    summary="检修分离核查 · separation of test and repair",
)
def get_conflict(request: HttpRequest, party: str, on: str = "") -> HttpResponse:
    day = read_day(on) if on else day_of(clock.now())
    return as_json(ask_conflict(caller(request), party, day).to_json())
