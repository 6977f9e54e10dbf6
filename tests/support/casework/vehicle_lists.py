"""Rows of a register's list of vehicles, as a department imports them."""

from __future__ import annotations

import csv
import io
from datetime import date

from imloop.facts.days import day_of
from imloop.steps.ground import clock
from support.messages.uploads import PLATE, VIN

OTHER_VIN, OTHER_PLATE = "LFV2A21K6J3123457", "桂B54321"


def years_ago(years: int) -> str:
    """A first registration whose ``years``-th cycle ends this month."""
    today = day_of(clock.now())
    return date(today.year - years, today.month, 1).isoformat()


def diesel(**change: str) -> dict[str, str]:
    car = {"vin": VIN, "plate": PLATE, "plate_colour": "blue", "vehicle_type": "K33", "usage": "A"}
    more = {"fuel": "diesel", "emission_stage": "5", "max_mass_kg": "1800"}
    return {**car, **more, "first_registered_on": years_ago(10), **change}


def as_csv(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
