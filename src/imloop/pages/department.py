"""Departments: the environment's work list, the cases, exports, decisions."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from imloop.exchange.files import write_csv, write_xlsx
from imloop.facts.days import day_of, read_day
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.guard import desk, page
from imloop.pages.pictures import trace_csv
from imloop.steps import clock, look
from imloop.steps.access import Caller
from imloop.steps.exports import EXPORTS, case_row, note_export
from imloop.steps.grant_exit import annul_case, grant_exit
from imloop.steps.look_matters import work_list
from imloop.store import traces
from imloop.store.models import Case, PartyKind

PER_PAGE = 50


@desk(PartyKind.ENVIRONMENT)
def environment(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What needs me today, oldest first; figures beside."""
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    cases, tests = look.cases(caller), look.tests(caller)
    month = tests.filter(started_at__gte=now - timedelta(days=30), outcome="completed", case_no="")
    first_failed = cases.filter(opened_at__gte=now - timedelta(days=30)).count()
    first_tests = month.count() + first_failed
    overdue = cases.filter(closed_at__isnull=True, overdue=True).order_by("deadline")
    findings = (
        look.findings(caller)
        .filter(resolved_at__isnull=True)
        .exclude(code__in=ROUTINE)
        .order_by("created_at")
    )
    tiles = {
        "today": tests.filter(started_at__gte=midnight).count(),
        "first_failed": first_failed,
        "first_tests": first_tests,
        "first_rate": f"{100 * first_failed / first_tests:.1f} %" if first_tests >= 30 else None,
        "open": cases.filter(closed_at__isnull=True).count(),
        "overdue": overdue.count(),
        "findings": findings.count(),
        "matters": len(work_list(caller, day_of(now))),
    }
    context = {"now": now, "tiles": tiles, "overdue": overdue[:30], "findings": findings[:30]}
    return page(request, caller, "pages/environment.html", context)


ROUTINE = (
    "exterior-missing",
    "production-date-missing",
    "rated-speed-unknown",
    "uploaded-late",
    "field-unreadable",
)
"""Doubts about a message's completeness: kept with the test, not work for today."""


def _filtered(request: HttpRequest, caller: Caller) -> QuerySet[Case]:
    rows = look.cases(caller)
    asked = request.GET
    if asked.get("state") == "open":
        rows = rows.filter(closed_at__isnull=True)
    elif asked.get("state") == "closed":
        rows = rows.filter(closed_at__isnull=False)
    if asked.get("overdue") == "1":
        rows = rows.filter(overdue=True, closed_at__isnull=True)
    if asked.get("station"):
        rows = rows.filter(station__code=asked["station"])
    if asked.get("q"):
        text = asked["q"].strip().upper().replace("·", "")
        rows = rows.filter(
            Q(case_no__icontains=text) | Q(vehicle__plate__icontains=text) | Q(vehicle__vin__endswith=text)
        )
    return rows.order_by("closed_at", "deadline", "case_no")


@desk()
def cases(request: HttpRequest, caller: Caller) -> HttpResponse:
    rows = _filtered(request, caller)
    wanted = request.GET.get("format")
    if wanted in _EXPORTED:
        return _export(rows, wanted, caller)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "shown": shown,
        "asked": request.GET,
        "query": query.urlencode(),
        "stations": look.parties(PartyKind.ISTATION),
    }
    return page(request, caller, "pages/cases.html", context)


_EXPORTED = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _export(rows: QuerySet[Case], wanted: str, caller: Caller) -> HttpResponse:
    columns, _ = EXPORTS["cases"]
    write, kind = _EXPORTED[wanted]
    out = BytesIO()
    note_export("cases", write(out, columns, (case_row(case) for case in rows)), caller, clock.now())
    return HttpResponse(
        out.getvalue(),
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="cases.{wanted}"'},
    )


@desk(PartyKind.ENVIRONMENT)
def decide(request: HttpRequest, caller: Caller, case_no: str) -> HttpResponse:
    """A lawful exit or an annulment; each wants reason, evidence and the box that says it is meant."""
    if request.method != "POST":
        return redirect(f"/cases/{case_no}")
    form = request.POST
    if form.get("sure") != "1":
        raise Malformed("not-confirmed", Text("请勾选确认。", "Tick the box to confirm."))
    reason, evidence = form.get("reason", ""), form.get("evidence", "")
    if form.get("what") == "annul":
        annul_case(caller, case_no, reason=reason, evidence=evidence, now=clock.now())
    else:
        grant_exit(
            caller,
            case_no,
            kind=form.get("kind", "other"),
            to_station=form.get("to_station", ""),
            reason=reason,
            evidence=evidence,
            expires_on=read_day(form.get("expires_on", "")),
            now=clock.now(),
        )
    return redirect(f"/cases/{case_no}")


@desk()
def trace_file(request: HttpRequest, caller: Caller, test_no: str) -> HttpResponse:
    """A test's seconds as CSV."""
    test = look.test(caller, test_no, request.GET.get("station", ""))
    text = trace_csv(dict(traces.decode(test.trace).columns))
    return HttpResponse(text, content_type="text/csv; charset=utf-8")
