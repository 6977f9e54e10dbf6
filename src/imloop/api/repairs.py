"""Calls about repairs: uploading one, its photographs, M-stations side by side, rework."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from imloop.api.http import schemas
from imloop.api.http.answers import as_json, body_of, file_of
from imloop.api.http.auth import caller
from imloop.exchange.http.metrics import count_upload
from imloop.exchange.http.rate_limit import count_question
from imloop.exchange.uploads.intake import take_repair
from imloop.facts.days import day_of
from imloop.facts.pictures import LARGEST
from imloop.steps.ground import clock
from imloop.steps.ground.registers import known_place
from imloop.steps.repairs.repair_files import hand_in
from imloop.steps.repairs.rework_rate import rework_rates
from imloop.steps.repairs.shop_figures import ORDERS, choices
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import PartyKind

router = Router()


@router.post("/repairs/files", tags=["M-station"], summary="附维修照片和单据 · a photograph of a repair")
def post_repair_file(request: HttpRequest, repair_no: str, name: str) -> HttpResponse:
    """A PDF, JPEG or PNG as the body, before the record of that repair or after it. The same file again is one."""
    kept = hand_in(caller(request), repair_no, name, file_of(request, LARGEST), clock.now())
    return as_json({"name": kept.name, "sha256": kept.sha256, "size": kept.size}, 201)


@router.get("/rework", tags=["M-station"], summary="质保期内返修率 · rework under warranty, twelve months")
def get_rework(request: HttpRequest, shop: str = "") -> HttpResponse:
    """An M-station is told its own; a department every M-station of its place, or the one named."""
    return as_json({"rates": [rate.to_json() for rate in rework_rates(caller(request), clock.now(), shop)]})


@router.post(
    "/repairs",
    openapi_extra=schemas.REPAIR_UPLOAD,
    tags=["M-station"],
    summary="上传维修记录 · upload a repair",
)
def post_repair(request: HttpRequest, dialect: str = "") -> HttpResponse:
    """201 with the receipt and the state of the case; the same bytes again give 200 and the first receipt."""
    receipt = take_repair(body_of(request), caller(request), clock.now(), dialect)
    count_upload("repair", receipt.created, receipt.body)
    return as_json(receipt.body, 201 if receipt.created else 200)


@router.get("/public/repairers", tags=["public"], summary="维修站对比 · M-stations side by side")
def get_repairers(
    request: HttpRequest, place: str = "", near: str = "", fuel: str = "", order: str = "distance"
) -> HttpResponse:
    """Distance from an I-station, what they take, median price and first-time success;
    null below the minimum sample."""
    count_question(request, clock.now())
    station = station_lookups.find_party(near, PartyKind.ISTATION)
    where = known_place(place) if place else station.place if station else settings.PLACE
    found = choices(where, day_of(clock.now()), near=station, fuel=fuel, order=order)
    return as_json(
        {"order": order if order in ORDERS else ORDERS[0], "repairers": [each.to_json() for each in found]}
    )
