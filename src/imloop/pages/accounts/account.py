"""The user's own account: sessions, wrong log-in attempts, the second factor, delegating the head's right."""

from __future__ import annotations

import segno
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.pages.forms import sent_day
from imloop.pages.guard import EVERY_DESK, answered, desk, open_to, page, words
from imloop.steps.accounts import lookups, sessions, staffing
from imloop.steps.accounts import second_factor as factors
from imloop.steps.accounts.create_user import name_oneself
from imloop.steps.desk.texts import ENTRIES
from imloop.steps.duty.looks import trace_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller, caller_of
from imloop.store.models import User, UserSession


@desk(*EVERY_DESK)
def account(request: HttpRequest, caller: Caller) -> HttpResponse:
    """POST: end a session or all others, delegate the head's right or take it back, turn the second factor off,
    enter one's identity card."""
    user = request.user
    assert isinstance(user, User)
    now = clock.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        _act(request, caller, user)
        return redirect("/account")
    request.session.pop("failed", None)
    context |= {
        "sessions": [_row(row, request.session.session_key or "") for row in sessions.sessions(user)],
        "tries": lookups.own_tries(user),
        "factor": factors.confirmed(user),
        "required": factors.is_required(user),
        "colleagues": lookups.colleagues(user),
        "lent": lookups.lent_by(user, day_of(now)),
        "borrowed": lookups.lent_to(user, day_of(now)),
        "person": user,
        "changes": [(trace_of(row), row.actor, words(ENTRIES[row.kind])) for row in lookups.changes_of(user)],
        "is_office": caller.is_department,
    }
    return page(request, caller, "accounts/account.html", context)


def _act(request: HttpRequest, caller: Caller, user: User) -> None:
    form, now = request.POST, clock.now()
    number = whole(form.get("id", "")) or 0
    what = form.get("what", "")
    if what == "end":
        sessions.end_session(user, number, now)
    elif what == "end-others":
        sessions.end_others(user, request.session.session_key or "", now)
    elif what == "delegate":
        until = sent_day(form, "until")
        staffing.delegate(caller, form.get("taker", ""), until=until, reason=form.get("reason", ""), now=now)
    elif what == "take-back":
        staffing.end_delegation(caller, number, now)
    elif what == "factor-off":
        factors.turn_off(user, form.get("code", ""), now)
    elif what == "name":
        name_oneself(user, form.get("identity", ""), now)


def _row(row: UserSession, key: str) -> dict[str, object]:
    return {"row": row, "here": row.session_key == key, "browser": _browser(row.browser)}


def _browser(agent: str) -> str:
    """Names of the browser and system in ordinary words."""
    names = (
        ("Edg", "Edge"),
        ("MicroMessenger", "微信"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = [next((name for sign, name in each if sign in agent), "") for each in (names, systems)]
    return " · ".join(part for part in found if part) or agent[:40] or "—"


@open_to(*EVERY_DESK)
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    return answered(request, _second_factor)


def _second_factor(request: HttpRequest) -> HttpResponse:
    """Scan, type the first code, keep the recovery codes. Open also to users who may not see other pages yet."""
    user = request.user
    assert isinstance(user, User)
    if user.must_change_password:
        return redirect("/password")
    if factors.confirmed(user) is not None:
        return redirect("/account")
    context: dict[str, object] = {}
    if request.method == "POST":
        codes = factors.confirm(user, request.POST.get("code", ""), clock.now())
        return page(request, caller_of(user), "accounts/recovery_codes.html", {"codes": codes})
    factor = factors.begin(user)
    context |= {
        "qr": segno.make(factors.address(factor)).svg_data_uri(scale=5),
        "secret": factor.secret,
        "required": factors.is_required(user),
    }
    return page(request, caller_of(user), "accounts/second_factor.html", context)
