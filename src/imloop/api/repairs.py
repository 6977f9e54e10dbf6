"""Calls about what repairs amount to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from imloop.api.answers import as_json
from imloop.api.auth import caller
from imloop.steps import clock
from imloop.steps.rework_rate import rework_rates

router = Router()


@router.get("/rework", tags=["M-station"], summary="质保期内返修率 · rework under warranty, twelve months")
def get_rework(request: HttpRequest, shop: str = "") -> HttpResponse:
    """An M-station is told its own; a department every M-station of its place, or the one named."""
    return as_json({"rates": [rate.to_json() for rate in rework_rates(caller(request), clock.now(), shop)]})
