"""Applying to become an I- or M-station, without an account: guide, form, check, confirmation, the applicant's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from imloop.exchange.http.rate_limit import count_question
from imloop.exchange.uploads.decode_application import decode_application
from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal, Unknown
from imloop.facts.text import Text
from imloop.law import Law
from imloop.law.values import LawError
from imloop.matters import Role, State
from imloop.matters.conditions import conditions, unmet
from imloop.pages.forms import file_response, refusal_context, require_sure, sent_file
from imloop.pages.guard import public, words
from imloop.pages.matters.application_form import Message, form_of, message_of
from imloop.pages.matters.matters import given_of, matter_context
from imloop.steps.ground import clock, registers
from imloop.steps.ground.lookups import after
from imloop.steps.matters import lookups as matter_lookups
from imloop.steps.matters.attachments import attach, the_file, the_matter
from imloop.steps.matters.first_key import collect_key
from imloop.steps.matters.take_step import apply as hand_in
from imloop.steps.matters.take_step import resubmit, take_step_by_token
from imloop.store.models import Matter

_CONCERNED = frozenset({Role.CONCERNED})
_COUNTRY = "000000"
SUBJECTS = {
    "istation": Text("排放检验机构（I 站）联网", "to become an inspection station (I-station)"),
    "mstation": Text("汽车排放维修治理站（M 站）", "to become a repair station (M-station)"),
}


def _law(place: object) -> Law:
    """The law of the place that was typed; the country's while it cannot be read."""
    today = day_of(clock.now())
    try:
        return registers.law_at(today, str(place or _COUNTRY))
    except LawError:
        return registers.law_at(today, _COUNTRY)


@public
def guide(request: HttpRequest) -> HttpResponse:
    """What is required, by which clause, and how long it takes, shown before the form."""
    law = _law(request.GET.get("place"))
    days = {
        name: law.integer(f"matter.{name}_days") for name in ("submitted", "review", "site_check", "decision")
    }
    found = [
        (name, words(title), [(words(c.text), c.cite) for c in conditions(name, law)])
        for name, title in SUBJECTS.items()
    ]
    context = {
        "subjects": found,
        "days": days,
        "total": sum(days.values()),
        "place": request.GET.get("place", ""),
    }
    return render(request, "matters/apply.html", context)


@public
def apply(request: HttpRequest, subject: str) -> HttpResponse:
    """The form; then the answers to check; then the confirmation."""
    if subject not in SUBJECTS:
        raise Unknown("unknown-page", Text("没有这个页面。", "There is no such page."))
    if request.method != "POST":
        return _form(request, subject, {"place": request.GET.get("place", "")})
    message = message_of(subject, request.POST)
    if "more" in request.POST or request.POST.get("do") == "edit":
        return _form(request, subject, message, more=request.POST.get("more", ""))
    try:
        count_question(request, clock.now())
        application = decode_application(message)
        problems = unmet(subject, application.conditions, _law(application.place))
        if request.POST.get("do") == "send" and not problems:
            require_sure(request.POST)
            row = hand_in(application, clock.now())
            return redirect(f"/m/{row.token}?new=1")
    except Refusal as refusal:
        return _form(request, subject, message, refusal_context(refusal))
    if problems:
        faults = [words(problem.text) for problem in problems]
        told: dict[str, object] = {
            "refusal": words(Text("有条件没有确认。", "Some conditions are not confirmed.")),
            "faults": faults,
        }
        return _form(request, subject, message, told)
    return _check(request, subject, message, f"/apply/{subject}")


def _form(
    request: HttpRequest,
    subject: str,
    message: Message,
    told: dict[str, object] | None = None,
    *,
    more: str = "",
    action: str = "",
) -> HttpResponse:
    context = {
        **form_of(subject, message, _law(message.get("place")), more),
        **(told or {}),
        "title": words(SUBJECTS[subject]),
        "action": action or f"/apply/{subject}",
    }
    return render(request, "matters/apply_form.html", context, status=422 if told else 200)


def _check(request: HttpRequest, subject: str, message: Message, action: str) -> HttpResponse:
    """Everything once more before it is sent; the typed answers travel in hidden fields."""
    law = _law(message.get("place"))
    answers = message["conditions"]
    assert isinstance(answers, dict)
    context = {
        "form": message,
        "checklist": [(words(c.text), c.cite, answers[c.code]["evidence"]) for c in conditions(subject, law)],
        "kept": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in ("csrfmiddlewaretoken", "do", "sure")
            for value in values
        ],
        "title": words(SUBJECTS[subject]),
        "action": action,
    }
    return render(request, "matters/apply_check.html", context)


@public
def own_matter(request: HttpRequest, token: str) -> HttpResponse:
    """The applicant's page: state, what to do, files, and the access key once granted."""
    now, status = clock.now(), 200
    context: dict[str, object] = {}
    if request.method == "POST":
        try:
            count_question(request, now)
            if request.FILES:
                attach(*sent_file(request), now, token=token)
            elif request.POST.get("step") == "collect_key":
                context["key"] = collect_key(token, now)
            else:
                _take(request, token)
            if "key" not in context:
                return redirect(f"/m/{token}")
        except Refusal as refusal:
            context, status = refusal_context(refusal), 422
    context |= after(lambda: the_matter(token=token), lambda row: _own_context(row, request.POST))
    context |= {"files_at": f"/m/{token}/files", "token": token, "new": request.GET.get("new") == "1"}
    return render(request, "matters/own_matter.html", context, status=status)


def _own_context(row: Matter, typed: QueryDict) -> dict[str, object]:
    return {
        **matter_context(row, _CONCERNED, typed),
        "returned": row.state == State.RETURNED,
        "missing": row.data.get("facts", {}).get("missing", ""),
        "key_waits": row.state == State.APPROVED
        and row.data.get("form")
        and not row.data.get("key_collected_at"),
    }


def _take(request: HttpRequest, token: str) -> None:
    require_sure(request.POST)
    row, name = the_matter(token=token), request.POST.get("step", "")
    rows = [each for each in matter_lookups.next_steps(row, _CONCERNED) if each.step == name]
    take_step_by_token(token, name, given_of(rows[0], request.POST) if rows else {}, clock.now())


@public
def edit(request: HttpRequest, token: str) -> HttpResponse:
    """A returned application, filled in as it was handed in."""
    row = the_matter(token=token)
    subject = row.kind.removesuffix("-application")
    if row.state != State.RETURNED or subject not in SUBJECTS:
        return redirect(f"/m/{token}")
    action = f"/m/{token}/edit"
    if request.method != "POST":
        return _form(request, subject, row.data["form"], action=action)
    message = message_of(subject, request.POST)
    if "more" in request.POST or request.POST.get("do") == "edit":
        return _form(request, subject, message, more=request.POST.get("more", ""), action=action)
    try:
        application = decode_application(message)
        if request.POST.get("do") != "send":
            return _check(request, subject, message, action)
        require_sure(request.POST)
        resubmit(token, application, clock.now())
    except Refusal as refusal:
        return _form(request, subject, message, refusal_context(refusal), action=action)
    return redirect(f"/m/{token}")


@public
def own_file(request: HttpRequest, token: str, digest: str) -> HttpResponse:
    return file_response(the_file(digest, token=token))
