"""What the registers say of a party, a line or a method on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from imloop.facts.codes import Method
from imloop.facts.refusal import Malformed, Unknown, Unlawful
from imloop.facts.text import Text
from imloop.law import Law, load
from imloop.steps.access import place_prefix
from imloop.store.models import Line, Party, PartyKind, Standing

_CLOSING = {
    Standing.State.SUSPENDED,
    Standing.State.STRUCK_OFF,
    Standing.State.REVOKED,
    Standing.State.WITHDRAWN,
}
_ACTIVE = {PartyKind.ISTATION: Standing.State.NETWORKED, PartyKind.MSTATION: Standing.State.LISTED}


def law_at(day: date, place: str) -> Law:
    return load().at(day, place)


def party(code: str, kind: str) -> Party:
    """A registered party of a kind, or ``Unknown``."""
    found = Party.objects.filter(code=code, kind=kind).first()
    if found is None:
        label = PartyKind(kind).label
        code_kind = "unknown-station" if kind == PartyKind.ISTATION else "unknown-shop"
        raise Unknown(code_kind, Text(f"{label} {code} 未登记。", f"No {kind} is registered under {code}."))
    return found


def states_on(who: Party, day: date) -> set[str]:
    """Every state of a party's standing that holds on the day."""
    running = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return set(who.standings.filter(running).values_list("state", flat=True))


def method_of(text: str) -> Method:
    """The method named by its code, or ``Malformed``."""
    if text not in list(Method):
        raise Malformed("wrong-value", Text(f"没有检验方法 {text}。", f"No method {text}."))
    return Method(text)


def is_active(who: Party, day: date) -> bool:
    """Networked (I) or listed (M) on the day, and nothing that closes it."""
    states = states_on(who, day)
    return _ACTIVE[PartyKind(who.kind)] in states and not states & _CLOSING


def require_active(station: Party, day: date, law: Law) -> None:
    if not is_active(station, day):
        raise Unlawful(
            "station-not-active",
            Text(
                f"{station.name} 在 {day} 不具备检验资格（未联网、暂停或注销）。",
                f"{station.name} was not active on {day}.",
            ),
            cite=law.cite("station.networked_required"),
        )


def require_line(station: Party, code: str, method: Method, day: date, law: Law) -> Line:
    """The line a test ran on; refuses an unknown line and a method it is not licensed for."""
    line = station.lines.filter(
        Q(code=code, since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    ).first()
    if line is None:
        raise Unknown(
            "unknown-line",
            Text(f"{station.name} 没有登记 {code} 号检测线。", f"{station.name} has no line {code}."),
        )
    if method not in line.methods:
        raise Unlawful(
            "method-not-licensed",
            Text(f"{code} 号线未登记 {method} 检测方法。", f"Line {code} is not licensed for {method}."),
            cite=law.cite("station.conditions"),
        )
    return line


def department(kind: str, place: str) -> Party | None:
    """The most local department of a kind that is in charge of a place."""
    candidates = Party.objects.filter(
        kind=kind, place__in=[place, f"{place[:4]}00", f"{place[:2]}0000", "000000"]
    )
    return max(candidates, key=lambda found: len(place_prefix(found.place)), default=None)
