"""Matters at a department's or station's desk: the work list, opening one, one with its steps,
the published decisions."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.matters import NOBODY, By, Kind, New, Role, State, Step, is_late, steps_open
from imloop.matters.decide import offered
from imloop.matters.fields import Offered, choices_of
from imloop.matters.labels import KINDS, STATES, STEPS
from imloop.matters.stations.conditions import conditions
from imloop.matters.table import Row, rows_for
from imloop.pages.forms import file_response, onward, require_sure, sent_file
from imloop.pages.guard import desk, page, public, words
from imloop.pages.matters.complaint_card import complaint_card
from imloop.pages.matters.from_lead import as_one_act, carry_along, with_lead
from imloop.pages.matters.matter_file import file_context, sent_evidence
from imloop.pages.matters.penalty import DEPARTMENTS, STATIONS, papers_context, penalty_context
from imloop.pages.matters.told import told as steps_told
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import after
from imloop.steps.leads.attach_lead import leads_about
from imloop.steps.matters import lookups as matter_lookups
from imloop.steps.matters.as_fact import as_fact, by_of, whole
from imloop.steps.matters.attachments import attach, the_file, the_matter
from imloop.steps.matters.open_matter import nominate_for_scrappage, open_measure
from imloop.steps.matters.penalties.open_penalty import open_penalty
from imloop.steps.matters.roles import PENALTIES, roles_in
from imloop.steps.matters.take_step import take_step
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import Matter, MatterEvent, PartyKind

_PARTY = frozenset({Role.CONCERNED})
_OPENS = {
    PartyKind.ENVIRONMENT: (
        Kind.SUSPENSION,
        Kind.STRIKE_OFF,
        Kind.REVOCATION,
        Kind.SCRAPPAGE,
        *PENALTIES,
    ),
    PartyKind.TRANSPORT: (Kind.SUSPENSION, Kind.REVOCATION, *PENALTIES),
    PartyKind.MARKET: (Kind.SUSPENSION, Kind.STRIKE_OFF, Kind.REVOCATION, *PENALTIES),
    PartyKind.POLICE: PENALTIES,
    PartyKind.ISTATION: (Kind.WITHDRAWAL,),
    PartyKind.MSTATION: (Kind.WITHDRAWAL,),
}


@desk(*DEPARTMENTS, *STATIONS)
def matters(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What is waiting for the caller, then everything the caller may see."""
    day = day_of(clock.now())
    mine = matter_lookups.work_list(caller, day)
    chosen = request.GET.get("kind", "")
    seen = matter_lookups.matters(caller)
    if chosen in list(Kind):
        seen = seen.filter(kind=chosen)
    if file := as_file(request, caller, "matters", _columns(day), seen):
        return file
    context = {
        "query": query_of(request),
        "mine": [_line(row, day) for row in mine],
        "rows": [_line(row, day) for row in seen[: matter_lookups.SHOWN]],
        "kinds": [(kind.value, words(name)) for kind, name in KINDS.items()],
        "chosen": chosen,
        "shown": matter_lookups.SHOWN,
        "opens": [(kind.value, words(KINDS[kind])) for kind in _OPENS.get(PartyKind(caller.kind), ())],
    }
    return page(request, caller, "matters/matters.html", context)


def _columns(day: date) -> Columns[Matter]:
    return {
        _("编号"): lambda row: row.matter_no,
        _("种类"): lambda row: words(KINDS[Kind(row.kind)]),
        _("对象"): lambda row: row.title,
        _("状态"): lambda row: words(STATES[State(row.state)]),
        _("提出"): lambda row: row.opened_at,
        _("期限"): lambda row: row.due_on,
        _("超期"): lambda row: _("是") if is_late(as_fact(row), day) else "",
        _("办结"): lambda row: row.closed_at,
    }


def _line(row: Matter, day: date) -> dict[str, object]:
    return {
        "row": row,
        "kind": words(KINDS[Kind(row.kind)]),
        "state": words(STATES[State(row.state)]),
        "late": is_late(as_fact(row), day),
    }


@desk(*DEPARTMENTS, *STATIONS)
@as_one_act
def open_one(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The form of one kind of matter; about a station by its code, about a vehicle by VIN or plate."""
    typed = request.POST or with_lead(request.GET, caller)
    allowed = _OPENS.get(PartyKind(caller.kind), ())
    kind = Kind(str(typed["kind"])) if typed.get("kind") in allowed else None
    if kind is None:
        return redirect("/matters")
    own = caller.party_code if caller.kind in STATIONS else ""
    party = own or typed.get("party", "").strip()
    row = rows_for(kind, None)[0]
    context: dict[str, object] = {}
    if request.method == "POST":
        require_sure(typed)
        given = given_of(row, typed)
        now = clock.now()
        if kind in PENALTIES:
            named = {"vin": typed.get("vin", ""), "plate": typed.get("plate", "")}
            opened = open_penalty(caller, kind, given, now, party_code=party, **named)
        elif kind is Kind.SCRAPPAGE:
            opened = nominate_for_scrappage(
                caller, given, now, vin=typed.get("vin", ""), plate=typed.get("plate", "")
            )
        else:
            opened = open_measure(caller, kind, party, given, now)
        carry_along(caller, typed, opened)
        return redirect(f"/matters/{opened.matter_no}")
    subject = {Kind.STRIKE_OFF: "istation", Kind.REVOCATION: "mstation"}.get(kind, _subject_of(caller, party))
    law = registers.law_at(day_of(clock.now()), caller.place)
    context |= {
        "kind": kind.value,
        "kind_name": words(KINDS[kind]),
        "step": step_form(row, offered(New(kind, subject), law, by_of(caller, caller.place)), typed),
        "party": party,
        "own": bool(own),
        "penalty": kind in PENALTIES,
        "typed": typed,
    }
    return page(request, caller, "matters/matter_open.html", context)


def _subject_of(caller: Caller, party: str) -> str:
    """Whose grounds are offered: those of the party named, else of the caller's own kind of station."""
    kind = station_lookups.kind_of(party) if party else ""
    return kind or "mstation" if caller.kind == PartyKind.TRANSPORT else "istation"


@desk(*DEPARTMENTS, *STATIONS)
def one_matter(request: HttpRequest, caller: Caller, matter_no: str) -> HttpResponse:
    """One matter: what is next and whose it is, what was applied for, files, every step so far."""
    now = clock.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        if request.FILES:
            attach(*sent_file(request), now, caller=caller, matter_no=matter_no)
        elif request.POST.get("do") == "evidence":
            sent_evidence(request, caller, matter_no)
        else:
            require_sure(request.POST)
            row = the_matter(caller=caller, matter_no=matter_no)
            name = request.POST.get("step", "")
            given = _given(row, roles_in(caller, row), name, request.POST)
            made = take_step(caller, matter_no, name, given, now)
            seen = matter_lookups.matters(caller).filter(matter_no=matter_no).exists()
            return onward(made, f"/matters/{matter_no}" if seen else "/matters")  # passed on: theirs no more
        return redirect(f"/matters/{matter_no}")
    context |= after(
        lambda: the_matter(caller=caller, matter_no=matter_no),
        lambda row: {
            **matter_context(row, roles_in(caller, row), request.POST, by_of(caller, row.place)),
            "papers": papers_context(row, roles_in(caller, row)),
            "leads": leads_about(caller, row) if row.kind == Kind.COMPLAINT else [],
        },
    )
    context |= {"files_at": f"/matters/{matter_no}/files", "show_actors": caller.is_department}
    return page(request, caller, "matters/matter.html", context)


@desk(*DEPARTMENTS, *STATIONS)
def matter_file(request: HttpRequest, caller: Caller, matter_no: str, digest: str) -> HttpResponse:
    return file_response(the_file(digest, caller=caller, matter_no=matter_no))


@public
def decisions(request: HttpRequest) -> HttpResponse:
    """Everything decided about stations in the last year, for everyone."""
    found = matter_lookups.publications(clock.now())
    return render(request, "matters/decisions.html", {"decisions": [published(event) for event in found]})


def published(event: MatterEvent) -> dict[str, object]:
    told = matter_lookups.publication_json(event)
    kind, step = Kind(event.matter.kind), Step(event.kind)
    against = kind.is_penalty or step is Step.DECIDE
    return {**told, "kind_name": words(KINDS[kind]), "step_name": words(STEPS[step]), "against": against}


def given_of(row: Row, form: QueryDict) -> dict[str, object]:
    return {field.name: form.get(f"{row.step}-{field.name}", "") for field in row.fields}


def _given(row: Matter, roles: frozenset[Role], name: str, form: QueryDict) -> dict[str, object]:
    for each in matter_lookups.next_steps(row, roles):
        if each.step == name:
            return given_of(each, form)
    return {}


def step_form(row: Row, drawn: Offered, typed: QueryDict) -> dict[str, object]:
    """A step as a form; what was typed stays."""
    return {
        "step": row.step.value,
        "aside": row.aside,
        "second": row.second,
        "name": words(STEPS[row.step]),
        "open": typed.get("step") == row.step.value,
        "fields": [
            {
                "name": f"{row.step}-{field.name}",
                "label": words(field.label),
                "shape": field.shape.value,
                "required": field.required,
                "choices": [(code, words(label)) for code, label in choices_of(field, drawn)],
                "value": typed.get(f"{row.step}-{field.name}", ""),
            }
            for field in row.fields
        ],
    }


_ELSEWHERE = (Step.RESUBMIT, Step.COPY)
"""Steps with a page of their own: a copy is sent with the papers made so far."""


def matter_context(
    row: Matter, roles: frozenset[Role], typed: QueryDict, by: By = NOBODY
) -> dict[str, object]:
    """Everything a page shows of a matter."""
    now = clock.now()
    law, fact = matter_lookups.law_of(row, now), whole(row)
    drawn = offered(fact, law, by)
    open_ = (each for each in steps_open(fact, roles) if each.step not in _ELSEWHERE)
    steps = [step_form(each, drawn, typed) for each in open_]
    form = row.data.get("form") or {}
    answers = form.get("conditions", {})
    return {
        **_line(row, law.on),
        "form": form,
        "of_the_party": fact.of_the_party,
        "checklist": [
            (words(c.text), c.cite, answers.get(c.code, {}).get("evidence", ""))
            for c in (conditions(fact.subject, law) if form else ())
        ],
        "steps": steps,
        "moving": any(not each["aside"] for each in steps),
        "beside": [each for each in steps if each["aside"]],
        "events": steps_told(matter_lookups.events_for(row, roles), fact),
        **file_context(row, fact, law.on),
        "penalty": penalty_context(row, fact, law) if fact.kind.is_penalty and not roles <= _PARTY else None,
        "files": list(row.attachments.order_by("id").defer("body")),
        "today": law.on,
        **(complaint_card(row, now) if fact.kind is Kind.COMPLAINT else {}),
    }
