"""P3: recompute the verdict of ASM tests from their seconds, in one process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from harness import Figure, Void, ratio, rounds

NANO = 10**9
TESTS, PLACE, DAY = 300, "450200", date(2026, 3, 5)
COPIES = 20
"""How often the tests stand in the layout one after the other: more than any cache holds."""
CHANNELS = ("speed_kmh", "co_pct", "hc_ppm", "no_ppm", "co2_pct", "o2_pct", "rpm", "power_kw")
WORDS = {
    "imloop": (
        "this platform's batch path: result, every value, exceeded items and deciding window, "
        "from columns in a row"
    ),
    "imloop from records": "the same with the laying out of decoded uploads as columns",
    "imloop explained": (
        "this platform's answer to one upload: with findings, citations and every step of the arithmetic"
    ),
    "L": "read the eight columns of every test once, float64 as they are judged",
    "N": "pure Python, verdict and values only",
}


def messages() -> list[dict[str, object]]:
    """Seeded ASM uploads: every third of a failing vehicle, full length; the others end where they passed."""
    from imloop.sim.sample import sample_message

    return [
        json.loads(
            sample_message(
                "ASM",
                station="450203001",
                fail=number % 3 == 0,
                at=f"{DAY}T10:00:{number % 60:02d}",
                seed=number,
            )
        )
        for number in range(TESTS)
    ]


def rules(law: object, limit_set: str = "a") -> object:
    """The reference's rules, from the law the engine judges by."""
    from imloop.law import Law
    from peers.asm_python import ITEMS, MODES, Rules

    assert isinstance(law, Law)
    return Rules(
        limits={
            mode: tuple(law.number(f"limits.ASM.{limit_set}.{item.format(mode)}") for item in ITEMS)  # type: ignore[misc]
            for mode in MODES
        },
        speeds={mode: law.number(f"asm.speed_kmh.{mode}") for mode in MODES},
        factor=law.number("dilution.a.gasoline"),
        factor_max=law.number("dilution.cap"),
        co_co2_min=law.number("gas.co_co2_min_pct.gasoline"),
        co_co2_seconds=law.integer("gas.co_co2_min_seconds"),
        speed_band=law.number("asm.speed_tolerance_kmh"),
        drift=law.number("asm.window_dv_kmh"),
        quick=law.number("asm.quick_ratio"),
        sample_seconds=law.integer("asm.sample_s"),
    )


def timed(work: Callable[[], object], count: int) -> Callable[[], float]:
    """Tests per second of one pass of ``work`` over all tests."""

    def once() -> float:
        start = time.perf_counter()
        work()
        return count / (time.perf_counter() - start)

    return once


def check(engine: Sequence[object], reference: Sequence[tuple[str, dict[str, float]]]) -> str:
    """Engine and reference agree on every verdict, and on every value to the nano-unit the engine decides by."""
    for ours, (result, values) in zip(engine, reference, strict=True):
        exhaust = str(ours.parts["exhaust"])  # type: ignore[attr-defined]
        found = {item.item: item.value / NANO for item in ours.items}  # type: ignore[attr-defined]
        if exhaust != result or found.keys() != values.keys():
            raise Void(f"engine {exhaust} {found}, reference {result} {values}")
        if any(abs(found[name] - values[name]) > 2e-9 for name in values):
            raise Void(f"engine {found}, reference {values}")
    results = [result for result, _ in reference]
    return (
        f"{len(results)} verdicts and all values identical ({results.count('pass')} pass, "
        f"{results.count('fail')} fail)"
    )


def check_batch(engine: Sequence[object], outcomes: object) -> str:
    """The batch path's outcome of every test is the explained answer's."""
    from imloop.verdict import Verdict
    from imloop.verdict.batch import Outcomes, outcome_of

    assert isinstance(outcomes, Outcomes)
    names = ("result", "exhaust", "values", "exceeded", "window")
    for at in range(outcomes.tests):
        one = engine[at % TESTS]
        assert isinstance(one, Verdict)
        alone = outcome_of(one)
        for name in names:
            if not np.array_equal(getattr(alone, name)[0], getattr(outcomes, name)[at]):
                raise Void(f"test {at}: {name} of the batch path is another")
    if outcomes.by_reference.any():
        raise Void("a test was judged one by one")
    return (
        f"{outcomes.tests} outcomes of the batch path (result, values, exceeded, "
        "window) identical to the explained answers"
    )


def figures(count: int) -> list[Figure]:
    from imloop.exchange.uploads.decode_inspection import decode_test
    from imloop.law import load
    from imloop.verdict import judge
    from imloop.verdict.batch import judge_many, runs_of
    from peers import asm_python

    uploads = messages()
    records = [decode_test(json.dumps(message).encode()) for message in uploads]
    many = records * COPIES
    law = load().at(DAY, PLACE)
    plain = rules(law)
    assert isinstance(plain, asm_python.Rules)
    runs = runs_of(many)
    flat = np.concatenate([record.trace.columns[name] for record in many for name in CHANNELS])
    explained = [judge(record, law) for record in records]
    checks = [
        check(explained, [asm_python.judge(message, plain) for message in uploads]),
        check_batch(explained, judge_many(runs, law)),
    ]
    rates = rounds(
        {
            "imloop": timed(lambda: judge_many(runs, law), len(many)),
            "imloop from records": timed(lambda: judge_many(runs_of(many), law), len(many)),
            "imloop explained": timed(lambda: [judge(record, law) for record in records], TESTS),
            "L": timed(flat.sum, len(many)),
            "N": timed(lambda: [asm_python.judge(message, plain) for message in uploads], TESTS),
        },
        count,
    )
    rows = sum(record.trace.rows for record in records) / TESTS
    return [
        Figure(
            key="P3",
            title=f"verdict recompute, ASM, {rows:.0f} seconds per test on average, one core",
            unit="tests/s",
            contestants=WORDS,
            rates=rates,
            ratios=[
                ratio(rates, "imloop", "N", "≥ 30"),
                ratio(rates, "imloop", "L", "≥ 0.08"),
                ratio(rates, "imloop from records", "N"),
                ratio(rates, "imloop explained", "N"),
            ],
            checks=checks,
            notes=[
                f"{TESTS} different tests, for the batch path and L laid out {COPIES} times one after the other"
            ],
        )
    ]
