"""加载减速法 LUGDOWN for many tests at once; formulas and clauses as in ``imloop.verdict.methods.lugdown``."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Fuel, Method
from imloop.law import Law
from imloop.verdict.arithmetic import MEASURABLE
from imloop.verdict.batch.air import bad_air, by_the_air
from imloop.verdict.batch.methods.tails import tails
from imloop.verdict.batch.outcomes import ITEMS_OF, Ends, Found
from imloop.verdict.batch.runs import PHASE_NUMBER, Floats, Runs
from imloop.verdict.batch.validity import highest, owners_of
from imloop.verdict.methods import ringelmann
from imloop.verdict.methods.lugdown import COLUMN_OF, DRIVEN, NOX, PHASE_OF, PHASES, decided

_PLACE = {item: at for at, item in enumerate(ITEMS_OF[Method.LUGDOWN])}


def measure(runs: Runs, law: Law, fuel: Fuel | None, ends: Ends) -> Found | None:
    """Means of both points and the largest power; None where the law's seconds make no sense."""
    seconds = law.integer("lugdown.average_s")
    if seconds < 1:
        return None
    out = Found.empty(Method.LUGDOWN, runs.tests)
    judged = decided(ends.limited, law)
    out.advisory[:, _PLACE[NOX]] = NOX not in judged
    out.invalid[:] = runs.lacks("power_kw")
    starts = {}
    for phase in PHASES.values():
        enough = np.zeros(runs.tests, dtype=np.bool_)
        items = [item for item, own in PHASE_OF.items() if own == phase]
        wanted = [COLUMN_OF[item] for item in items if item in judged or item.startswith("k_")]
        out.invalid[:] |= runs.lacks(*wanted)
        start = starts[phase] = np.full(runs.tests, -1, dtype=np.int64)
        for tail in tails(runs, phase, seconds):
            enough[tail.tests] = tail.rows.shape[1] == seconds
            usable = np.logical_and.reduce([tail.usable(runs.columns[name]) for name in wanted])
            out.invalid[tail.tests] |= ~usable | tail.interrupted | tail.stalled(runs)
            for item in items:
                tail.average(runs.columns[COLUMN_OF[item]], out.values[:, _PLACE[item]])
            start[tail.tests] = tail.rows[:, 0] - runs.bounds[tail.tests]
        out.invalid[~enough] = True
    first, second = (~np.isnan(out.values[:, _PLACE[item]]) for item in ("k_100_per_m", "k_80_per_m"))
    out.window[second] = starts[PHASES["80"]][second]
    out.window[first] = starts[PHASES["100"]][first]
    scanned = [PHASE_NUMBER[name] for name in law.words("lugdown.power_phases") if name in PHASE_NUMBER]
    _air(runs, law, out)
    _power(runs, scanned, out, "power_ratio" in ends.limited)
    if ringelmann.ITEM in ends.limited:
        _darkest(runs, out.values[:, _PLACE[ringelmann.ITEM]])
    return out


def _air(runs: Runs, law: Law, out: Found) -> None:
    most = law.number("lugdown.ambient_max_c")
    bad = bad_air(runs, law) | by_the_air(runs, lambda warm, damp, pressure: warm > most)
    if bad.any():
        driven = np.isin(runs.phase, [PHASE_NUMBER[name] for name in DRIVEN])
        out.invalid[owners_of(runs, np.flatnonzero(bad & driven))] = True


def _power(runs: Runs, scanned: list[int], out: Found, limited: bool) -> None:
    factor = runs.columns["power_factor"]
    corrected = runs.columns["power_kw"] * np.where(np.isnan(factor), 1.0, factor)
    counts = np.isin(runs.phase, scanned) & (np.abs(corrected) < MEASURABLE)
    most = highest(np.where(counts, corrected, -np.inf), runs.bounds)
    known = most > -np.inf
    out.invalid[~known] = True
    out.values[known, _PLACE["max_power_kw"]] = most[known]
    rated = runs.stated[0]
    judged = known & (rated > 0.0) & (rated < MEASURABLE)
    out.values[judged, _PLACE["power_ratio"]] = most[judged] / rated[judged]
    if limited:
        out.unmeasured[:] = known & ~judged


def _darkest(runs: Runs, out: Floats) -> None:
    """The darkest second that was seen."""
    grade = runs.column(ringelmann.CHANNEL)
    if grade is None:
        return
    most = highest(np.where(np.abs(grade) < MEASURABLE, grade, -np.inf), runs.bounds)
    seen = most >= 0.0
    out[seen] = most[seen]
