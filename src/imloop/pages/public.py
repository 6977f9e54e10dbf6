"""Pages for anyone: start, the owner's case, login, settings."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from imloop.exchange.http_status import status_of
from imloop.exchange.rate_limit import count_question
from imloop.facts.refusal import Refusal
from imloop.pages.case_view import case_context, loop_names
from imloop.pages.guard import desk, home, public, words
from imloop.pages.repairers import choice_card
from imloop.pages.visits import retest_card
from imloop.papers.assemble import owner_notice
from imloop.steps import clock, look
from imloop.steps.access import Caller, caller_of
from imloop.store.models import User

YEAR = 365 * 24 * 3600


def start(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/start.html", {"loop_names": loop_names()})


def find(request: HttpRequest) -> HttpResponse:
    """Plate and VIN tail → the case page; what was typed stays."""
    plate, tail = request.GET.get("plate", ""), request.GET.get("tail", "")
    try:
        count_question(request, clock.now())
        return redirect(f"/c/{look.owner_case_by_plate(plate, tail).owner_token}")
    except Refusal as refusal:
        context = {"loop_names": loop_names(), "plate": plate, "tail": tail, "problem": words(refusal.text)}
        return render(request, "pages/start.html", context, status=status_of(refusal, "GET"))


@public
def owner_case(request: HttpRequest, token: str) -> HttpResponse:
    case = look.owner_case(token)
    now = clock.now()
    context = {**case_context(case, now), **retest_card(case, now)}
    if case.closed_at is None:
        context |= choice_card(case, request.GET)
    return render(request, "pages/owner.html", context)


@public
def owner_notice_pdf(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(owner_notice(token), content_type="application/pdf")


def change_settings(request: HttpRequest) -> HttpResponse:
    """Language and text size, kept in cookies; then back."""
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    language = request.GET.get("language")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax")
    if request.GET.get("large") in ("0", "1"):
        response.set_cookie("large_text", request.GET["large"], max_age=YEAR, samesite="Lax")
    return response


def log_in(request: HttpRequest) -> HttpResponse:
    form = AuthenticationForm(request, data=request.POST or None)
    target = request.POST.get("next") or request.GET.get("next") or "/desk"
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/desk"
    if request.method == "POST" and form.is_valid():
        user = authenticate(
            request, username=form.cleaned_data["username"], password=form.cleaned_data["password"]
        )
        if user is not None:
            login(request, user)
            return redirect(target)
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/login.html", {"form": form, "next": target}, status=status)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")


def password(request: HttpRequest) -> HttpResponse:
    """A person with a first password chooses an own one."""
    if not isinstance(request.user, User):
        return redirect("/login")
    form = SetPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
        update_session_auth_hash(request, user)
        return redirect(home(caller_of(user)))
    return render(request, "pages/password.html", {"form": form})


@desk()
def any_desk(request: HttpRequest, caller: Caller) -> HttpResponse:
    return redirect(home(caller))
