"""稳态工况法 ASM for many tests at once; formulas, clauses and the run's course as in ``imloop.verdict.methods.asm``.

Windows are laid over all rows of a block, whatever their phase; a window counts where every second is of the mode's
sampling, its speed in the band, and no border between two tests inside. Sums run in time order, as in the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from imloop.facts.codes import Fuel, Method
from imloop.facts.items import ITEMS
from imloop.law import Law
from imloop.verdict.arithmetic import nano_levels
from imloop.verdict.batch.air import bad_air, by_the_air
from imloop.verdict.batch.exact import band, largest_below, largest_total, over_windows, throughout
from imloop.verdict.batch.outcomes import Ends, Found
from imloop.verdict.batch.runs import PHASE_NUMBER, Floats, Indices, Mask, Runs
from imloop.verdict.batch.validity import diluted, least_carbon, owners_of, unusable
from imloop.verdict.formulas.gas import dilution_factor, fuel_class, humidity, humidity_factor
from imloop.verdict.limits import limits_of, upper_ends
from imloop.verdict.methods.asm import CHANNELS, ITEMS_OF, MODES, Rules, rules_of

_GASES = 3


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest sums of a window that still pass, and the largest single second below the early-fail multiple; shape
    (3,): CO %, HC 10⁻⁶, NO 10⁻⁶. ``hopeless`` is None where the law has no early fail."""

    full: Floats
    quick: Floats
    hopeless: Floats | None


@dataclass(frozen=True, slots=True)
class Windows:
    """Every window of a block by its first row: ``sums`` shape (3, windows), ``steady``: no second differs much
    from the first, ``crossing``: windows with a border between two tests inside."""

    values: Floats
    sums: Floats
    steady: Mask
    crossing: Indices


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode of every test: the window that decided (row in the block, −1: none), whether it passed, whether it was
    hopeless, whether the window that decided exceeds a limit, the longest uninterrupted sampling in seconds with the
    settling that counts, all its seconds; shape (tests,) each."""

    chosen: Indices
    passed: Mask
    hopeless: Mask
    exceeds: Mask
    longest: Indices
    seconds: Indices


@lru_cache(maxsize=1024)
def bounds_of(law: Law, limit_set: str, fuel: Fuel | None, mode: str) -> Bounds:
    """Limits as thresholds, for one fuel; the same comparisons as the reference makes, made once."""
    rules, limits = rules_of(law), upper_ends(limits_of(law, Method.ASM, limit_set), fuel)

    def thresholds(share: float, terms: int, rounded: bool) -> Floats:
        bounds = np.array([limits.get(item, np.inf) for item in ITEMS_OF[mode]])
        places = [ITEMS[item].decimals if rounded else None for item in ITEMS_OF[mode]]
        levels = nano_levels(bounds * share).tolist()
        return np.array([largest_total(*each) for each in zip(levels, [terms] * _GASES, places, strict=True)])

    ratio = rules.early_fail_ratio
    return Bounds(
        thresholds(1.0, rules.window_s, rules.rounded),
        thresholds(rules.quick_ratio, rules.window_s, rules.rounded),
        None if ratio is None else thresholds(ratio, 1, False),
    )


def measure(runs: Runs, law: Law, fuel: Fuel | None, ends: Ends) -> Found | None:
    """The deciding windows of tests of one fuel; None where the law's window makes no sense."""
    rules = rules_of(law)
    if rules.window_s < 1:
        return None
    out = Found.empty(Method.ASM, runs.tests)
    phases = {mode: runs.phase == PHASE_NUMBER[f"{mode}.sample"] for mode in MODES}
    judged = phases["5025"] | phases["2540"]
    windows = _windows(runs, law, fuel, rules, judged, out)
    first, second = (
        _mode(runs, windows, phases[mode], rules, mode, bounds_of(law, ends.limit_set, fuel, mode))
        for mode in MODES
    )
    driven = ~first.passed
    second_passed = driven & second.passed
    for at, (mode, chosen) in enumerate(
        ((first, first.chosen >= 0), (second, driven & (second.chosen >= 0)))
    ):
        tests = np.flatnonzero(chosen)
        out.values[tests, at * _GASES : (at + 1) * _GASES] = (
            windows.sums[:, mode.chosen[tests]] / rules.window_s
        ).T
        # The second mode comes later and takes the window over.
        out.window[tests] = mode.chosen[tests] - runs.bounds[tests]
    out.advisory[second_passed, :_GASES] = True
    out.early_fail[:] = driven & ~second_passed & (first.hopeless | second.hopeless)
    wanted = driven & ~out.early_fail
    sample_s = law.integer("asm.sample_s")
    out.invalid[:] |= wanted & _incomplete(first, sample_s, rules.window_s)
    out.invalid[:] |= wanted & ~second_passed & _incomplete(second, sample_s, rules.window_s)
    # A quick window between half the limit and the limit decides nothing.
    out.invalid[:] |= wanted & ~second_passed & ~(first.exceeds | second.exceeds)
    return out


def _incomplete(mode: Mode, sample_s: int, window_s: int) -> Mask:
    return (mode.longest < sample_s) | ((mode.seconds >= window_s) & (mode.chosen < 0))


def _windows(runs: Runs, law: Law, fuel: Fuel | None, rules: Rules, judged: Mask, out: Found) -> Windows:
    """Corrected seconds and their sums; what is wrong with a judged second goes to ``out.invalid``."""
    co, co2 = runs.columns["co_pct"], runs.columns["co2_pct"]
    out.invalid[:] = runs.lacks(*CHANNELS)
    for name in CHANNELS:
        without = unusable(runs.columns[name])
        if without is not None:
            out.invalid[owners_of(runs, np.flatnonzero(without & judged))] = True
    stopped = runs.columns["rpm"] == 0
    if stopped.any():
        out.invalid[owners_of(runs, np.flatnonzero(stopped & judged))] = True
    total = co + co2
    if (total <= least_carbon(law, fuel_class(fuel))).any():
        rows = np.flatnonzero(judged)
        owner = owners_of(runs, rows)
        out.invalid[:] |= diluted(total[rows], rows + owner, owner, runs.tests, law, fuel_class(fuel))
    above = co2 > law.number("gas.co2_max_pct")
    if above.any():
        out.unmeasured[owners_of(runs, np.flatnonzero(above & judged))] = True
    kh = by_the_air(runs, lambda *air: humidity_factor(humidity(*air)))
    bad = bad_air(runs, law, kh)
    if bad.any():
        out.invalid[owners_of(runs, np.flatnonzero(bad & judged))] = True
    df = dilution_factor(co, co2, fuel, law)
    values = np.empty((_GASES, runs.rows))
    np.multiply(co, df, out=values[0])
    np.multiply(runs.columns["hc_ppm"], df, out=values[1])
    np.multiply(runs.columns["no_ppm"], df, out=values[2])
    values[2] *= kh
    width = rules.window_s
    count = max(runs.rows - width + 1, 0)
    sums = values[:, :count].copy()
    for second in range(1, width):
        sums += values[:, second : second + count]
    crossing = (runs.bounds[1:-1, None] - np.arange(1, width)).ravel()
    steady = _steady(runs.columns["speed_kmh"], rules, count)
    return Windows(values, sums, steady, crossing[(crossing >= 0) & (crossing < count)])


def _steady(speed: Floats, rules: Rules, count: int) -> Mask:
    """Shape (windows,): the speed stays near that of the window's first second."""
    most, width = largest_below(rules.drift), rules.window_s
    if not rules.each_second:
        return np.asarray(np.abs(speed[width - 1 :] - speed[:count]) <= most)
    if width == 1:
        return np.ones(count, dtype=np.bool_)
    # Differences keep the order of the speeds: the fastest and the slowest second stand for all.
    fastest, slowest = (over_windows(end, speed, width) for end in (np.maximum, np.minimum))
    return np.asarray((fastest - speed[:count] <= most) & (speed[:count] - slowest <= most))


def _mode(runs: Runs, windows: Windows, sampled: Mask, rules: Rules, name: str, bounds: Bounds) -> Mode:
    sampled = _in_time(runs, sampled, rules.mode_s)
    begins, lengths, owner = _stretches(runs, sampled)
    longest, seconds = np.zeros((2, runs.tests), dtype=np.int64)
    settled = _settled(runs, PHASE_NUMBER[f"{name}.settle"], begins, owner)
    np.maximum.at(longest, owner, lengths + np.maximum(settled - rules.settle_s, 0))
    np.add.at(seconds, owner, lengths)
    speed, (low, high) = runs.columns["speed_kmh"], band(rules.speed[name], rules.tolerance)
    in_band = sampled & (speed >= low) & (speed <= high)
    valid = throughout(in_band, rules.window_s)[: len(windows.steady)] & windows.steady
    valid[windows.crossing] = False
    within = valid.copy()
    for gas in range(_GASES):
        within &= windows.sums[gas] <= bounds.full[gas]
    starts = begins[begins < len(valid)]
    # The first window of a stretch is the quick check; once it is over, any later one may pass on the full limit.
    within[starts] = valid[starts] & (windows.sums[:, starts] <= bounds.quick[:, None]).all(axis=0)
    chosen = _first(runs, within)
    passed = chosen >= 0
    early = _hopeless(windows.values, bounds, rules.window_s, valid)
    hopeless = np.zeros(runs.tests, dtype=np.bool_)
    if not passed.all():
        chosen = np.where(passed, chosen, _last(runs, valid))
    if early is not None:
        at = _first(runs, early)
        hopeless = ~passed & (at >= 0)
        chosen = np.where(hopeless, at, chosen)
    exceeds = ~passed & (chosen >= 0)
    exceeds[exceeds] = ~(windows.sums[:, chosen[exceeds]] <= bounds.full[:, None]).all(axis=0)
    return Mode(chosen, passed, hopeless, exceeds, longest, seconds)


def _settled(runs: Runs, phase: int, begins: Indices, owner: Indices) -> Indices:
    """Seconds of settling straight before each sampling, in its own test."""
    others = np.concatenate(([-1], np.flatnonzero(runs.phase != phase)))
    before = others[np.searchsorted(others, begins) - 1]
    return np.asarray(np.minimum(begins - 1 - before, begins - runs.bounds[owner]))


def _in_time(runs: Runs, sampled: Mask, most: int) -> Mask:
    """Without what a test sampled later than the mode's longest time."""
    first, last = _first(runs, sampled), _last(runs, sampled)
    over = np.flatnonzero(last - first >= most)
    if len(over):
        sampled = sampled.copy()
        for test in over.tolist():
            sampled[first[test] + most : runs.bounds[test + 1]] = False
    return sampled


def _hopeless(values: Floats, bounds: Bounds, width: int, valid: Mask) -> Mask | None:
    """Valid windows in which one pollutant stays above the early-fail multiple of its limit in every second."""
    if bounds.hopeless is None:
        return None
    high = values > bounds.hopeless[:, None]
    gases = [throughout(each, width)[: len(valid)] for each in high if each.any()]
    return valid & np.logical_or.reduce(gases) if gases else None


def _stretches(runs: Runs, sampled: Mask) -> tuple[Indices, Indices, Indices]:
    """Uninterrupted samplings: first row, seconds and test of each."""
    before = np.empty_like(sampled)
    before[:1] = False
    before[1:] = sampled[:-1]
    borders = runs.bounds[:-1]
    before[borders[borders < runs.rows]] = False
    begins = np.flatnonzero(sampled & ~before)
    owner = owners_of(runs, begins)
    after = np.ones_like(sampled)
    after[:-1] = ~sampled[1:]
    borders = runs.bounds[1:]
    after[borders[borders > 0] - 1] = True
    return begins, np.flatnonzero(sampled & after) + 1 - begins, owner


def _first(runs: Runs, mask: Mask) -> Indices:
    """The first marked window of every test, −1 where none is."""
    hits = np.append(np.flatnonzero(mask), runs.rows)
    first = hits[np.searchsorted(hits, runs.bounds[:-1])]
    return np.where(first < runs.bounds[1:], first, -1)


def _last(runs: Runs, mask: Mask) -> Indices:
    """The last marked window of every test, −1 where none is."""
    hits = np.concatenate(([-1], np.flatnonzero(mask)))
    last = hits[np.searchsorted(hits, runs.bounds[1:]) - 1]
    return np.where(last >= runs.bounds[:-1], last, -1)
