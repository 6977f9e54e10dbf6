"""R12, D12: the share of clean-energy vehicles among the buses and taxis newly registered in a place in a year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from imloop.facts.codes import NATURAL_GAS, Fuel
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.law import Law

GATE = "clean-fleet"
FLEETS = {
    "bus": Text("公交车", "public buses"),
    "taxi": Text("出租车", "taxis"),
}
_KINDS = {
    **dict.fromkeys(NATURAL_GAS, "natural_gas"),
    Fuel.HYBRID_GASOLINE: "hybrid",
    Fuel.HYBRID_DIESEL: "hybrid",
    Fuel.ELECTRIC: "electric",
    Fuel.HYDROGEN: "fuel_cell",
}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A bus or taxi and the day of its first registration. ``fuel`` empty: not known, and not counted as clean."""

    usage: str
    fuel: str
    registered_on: date
    enterprise: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """Vehicles first registered in a year, and how many of them are clean. ``enterprise`` empty: the whole place."""

    fleet: str
    year: int
    registered: int
    clean: int
    enterprise: str = ""

    @property
    def percent(self) -> float | None:
        """0 to 100; None when nothing was registered."""
        return 100 * self.clean / self.registered if self.registered else None

    def to_json(self) -> dict[str, object]:
        percent = self.percent
        return {
            "fleet": self.fleet,
            "year": self.year,
            "enterprise": self.enterprise,
            "registered": self.registered,
            "clean": self.clean,
            "percent": None if percent is None else round(percent, 1),
        }


def is_clean(fuel: str, law: Law) -> bool:
    """Does the vehicle run on what the law counts as clean energy?"""
    return _KINDS.get(Fuel(fuel)) in law.words("vehicle.clean_kinds") if fuel in list(Fuel) else False


def fleet_of(usage: str, law: Law) -> str:
    """bus | taxi | empty: another use."""
    return next((name for name in FLEETS if usage in law.words(f"fleet.{name}_usages")), "")


def shares(newcomers: Iterable[Newcomer], years: Iterable[int], law: Law) -> list[Share]:
    """For every fleet and year the place as a whole, then its enterprises by name."""
    counts: dict[tuple[str, int, str], list[int]] = {
        (fleet, year, ""): [0, 0] for fleet in FLEETS for year in years
    }
    wanted = {year for _, year, _ in counts}
    for each in newcomers:
        fleet, year = fleet_of(each.usage, law), each.registered_on.year
        if not fleet or year not in wanted:
            continue
        for enterprise in {"", each.enterprise}:
            count = counts.setdefault((fleet, year, enterprise), [0, 0])
            count[0] += 1
            count[1] += is_clean(each.fuel, law)
    order = list(FLEETS)
    keys = sorted(counts, key=lambda key: (order.index(key[0]), -key[1], key[2]))
    return [Share(key[0], key[1], counts[key][0], counts[key][1], key[2]) for key in keys]


def clean_share(share: Share, before: Share | None, today: date, law: Law) -> Answer:
    """Is the share of a place as high as the law wants, and higher than the year before? A year that still runs, and a
    share that did not rise, are only pointed out. ``law``: of the year's last day, or of today."""
    running = share.year == today.year
    return Answer.of(
        GATE,
        [_below(share, law, running), None if running else _not_rising(share, before, law)],
        share.to_json(),
    )


def _below(share: Share, law: Law, running: bool) -> Reason | None:
    if share.fleet != "bus" or share.percent is None or law.get("fleet.clean_bus_share") is None:
        return None
    least = law.number("fleet.clean_bus_share")
    if share.percent >= least:
        return None
    return Reason(
        "clean-share-below-minimum",
        Text(
            f"{share.year} 年{'至今' if running else ''}新增、更新的公交车中清洁能源汽车占 {share.percent:.1f} %，"
            f"重点城市应达到 {least:g} % 以上。",
            f"Of the buses registered in {share.year}{' so far' if running else ''}, {share.percent:.1f} % run on "
            f"clean energy; a key city must reach {least:g} %.",
        ),
        law.cite("fleet.clean_bus_share"),
        Text("更新、新增公交车时优先选用清洁能源汽车。", "Choose clean-energy buses for the next renewals."),
        warning=running,
    )


def _not_rising(share: Share, before: Share | None, law: Law) -> Reason | None:
    if law.get("fleet.clean_share_rising") is None or before is None:
        return None
    then, now = before.percent, share.percent
    if then is None or now is None or now > then or now == 100:
        return None
    return Reason(
        "clean-share-not-rising",
        Text(
            f"{FLEETS[share.fleet].zh}的清洁能源比例 {before.year} 年为 {then:.1f} %，"
            f"{share.year} 年为 {now:.1f} %，没有提高。",
            f"Clean {FLEETS[share.fleet].en}: {then:.1f} % in {before.year}, {now:.1f} % in {share.year}, no increase.",
        ),
        law.cite("fleet.clean_share_rising"),
        Text("比例应当逐年提高。", "The share should rise every year."),
        warning=True,
    )
