"""May a station or repairer work on a day, and a test run on this line?"""

from __future__ import annotations

from datetime import date, datetime

from imloop.facts.codes import Method
from imloop.facts.refusal import Unknown, Unlawful
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground.registers import law_at
from imloop.steps.stations.station_facts import StationFacts, facts_of
from imloop.store.models import Line, Party


def states_on(who: Party, day: date) -> set[str]:
    """Every state of a party's standing that holds on the day."""
    return {standing.state for standing in facts_of(who).standings if standing.holds(day)}


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
