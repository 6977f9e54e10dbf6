"""The forms of a station's register page, one action each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import QueryDict

from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.forms import require_sure, sent_day, sent_day_or_none
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.lines.enter_equipment import (
    NewInstrument,
    add_instrument,
    end_line,
    retire_instrument,
    set_line,
)
from imloop.steps.stations.certificates import NewCertificate, enter_certificate
from imloop.steps.stations.change_contact import change_contact
from imloop.steps.stations.staff import join, leave

Action = Callable[[Caller, str, QueryDict, datetime], object]


def act(caller: Caller, code: str, form: QueryDict) -> None:
    """Carry out the form named by ``what``; a tick confirms it."""
    require_sure(form)
    action = _ACTIONS.get(form.get("what", ""))
    if action is None:
        raise Malformed("malformed", Text("没有这项操作。", "There is no such action."))
    action(caller, code, form, clock.now())


def _certificate(caller: Caller, code: str, form: QueryDict, now: datetime) -> object:
    words = {name: form.get(name, "") for name in ("kind", "number", "issuer", "serial")}
    since, until = sent_day(form, "since"), sent_day(form, "until")
    return enter_certificate(caller, code, NewCertificate(**words, since=since, until=until), now)


def _join(caller: Caller, code: str, form: QueryDict, now: datetime) -> object:
    words = {name: form.get(name, "") for name in ("name", "role", "licence_no")}
    qualified = sent_day_or_none(form, "qualified_until")
    since = sent_day(form, "since")
    return join(caller, code, **words, since=since, qualified_until=qualified, now=now)


def _leave(caller: Caller, code: str, form: QueryDict, now: datetime) -> object:
    until = sent_day(form, "until")
    return leave(caller, code, whole(form.get("id", "")) or 0, until=until, now=now)


def _line(caller: Caller, code: str, form: QueryDict, now: datetime) -> object:
    since = sent_day(form, "since")
    return set_line(caller, code, form.get("line", ""), methods=form.getlist("methods"), since=since, now=now)


def _end_line(caller: Caller, code: str, form: QueryDict, now: datetime) -> object:
    return end_line(caller, code, form.get("line", ""), until=sent_day(form, "until"), now=now)


def _instrument(caller: Caller, code: str, form: QueryDict, now: datetime) -> object:
    words = {name: form.get(name, "") for name in ("kind", "model", "serial", "maker")}
    since = sent_day(form, "since")
    return add_instrument(caller, code, form.get("line", ""), NewInstrument(**words, since=since), now)


def _retire(caller: Caller, code: str, form: QueryDict, now: datetime) -> object:
    until = sent_day(form, "until")
    return retire_instrument(caller, code, form.get("serial", ""), until=until, now=now)


def _contact(caller: Caller, code: str, form: QueryDict, now: datetime) -> object:
    words = {name: form.get(name, "") for name in ("phone", "complaint_phone", "opening_hours")}
    return change_contact(caller, **words, now=now)


_ACTIONS: dict[str, Action] = {
    "certificate": _certificate,
    "join": _join,
    "leave": _leave,
    "line": _line,
    "end-line": _end_line,
    "instrument": _instrument,
    "retire": _retire,
    "contact": _contact,
}
