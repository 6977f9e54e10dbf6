"""Findings: the list with filters, one with what it is about, resolving and reopening. A finding proves no guilt."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.pages.addresses import page_of_line, page_of_repair, page_of_test
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.templatetags.imloop_tags import spoken
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.findings.resolve_finding import RESOLVERS, finding, reopen, resolve
from imloop.steps.findings.titles import title
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.findings import ROUTINE
from imloop.store.models import Finding

PER_PAGE = 50


@desk()
def findings(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Open ones first, oldest first; doubts about completeness only where asked."""
    rows = _filtered(request, caller)
    if file := as_file(request, caller, "findings", _columns(finding_lookups.concerned(rows)), rows):
        return file
    seen = finding_lookups.findings(caller)
    names = finding_lookups.concerned(seen)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "rows": [(row, words(title(row.code)), names[row.station_code]) for row in shown],
        "asked": request.GET,
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "codes": sorted(
            ((code, words(title(code))) for code in set(seen.values_list("code", flat=True))),
            key=lambda option: option[1],
        ),
        "names": names,
    }
    return page(request, caller, "findings/findings.html", context)


def _filtered(request: HttpRequest, caller: Caller) -> QuerySet[Finding]:
    asked, rows = request.GET, finding_lookups.findings(caller)
    state = asked.get("state", "open")
    if state in ("open", "resolved"):
        rows = rows.filter(resolved_at__isnull=state == "open")
    if asked.get("code"):
        rows = rows.filter(code=asked["code"])
    elif asked.get("routine") != "1":
        rows = rows.exclude(code__in=ROUTINE)
    if asked.get("station"):
        rows = rows.filter(station_code=asked["station"])
    if asked.get("q"):
        rows = rows.filter(subject__icontains=asked["q"].strip())
    return rows.order_by("resolved_at", "created_at", "id")


def _columns(names: dict[str, str]) -> Columns[Finding]:
    return {
        _("时间"): lambda row: row.created_at,
        _("线索"): lambda row: words(title(row.code)),
        _("站点"): lambda row: names[row.station_code],
        _("对象"): lambda row: row.subject,
        _("说明"): lambda row: spoken(row.data, "text"),
        _("核实"): lambda row: row.resolved_at,
        _("核实人"): lambda row: row.resolved_by,
        _("核实情况"): lambda row: row.resolution,
    }


@desk()
def one_finding(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """One finding; POST by its department: resolve it, or open it again."""
    row = finding(caller, number)
    context: dict[str, object] = {}
    if request.method == "POST":
        said = request.POST.get("said", "")
        if row.resolved_at is None:
            resolve(caller, number, resolution=said, now=clock.now())
        else:
            reopen(caller, number, reason=said, now=clock.now())
        return redirect(f"/findings/{number}")
    alike = finding_lookups.same_event(caller, row)
    names = finding_lookups.concerned([row, *alike])
    context |= {
        "finding": row,
        "kind": words(title(row.code)),
        "station": names[row.station_code],
        "alike": [(each.pk, names[each.station_code]) for each in alike],
        "about": _about(row),
        "may_resolve": caller.kind in RESOLVERS,
    }
    return page(request, caller, "findings/finding.html", context)


def _about(row: Finding) -> str:
    """Links to what the finding is about: the test, line, case, repair or station."""
    station, _, rest = row.subject.partition("/")
    return {
        "test": page_of_test(row.station_code, row.subject),
        "case": f"/cases/{row.subject}",
        "repair": page_of_repair(row.station_code, row.subject),
        "vehicle": f"/vehicles?q={row.subject}",
        "unlock": f"/unlocks/{row.subject}",
        "line": page_of_line(station, rest),
        "check": page_of_line(station, rest.partition("/")[0]) if rest else "/lines",
    }.get(row.subject_kind, f"/parties/{row.station_code}")
