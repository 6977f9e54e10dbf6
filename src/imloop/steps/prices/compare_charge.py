"""What may be charged for a test of this vehicle here (B5, B8)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from imloop.facts.codes import Method, Result
from imloop.facts.days import day_of
from imloop.gates.answer import Answer
from imloop.gates.prices.charge import PassBefore, charge, price_of
from imloop.gates.vehicles.cycle import cycle_on
from imloop.law import Law
from imloop.steps.prices.publish_price import prices_at
from imloop.steps.vehicles.vehicle_facts import described, subject_of
from imloop.store.models import Party, Vehicle
from imloop.store.statements import aware, fetch_one

_PASSED = (
    "SELECT test_no, started_at FROM store_test WHERE vehicle_id = %s AND result = %s AND counts <> 'nothing' "
    "ORDER BY started_at DESC LIMIT 1"
)


def charge_for(
    vehicle: Vehicle | None,
    station: Party,
    method: Method,
    day: date,
    law: Law,
    charged: Decimal | None = None,
) -> Answer:
    """The price that is due; with ``charged``, whether that was right. Asked before the day's own test is entered."""
    return charge(
        station=station.code,
        method=method,
        usage=str(described(vehicle).get("usage") or "") if vehicle else "",
        day=day,
        last_pass=_last_pass(vehicle, day, law) if vehicle and vehicle.pk else None,
        price=price_of(prices_at(station, day), station.code, method, day),
        law=law,
        charged=charged,
    )


def _last_pass(vehicle: Vehicle, day: date, law: Law) -> PassBefore | None:
    """The last pass, good until the day before the running cycle may be tested again."""
    if not law.flag("commercial.no_double_charge"):
        return None
    test = fetch_one(_PASSED, [vehicle.pk, str(Result.PASS)])
    opens_on = cycle_on(subject_of(vehicle), day, law).opens_on
    if test is None or opens_on is None:
        return None
    test_no, started_at = test
    return PassBefore(test_no, day_of(aware(started_at)), opens_on - timedelta(days=1))
