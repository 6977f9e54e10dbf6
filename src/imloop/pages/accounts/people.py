"""The people of a party: list, invite, close an account, make head; for administrators of every party."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.pages.choices import named
from imloop.pages.forms import onward, with_reason_alone
from imloop.pages.guard import EVERY_DESK, desk, page, public
from imloop.steps.accounts import lookups, second_factor, sessions, staffing
from imloop.steps.accounts.log_in import is_locked, unlock
from imloop.steps.accounts.name_and_password import require_good
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.registers import any_party
from imloop.store.models import PartyKind, User


@desk(*EVERY_DESK)
def people(request: HttpRequest, caller: Caller) -> HttpResponse:
    """POST: invite; the link is shown once, as only its hash is kept."""
    now = clock.now()
    party = (
        request.GET.get("party", caller.party_code) if caller.kind == PartyKind.ADMIN else caller.party_code
    )
    if not staffing.may_manage(caller, party, day_of(now)):
        raise NotAllowed(
            "heads-only", Text("由单位负责人管理人员。", "Only the head of the party may manage its people.")
        )
    context: dict[str, object] = {}
    if request.method == "POST":
        form = request.POST
        if form.get("what") == "withdraw":
            staffing.withdraw(caller, whole(form.get("id", "")) or 0, now)
            return redirect(f"/people?party={party}")
        token = staffing.invite(
            caller, party, name=form.get("name", ""), as_head=form.get("head") == "1", now=now
        )
        context["link"] = f"{settings.BASE_URL}/i/{token}"
    context |= {
        "people": [
            {"row": row, "locked": is_locked(row.username, now), "factor": second_factor.confirmed(row)}
            for row in staffing.people(party)
        ],
        "invitations": lookups.invitations(caller, party, now),
        "party": party,
        "decides": any_party(party).kind in OFFICES,
        "parties": named(lookups.parties(caller)),
    }
    return page(request, caller, "accounts/people.html", context)


@desk(*EVERY_DESK)
def one_person(request: HttpRequest, caller: Caller, username: str) -> HttpResponse:
    """POST: close or reopen the account, head or not, end sessions; administrators also unlock and reset the second
    factor."""
    now = clock.now()
    found = staffing.person(caller, username, now)
    context: dict[str, object] = {}
    if request.method == "POST":
        return onward(_act(request, caller, found), f"/people/{username}")
    context |= {
        "person": found,
        "sessions": sessions.sessions(found),
        "locked": is_locked(found.username, now),
        "factor": second_factor.confirmed(found),
        "decides": found.party is not None and found.party.kind in OFFICES,
        "is_admin": caller.kind == PartyKind.ADMIN,
        "office": found.party is not None and found.party.kind in OFFICES,
        "own": found.username == caller.user,
    }
    return page(request, caller, "accounts/person.html", context)


def _act(request: HttpRequest, caller: Caller, found: User) -> object:
    """What a reset makes; nothing of all others."""
    form, now = request.POST, clock.now()
    what, reason = form.get("what", ""), form.get("reason", "")
    if what in ("leave", "back"):
        staffing.set_active(caller, found.username, active=what == "back", reason=reason, now=now)
    elif what in ("head", "no-head"):
        staffing.set_head(caller, found.username, head=what == "head", now=now)
    elif what in ("payer", "no-payer"):
        staffing.set_payer(caller, found.username, pays=what == "payer", now=now)
    elif what == "end-sessions":
        sessions.end_all(caller, found, now)
    elif what == "unlock":
        unlock(caller, found.username, reason=reason, now=now)
    elif what == "reset-factor":
        caller = with_reason_alone(caller, form)
        return staffing.reset_second_factor(caller, found.username, reason=reason, now=now)
    elif what == "clear-identity":
        staffing.clear_identity(caller, found.username, reason=reason, now=now)
    else:
        raise Malformed("wrong-value", Text("没有这项操作。", "No such action."))
    return None


@public
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The invited person chooses name and password."""
    now = clock.now()
    found = staffing.invitation(token, now)
    context: dict[str, object] = {"invitation": found, "decides": found.party.kind in OFFICES}
    if request.method == "POST":
        _require_good(request)
        form = request.POST
        staffing.accept(
            token,
            username=form.get("username", ""),
            password=form.get("password", ""),
            identity=form.get("identity", ""),
            now=now,
        )
        return redirect("/login?opened=1")
    return render(request, "accounts/invitation.html", context)


def _require_good(request: HttpRequest) -> None:
    form = request.POST
    if form.get("password", "") != form.get("again", ""):
        raise Malformed(
            "passwords-differ", Text("两次输入的密码不同。", "The two passwords differ."), at="again"
        )
    require_good(form.get("password", ""))
