"""The API (contract §4): every subject's calls, and how what goes wrong is answered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from imloop import __version__
from imloop.api import (
    appointments,
    cases,
    couriers,
    draws,
    findings,
    inspections,
    journal,
    lines,
    matters,
    outages,
    prices,
    remote_sensing,
    repairs,
    roads,
    second_person,
    spot_checks,
    stations,
    trace_back,
    vehicles,
)
from imloop.api.http.audience import nobody
from imloop.api.http.errors import problem, unexpected, unreadable, untakeable
from imloop.api.http.given import OneReading
from imloop.api.http.openapi import DescribedAPI
from imloop.api.http.router import Call, Router
from imloop.exchange.http.http_status import UNTAKEABLE
from imloop.facts.refusal import Malformed, Problem, Refusal
from imloop.facts.text import Text

api = DescribedAPI(
    title="imloop",
    version=__version__,
    description="汽车排放检验与维护闭环 · the closed loop of vehicle-emission inspection and maintenance",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
    auth=nobody,
    parser=OneReading(),
)
SUBJECTS: tuple[Router, ...] = (
    inspections.router,
    repairs.router,
    cases.router,
    stations.router,
    prices.router,
    couriers.router,
    journal.router,
    vehicles.router,
    roads.router,
    remote_sensing.router,
    spot_checks.router,
    matters.router,
    lines.router,
    appointments.router,
    outages.router,
    draws.router,
    findings.router,
    second_person.router,
    trace_back.router,
)
"""Each subject's calls, in the order of the document."""
CALLS: dict[str, Call] = {call.name: call for subject in SUBJECTS for call in subject.calls}
"""Every call by its name, such as ``GET cases/{case_no}``."""
for subject in SUBJECTS:
    api.add_router("", subject.routes)
api.exception_handler(Refusal)(problem)
api.exception_handler(HttpError)(unreadable)
for kind_of_fault in UNTAKEABLE:
    api.exception_handler(kind_of_fault)(untakeable)
api.exception_handler(Exception)(unexpected)


@api.exception_handler(ValidationError)
def _bad_query(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = [
        Problem(
            "$." + ".".join(str(part) for part in fault["loc"][2 if fault["loc"][0] == "body" else 1 :]),
            "wrong-value",
            Text(fault["msg"], fault["msg"]),
        )
        for fault in error.errors
    ]
    first = problems[0]
    return problem(
        request,
        Malformed("malformed", Text(f"{first.path}：{first.text.zh}", str(first.text)), problems=problems),
    )
