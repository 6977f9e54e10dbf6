"""Calls about a station's register: certificates and staff."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from imloop.api.answers import as_json
from imloop.api.auth import caller
from imloop.exchange.rate_limit import count_question
from imloop.facts.days import day_of
from imloop.steps import clock
from imloop.steps.certificates import certificates_of, enter_certificate, expiring
from imloop.steps.equipment import add_instrument, end_line, retire_instrument, set_line
from imloop.steps.registers import known_place
from imloop.steps.shop_figures import ORDERS, choices
from imloop.steps.staff import join, leave, staff_of
from imloop.store.models import Certificate, Party, PartyKind, Staff

router = Router()


@router.get("/public/repairers", tags=["public"], summary="维修站对比 · M-stations side by side")
def get_repairers(
    request: HttpRequest, place: str = "", near: str = "", fuel: str = "", order: str = "distance"
) -> HttpResponse:
    """Distance from an I-station, what they take, median price and first-time success; null below the minimum sample."""
    count_question(request, clock.now())
    station = Party.objects.filter(code=near, kind=PartyKind.ISTATION).first()
    where = known_place(place) if place else station.place if station else settings.PLACE
    found = choices(where, day_of(clock.now()), near=station, fuel=fuel, order=order)
    return as_json(
        {"order": order if order in ORDERS else ORDERS[0], "repairers": [each.to_json() for each in found]}
    )


class CertificateIn(Schema):
    kind: str
    number: str
    since: date
    until: date
    issuer: str = ""
    serial: str = ""


class StaffIn(Schema):
    name: str
    role: str
    since: date
    licence_no: str = ""
    qualified_until: date | None = None


class LineIn(Schema):
    methods: list[str]
    since: date


class EndIn(Schema):
    until: date


class InstrumentIn(Schema):
    kind: str
    model: str
    serial: str
    since: date
    maker: str = ""


class LeaveIn(Schema):
    until: date


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
    "/certificates", tags=["departments"], summary="将到期的证书 · certificates that end soon or have lapsed"
)
def get_expiring(request: HttpRequest) -> HttpResponse:
    found = expiring(caller(request), clock.now())
    rows = [
        {"party": each.party.code, "name": each.party.name, **_certificate(each.certificate)}
        for each in found
    ]
    return as_json({"certificates": rows})


@router.get("/parties/{code}/certificates", tags=["departments"], summary="证书 · certificates on file")
def get_certificates(request: HttpRequest, code: str) -> HttpResponse:
    return as_json({"certificates": [_certificate(row) for row in certificates_of(caller(request), code)]})


@router.post("/parties/{code}/certificates", tags=["departments"], summary="登记、换发证书 · enter or renew")
def post_certificate(request: HttpRequest, code: str, entered: CertificateIn) -> HttpResponse:
    """``until`` is the first day on which it no longer holds; ``serial``: the verification of an instrument."""
    kept = enter_certificate(caller(request), code, **entered.dict(), now=clock.now())
    return as_json(_certificate(kept), 201)


@router.get("/parties/{code}/staff", tags=["departments"], summary="人员 · staff, present and past")
def get_staff(request: HttpRequest, code: str) -> HttpResponse:
    return as_json({"staff": [_person(row) for row in staff_of(caller(request), code)]})


@router.post("/parties/{code}/staff", tags=["departments"], summary="入职 · enter a new member of staff")
def post_staff(request: HttpRequest, code: str, joined: StaffIn) -> HttpResponse:
    return as_json(_person(join(caller(request), code, **joined.dict(), now=clock.now())), 201)


@router.post(
    "/parties/{code}/staff/{staff_id}/leave", tags=["departments"], summary="离职 · a member of staff leaves"
)
def post_leave(request: HttpRequest, code: str, staff_id: int, left: LeaveIn) -> HttpResponse:
    return as_json(_person(leave(caller(request), code, staff_id, until=left.until, now=clock.now())))


@router.put(
    "/parties/{code}/lines/{line}", tags=["environment"], summary="登记检测线、方法 · a line and its methods"
)
def put_line(request: HttpRequest, code: str, line: str, wanted: LineIn) -> HttpResponse:
    row = set_line(caller(request), code, line, **wanted.dict(), now=clock.now())
    return as_json({"line": row.code, "methods": row.methods, "since": row.since.isoformat()})


@router.post(
    "/parties/{code}/lines/{line}/end",
    tags=["environment"],
    summary="检测线停用 · take a line out of service",
)
def post_line_end(request: HttpRequest, code: str, line: str, ended: EndIn) -> HttpResponse:
    row = end_line(caller(request), code, line, until=ended.until, now=clock.now())
    return as_json({"line": row.code, "until": str(row.until)})


@router.post(
    "/parties/{code}/lines/{line}/instruments", tags=["environment"], summary="登记设备 · enter an instrument"
)
def post_instrument(request: HttpRequest, code: str, line: str, added: InstrumentIn) -> HttpResponse:
    row = add_instrument(caller(request), code, line, **added.dict(), now=clock.now())
    return as_json({"serial": row.serial, "kind": row.kind, "since": row.since.isoformat()}, 201)


@router.post(
    "/parties/{code}/instruments/{serial}/end",
    tags=["environment"],
    summary="设备停用 · take an instrument out of service",
)
def post_instrument_end(request: HttpRequest, code: str, serial: str, ended: EndIn) -> HttpResponse:
    row = retire_instrument(caller(request), code, serial, until=ended.until, now=clock.now())
    return as_json({"serial": row.serial, "until": str(row.until)})
