"""Reporting without a log-in: what about, the form, others that may be the same while one types; afterwards the number
and the secret page, on which the reporter sees what becomes of it, answers and collects."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from imloop.exchange.http.rate_limit import count_files, count_question
from imloop.facts.days import day_of
from imloop.facts.refusal import NotAllowed, Refusal
from imloop.facts.text import Text
from imloop.law.values import LawError
from imloop.matters import Role, State, Step, steps_open
from imloop.matters.complaints.categories import category_of
from imloop.matters.complaints.clocks import EVERY
from imloop.matters.decide import offered
from imloop.matters.labels import STATES
from imloop.pages.forms import file_response, require_filled, require_sure
from imloop.pages.guard import of_one_moment, public, words
from imloop.pages.matters.complaints.form import categories, form_context, report_of, told
from imloop.pages.matters.matters import given_of, step_form
from imloop.steps.complaints.near import twins_while_typing
from imloop.steps.ground import clock, registers
from imloop.steps.matters.as_fact import whole
from imloop.steps.matters.attachments import as_shown
from imloop.steps.matters.complaints.pay_rewards import draw, rewards_of
from imloop.steps.matters.complaints.progress import LISTED, Progress, follow, progress, step_by_reporter
from imloop.steps.matters.complaints.receive import receive
from imloop.steps.matters.kept.address import token_of
from imloop.store.models import Matter

_REPORTER = frozenset({Role.CONCERNED})
_FEWEST_TYPED = 4


@public
def report(request: HttpRequest) -> HttpResponse:
    """What about; then the form; then number, secret address and codes, shown once."""
    now = clock.now()
    category = category_of(request.POST.get("category", "") or request.GET.get("category", ""))
    if category is None:
        return render(request, "matters/complaints/categories.html", {"categories": categories()})
    if request.method == "POST":
        count_question(request, now)
        require_sure(request.POST)
        said = report_of(request)
        count_files(request, sum(len(body) for _, body in said.photos), now)
        received = receive(said, now)
        context = {
            "row": received.matter,
            "token": token_of(received.matter),
            "codes": received.codes,
            "category": words(category.name),
            "office": registers.any_party(received.matter.office),
            "clocks": _clocks(received.matter),
        }
        return render(request, "matters/complaints/received.html", context)
    context = form_context(category, request.POST, now, place="")
    return render(request, "matters/complaints/report.html", context)


@public
def twins(request: HttpRequest) -> HttpResponse:
    """A part of the form: what was reported already. Only of what anybody sees from the street: of the rest the public
    is not told that there is anything."""
    if request.method != "POST":
        return redirect("/report")
    try:
        count_question(request, clock.now())
    except NotAllowed:  # a part of a page is no place for a refusal; the form itself says it
        return HttpResponse(status=204)
    return render(request, "matters/complaints/twins.html", {"twins": _twins(request.POST)})


def _twins(form: QueryDict) -> list[dict[str, object]]:
    now = clock.now()
    if form.get("category", "") not in LISTED:
        return []
    try:
        said, place = told(form, now)
        law = registers.law_at(day_of(now), place)
    except (Refusal, LawError):  # half typed
        return []
    if len(said.text.strip()) < _FEWEST_TYPED and not said.plate and said.position is None:
        return []
    return [
        {"number": twin.number, "why": [words(each) for each in twin.why]}
        for twin in twins_while_typing(said, place, law)
    ]


@public
def follow_one(request: HttpRequest) -> HttpResponse:
    """Follow one that is there instead of reporting it again."""
    if request.method != "POST":
        return redirect("/report")
    count_question(request, clock.now())
    require_filled(request.POST, "number")
    return redirect(f"/report/p/{follow(request.POST['number'].strip(), clock.now())}")


@public
@of_one_moment
def own_report(request: HttpRequest, token: str) -> HttpResponse:
    """What becomes of it, and what the reporter may do; whoever follows only reads."""
    now = clock.now()
    if request.method == "POST":
        count_question(request, now)
        require_sure(request.POST)
        found, name = progress(token), request.POST.get("step", "")
        rows = [each for each in steps_open(whole(found.row), _REPORTER) if each.step == name]
        step_by_reporter(token, name, given_of(rows[0], request.POST) if rows else {}, now)
        return redirect(f"/report/p/{token}")
    found = progress(token)
    return render(request, "matters/complaints/own_report.html", _own(found, request.POST, token))


def _own(found: Progress, typed: QueryDict, token: str) -> dict[str, object]:
    row, state = found.row, State(found.row.state)
    law, fact = registers.law_at(day_of(clock.now()), row.place), whole(row)
    category = category_of(row.complaint.category)
    assert category is not None
    steps = steps_open(fact, _REPORTER) if found.own else ()
    return {
        "row": row,
        "own": found.own,
        "category": words(category.name),
        "state": words(STATES[state]),
        "office": registers.any_party(row.office),
        "told": [
            {"on": each["on"], "words": words(Text(each["zh"], each["en"]))}
            for each in row.data.get("told", [])
        ],
        "stages": _stages(row, state),
        "clocks": _clocks(row),
        "steps": [step_form(each, offered(fact, law), typed) for each in steps],
        "goes_on_in": found.goes_on_in,
        "goes_on_state": words(STATES[State(found.goes_on_in.state)]) if found.goes_on_in else "",
        "complaint": row.complaint,
        "photos": list(row.attachments.order_by("id").defer("body")) if found.own else [],
        "token": token,
        "reward": state is State.REWARD_DUE and found.own and rewards_of(row),
    }


_STAGES = (
    (Text("收到", "received"), (State.RECEIVED, State.TRIAGED)),
    (Text("受理", "accepted"), (State.ACCEPTED, State.REOPENED)),
    (Text("核查", "looked into"), (State.ASSIGNED, State.CHECKED, State.CALLED_MALICIOUS)),
    (Text("结论", "decided"), (State.FOUNDED, State.PARTLY, State.UNFOUNDED)),
    (Text("答复", "answered"), (State.ANSWERED, State.RATED, State.REWARD_DUE)),
)


def _stages(row: Matter, state: State) -> list[dict[str, str]]:
    """The way of a complaint with where it is; all done once it is closed after an answer."""
    now = next((number for number, (_, states) in enumerate(_STAGES) if state in states), None)
    answered = row.events.filter(kind=Step.ANSWER).exists()
    if now is None:
        now = len(_STAGES) if answered else -1
    return [
        {"name": words(name), "css": "done" if number < now else "now" if number == now else ""}
        for number, (name, _) in enumerate(_STAGES)
    ]


def _clocks(row: Matter) -> list[dict[str, object]]:
    """Last days that run, in words."""
    fact = whole(row)
    return [
        {"words": words(EVERY[clock.name]), "due": clock.due_on, "paused": clock.paused_on is not None}
        for clock in fact.clocks
        if clock.name in EVERY and clock.ended_on is None and clock.name != "transfer"
    ]


@public
def own_photo(request: HttpRequest, token: str, digest: str) -> HttpResponse:
    """The reporter's own photograph, as others see it."""
    found = progress(token)
    kept = found.row.attachments.filter(sha256=digest).first() if found.own else None
    if kept is None:
        return redirect(f"/report/p/{token}")
    kept.body = as_shown(bytes(kept.body))
    return file_response(kept)


@public
def collect(request: HttpRequest) -> HttpResponse:
    """Code → sum, last day and the number to show where it is paid, once."""
    context: dict[str, object] = {}
    if request.method == "POST":
        now = clock.now()
        count_question(request, now)
        require_filled(request.POST, "code")
        context["drawn"] = draw(request.POST["code"], now)
    return render(request, "matters/complaints/collect.html", context)
