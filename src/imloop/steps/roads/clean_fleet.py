"""What the vehicle register says of the clean-energy share among new buses and taxis (D12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TypedDict

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.gates.answer import Answer
from imloop.gates.roads.clean_fleet import FLEETS, Newcomer, Share, clean_share, shares
from imloop.gates.vehicles.origin import from_elsewhere
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.vehicles.vehicle_facts import day as stored_day
from imloop.store.models import PartyKind, Vehicle

FIRST_YEAR = 1990
YEARS_SHOWN = 3


class CleanFleet(TypedDict):
    """``places``: one answer per fleet and year, newest first; ``enterprises``: bus operators, by name."""

    places: list[Answer]
    enterprises: list[Share]


def clean_fleet(caller: Caller, now: datetime, year: int | None = None) -> CleanFleet:
    """For a department, by the first registrations of vehicles with plates of its province: one year, or the last
    three. The law of a year's last day judges it, of today while it runs."""
    require_kind(
        caller,
        PartyKind.ENVIRONMENT,
        PartyKind.POLICE,
        PartyKind.TRANSPORT,
        PartyKind.MARKET,
        PartyKind.SUPERVISOR,
        PartyKind.ADMIN,
    )
    today = day_of(now)
    if year is not None and not FIRST_YEAR <= year <= today.year:
        raise Malformed(
            "wrong-value",
            Text(f"year 应在 {FIRST_YEAR} 至 {today.year} 之间。", f"year: {FIRST_YEAR} to {today.year}."),
            at="year",
        )
    wanted = [year] if year is not None else [today.year - back for back in range(YEARS_SHOWN)]
    law = registers.law_at(today, caller.place)
    # One year more: whether a share has risen is seen beside the year before.
    found = shares(_newcomers(caller.place, law), [*wanted, min(wanted) - 1], law)
    whole = {(share.fleet, share.year): share for share in found if not share.enterprise}
    return {
        "places": [
            clean_share(
                whole[fleet, each],
                whole.get((fleet, each - 1)),
                today,
                registers.law_at(min(today, date(each, 12, 31)), caller.place),
            )
            for fleet in FLEETS
            for each in wanted
        ],
        "enterprises": [s for s in found if s.enterprise and s.year in wanted],
    }


def _newcomers(place: str, law: Law) -> Iterator[Newcomer]:
    """Buses with their operators, and taxis, whose owners are people and stay unnamed."""
    buses = law.words("fleet.bus_usages")
    rows = Vehicle.objects.filter(
        registered=True, facts__usage__in=[*buses, *law.words("fleet.taxi_usages")]
    ).values_list("plate", "fuel", "owner_name", "facts__usage", "facts__first_registered_on")
    for plate, fuel, owner, usage, first in rows.iterator():
        registered = stored_day(first)
        if registered is not None and not from_elsewhere(plate, place):
            yield Newcomer(usage, fuel, registered, owner if usage in buses else "")
