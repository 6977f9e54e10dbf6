"""What waits for a second person: the list, and one card on which it is confirmed, rejected or withdrawn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.forms import file_response
from imloop.pages.guard import desk, of_one_moment, page, words
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.second_person.decide import confirm, confirm_list, proposal, reject, withdraw
from imloop.steps.second_person.kinds import act_of
from imloop.steps.second_person.lookups import (
    about_of,
    file_of,
    files_of,
    lists_of,
    proposals,
    shown,
    who_confirms,
)
from imloop.steps.second_person.texts import STATES
from imloop.steps.second_person.who_may import asked_of, may_confirm, to_confirm
from imloop.store.models import Proposal

_STEPS = {"confirm": confirm, "reject": reject, "withdraw": withdraw}
_CSS = {"confirmed": "pass", "rejected": "fail", "lapsed": "fail", "withdrawn": "fail"}


@desk(*OFFICES)
def all_proposals(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What waits for the reader, what the reader's party proposed, and what was decided; POST: confirm a whole list."""
    if request.method == "POST":
        form = request.POST
        confirm_list(caller, form.get("batch", ""), said=form.get("said", ""), now=clock.now())
        return redirect("/proposals")
    waiting, decided = (shown(caller, proposals(caller, is_open=is_open)) for is_open in (True, False))
    mine = to_confirm(caller, shown(caller, proposals(caller, is_open=True, only=asked_of(caller))))
    context = {
        "mine": [as_row(row) for row in mine],
        "others": [as_row(row) for row in waiting if row not in mine],
        "decided": [as_row(row) for row in decided],
        "lists": [
            (row.batch, count) for row, count in lists_of(caller, clock.now()) if may_confirm(caller, row)
        ],
    }
    return page(request, caller, "second_person/proposals.html", context)


@desk(*OFFICES)
@of_one_moment
def one_proposal(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """What will happen, with the object beside it; POST: confirm, reject, withdraw."""
    if request.method == "POST":
        _decide(caller, number, request.POST)
        return redirect(f"/proposals/{number}")
    (row,) = shown(caller, [proposal(caller, number)])
    is_open = row.state in Proposal.OPEN
    own = row.party is not None and row.party.code == caller.party_code
    word = act_of(row.kind).word
    context = {
        **as_row(row),
        "shows": [(words(name), value) for name, value in act_of(row.kind).shows(row)],
        "compares": [[words(each) for each in line] for line in act_of(row.kind).compares(row)],
        "files": files_of(row),
        "may_confirm": may_confirm(caller, row),
        "may_withdraw": is_open and own,
        "word": words(word) if word else "",
        "over": is_open and row.expires_at < clock.now(),
    }
    return page(request, caller, "second_person/proposal.html", context)


@desk(*OFFICES)
def one_file(request: HttpRequest, caller: Caller, number: int, digest: str) -> HttpResponse:
    """A photograph of the paper that an unlock rests on."""
    return file_response(file_of(caller, number, digest, clock.now()))


def _decide(caller: Caller, number: int, form: QueryDict) -> None:
    step = _STEPS.get(form.get("what", ""))
    if step is None:
        raise Malformed("malformed", Text("没有这项操作。", "There is no such action."))
    step(caller, number, said=form.get("said", ""), now=clock.now())


def as_row(row: Proposal) -> dict[str, object]:
    """For ``second_person/rows.html``; a vehicle is masked until it is opened."""
    act = act_of(row.kind)
    return {
        "row": row,
        "name": words(act.name),
        "state": words(STATES[row.state]),
        "css": _CSS.get(row.state, "wait"),
        "link": act.link(row),
        "about": words(about_of(row)),
        "confirms": words(who_confirms(row)),
        "is_open": row.state in Proposal.OPEN,
    }
