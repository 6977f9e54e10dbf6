"""From an over-limit vehicle back to who passed it and who repaired it, on one page, as a file and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.exchange.http.addresses import disposition
from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.facts.codes import RESULT_NAMES, Result
from imloop.facts.days import CHINA, midnight
from imloop.facts.pictures import is_picture
from imloop.facts.places import name_of
from imloop.pages.choices import day_asked
from imloop.pages.forms import require_filled
from imloop.pages.guard import desk, page, words
from imloop.pages.inspections.pictures import trace_picture
from imloop.pages.searches import asks
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.trace_back.paper import paper_of
from imloop.steps.findings.outcomes import outcome_of
from imloop.steps.findings.titles import title
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.inspections.replay import Replayed
from imloop.steps.reports.exports import note_export
from imloop.steps.trace_back.trace_back import SEERS, Traced, numbered, trace_back
from imloop.steps.vehicles.lookups import search_vehicles
from imloop.store.models import Party, PartyKind

_OPEN_MEASURES = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET)


@desk(*SEERS)
@asks("q")
def search(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """By plate, VIN or the end of a VIN, and the day on which the vehicle exceeded; the one that fits is opened."""
    if not asked:
        return page(request, caller, "trace_back/search.html", {})
    require_filled(asked, "q")
    day = day_asked(asked, "on")
    found = search_vehicles(caller, asked.get("q", ""), clock.now())
    query = urlencode({"on": day.isoformat()}) if day else ""
    if len(found.vehicles) == 1 and found.former is None:
        return redirect(f"/vehicles/{found.vehicles[0].pk}/trace-back?{query}")
    context = {"q": asked.get("q", ""), "on": day, "found": found, "rest": query}
    return page(request, caller, "trace_back/search.html", context)


@desk(*SEERS)
def one_vehicle(request: HttpRequest, caller: Caller, vehicle_id: int) -> HttpResponse:
    """``on``: the day of the exceedance, today without one; ``test`` and ``station``: the failed test it was seen
    in."""
    traced = _traced(request, caller, vehicle_id)
    if file := as_file(request, caller, "trace-back", _columns(), _steps(traced)):
        return file
    context = {
        "traced": traced,
        "picture": trace_picture(traced.passed) if traced.passed else "",
        "replay": replay_words(traced.replayed) if traced.replayed else None,
        "repairs": [
            (each, [(file, is_picture(file.name)) for file in each.files]) for each in traced.repairs
        ],
        "elsewhere": [(name_of(place) or place, day) for place, day in traced.elsewhere],
        "parties": _parties(traced) if caller.kind in _OPEN_MEASURES else [],
        "query": query_of(request),
        "on": request.GET.get("on", ""),
    }
    return page(request, caller, "trace_back/trace_back.html", context)


@desk(*SEERS)
def sheet(request: HttpRequest, caller: Caller, vehicle_id: int) -> HttpResponse:
    """The same on paper, to lay into a file; taking it is journalled as an export."""
    traced, now = _traced(request, caller, vehicle_id), clock.now()
    replay = replay_words(traced.replayed)[1] if traced.replayed else ""
    note_export(
        "trace-back", len(traced.repairs) + sum(len(each.tests) for each in traced.owners), caller, now
    )
    lines = [[_cell(cell(step)) for cell in _columns().values()] for step in _steps(traced)]
    body = paper_of(caller, traced, replay, list(_columns()), lines, now)
    headers = {"Content-Disposition": disposition(f"trace-back-{vehicle_id}.pdf")}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


def _traced(request: HttpRequest, caller: Caller, vehicle_id: int) -> Traced:
    asked, now = request.GET, clock.now()
    day = day_asked(asked, "on")
    at = min(midnight(day + timedelta(days=1)), now) if day else now
    failed = (asked.get("station", ""), asked.get("test", ""))
    return trace_back(caller, numbered(vehicle_id), at, decode_kept_test, now, failed)


def replay_words(answer: Replayed) -> tuple[str, str]:
    """Class of the tag, and what recomputing the stored bytes today says."""
    then, today = (_result(said) for said in (answer.stored, answer.recomputed))
    if answer.same:
        return "pass", _("今天按存档字节复算，结论一致：%(then)s") % {"then": then}
    if answer.stored == answer.recomputed:
        return "info", _("今天按存档字节复算，结论相同（%(then)s），部分数据不同") % {"then": then}
    return "fail", _("今天按存档字节复算，结论不同：当时 %(then)s，复算 %(today)s") % {
        "then": then,
        "today": today,
    }


def _result(said: str) -> str:
    return words(RESULT_NAMES[Result(said)]) if said in list(Result) else said


def _parties(traced: Traced) -> list[Party]:
    """Against whom a matter can be opened from here: who passed the vehicle and who repaired it."""
    found = [traced.passed.station] if traced.passed else []
    found += [each.row.shop for each in traced.repairs]
    return list({party.code: party for party in found}.values())


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the file: what led here, with what proves it."""

    what: str
    at: datetime
    party: str
    number: str
    person: str
    said: str
    sha256: str


def _steps(traced: Traced) -> Iterator[Step]:
    for owner in traced.owners:
        for test in owner.tests:
            passed = traced.passed is not None and test.pk == traced.passed.pk
            what = (
                _("最近一次合格检验") if passed else _("检验") if owner.until is None else _("前车主的检验")
            )
            station, result = test.station.name, _result(test.result)
            sha = test.raw.sha256
            yield Step(what, test.started_at, station, test.test_no, test.inspector or "", result, sha)
    for each in traced.repairs:
        row = each.row
        shop, said = row.shop.name, _parts(row.record)
        technician = str(row.record.get("technician") or "")
        yield Step(_("维修"), row.finished_at, shop, row.repair_no, technician, said, row.raw.sha256)
        for file in each.files:
            yield Step(_("照片和单据"), file.uploaded_at, shop, row.repair_no, "", file.name, file.sha256)
        for serial, others in each.serials:
            where = "、".join(f"{other.shop.name} {other.repair_no}" for other in others)
            said = f"{serial or _('内容相同')}{_('：')}{where}"
            yield Step(_("又见于"), row.finished_at, shop, row.repair_no, "", said, "")
    for found in traced.findings:
        kind, said = words(title(found.code)), words(outcome_of(found))
        yield Step(_("线索"), found.created_at, found.station_code, str(found.pk), kind, said, "")


def _parts(record: dict[str, object]) -> str:
    parts = record.get("parts")
    assert isinstance(parts, list)
    return "；".join(
        " ".join(str(part.get(key) or "") for key in ("name", "serial")).strip() for part in parts
    )


def _columns() -> Columns[Step]:
    return {
        _("事项"): lambda row: row.what,
        _("时间"): lambda row: row.at,
        _("单位"): lambda row: row.party,
        _("编号"): lambda row: row.number,
        _("人员"): lambda row: row.person,
        _("内容"): lambda row: row.said,
        "SHA-256": lambda row: row.sha256,
    }


def _cell(value: object) -> str:
    return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
