"""What the registers say of a party, a line or a method on a day."""

from __future__ import annotations

from datetime import date, datetime

from imloop.facts.codes import Method
from imloop.facts.refusal import Malformed, Unknown, Unlawful
from imloop.facts.text import Text
from imloop.law import Law, load
from imloop.steps.access import place_prefix
from imloop.steps.station_facts import StationFacts, facts_of
from imloop.store.models import Line, Party, PartyKind
from imloop.store.prepared import rows


def law_at(day: date, place: str) -> Law:
    return load().at(day, place)


def known_place(text: str) -> str:
    """A GB/T 2260 code as typed, or ``Malformed``."""
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        words = Text(
            f"place：{text} 不是六位行政区划代码。", f"place: {text} is not a six-digit division code."
        )
        raise Malformed("wrong-value", words)
    return text


def party(code: str, kind: str) -> Party:
    """A registered party of a kind, or ``Unknown``."""
    found = Party.objects.filter(code=code, kind=kind).first()
    if found is None:
        label = PartyKind(kind).label
        code_kind = "unknown-station" if kind == PartyKind.ISTATION else "unknown-shop"
        raise Unknown(code_kind, Text(f"{label} {code} 未登记。", f"No {kind} is registered under {code}."))
    return found


def any_party(code: str) -> Party:
    """A party of whatever kind, or ``Unknown``."""
    found = Party.objects.filter(code=code).first()
    if found is None:
        raise Unknown("unknown-party", Text(f"没有单位 {code}。", f"No party {code}."))
    return found


def states_on(who: Party, day: date) -> set[str]:
    """Every state of a party's standing that holds on the day."""
    return {standing.state for standing in facts_of(who).standings if standing.holds(day)}


def method_of(text: str) -> Method:
    """The method named by its code, or ``Malformed``."""
    if text not in list(Method):
        raise Malformed("wrong-value", Text(f"没有检验方法 {text}。", f"No method {text}."))
    return Method(text)


def is_active(who: Party, day: date) -> bool:
    """Networked (I) or listed (M) on the day, with no measure in force and no lapsed certificate."""
    return facts_of(who).is_active(day, law_at(day, who.place))


def require_active(facts: StationFacts, day: date, law: Law) -> None:
    """Refuses with the measure, its decision and clause, or with the certificate that has lapsed."""
    refusals = [reason for reason in facts.reasons(day, law) if not reason.warning]
    if refusals:
        first = refusals[0]
        words = Text(f"{facts.party.name}{first.text.zh}", f"{facts.party.name}: {first.text.en}")
        raise Unlawful(first.code, words, cite=first.cite, reasons=refusals)


def require_line(facts: StationFacts, code: str, method: Method, at: datetime, law: Law) -> Line:
    """The line a test ran on; refuses an unknown line and a method it is not licensed for."""
    station, found = facts.party, facts.line(code, at)
    if found is None:
        raise Unknown(
            "unknown-line",
            Text(f"{station.name} 没有登记 {code} 号检测线。", f"{station.name} has no line {code}."),
        )
    if method not in found.line.methods:
        raise Unlawful(
            "method-not-licensed",
            Text(f"{code} 号线未登记 {method} 检测方法。", f"Line {code} is not licensed for {method}."),
            cite=law.cite("station.conditions"),
        )
    return found.line


def department(kind: str, place: str) -> Party | None:
    """The most local department of a kind that is in charge of a place."""
    around = [place, f"{place[:4]}00", f"{place[:2]}0000", "000000"]
    candidates = rows(Party, "kind = %s AND place IN (%s, %s, %s, %s)", [str(kind), *around])
    return max(candidates, key=lambda found: len(place_prefix(found.place)), default=None)
