"""Logging in: name and password, then a code where a second factor is on; wrong answers lock whoever makes them."""

from __future__ import annotations

from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from imloop.exchange.http.rate_limit import address_of
from imloop.facts.refusal import Malformed, NotAllowed, Problem
from imloop.facts.text import Text
from imloop.pages.accounts.known_browser import remember, where
from imloop.pages.forms import require_filled
from imloop.pages.guard import EVERY_DESK, answered, home, open_to, public
from imloop.steps.accounts import lookups, sessions
from imloop.steps.accounts.log_in import by_code, by_password, failed_since_last, own_password
from imloop.steps.accounts.second_factor import confirmed
from imloop.steps.ground import clock
from imloop.steps.ground.access import caller_of
from imloop.store.models import User

_HALF_WAY = 300
"""Seconds between the password and the code."""
_WRONG = Text(
    "用户名或密码不对。多次不对会暂停登录一刻钟；可请系统管理员解锁。",
    "Wrong user name or password. After several wrong attempts the account is locked for a quarter of an hour; "
    "an administrator can unlock it.",
)
_WRONG_CODE = Text(
    "口令不对。请用最新的六位口令；每个口令只能用一次。",
    "Wrong code. Use the newest six digits; each code is good only once.",
)
_WRONG_FORMER = Text(
    "原密码不对；多次不对会暂停一刻钟。",
    "The former password is wrong; after several wrong ones you have to wait for a quarter of an hour.",
)


@public
def log_in(request: HttpRequest) -> HttpResponse:
    """The same words for an unknown name, a wrong password and a locked name."""
    target = _target(request)
    username = request.POST.get("username", "").strip()
    if request.method == "POST":
        require_filled(request.POST, "username", "password")
        now, password = clock.now(), request.POST.get("password", "")
        user = by_password(username, password, where(request, username), now)
        if user is not None:
            if confirmed(user) is None:
                return _enter(request, user, target)
            request.session["half_way"] = {"user": user.pk, "at": int(now.timestamp()), "next": target}
            return redirect("/login/code")
        raise NotAllowed("wrong-password", _WRONG, at="password")
    return render(request, "accounts/login.html", {"next": target, "opened": "opened" in request.GET})


@public
def second(request: HttpRequest) -> HttpResponse:
    """The code of the second factor, or a recovery code; only shortly after the password."""
    waiting = request.session.get("half_way")
    now = clock.now()
    if not waiting or now.timestamp() - waiting["at"] > _HALF_WAY:
        request.session.pop("half_way", None)
        return redirect("/login")
    user = lookups.person(waiting["user"])
    if request.method == "POST":
        require_filled(request.POST, "code")
        if by_code(user, request.POST.get("code", ""), where(request, user.username), now):
            del request.session["half_way"]
            return _enter(request, user, waiting["next"])
        raise Malformed("wrong-code", _WRONG_CODE, at="code")
    return render(request, "accounts/login_code.html")


def _enter(request: HttpRequest, user: User, target: str) -> HttpResponse:
    now = clock.now()
    failed = len(failed_since_last(user, now))
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if failed:
        request.session["failed"] = failed
    request.session.save()
    browser = request.headers.get("User-Agent", "")
    sessions.opened(user, request.session.session_key or "", address_of(request), browser, now)
    response = redirect(target)
    remember(request, response, user.username)
    return response


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/desk"
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else "/desk"


@public
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")


@open_to(*EVERY_DESK)
def password(request: HttpRequest) -> HttpResponse:
    """A person chooses an own password: the first time, or whenever they want. The former one is asked for, so that an
    open session is not enough."""
    return answered(request, _password) if isinstance(request.user, User) else redirect("/login")


def _password(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    if request.method != "POST":
        return render(request, "accounts/password.html", {"form": SetPasswordForm(user)})
    form = SetPasswordForm(user, request.POST)
    require_filled(request.POST, "former", *form.fields)
    faults = [
        Problem(f"$.{name}", "weak-password", Text(str(words), str(words)))
        for name, found in form.errors.items()
        for words in found
    ]
    if not own_password(user, request.POST.get("former", ""), where(request, user.username), clock.now()):
        faults.insert(0, Problem("$.former", "wrong-password", _WRONG_FORMER))
    if faults:
        raise Malformed(faults[0].code, faults[0].text, problems=faults)
    user = form.save()
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    update_session_auth_hash(request, user)
    return redirect(home(caller_of(user)))
