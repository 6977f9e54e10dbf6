"""林格曼黑度法 RINGELMANN for many tests at once; rules as in ``imloop.verdict.methods.ringelmann``."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Fuel, Method
from imloop.law import Law
from imloop.verdict.arithmetic import MEASURABLE
from imloop.verdict.batch.outcomes import Ends, Found
from imloop.verdict.batch.runs import Runs
from imloop.verdict.batch.validity import highest
from imloop.verdict.methods.ringelmann import CHANNEL, DARKEST


def measure(runs: Runs, law: Law, fuel: Fuel | None, ends: Ends) -> Found | None:
    """The darkest second of every test."""
    out = Found.empty(Method.RINGELMANN, runs.tests)
    out.invalid[:] = (runs.lengths < law.integer("ringelmann.seconds")) | runs.lacks(CHANNEL)
    grade = runs.column(CHANNEL)
    if grade is None:
        return out
    bad = ~(np.abs(grade) < MEASURABLE) | (grade < 0.0) | (grade > DARKEST)
    owner = np.repeat(np.arange(runs.tests), runs.lengths)
    readable = (runs.lengths > 0) & ~runs.lacks(CHANNEL)
    readable[owner[bad]] = False
    out.invalid[owner[bad]] = True
    most = highest(np.where(bad, -np.inf, grade), runs.bounds)
    first = np.full(runs.tests, runs.rows)
    rows = np.flatnonzero(grade == most[owner])
    np.minimum.at(first, owner[rows], rows)
    out.values[readable, 0] = most[readable]
    out.window[readable] = (first - runs.bounds[:-1])[readable]
    return out
