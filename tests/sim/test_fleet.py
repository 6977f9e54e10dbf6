"""Vehicles and parties of the simulated city carry identifiers that hold."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from stdnum.cn import uscc

from imloop.facts.codes import Method
from imloop.sim.cars.fleet import fail_rate, make_vehicle
from imloop.sim.world.identifiers import unified_code, vin_check_digit
from imloop.sim.world.places import SHOPS, STATIONS, crew, instruments

FLEET = [make_vehicle(1, ordinal, date(2026, 11, 1)) for ordinal in range(400)]


@pytest.mark.parametrize(
    ("vin", "digit"),
    [
        ("1M8GDM9AXKP042788", "X"),
        ("LGXC16DF4A0169664", "4"),
        ("LDC613P23A1305189", "3"),
        ("LSVAU2180N2183294", "X"),
    ],
)
def test_check_digit(vin: str, digit: str) -> None:
    assert vin_check_digit(vin) == digit


def test_vehicles_are_unique_and_well_formed() -> None:
    assert len({car.vin for car in FLEET}) == len({car.plate for car in FLEET}) == len(FLEET)
    assert all(len(car.vin) == 17 and vin_check_digit(car.vin) == car.vin[8] for car in FLEET)
    lengths = Counter((car.facts["plate_colour"], len(car.plate)) for car in FLEET)
    assert set(lengths) == {("blue", 7), ("yellow", 7), ("green", 8)}


def test_the_fleet_is_a_city_s_mix() -> None:
    methods = Counter(car.method for car in FLEET)
    assert set(methods) == {Method.ASM, Method.TSI, Method.LUGDOWN, Method.FREEACC}
    assert methods[Method.ASM] > 280
    assert 0.07 < sum(map(fail_rate, FLEET)) / len(FLEET) < 0.10


def test_a_vehicle_follows_from_seed_and_ordinal() -> None:
    assert make_vehicle(1, 7, date(2026, 11, 1)) == FLEET[7]


def test_unified_codes_hold_their_checks() -> None:
    codes = {unified_code(party.code) for party in (*STATIONS, *SHOPS)}
    assert len(codes) == len(STATIONS) + len(SHOPS) == 18
    assert all(uscc.is_valid(code) for code in codes)


def test_lines_have_what_their_methods_need() -> None:
    for station in STATIONS:
        assert 2 <= len(station.lines) <= 3
        people = [crew(station.code, code) for code, _ in station.lines]
        assert len({name for pair in people for name in pair[:2]}) == 2 * len(people)
        for _, methods in station.lines:
            assert set(methods) <= set(Method) and "weather_station" in instruments(methods)
