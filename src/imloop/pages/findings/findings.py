"""Findings: the list with filters and what became of each kind, one with its evidence, deciding and reopening. A
finding proves no guilt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.mask import masked_vehicle
from imloop.matters.labels import KINDS as MATTERS
from imloop.matters.labels import STATES as MATTER_STATES
from imloop.matters.names import Kind
from imloop.matters.names import State as MatterState
from imloop.pages.addresses import page_of_line, page_of_repair, page_of_test
from imloop.pages.choices import day_asked, named, places
from imloop.pages.forms import file_response, onward, sent_file
from imloop.pages.guard import EVERY_DESK, desk, of_one_moment, page, words
from imloop.pages.searches import asks, only_hit
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.templatetags.imloop_tags import spoken
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.findings.keep_outcome import may_resolve
from imloop.steps.findings.lookups import finding
from imloop.steps.findings.outcomes import STATE_NAMES, outcome_of
from imloop.steps.findings.proposed import waiting
from imloop.steps.findings.resolve_finding import may_reopen, reopen, resolve
from imloop.steps.findings.said import Said, said_of
from imloop.steps.findings.texts import JOURNAL
from imloop.steps.findings.titles import title
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.leads.add_evidence import add_evidence, add_file, lead_file
from imloop.steps.leads.attach_lead import add_to_file, complaints_about, complaints_with
from imloop.steps.leads.evidence_of import evidence_of
from imloop.steps.leads.open_proceeding import kinds_for
from imloop.steps.matters.lookups import of_party
from imloop.steps.remote_sensing.lookups import of_finding as reading_of
from imloop.steps.second_person.texts import JOURNAL as OF_PROPOSALS
from imloop.steps.second_person.who_may import sees_proposal
from imloop.store.models import Evidence, Finding, PartyKind, Proposal, Vehicle

PER_PAGE = 50
OTHERS = 10
"""Findings about the same party, beside one."""


@desk(*EVERY_DESK)
@asks("q")
def findings(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """Open ones first, oldest first, and what became of each kind; doubts about completeness only where asked."""
    seen = finding_lookups.findings(caller)
    asked_for = partial(
        finding_lookups.asked_for,
        finding_lookups.of_place(seen, asked.get("place", "")),
        code=asked.get("code", ""),
        station=asked.get("station", ""),
        since=day_asked(asked, "since"),
        until=day_asked(asked, "until"),
        routine=asked.get("routine") == "1",
    )
    rows = asked_for(state=asked.get("state", "open"), text=asked.get("q", ""))
    if file := as_file(request, caller, "findings", _columns(finding_lookups.concerned(rows)), rows):
        return file
    if found := only_hit(request, rows):
        return redirect(f"/findings/{found.pk}")
    names = finding_lookups.concerned(seen)
    shown = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    counted = asked_for(state="")
    context = {
        "shown": shown,
        "rows": _rows(caller, shown, names),
        "counted": [
            (code, words(title(code)), [(name, counts[name]) for name in STATE_NAMES if name in counts])
            for code, counts in finding_lookups.counted(counted).items()
        ],
        "states": [(name, words(text)) for name, text in STATE_NAMES.items()],
        "asked": asked,
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "places": places(caller),
        "codes": sorted(
            ((code, words(title(code))) for code in set(seen.values_list("code", flat=True))),
            key=lambda option: option[1],
        ),
        "names": {
            code: names[code] for code in names if code in set(seen.values_list("station_code", flat=True))
        },
    }
    return page(request, caller, "findings/findings.html", context)


def _rows(
    caller: Caller, shown: Iterable[Finding], names: dict[str, str]
) -> list[tuple[Finding, str, str, str | None, Proposal | None]]:
    """A finding, its kind, whom it concerns, to whom it was handed, and what waits about it."""
    found = list(shown)
    proposed = waiting(found, clock.now()) if caller.is_department else {}
    return [
        (
            row,
            words(title(row.code)),
            names[row.station_code],
            names.get(row.handed_to),
            proposed.get(row.pk),
        )
        for row in found
    ]


def _columns(names: dict[str, str]) -> Columns[Finding]:
    return {
        _("时间"): lambda row: row.created_at,
        _("线索"): lambda row: words(title(row.code)),
        _("站点"): lambda row: names[row.station_code],
        _("对象"): lambda row: row.subject,
        _("说明"): lambda row: spoken(row.data, "text"),
        _("结果"): lambda row: words(outcome_of(row)),
        _("移送"): lambda row: names.get(row.handed_to, ""),
        _("核实"): lambda row: row.resolved_at,
        _("核实人"): lambda row: row.resolved_by,
        _("核实情况"): lambda row: row.resolution,
    }


@desk(*EVERY_DESK)
@of_one_moment
def one_finding(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """One finding with its evidence; POST by who has it: add evidence, decide it, hand it over, or open it again;
    by who handles a complaint about the same party: put it into that file."""
    row = finding(caller, number)
    if request.method == "POST":
        return onward(_take(request, caller, row), f"/findings/{number}")
    alike, said = list(finding_lookups.same_event(caller, row)), _said(caller, row)
    codes = [row.station_code, row.handed_to, *(each.handed_to for each in said)]
    names = finding_lookups.party_names([*codes, *(each.station_code for each in alike)])
    vehicle = finding_lookups.vehicle_of(row)
    others = finding_lookups.others_of_party(caller, row)
    theirs = row.resolved_at is None and may_resolve(caller, row)
    proposed = waiting([row], clock.now()).get(row.pk) if caller.is_department else None
    context: dict[str, object] = {
        "finding": row,
        "kind": words(title(row.code)),
        "station": names[row.station_code],
        "handed_to": names.get(row.handed_to),
        "alike": [(each.pk, names[each.station_code]) for each in alike],
        "about": _about(row, vehicle),
        "reading": reading_of(row.pk) if caller.kind == PartyKind.ENVIRONMENT else None,
        "subject": masked_vehicle(vehicle.plate, vehicle.vin) if vehicle else row.subject,
        "said": [(each, words(_STEPS[each.kind]), names.get(each.handed_to)) for each in said],
        "may_resolve": theirs,
        "proposed": proposed,
        "proposal_seen": proposed is not None and sees_proposal(caller, proposed),
        "may_reopen": bool(row.resolved_at or row.handed_to)
        and not (theirs or proposed)
        and may_reopen(caller, row),
        "receivers": named(finding_lookups.receivers(caller, row)) if theirs else [],
        "others": others[:OTHERS],
        "counted": _counts(finding_lookups.counted_together(others)),
        "cases": [
            (each, words(MATTERS[Kind(each.kind)]), words(MATTER_STATES[MatterState(each.state)]))
            for each in of_party(caller, row.station_code)[:OTHERS]
        ],
        "found": evidence_of(caller, row),
        "evidence_kinds": [(kind, name()) for kind, name in _KINDS.items()],
        "proceedings": _proceedings(caller, row) if theirs else [],
        "complaints": complaints_about(caller, row),
        "complaints_with": complaints_with(caller, row),
    }
    return page(request, caller, "findings/finding.html", context)


@desk(*OFFICES)
def finding_file(request: HttpRequest, caller: Caller, number: int, digest: str) -> HttpResponse:
    """A file that was added to a finding."""
    return file_response(lead_file(caller, number, digest))


_KINDS: dict[str, Callable[[], str]] = {
    Evidence.Kind.VIDEO: lambda: _("视频"),
    Evidence.Kind.TEST: lambda: _("检验"),
    Evidence.Kind.REPAIR: lambda: _("维修记录"),
    Evidence.Kind.CASE: lambda: _("闭环案件"),
}


def _proceedings(caller: Caller, row: Finding) -> list[tuple[str, str]]:
    """Kinds of proceedings that the caller may open about the party, with the address of each form."""
    about = urlencode({"party": row.station_code, "finding": row.pk})
    return [(f"/matters/open?kind={kind}&{about}", words(MATTERS[kind])) for kind in kinds_for(caller, row)]


def _take(request: HttpRequest, caller: Caller, row: Finding) -> object:
    form, now = request.POST, clock.now()
    if form.get("do") == "evidence":
        said = {name: form.get(name, "") for name in ("kind", "reference", "sha256", "words")}
        return add_evidence(caller, row.pk, now=now, **said)
    if form.get("do") == "attach":
        return add_to_file(caller, form.get("matter", ""), kind="finding", reference=str(row.pk), now=now)
    if form.get("do") == "file":
        name, body = sent_file(request)
        return add_file(caller, row.pk, name, body, now)
    return _decide(caller, row, form)


def _counts(by: dict[str, int]) -> list[tuple[str, str, int]]:
    """State, its name and how many, where there are any."""
    return [(name, words(text), by[name]) for name, text in STATE_NAMES.items() if by.get(name)]


def _decide(caller: Caller, row: Finding, form: QueryDict) -> object:
    reason, now = form.get("reason", ""), clock.now()
    if form.get("do") == "reopen":
        return reopen(caller, row.pk, reason=reason, now=now)
    outcome, handed_to = form.get("outcome", ""), form.get("handed_to", "")
    return resolve(caller, row.pk, outcome=outcome, handed_to=handed_to, reason=reason, now=now)


_STEPS = JOURNAL | OF_PROPOSALS


def _said(caller: Caller, row: Finding) -> list[Said]:
    """What was proposed and came to nothing is for departments to know."""
    return [each for each in said_of(row) if caller.is_department or each.kind in JOURNAL]


def _about(row: Finding, vehicle: Vehicle | None) -> str:
    """Links to what the finding is about: the test, line, case, repair, vehicle or station."""
    station, _, rest = row.subject.partition("/")
    return {
        "test": page_of_test(row.station_code, row.subject),
        "case": f"/cases/{row.subject}",
        "repair": page_of_repair(row.station_code, row.subject),
        "vehicle": f"/vehicles/{vehicle.pk}" if vehicle else "/vehicles",
        "unlock": f"/unlocks/{row.subject}",
        "line": page_of_line(station, rest),
        "check": page_of_line(station, rest.partition("/")[0]) if rest else "/lines",
    }.get(row.subject_kind, f"/parties/{row.station_code}")
