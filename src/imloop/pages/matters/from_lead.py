"""A form that opens a proceeding from a finding: filled in with what the finding says, sent as one act with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from imloop.facts.digits import whole
from imloop.pages.templatetags.imloop_tags import english
from imloop.steps.findings.lookups import finding
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import alone
from imloop.steps.leads.open_proceeding import carry
from imloop.store.models import Matter

View = Callable[..., HttpResponse]


def as_one_act(view: View) -> View:
    """Where the form names a finding, the matter is opened together with what follows for it, or not at all."""

    @wraps(view)
    def sent(request: HttpRequest, caller: Caller) -> HttpResponse:
        if not request.POST.get("finding"):
            return view(request, caller)
        with alone():
            return view(request, caller)

    return sent


def with_lead(asked: QueryDict, caller: Caller) -> QueryDict:
    """The question with what the finding says in the form's fields."""
    typed, number = asked.copy(), whole(asked.get("finding", ""))
    if number:
        row = finding(caller, number)
        said = row.data.get("text_en") if english() else ""
        typed["open-findings"] = str(said or row.data["text"])
        typed["open-evidence"] = _("线索 %(number)s 及所附证据") % {"number": row.pk}
    return typed


def carry_along(caller: Caller, typed: QueryDict, opened: Matter) -> None:
    """Nothing, where the form came from no finding."""
    if number := whole(typed.get("finding", "")):
        carry(caller, number, opened.matter_no, clock.now())
