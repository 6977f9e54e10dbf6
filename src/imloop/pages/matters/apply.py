"""Applying to become an I- or M-station, without an account: guide, form, check, confirmation, the applicant's page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from imloop.exchange.http.rate_limit import count_files, count_question
from imloop.exchange.uploads.decode_application import decode_application
from imloop.facts.days import day_of
from imloop.facts.places import typed_place
from imloop.facts.records.application import Application
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.law import Law
from imloop.law.sentences import hotline
from imloop.law.values import LawError
from imloop.matters import Role, State
from imloop.matters.stations.conditions import conditions
from imloop.pages.forms import fields_named, file_response, require_sure, sent_file
from imloop.pages.guard import public, words
from imloop.pages.matters.application_form import Message, field_of, form_of, message_of
from imloop.pages.matters.matters import given_of, matter_context
from imloop.steps.ground import clock, registers
from imloop.steps.ground.lookups import after
from imloop.steps.matters import lookups as matter_lookups
from imloop.steps.matters.attachments import attach, the_file, the_matter
from imloop.steps.matters.first_key import collect_key
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.open_matter import apply as hand_in
from imloop.steps.matters.open_matter import require_conditions, resubmit
from imloop.steps.matters.take_step import take_step_by_token
from imloop.store.models import Matter

_CONCERNED = frozenset({Role.CONCERNED})
_COUNTRY = "000000"
SUBJECTS = {
    "istation": Text("排放检验机构（I 站）联网", "to become an inspection station (I-station)"),
    "mstation": Text("汽车排放维修治理站（M 站）", "to become a repair station (M-station)"),
}


def _law(*places: object) -> Law:
    """The law of the first place that can be read, of those typed or known before; else the country's."""
    today = day_of(clock.now())
    for place in filter(None, places):
        try:
            return registers.law_at(today, str(place))
        except (LawError, Malformed):
            continue
    return registers.law_at(today, _COUNTRY)


@public
def guide(request: HttpRequest) -> HttpResponse:
    """What is required, by which clause, and how long it takes, shown before the form."""
    place = typed_place(request.GET.get("place", ""), settings.PLACE)
    law = _law(place)
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
        "hotline": hotline(_law(place, settings.PLACE)),
        "place": place,
        "within": settings.PLACE,
    }
    return render(request, "matters/apply.html", context)


@public
def apply(request: HttpRequest, subject: str) -> HttpResponse:
    """The form; then the answers to check; then the confirmation."""
    if subject not in SUBJECTS:
        raise Unknown("unknown-page", Text("没有这个页面。", "There is no such page."))
    start: Message = {"place": request.GET.get("place", "")}
    return _filled_in(request, subject, start, f"/apply/{subject}", _handed_in)


def _handed_in(application: Application) -> str:
    return f"{token_of(hand_in(application, clock.now()))}?new=1"


def _filled_in(
    request: HttpRequest, subject: str, start: Message, action: str, hand_over: Callable[[Application], str]
) -> HttpResponse:
    """The form filled with ``start`` or with what was sent; ``hand_over`` takes what was checked and confirmed, and
    names the applicant's page."""
    form = request.POST
    if request.method == "POST" and "more" not in form and form.get("do") != "edit":
        count_question(request, clock.now())
        with fields_named(partial(field_of, subject=subject, form=form)):
            application = decode_application(message_of(subject, form))
            require_conditions(application, _law(application.place))
            if form.get("do") == "send":
                require_sure(form)
                return redirect(f"/m/{hand_over(application)}")
        return _check(request, subject, message_of(subject, form), action)
    message = message_of(subject, form) if form else start
    if form.get("do") == "send" and "sure" not in form:
        return _check(request, subject, message, action)  # where the box to tick is
    context = {
        **form_of(subject, message, _law(message.get("place"), start.get("place")), form.get("more", "")),
        "title": words(SUBJECTS[subject]),
        "action": action,
        "within": settings.PLACE,
    }
    return render(request, "matters/apply_form.html", context)


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
    now = clock.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        count_question(request, now)
        if request.FILES:
            name, body = sent_file(request)
            count_files(request, len(body), now)
            attach(name, body, now, token=token)
        elif request.POST.get("step") == "collect_key":
            context["key"] = collect_key(token, now)
        else:
            _take(request, token)
        if "key" not in context:
            return redirect(f"/m/{token}")
    context |= after(lambda: the_matter(token=token), lambda row: _own_context(row, request.POST))
    context |= {"files_at": f"/m/{token}/files", "token": token, "new": request.GET.get("new") == "1"}
    return render(request, "matters/own_matter.html", context)


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

    def hand_over(application: Application) -> str:
        resubmit(token, application, clock.now())
        return token

    return _filled_in(request, subject, row.data["form"], f"/m/{token}/edit", hand_over)


@public
def own_file(request: HttpRequest, token: str, digest: str) -> HttpResponse:
    return file_response(the_file(digest, token=token))
