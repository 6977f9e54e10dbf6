"""稳态工况法 ASM (GB 18285-2018 annex B): ten-second means, corrected for dilution and humidity.

Per second: C_CO = CO·DF (%), C_HC = HC·DF (10⁻⁶), C_NO = NO·DF·kH (10⁻⁶); rolling means over ten sample rows.
Mode 5025 first: the first window passes when every item is at most half its limit; after it, any valid window
with every item within its limit passes. A mode that does not pass leads to 2540, the same way; passing there
passes the test. A window is valid when its seconds follow one another, the speed stays in its band and no second
differs much from the first. A mode that passes nothing was driven to its end only after all its seconds, settling
beyond its own time among them; shorter, it has not failed, the run does not count. A mode is over after its longest
time: what is sampled later, or in another go, is not of this test.

Early fail: ten seconds far above the limit allow the line to stop and make a short run a fail. A line that went on
and then found a passing window keeps it: the rule shortens a hopeless run, it takes no pass away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imloop.facts.items import ITEMS
from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Text
from imloop.law import Law
from imloop.verdict import air
from imloop.verdict.answer import Measured, Rows, Step
from imloop.verdict.arithmetic import nano, nano_levels, round_levels
from imloop.verdict.formulas.gas import Corrected, ambient_columns, corrected, fuel_class, vapour_pressure
from imloop.verdict.limits import Limit, upper_ends
from imloop.verdict.validity import (
    Indices,
    channels,
    dilution,
    invalid,
    no_exhaust_gas,
    phase_rows,
    stall,
    stretches,
    too_short,
)

CHANNELS = ("co_pct", "hc_ppm", "no_ppm", "co2_pct", "speed_kmh")
MODES = ("5025", "2540")
NAMES = ("co_{}_pct", "hc_{}_ppm", "no_{}_ppm")
ITEMS_OF = {mode: tuple(name.format(mode) for name in NAMES) for mode in MODES}

_NO_WINDOWS = np.array([], dtype=np.int64)
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the law of the day says about the run's course. Speeds in nano-km/h, ratios without unit."""

    window_s: int
    mode_s: int
    settle_s: int
    quick_ratio: float
    early_fail_ratio: float | None
    tolerance: int
    drift: int
    each_second: bool
    speed: Mapping[str, float]
    rounded: bool


@lru_cache(maxsize=256)
def rules_of(law: Law) -> Rules:
    """The run's rules on the law's day, read once per day and place."""
    return Rules(
        window_s=law.integer("asm.window_s"),
        mode_s=law.integer("asm.mode_max_s"),
        settle_s=law.integer("asm.settle_s"),
        quick_ratio=law.number("asm.quick_ratio"),
        early_fail_ratio=law.number("asm.early_fail_ratio") if law.flag("asm.early_fail") else None,
        tolerance=nano(law.number("asm.speed_tolerance_kmh")),
        drift=nano(law.number("asm.window_dv_kmh")),
        each_second=law.flag("asm.window_each_second"),
        speed={mode: law.number(f"asm.speed_kmh.{mode}") for mode in MODES},
        rounded=law.word("rounding.official") == "rounded",
    )


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode's windows: ``means`` shape (3, windows), which are valid, and the window that decided."""

    name: str
    rows: Indices
    means: Floats
    chosen: int | None
    passed: bool
    quick: bool
    hopeless: bool
    exceeds: bool = False

    def span(self, width: int) -> Rows:
        """First and last row of the window that decided."""
        assert self.chosen is not None
        return int(self.rows[self.chosen]), int(self.rows[self.chosen + width - 1])


def measure(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> Measured:
    """The deciding windows; the run's own course depends on the limits of the items that decide."""
    out = Measured()
    rules, bounds = rules_of(law), upper_ends(limits, record.vehicle.fuel)
    judged = phase_rows(record.trace, "5025.sample", "2540.sample")
    out.invalid += channels(record.trace, CHANNELS, judged, law.cite("asm.window_s"))
    out.invalid += dilution(record, judged, law) + stall(record, judged, law)
    out.unmeasured += no_exhaust_gas(record, judged, law)
    data = out.gases = corrected(record, law)
    out.invalid += air.unusable(record, judged, data.kh, law)
    first = _mode("5025", record, rules, data, bounds)
    second = None if first and first.passed else _mode("2540", record, rules, data, bounds)
    for mode in (first, second):
        if mode is not None and mode.chosen is not None:
            _describe(out, record, law, data, mode)
    _completeness(out, record, law, first, second)
    if second and second.passed:
        # The second mode decides; what the first one showed is recorded only.
        out.advisory |= set(ITEMS_OF["5025"])
    return out


def window_means(values: Floats, width: int) -> Floats:
    """Rolling means along the last axis, each summed in time order, as by hand; shape (…, rows − width + 1)."""
    count = values.shape[-1] - width + 1
    total = values[..., :count].copy()
    for second in range(1, width):
        total += values[..., second : second + count]
    return np.asarray(total / width)


def _mode(
    name: str, record: TestRecord, rules: Rules, data: Corrected, limits: Mapping[str, float]
) -> Mode | None:
    rows, width = _sampled(record, name, rules), rules.window_s
    if len(rows) < width:
        return None
    values = data.values[:, rows]
    means = window_means(values, width)
    valid, starts = _valid_windows(name, record, rules, rows)
    bound = np.array([[limits.get(item, np.inf)] for item in ITEMS_OF[name]])
    levels = nano_levels(means)
    if rules.rounded:
        places = [ITEMS[item].decimals for item in ITEMS_OF[name]]
        levels = np.array([round_levels(level, place) for level, place in zip(levels, places, strict=True)])
    meets: Mask = np.asarray((levels <= nano_levels(bound)).all(axis=0))
    within = valid & meets
    quick = starts & valid & (levels <= nano_levels(bound * rules.quick_ratio)).all(axis=0)
    # Once the quick check is over, any later window may pass on the full limit.
    passing = np.flatnonzero(quick | (within & ~starts))
    if len(passing):
        at = int(passing[0])
        return Mode(name, rows, means, at, True, bool(quick[at]), False)
    early = _hopeless(values, bound, rules, valid)
    usable = early[:1] if len(early) else np.flatnonzero(valid)[-1:]
    at_last = int(usable[0]) if len(usable) else None
    exceeds = at_last is not None and not meets[at_last]
    return Mode(name, rows, means, at_last, False, False, len(early) > 0, exceeds)


def _sampled(record: TestRecord, name: str, rules: Rules) -> Indices:
    """The mode's sampling, as far as it lies within the mode's longest time from its first sampled second."""
    rows = phase_rows(record.trace, f"{name}.sample")
    return rows[rows < rows[0] + rules.mode_s] if len(rows) else rows


def _hopeless(values: Floats, bound: Floats, rules: Rules, valid: Mask) -> Indices:
    """Windows in which one pollutant stays above the early-fail multiple of its limit in every second."""
    if rules.early_fail_ratio is None:
        return _NO_WINDOWS
    high = nano_levels(values) > nano_levels(bound * rules.early_fail_ratio)
    if not high.any():
        return _NO_WINDOWS
    return np.flatnonzero(valid & _throughout(high, rules.window_s).any(axis=0))


def _throughout(mask: Mask, width: int) -> Mask:
    """True where ``mask`` holds in all of the ``width`` seconds from there; along the last axis."""
    count = mask.shape[-1] - width + 1
    held = mask[..., :count].copy()
    for second in range(1, width):
        held &= mask[..., second : second + count]
    return held


def _valid_windows(name: str, record: TestRecord, rules: Rules, rows: Indices) -> tuple[Mask, Mask]:
    """Which windows are valid, and which are the first of an uninterrupted phase (the quick check)."""
    width = rules.window_s
    unbroken = rows[width - 1 :] - rows[: len(rows) - width + 1] == width - 1
    starts = np.concatenate(([True], np.diff(rows[: len(unbroken)]) != 1))
    speed = record.trace.get("speed_kmh")
    if speed is None:
        return np.zeros(len(unbroken), dtype=np.bool_), starts
    speed = speed[rows]
    in_band = np.abs(nano_levels(speed - rules.speed[name])) <= rules.tolerance
    return unbroken & _throughout(in_band, width) & _steady(speed, rules, len(unbroken)), starts


def _steady(speed: Floats, rules: Rules, count: int) -> Mask:
    """Which windows keep the speed of their first second: in every second, or (the other reading) in the last."""
    last = rules.window_s - 1
    held = np.ones(count, dtype=np.bool_)
    for second in range(1, last + 1) if rules.each_second else (last,):
        held &= np.abs(nano_levels(speed[second : second + count] - speed[:count])) < rules.drift
    return held


def _describe(out: Measured, record: TestRecord, law: Law, data: Corrected, mode: Mode) -> None:
    assert mode.chosen is not None
    width = rules_of(law).window_s
    rows = mode.rows[mode.chosen : mode.chosen + width]
    span = mode.span(width)
    out.window = {"mode": mode.name, "rows": list(span), "quick": mode.quick}
    out.steps += _factor_steps(record, law, data, rows, span)
    for index, item in enumerate(ITEMS_OF[mode.name]):
        mean = float(mode.means[index, mode.chosen])
        if not np.isfinite(mean):
            continue
        out.values[item], out.rows[item] = mean, span
        numbers = " + ".join([f"{value:.6g}" for value in data.values[index, rows].tolist()])
        out.steps.append(
            Step(
                Text(
                    f"{ITEMS[item].label.zh} 十秒修正均值",
                    f"{ITEMS[item].label.en}, corrected ten-second mean",
                ),
                f"Σ({'C·DF·kH' if index == 2 else 'C·DF'}) / {width}",
                f"({numbers}) / {width}",
                f"{mean:.9g}",
                span,
            )
        )


def _factor_steps(
    record: TestRecord, law: Law, data: Corrected, rows: Indices, span: Rows
) -> tuple[Step, ...]:
    """DF, H and kH of the window's first second with their numbers, then of all its seconds."""
    at = int(rows[0])
    co, co2 = record.trace.get("co_pct"), record.trace.get("co2_pct")
    a, cap = law.number(f"dilution.a.{fuel_class(record.vehicle.fuel)}"), law.number("dilution.cap")
    warm, damp, pressure = (column[at : at + 1] for column in ambient_columns(record.trace, record.ambient))
    vapour = float(vapour_pressure(warm)[0])
    ra, pb, grains = float(damp[0]), float(pressure[0]), float(data.grains[at])
    gases = "" if co is None or co2 is None else f"CO = {co[at]:g}，CO2 = {co2[at]:g}，a = {a:g}"
    first = (at, at)
    return (
        Step(
            Text("稀释修正系数 DF（首秒）", "dilution factor DF (first second)"),
            f"min({cap:g}, 100·X/(a + 1.88·X)/CO2)，X = CO2/(CO2+CO)",
            gases,
            f"{data.df[at]:.6g}",
            first,
        ),
        Step(
            Text("绝对湿度 H（首秒）", "absolute humidity H (first second)"),
            "43.478·Ra·Pd/(PB − Pd·Ra/100)",
            f"43.478·{ra:g}·{vapour:.6g}/({pb:g} − {vapour:.6g}·{ra:g}/100)",
            f"{grains:.6g}",
            first,
        ),
        Step(
            Text("湿度修正系数 kH（首秒）", "humidity factor kH (first second)"),
            "1/(1 − 0.0047·(H − 75))",
            f"1/(1 − 0.0047·({grains:.6g} − 75))",
            f"{data.kh[at]:.6g}",
            first,
        ),
        _per_second("DF", data.df[rows], span),
        _per_second("kH", data.kh[rows], span),
    )


def _per_second(name: str, values: Floats, span: Rows) -> Step:
    numbers = " ".join([f"{value:.4f}" for value in values.tolist()])
    words = Text(f"{name} 逐秒", f"{name} per second")
    return Step(words, name, numbers, f"{float(values.mean()):.4f}", span)


def _driven_s(record: TestRecord, name: str, rules: Rules) -> int:
    """Seconds of the longest sampling without a break. What the line called settling straight before it, beyond the
    time that settling takes, was sampled by the text: some lines call 15 s so and sample 75, others 10 s and 80."""
    settling = set(phase_rows(record.trace, f"{name}.settle").tolist())
    most = 0
    for rows in stretches(_sampled(record, name, rules)):
        settled, row = 0, int(rows[0])
        while row - settled - 1 in settling:
            settled += 1
        most = max(most, len(rows) + max(settled - rules.settle_s, 0))
    return most


def _completeness(
    out: Measured, record: TestRecord, law: Law, first: Mode | None, second: Mode | None
) -> None:
    """A pass needs one good window, in 2540 only after 5025 was driven to its end; a fail needs both to the end."""
    if first and first.passed:
        return
    cite = law.cite("asm.sample_s")
    second_passed = second is not None and second.passed
    if not second_passed and any(mode is not None and mode.hopeless for mode in (first, second)):
        out.early_fail = True
        return
    for name, mode in (("5025", first), ("2540", second)):
        if name == "2540" and second_passed:
            continue
        have, wanted = _driven_s(record, name, rules_of(law)), law.integer("asm.sample_s")
        if have < wanted:
            out.invalid.append(too_short(Text(f"{name} 取样", f"{name} sampling"), have, wanted, cite))
        elif mode is not None and mode.chosen is None:
            zh, en = f"{name} 没有车速稳定的连续十秒。", f"{name}: no ten seconds with a steady speed."
            out.invalid.append(invalid("no-valid-window", zh, en, law.cite("asm.speed_tolerance_kmh")))
    if not out.invalid and not second_passed and not any(mode and mode.exceeds for mode in (first, second)):
        # A quick window between half the limit and the limit neither passes nor exceeds: it decides nothing.
        zh, en = "快速检查之后没有车速稳定的连续十秒。", "No ten steady seconds after the quick check."
        out.invalid.append(invalid("no-valid-window", zh, en, law.cite("asm.quick_ratio")))
