"""Calls about repairs: their photographs, and what they amount to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from imloop.api.answers import as_json, file_of
from imloop.api.auth import caller
from imloop.facts.pictures import LARGEST
from imloop.steps.ground import clock
from imloop.steps.repairs.repair_files import hand_in
from imloop.steps.repairs.rework_rate import rework_rates

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
