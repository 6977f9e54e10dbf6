"""稳态工况法 ASM (GB 18285-2018 annex B): ten-second means, corrected for dilution and humidity.

Per second: C_CO = CO·DF (%), C_HC = HC·DF (10⁻⁶), C_NO = NO·DF·kH (10⁻⁶); rolling means over ten sample rows.
Mode 5025 first: the first window passes when every item is at most half its limit; after it, any valid window
with every item within its limit passes. A mode that does not pass leads to 2540, the same way; passing there
passes the test. A window is valid when the speed stays in its band and first and last second differ little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from imloop.facts.test_record import TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.answer import Measured, Step
from imloop.verdict.arithmetic import NANO
from imloop.verdict.gas import ambient_columns, dilution_factor, humidity, humidity_factor
from imloop.verdict.validity import Indices, channels, dilution, invalid, phase_rows, stall, too_short

CHANNELS = ("co_pct", "hc_ppm", "no_ppm", "co2_pct", "speed_kmh")
SPEEDS = {"5025": 25.0, "2540": 40.0}
NAMES = ("co_{}_pct", "hc_{}_ppm", "no_{}_ppm")

Floats = NDArray[np.float64]
_NONE = np.array([], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Corrected:
    """Corrected concentrations of all rows, shape (rows, 3): CO %, HC 10⁻⁶, NO 10⁻⁶; and the factors."""

    values: Floats
    df: Floats
    kh: Floats


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode's windows: ``means`` shape (windows, 3), which are valid, and the window that decided."""

    name: str
    rows: Indices
    means: Floats
    valid: NDArray[np.bool_]
    chosen: int | None
    passed: bool
    quick: bool
    hopeless: bool


def corrected(record: TestRecord, law: Law) -> Corrected:
    """DF and kH of every row and the corrected concentrations; needs every channel of ``CHANNELS``."""
    trace = record.trace
    df = dilution_factor(trace.columns["co_pct"], trace.columns["co2_pct"], record.vehicle.fuel, law)
    kh = humidity_factor(humidity(*ambient_columns(trace, record.ambient)))
    values = np.stack(
        [trace.columns["co_pct"] * df, trace.columns["hc_ppm"] * df, trace.columns["no_ppm"] * df * kh],
        axis=1,
    )
    return Corrected(values, df, kh)


def measure(record: TestRecord, law: Law, limits: dict[str, float]) -> Measured:
    """The deciding windows; ``limits`` by item, because the run's own course depends on them."""
    out = Measured()
    judged = phase_rows(record.trace, "5025.sample", "2540.sample")
    out.invalid += channels(record.trace, CHANNELS, judged, law.cite("asm.window_s"))
    if out.invalid:
        return out
    out.invalid += dilution(record, judged, law) + stall(record, judged, law)
    data = corrected(record, law)
    if len(judged) and np.isnan(data.kh[judged]).any():
        out.invalid.append(_no_ambient(law))
        return out
    first = _mode("5025", record, law, data, limits)
    second = _mode("2540", record, law, data, limits) if not (first and first.passed) else None
    _describe(out, record, data, first, second)
    _completeness(out, law, first, second)
    if first and second and second.passed:
        # The second mode decides; what the first one showed is recorded only.
        out.advisory |= {name.format("5025") for name in NAMES}
    return out


def _no_ambient(law: Law) -> Reason:
    return invalid(
        "ambient-missing",
        "缺少环境温度、湿度或气压，无法作湿度修正。",
        "Ambient temperature, humidity or pressure is missing: no humidity correction.",
        law.cite("humidity.required"),
    )


def _mode(name: str, record: TestRecord, law: Law, data: Corrected, limits: dict[str, float]) -> Mode | None:
    rows = phase_rows(record.trace, f"{name}.sample")
    width = law.integer("asm.window_s")
    if len(rows) < width:
        return None
    windows = sliding_window_view(data.values[rows], width, axis=0)
    means = np.add.accumulate(windows, axis=2)[:, :, -1] / width  # summed in time order, like by hand
    valid = _valid_windows(name, record, law, rows, width)
    bound = np.array([limits[item.format(name)] for item in NAMES])
    levels = np.rint(means * NANO)
    within = valid & (levels <= np.rint(bound * NANO)).all(axis=1)
    quick = bool(valid[0] and (levels[0] <= np.rint(bound * law.number("asm.quick_ratio") * NANO)).all())
    later = np.flatnonzero(within[1:]) + 1
    chosen: int | None = 0 if quick else int(later[0]) if len(later) else None
    hopeless = False
    if chosen is None:
        all_high = windows.min(axis=2) > bound * law.number("asm.early_fail_ratio")
        early = np.flatnonzero(valid & all_high.any(axis=1)) if law.flag("asm.early_fail") else _NONE
        hopeless = len(early) > 0
        usable = np.flatnonzero(valid)
        chosen_last = early[0] if hopeless else usable[-1] if len(usable) else None
        chosen = None if chosen_last is None else int(chosen_last)
    return Mode(name, rows, means, valid, chosen, quick or len(later) > 0, quick, hopeless)


def _valid_windows(name: str, record: TestRecord, law: Law, rows: Indices, width: int) -> NDArray[np.bool_]:
    speed = record.trace.columns["speed_kmh"][rows]
    in_band = np.abs(speed - SPEEDS[name]) <= law.number("asm.speed_tolerance_kmh") + 1e-9
    band = sliding_window_view(in_band, width).all(axis=1)
    drift = np.abs(speed[width - 1 :] - speed[: len(speed) - width + 1])
    return np.asarray(band & (drift < law.number("asm.window_dv_kmh")))


def _describe(out: Measured, record: TestRecord, data: Corrected, *modes: Mode | None) -> None:
    for mode in modes:
        if mode is None or mode.chosen is None:
            continue
        width = len(mode.rows) - len(mode.means) + 1
        rows = mode.rows[mode.chosen : mode.chosen + width]
        span = (int(rows[0]), int(rows[-1]))
        out.window = {"mode": mode.name, "rows": list(span), "quick": mode.quick}
        out.steps.append(
            _factor_step(
                "DF", "CO2adj / CO2；CO2adj = 100·X/(a+1.88·X)，X = CO2/(CO2+CO)", data.df[rows], span
            )
        )
        out.steps.append(_factor_step("kH", "1 / (1 − 0.0047·(H − 75))", data.kh[rows], span))
        for index, pattern in enumerate(NAMES):
            item = pattern.format(mode.name)
            values = data.values[rows, index]
            mean = float(mode.means[mode.chosen, index])
            out.values[item], out.rows[item] = mean, span
            factor = "C·DF·kH" if index == 2 else "C·DF"
            numbers = " + ".join(f"{value:.4g}" for value in values)
            out.steps.append(
                Step(
                    Text(f"{item} 十秒修正均值", f"{item}, corrected mean of ten seconds"),
                    f"Σ({factor}) / {width}",
                    f"({numbers}) / {width}",
                    f"{mean:.6g}",
                    span,
                )
            )


def _factor_step(name: str, formula: str, values: Floats, span: tuple[int, int]) -> Step:
    words = Text(f"{name} 逐秒", f"{name} per second")
    return Step(words, formula, " ".join(f"{value:.4f}" for value in values), f"{values.mean():.4f}", span)


def _completeness(out: Measured, law: Law, first: Mode | None, second: Mode | None) -> None:
    """A pass needs one good window; a fail needs both modes driven to their end."""
    cite = law.cite("asm.sample_s")
    if (first and first.passed) or (second and second.passed):
        return
    wanted = law.integer("asm.sample_s")
    if (first and first.hopeless) or (second and second.hopeless):
        out.early_fail = True
        return
    for name, mode in (("5025", first), ("2540", second)):
        words = Text(f"{name} 取样", f"{name} sampling")
        have = len(mode.rows) if mode else 0
        if have < wanted:
            out.invalid.append(too_short(words, have, wanted, cite))
        elif mode is not None and mode.chosen is None:
            out.invalid.append(
                invalid(
                    "no-valid-window",
                    f"{name} 没有速度稳定的十秒。",
                    f"{name}: no ten seconds with a steady speed.",
                    law.cite("asm.speed_tolerance_kmh"),
                )
            )
