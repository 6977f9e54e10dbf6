"""What is asked with every upload finds its row by an index, however many vehicles there are."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from imloop.steps.cases.ask_permit import _BY_VIN
from imloop.steps.vehicles.identify_vehicle import _BY_FORMER_PLATES, _HELD, with_vin
from imloop.store.models import PlateSpan, Vehicle
from support.city import City


@pytest.fixture
def plan(city: City) -> None:
    """PostgreSQL plans by what it counted, so there is something to count: a register of two thousand vehicles."""
    Vehicle.objects.bulk_create(
        Vehicle(vin=f"LSVAU2180N{number:07d}", plate=f"桂B{number:05d}") for number in range(2000)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE store_vehicle")


@pytest.mark.usefixtures("plan")
def test_a_vin_is_found_by_its_index() -> None:
    for found in (with_vin("LSVAU2180N0000001"), with_vin("LSVAU2180N0000001", "LSVAU2180N0000002")):
        assert "vehicle_vin" in found.explain()


@pytest.mark.usefixtures("plan")
def test_the_permit_s_question_finds_the_vehicle_by_its_index() -> None:
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + _BY_VIN, ["LSVAU2180N0000001", "450203001"])
        plan = str(cursor.fetchall())
    assert "vehicle_vin" in plan
    assert "SCAN v" not in plan


@pytest.mark.usefixtures("plan")
def test_who_once_bore_a_plate_is_found_by_its_index() -> None:
    """Asked with every upload, though hardly ever anybody is."""
    cars = list(Vehicle.objects.order_by("id"))
    PlateSpan.objects.bulk_create(
        PlateSpan(vehicle=car, plate=car.plate, since=date(2020, 1, 1), until=date(2025, 1, 1))
        for car in cars
    )
    marks = {"marks": "%s", "vins": "%s", "plates": "%s, %s"}
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE store_platespan")
        key, plates = cars[0].pk, [cars[0].plate, cars[1].plate]
        then = [plates[0], "2025-01-01", "2025-01-01", datetime(2025, 1, 1, tzinfo=UTC)]
        cursor.execute(explain + _HELD.format(**marks), [key, key, cars[0].vin, *plates, *plates, key, *then])
        plan = str(cursor.fetchall())
        cursor.execute(explain + _BY_FORMER_PLATES.format(**marks), [key, key])
        plan += str(cursor.fetchall())
    # By the plate, or by the vehicle of an open case where those are fewer.
    assert "store_platespan_" in plan
    assert "Seq Scan on store_platespan" not in plan and "Seq Scan on store_vehicle" not in plan
    assert not any(f"SCAN {table}" in plan for table in ("f", "o", "p", "s", "w"))


def test_a_vehicle_without_a_vin_is_not_found_by_an_empty_one(city: City) -> None:
    Vehicle.objects.create(plate="桂B12345")
    assert not with_vin("").exists()
