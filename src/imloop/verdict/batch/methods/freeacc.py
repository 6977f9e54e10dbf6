"""自由加速法 FREEACC for many tests at once; formulas and clauses as in ``imloop.verdict.methods.freeacc``."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from imloop.facts.codes import Fuel, Method
from imloop.law import Law
from imloop.verdict.arithmetic import MEASURABLE, nano_levels
from imloop.verdict.batch.outcomes import Ends, Found
from imloop.verdict.batch.runs import Floats, Indices, Mask, Runs
from imloop.verdict.batch.validity import owners_of, unusable
from imloop.verdict.methods.freeacc import speed_wanted


@dataclass(frozen=True, slots=True)
class Blips:
    """The judged accelerations, in the order of their tests and numbers: ``rows`` shape (rows,) in the flat layout,
    ``bounds`` shape (blips + 1,) into them, ``owner`` shape (blips,), and how many numbered ones a test has, judged or
    not: ``found`` shape (tests,)."""

    rows: Indices
    bounds: Indices
    owner: Indices
    found: Indices

    @property
    def row_owner(self) -> Indices:
        return np.repeat(self.owner, np.diff(self.bounds))


def measure(runs: Runs, law: Law, fuel: Fuel | None, ends: Ends) -> Found | None:
    """The mean of the last maxima; None where the law's number of accelerations makes no sense."""
    wanted = law.integer("freeacc.blips")
    if wanted < 1:
        return None
    out = Found.empty(Method.FREEACC, runs.tests)
    blips = _last_blips(runs, wanted)
    out.invalid[:] = runs.lacks("k_per_m", "blip") | (blips.found < wanted)
    needed = _speeds_wanted(runs, law)
    out.invalid[:] |= ~np.isnan(needed) & runs.lacks("rpm")
    if not len(blips.rows):
        return out
    k, owner = runs.columns["k_per_m"][blips.rows], blips.row_owner
    readable = blips.found > 0
    without = unusable(k)
    if without is not None:
        out.invalid[owner[without]] = True
        readable[owner[without]] = False
    out.invalid[owner[runs.columns["rpm"][blips.rows] == 0]] = True
    out.invalid[blips.owner[_too_slow(runs, blips, needed)]] = True
    peaks = np.maximum.reduceat(k, blips.bounds[:-1])
    _means(blips, peaks, readable, out)
    earliest = np.full(runs.tests, runs.rows)
    np.minimum.at(earliest, owner, blips.rows)
    out.window[readable] = (earliest - runs.bounds[:-1])[readable]
    return out


def _last_blips(runs: Runs, wanted: int) -> Blips:
    blip = runs.columns["blip"]
    rows = np.flatnonzero((blip > 0) & (blip < MEASURABLE))
    owner, order = owners_of(runs, rows), blip[rows]
    if ((order[1:] < order[:-1]) & (owner[1:] == owner[:-1])).any():
        # The same number given twice is one acceleration: by number, then by time.
        turn = np.lexsort((order, owner))
        rows, order = rows[turn], order[turn]
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (order[1:] != order[:-1]) | (owner[1:] != owner[:-1])
    begins = np.flatnonzero(new)
    found = np.bincount(owner[begins], minlength=runs.tests)
    after = np.cumsum(found)[owner[begins]]
    kept = after - np.arange(len(begins)) <= wanted
    lengths = np.diff(np.append(begins, len(rows)))
    return Blips(
        rows[np.repeat(kept, lengths)],
        np.concatenate(([0], np.cumsum(lengths[kept]))),
        owner[begins][kept],
        found,
    )


def _means(blips: Blips, peaks: Floats, usable: Mask, out: Found) -> None:
    judged = np.bincount(blips.owner, minlength=len(usable))
    edges = np.concatenate(([0], np.cumsum(judged)))
    for count in np.unique(judged[usable]).tolist():
        tests = np.flatnonzero(usable & (judged == count))
        maxima = peaks[edges[tests][:, None] + np.arange(count)]
        out.values[tests, 0] = [math.fsum(each) / count for each in maxima.tolist()]


def _speeds_wanted(runs: Runs, law: Law) -> Floats:
    """Shape (tests,): r/min that every acceleration has to reach, NaN where the vehicle's speeds are unknown."""
    rated = runs.stated[1]
    by_rated = np.where((rated > 0.0) & (rated < MEASURABLE), rated, np.nan)
    # The facts of a kind hold no rated speed: what is left is the rule of the cut-off speed.
    others = [speed_wanted(replace(facts.vehicle, rated_speed_rpm=None), law) for facts in runs.facts]
    by_cut_off = np.array([np.nan if each is None else each[0] for each in others], dtype=np.float64)
    return np.asarray(np.fmax(by_rated * law.number("freeacc.min_speed_ratio"), by_cut_off[runs.fact]))


def _too_slow(runs: Runs, blips: Blips, needed: Floats) -> Mask:
    """Shape (blips,): the engine did not reach the speed that its test asks for."""
    rpm = runs.columns["rpm"][blips.rows]
    reached = np.maximum.reduceat(np.where(np.abs(rpm) < MEASURABLE, rpm, -np.inf), blips.bounds[:-1])
    reached[np.isneginf(reached)] = 0.0
    wanted = needed[blips.owner]
    slow = nano_levels(reached) < nano_levels(np.where(np.isnan(wanted), 0.0, wanted))
    return np.asarray(~np.isnan(wanted) & slow)
