"""From an over-limit vehicle back to who passed it and who repaired it."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json, moment_of
from imloop.api.http.audience import ENVIRONMENT, MARKET, POLICE, SUPERVISOR, TRANSPORT
from imloop.api.http.auth import caller
from imloop.api.http.given import Moment
from imloop.api.http.router import Router
from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.steps.ground import clock
from imloop.steps.trace_back.as_json import traced_json
from imloop.steps.trace_back.trace_back import trace_back
from imloop.steps.vehicles.find_vehicle import require_vehicle

router = Router()


class NamedOut(Schema):
    id: int
    vin: str
    plate: str


class TracedTestOut(Schema):
    """``sha256``: of the bytes that came."""

    test_no: str
    station: str
    line: str
    inspector: str
    method: str
    started_at: datetime
    result: str
    sha256: str


class TracedReplayOut(Schema):
    """``same``: today's recomputation of the stored bytes gives the same verdict; ``differs``: keys of it that come out
    otherwise; ``moved_by``: the changes of the law's data since, without which it would be another."""

    stored: str
    recomputed: str
    same: bool
    differs: list[str]
    moved_by: list[str]


class TracedPartOut(Schema):
    name: str
    serial: str


class TracedFileOut(Schema):
    name: str
    sha256: str


class OtherRepairOut(Schema):
    shop: str
    repair_no: str


class AgainOut(Schema):
    """``serial``: of a part that came again in other repairs; empty: their whole content is the same."""

    serial: str
    repairs: list[OtherRepairOut]


class TracedRepairOut(Schema):
    repair_no: str
    shop: str
    technician: str
    finished_at: datetime
    parts: list[TracedPartOut]
    files: list[TracedFileOut]
    again: list[AgainOut]
    sha256: str


class OwnerOut(Schema):
    """``until`` null: the owner at the time. The tests newest first."""

    since: date | None
    until: date | None
    tests: list[TracedTestOut]


class TracedFindingOut(Schema):
    number: int
    code: str
    station: str
    subject_kind: str
    subject: str
    outcome: str
    resolved: bool


class ElsewhereOut(Schema):
    """A pass at a station that the caller does not see: the department of that place is asked."""

    place: str
    day: date


class TracedOut(Schema):
    """``earlier_repair``: no repair came after the pass before last, the one shown is older."""

    vehicle: NamedOut
    at: datetime
    passed: TracedTestOut | None
    replay: TracedReplayOut | None
    earlier_repair: bool
    repairs: list[TracedRepairOut]
    owners: list[OwnerOut]
    findings: list[TracedFindingOut]
    elsewhere: list[ElsewhereOut]


@router.get(
    "/trace-back",
    who=(*ENVIRONMENT, *TRANSPORT, *MARKET, *POLICE, *SUPERVISOR),
    answers={200: TracedOut},
    tags=["findings"],
    summary="追溯倒查 · from an over-limit vehicle back to who passed and who repaired it",
)
def get_trace_back(
    request: HttpRequest, vin: str = "", plate: str = "", at: Moment | None = None
) -> HttpResponse:
    """``at``: when the vehicle exceeded its limits, now without it. The look is journalled."""
    found = trace_back(
        caller(request), lambda: require_vehicle(vin, plate), moment_of(at), decode_kept_test, clock.now()
    )
    return as_json(traced_json(found))
