"""HJ 845: a diesel vehicle fails when the same pollutant exceeds its limit in successive readings within some months.

One passage counts once, however many records tell of it. What the register does not call a diesel has no limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop.facts.codes import DIESEL_FUELS
from imloop.facts.days import day_of
from imloop.facts.records.reading import POLLUTANT_NAMES, Pollutant
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.cycle import months_later
from imloop.law import Law

GATE = "remote-screening"
LIMITS = {
    Pollutant.OPACITY: "remote_sensing.opacity_pct",
    Pollutant.RINGELMANN: "remote_sensing.ringelmann_grade",
    Pollutant.NO: "remote_sensing.no_screening_ppm",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A kept reading. ``measured``: pollutants that count; ``over``: those above the limit of that day and place."""

    record_no: str
    site: str
    at: datetime
    measured: frozenset[Pollutant]
    over: frozenset[Pollutant]


@dataclass(frozen=True, slots=True)
class Hit:
    """Successive passages over one limit. ``sure``: within the months by either way of counting them."""

    pollutant: Pollutant
    passages: tuple[Measured, ...]
    sure: bool


def limits(law: Law) -> dict[Pollutant, float]:
    """Of the pollutants that have one on the day of the law, in its place."""
    return {each: law.number(key) for each, key in LIMITS.items() if law.get(key) is not None}


def over(values: Mapping[str, float], known: Mapping[Pollutant, float]) -> frozenset[Pollutant]:
    """Above its limit; equal to it is not. ``known``: from ``limits``."""
    return frozenset(each for each, limit in known.items() if values.get(each, limit) > limit)


def screen(readings: Iterable[Measured], fuel: str, law: Law) -> Answer:
    """``allowed``: nothing is to be followed up. ``fuel``: the register's, empty where it knows none; ``law``: of the
    last reading's day. NO is for screening alone: it is pointed out and refuses nothing."""
    if fuel not in DIESEL_FUELS:
        return Answer.of(GATE, [_not_confirmed(fuel, law)], {"hits": []})
    found = hits(readings, law)
    shown: list[object] = [
        {
            "pollutant": hit.pollutant.value,
            "records": [each.record_no for each in hit.passages],
            "sure": hit.sure,
        }
        for hit in found
    ]
    return Answer.of(GATE, [_exceeded(hit, law) for hit in found], {"hits": shown})


def hits(readings: Iterable[Measured], law: Law) -> tuple[Hit, ...]:
    """For each pollutant the last successive passages over its limit that lie within the months."""
    together = passages(readings, law)
    found = (_last_hit(together, pollutant, law) for pollutant in LIMITS)
    return tuple(hit for hit in found if hit is not None)


def passages(readings: Iterable[Measured], law: Law) -> list[Measured]:
    """Readings of one vehicle in the order of time; those within minutes at one site are one. Of two that differ the
    lower stands: a pollutant is over where every one that measured it says so."""
    span = timedelta(minutes=law.number("remote_sensing.same_passage_minutes"))
    latest: dict[str, list[Measured]] = {}
    groups: list[list[Measured]] = []
    for each in sorted(readings, key=lambda reading: (reading.at, reading.record_no)):
        group = latest.get(each.site)
        if group is None or each.at - group[0].at > span:
            group = latest[each.site] = []
            groups.append(group)
        group.append(each)
    return [_one(group) for group in groups]


def _one(group: Sequence[Measured]) -> Measured:
    known = frozenset[Pollutant]().union(*(each.measured for each in group))
    over_all = {p for p in known if all(p in each.over for each in group if p in each.measured)}
    first = group[0]
    return Measured(first.record_no, first.site, first.at, known, frozenset(over_all))


def _last_hit(together: Sequence[Measured], pollutant: Pollutant, law: Law) -> Hit | None:
    count = law.integer("remote_sensing.successive")
    known = [each for each in together if pollutant in each.measured]
    for end in range(len(known), count - 1, -1):
        run = known[end - count : end]
        if not all(pollutant in each.over for each in run):
            continue
        ways = _within(day_of(run[0].at), day_of(run[-1].at), law.integer("remote_sensing.months"))
        if ways[law.word("remote_sensing.months_counted")]:
            return Hit(pollutant, tuple(run), all(ways.values()))
    return None


def _within(first: date, last: date, months: int) -> dict[str, bool]:
    """By each way to count months: the calendar's, the first one being the first reading's; or from that day on."""
    apart = (last.year - first.year) * 12 + last.month - first.month
    return {"calendar": apart < months, "from_day": last <= months_later(first, months)}


def _not_confirmed(fuel: str, law: Law) -> Reason:
    if fuel:
        words = Text(
            "登记的燃料不是柴油，没有遥感限值，只作线索。",
            "The register calls it no diesel: there is no limit, the readings are leads only.",
        )
        return Reason("no-limit-for-fuel", words, law.cite("scope.hj845.fuels"), warning=True)
    return Reason(
        "fuel-not-confirmed",
        Text(
            "燃料未经登记确认；发送方所报燃料可能是推测的，不适用柴油限值。",
            "The register does not confirm the fuel; what the sender says may be guessed, so no limit applies.",
        ),
        law.cite("scope.hj845.fuels"),
        Text("请向车辆登记核对燃料种类。", "Ask the register of vehicles for the fuel."),
        warning=True,
    )


def _exceeded(hit: Hit, law: Law) -> Reason:
    screening, name = hit.pollutant is Pollutant.NO, POLLUTANT_NAMES[hit.pollutant]
    first, last = (day_of(each.at) for each in (hit.passages[0], hit.passages[-1]))
    count = len(hit.passages)
    return Reason(
        "remote-screening-only" if screening else "remote-limit-exceeded",
        Text(
            f"{name.zh}自 {first} 至 {last} 连续 {count} 次超过限值{'，该项只用于筛查' if screening else ''}。",
            f"{name.en}: over its limit in {count} successive passages from {first} to {last}"
            f"{'; it is for screening only' if screening else ''}.",
        ),
        law.cite(LIMITS[hit.pollutant]),
        Text(
            "先审核每条记录能否作为证据，再决定监督抽测或者告知。",
            "Review each record as evidence first, then decide on a spot check or tell the owner.",
        ),
        item=hit.pollutant,
        warning=screening,
    )
