"""Decorators for every view: who is asking, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from imloop.exchange.http.http_status import UNTAKEABLE, as_refusal, status_of
from imloop.exchange.http.rate_limit import ADMITTED
from imloop.facts.refusal import Ambiguous, NotAllowed, Refusal, Unknown
from imloop.facts.text import Text
from imloop.pages.sent_form.answer import Ask, form_again
from imloop.pages.tables import FORMATS
from imloop.steps.accounts import sessions
from imloop.steps.accounts.admitted import OWN_PASSWORD, SECOND_FACTOR, admitted
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.lookups import snapshot
from imloop.store.models import PartyKind, User

View = Callable[..., HttpResponse]
ANYONE: tuple[str, ...] = ()
_FIRST = {OWN_PASSWORD: "/password", SECOND_FACTOR: "/account/second-factor"}
"""Where somebody does what is missing before any desk opens."""
EVERY_DESK: tuple[str, ...] = (PartyKind.ISTATION, PartyKind.MSTATION, *OFFICES)
"""Every kind of party that works with the platform. A kind that is added opens nothing until a page names it."""


def open_to(*kinds: str) -> Callable[[View], View]:
    """Say for whom a view is: kinds of party, none for anyone. ``docs/access.md`` is written from it."""

    def mark(view: View) -> View:
        view.audience = kinds  # type: ignore[attr-defined]  # a function carries it, the type has no word for that
        return view

    return mark


def audience_of(view: View) -> tuple[str, ...]:
    """Kinds of party a page is for; none: anyone. A view that does not say so is a defect."""
    found: tuple[str, ...] = view.audience  # type: ignore[attr-defined]  # as above
    return found


def words(text: Text) -> str:
    return text.in_(get_language() or "")


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A page of its own. A name that several things bear is no error: the reader chooses."""
    context: dict[str, object] = {"refusal": refusal, "words": words(refusal.text)}
    if isinstance(refusal, Ambiguous):
        context["choices"] = [
            (
                f"{quote(request.path)}?{urlencode({**request.GET.dict(), refusal.asks: code})}",
                f"{code} {name}",
            )
            for code, name in refusal.choices
        ]
        return render(request, "layout/choice.html", context, status=300)
    return render(request, "layout/problem.html", context, status=status_of(refusal, "GET"))


def of_one_moment(view: View) -> View:
    """What the page shows is read in one snapshot, by its template, too. Below ``desk`` or ``public``; looking at it
    writes nothing."""

    @wraps(view)
    def told(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        with snapshot():
            return view(request, *args, **kwargs)

    return told


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or whose page was open for too long."""
    told = Text(
        "此表单不是从本站页面提交的，或页面打开过久。请返回、刷新页面后再提交。",
        "This form was not sent from a page of this site, or its page was open too long. Go back, reload, send again.",
    )
    return refused(request, NotAllowed("form-not-ours", told))


def public(view: View) -> View:
    """A view for anyone; refusals become a page."""

    @open_to()
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return answered(request, lambda asked: view(asked, *args, **kwargs))

    return guarded


def answered(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The view's own answer; a refusal comes back on the form that was sent, or else on a page of its own."""
    try:
        return ask(request)
    except Refusal as refusal:
        found = refusal
    except UNTAKEABLE as error:
        found = as_refusal(error)
    if isinstance(found, Ambiguous) and request.method == "GET":
        return refused(request, found)
    return form_again(request, ask, found) or refused(request, found)


def desk(first: str, *others: str) -> Callable[[View], View]:
    """A view for people of the given kinds of party, and of no other. The caller is its second argument."""

    kinds = (first, *others)

    def wrap(view: View) -> View:
        @open_to(*kinds)
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            assert isinstance(request.user, User)
            try:
                caller = admitted(request.user)
                request.META[ADMITTED] = True
                if "HX-Request" not in request.headers:  # a page that refreshes itself does not count as use
                    _seen(request)
                if caller.kind not in kinds:
                    raise NotAllowed("not-your-desk", Text("这不是您的工作台。", "This is not your desk."))
            except Refusal as refusal:
                if refusal.code in _FIRST:
                    return redirect(_FIRST[refusal.code])
                return refused(request, refusal)
            return answered(request, lambda asked: view(asked, caller, *args, **kwargs))

        return guarded

    return wrap


def _seen(request: HttpRequest) -> None:
    """The person's list of log-ins says when each was last used, to five minutes."""
    minute = int(clock.now().timestamp()) // 60
    if minute - request.session.get("seen", 0) >= 5:
        request.session["seen"] = minute
        sessions.seen(request.session.session_key or "", clock.now())


def page(
    request: HttpRequest, caller: Caller, template: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A desk page; its menu comes with ``context.site``. Refused where a file was asked for: what is no list has none,
    and a page in its place would be kept as one."""
    if request.method == "GET" and request.GET.get("format") in FORMATS:
        raise Unknown("no-file", Text("此页没有可导出的文件。", "This page has no file to export."))
    return render(request, template, {"caller": caller, **context}, status=status)


def home(caller: Caller) -> str:
    if caller.kind in (PartyKind.ISTATION, PartyKind.MSTATION):
        return f"/desk/{caller.kind}"
    return "/work"
