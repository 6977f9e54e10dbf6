"""Simulated runs: physics that closes, honest runs without a doubt, faults that are found."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pytest

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.codes import Fuel, Method, Result
from imloop.law import load
from imloop.sim.cars.fleet import make_for
from imloop.sim.cars.upload import Run, encode, run_message
from imloop.sim.traces.condition import Fault, faulty, healthy
from imloop.sim.traces.gas import Engine
from imloop.sim.traces.runs import trace
from imloop.verdict import judge

PETROL = Engine(Fuel.GASOLINE, 1350.0, 90.0, 6000.0)
TRUCK = Engine(Fuel.DIESEL, 4000.0, 120.0, 2800.0)
START = datetime(2026, 3, 5, 9, 0, tzinfo=timezone(timedelta(hours=8)))
FAULTS = {
    Method.ASM: (Fault.RICH, Fault.MISFIRE, Fault.CATALYST, Fault.NOX),
    Method.TSI: (Fault.RICH, Fault.MISFIRE, Fault.CATALYST, Fault.LEAN),
    Method.LUGDOWN: (Fault.SMOKE, Fault.DIESEL_NOX, Fault.POWER),
    Method.FREEACC: (Fault.SMOKE,),
}


def columns(method: Method, seed: int, fault: Fault = Fault.NONE) -> dict[str, list[object]]:
    rng = np.random.default_rng(seed)
    engine = TRUCK if method in (Method.LUGDOWN, Method.FREEACC) else PETROL
    state = healthy(rng, engine.fuel, 9.0) if fault is Fault.NONE else faulty(rng, engine.fuel, 9.0, fault)
    return trace(rng, method, engine, state)


def judged(method: Method, seed: int, fault: Fault):
    law = load().at(date(2026, 3, 5), "450200")
    vehicle = make_for(method, seed, seed, date(2026, 4, 1))
    rng = np.random.default_rng([9, seed])
    make = healthy if fault is Fault.NONE else lambda *known: faulty(*known, fault)
    state = make(rng, vehicle.fuel, vehicle.age_years)
    run = Run("T-1", "450203001", "01", 1, START, ambient=(18.0 + seed % 12, 55.0 + seed % 30, 100.4))
    message, _ = run_message(rng, run, vehicle, state, law)
    return judge(decode_test(encode(message)), law), message


@pytest.mark.parametrize("method", sorted(Method))
def test_columns_are_equally_long_and_start_at_zero(method: Method) -> None:
    found = columns(method, 1)
    assert len({len(values) for values in found.values()}) == 1
    assert found["t_s"] == list(range(len(found["t_s"])))


@pytest.mark.parametrize("method", sorted(Method))
def test_a_seed_gives_the_same_run(method: Method) -> None:
    assert columns(method, 5) == columns(method, 5) != columns(method, 6)


@pytest.mark.parametrize("method", [Method.ASM, Method.TSI])
@pytest.mark.parametrize("seed", range(6))
def test_the_carbon_balance_closes(method: Method, seed: int) -> None:
    found = {name: np.array(values) for name, values in columns(method, seed).items() if name != "phase"}
    carbon = found["co_pct"] + found["co2_pct"]
    near_stoichiometric = (found["lambda"] >= 0.98) & (found["lambda"] <= 1.03)
    assert near_stoichiometric.all()
    assert carbon.min() > 14.5 and carbon.max() < 15.4


@pytest.mark.parametrize("method", [Method.LUGDOWN, Method.FREEACC])
def test_k_and_opacity_speak_of_the_same_smoke(method: Method) -> None:
    found = columns(method, 3, Fault.SMOKE)
    k, opacity = np.array(found["k_per_m"]), np.array(found["opacity_pct"])
    assert np.abs(100 * (1 - np.exp(-0.430 * k)) - opacity).max() <= 0.051


@pytest.mark.parametrize("method", sorted(Method))
@pytest.mark.parametrize("seed", range(8))
def test_an_honest_run_of_a_clean_vehicle_passes_without_a_doubt(method: Method, seed: int) -> None:
    verdict, message = judged(method, seed, Fault.NONE)
    assert verdict.result is Result.PASS
    assert not verdict.findings
    assert message["claimed"]["verdict"] == "pass"


@pytest.mark.parametrize(("method", "fault"), [(m, f) for m, faults in FAULTS.items() for f in faults])
@pytest.mark.parametrize("seed", range(4))
def test_a_faulty_vehicle_fails_without_a_doubt(method: Method, fault: Fault, seed: int) -> None:
    verdict, message = judged(method, seed, fault)
    assert verdict.result is Result.FAIL
    assert not verdict.findings
    assert message["claimed"]["verdict"] == "fail"


def test_obd_faults_are_found() -> None:
    assert judged(Method.ASM, 2, Fault.OBD)[0].result is Result.FAIL
    assert judged(Method.ASM, 2, Fault.NOT_READY)[0].result is Result.NOT_READY


def test_a_clean_asm_run_stops_early() -> None:
    _, clean = judged(Method.ASM, 1, Fault.NONE)
    _, dirty = judged(Method.ASM, 1, Fault.CATALYST)
    assert len(clean["trace"]["columns"]["t_s"]) < 60 < 150 < len(dirty["trace"]["columns"]["t_s"])
