"""A case and the outages around it: does paper count today, was it entered, did the record match (E6)."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.law.sentences import at_the_same_station, outage_papers
from imloop.pages.outages.outages import outage_row, unlock_row
from imloop.steps.ground import registers
from imloop.steps.outages import known_outages
from imloop.steps.outages.unlock_texts import of_case
from imloop.steps.stations.declared_outages import as_fact
from imloop.store.models import Case, Outage


def paper_card(case: Case, now: datetime) -> dict[str, object]:
    """``paper``: the outages that let this case be retested on paper now, the papers the law accepts, and every retest
    on paper so far; empty of all where there was none."""
    law = registers.law_at(day_of(now), case.place)
    accepted = outage_papers(law)
    running = [row for row in known_outages.running() if _helps(case, row)] if accepted else []
    return {
        "paper": {
            "running": [outage_row(row) for row in running if as_fact(row).counts(law)],
            "papers": accepted,
            "same_station": at_the_same_station(law),
            "hours": law.integer("outage.unlock_hours"),
            "unlocks": [unlock_row(row, now) for row in of_case(case)],
        }
    }


def _helps(case: Case, row: Outage) -> bool:
    station = case.station
    return (
        case.closed_at is None and station is not None and as_fact(row).reaches(station.code, station.place)
    )
