"""双怠速法 TSI for many tests at once; formulas and clauses as in ``imloop.verdict.methods.tsi``."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Fuel, Method
from imloop.law import Law
from imloop.verdict.arithmetic import MEASURABLE
from imloop.verdict.batch.exact import exact_means
from imloop.verdict.batch.methods.tails import Tails, tails
from imloop.verdict.batch.outcomes import ITEMS_OF, Ends, Found
from imloop.verdict.batch.runs import Floats, Runs
from imloop.verdict.batch.validity import diluted
from imloop.verdict.formulas.gas import brettschneider, fuel_class
from imloop.verdict.methods.tsi import CHANNELS, COLUMN_OF, PHASES

_PLACE = {item: at for at, item in enumerate(ITEMS_OF[Method.TSI])}


def measure(runs: Runs, law: Law, fuel: Fuel | None, ends: Ends) -> Found | None:
    """Means of both phases of tests of one fuel; None where the law's seconds make no sense."""
    seconds = law.integer("tsi.average_s")
    if seconds < 1:
        return None
    out = Found.empty(Method.TSI, runs.tests)
    out.invalid[:] = runs.lacks(*CHANNELS)
    starts = {}
    for name, (phase, _) in PHASES.items():
        enough = np.zeros(runs.tests, dtype=np.bool_)
        start = starts[name] = np.full(runs.tests, -1, dtype=np.int64)
        for tail in tails(runs, phase, seconds):
            enough[tail.tests] = tail.rows.shape[1] == seconds
            start[tail.tests] = tail.rows[:, 0] - runs.bounds[tail.tests]
            _phase(runs, law, fuel, name, tail, out)
        out.invalid[~enough] = True
    out.window[:] = np.where(starts["high"] >= 0, starts["high"], starts["idle"])
    if law.flag("tsi.lambda_required"):
        out.unmeasured[:] = (starts["high"] >= 0) & np.isnan(out.values[:, _PLACE["lambda_high"]])
    return out


def _phase(runs: Runs, law: Law, fuel: Fuel | None, name: str, tail: Tails, out: Found) -> None:
    usable = np.logical_and.reduce([tail.usable(runs.columns[column]) for column in CHANNELS])
    out.invalid[tail.tests] |= ~usable | tail.interrupted | tail.stalled(runs)
    place, owner = tail.places
    total = (runs.columns["co_pct"] + runs.columns["co2_pct"])[tail.rows].ravel()
    out.invalid[:] |= diluted(total, place, owner, runs.tests, law, fuel_class(fuel))
    for item in (f"co_{name}_pct", f"hc_{name}_ppm"):
        tail.average(runs.columns[COLUMN_OF[item][1]], out.values[:, _PLACE[item]])
    if name == "high":
        _lambda(runs, law, fuel, tail, out.values[:, _PLACE["lambda_high"]])


def _lambda(runs: Runs, law: Law, fuel: Fuel | None, tail: Tails, out: Floats) -> None:
    """The analyser's own λ; where a second lacks it, λ from the gases."""
    reported = runs.columns["lambda"]
    tail.average(reported, out)
    usable = tail.usable(reported)
    if usable.all():
        return
    without = Tails(tail.tests[~usable], tail.rows[~usable])
    computed = _computed(runs, law, fuel, without)
    known = np.asarray((np.abs(computed) < MEASURABLE).all(axis=1))
    out[without.tests[known]] = exact_means(computed[known])


def _computed(runs: Runs, law: Law, fuel: Fuel | None, tail: Tails) -> Floats:
    co, co2, hc, o2, no = (
        runs.columns[name][tail.rows] for name in ("co_pct", "co2_pct", "hc_ppm", "o2_pct", "no_ppm")
    )
    return brettschneider(co, co2, hc, o2, np.nan_to_num(no) / 1e4, fuel, law)
