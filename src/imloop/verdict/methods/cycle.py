"""The urban cycle that both transient methods drive: 195 seconds, about 1.013 km (GB 18285-2018 annexes C and D).

Which rows are the cycle, how far the vehicle went, and where the driver left the prescribed speed: a run that was
outside its corridor for too long, at one time or in all, does not count. A line that records more than the cycle names
the cycle's rows with phase ``cycle``; without phases every row belongs to it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imloop.facts.items import ITEMS
from imloop.facts.records.inspection import TestRecord, Trace
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.answer import Measured, Rows, Step
from imloop.verdict.arithmetic import MEASURABLE, nano, nano_levels
from imloop.verdict.formulas.gas import longest_run
from imloop.verdict.validity import Indices, interrupted, invalid, phase_rows, too_short

PHASE = "cycle"
CO2_G_PER_L = 1.964
"""At 0 °C and 101.325 kPa (physics, not law)."""
_NAME = Text("测试循环", "test cycle")
_METRES = 1000.0

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def cycle_rows(trace: Trace) -> Indices:
    """Row numbers of the cycle, in order."""
    if any(trace.phase):
        return phase_rows(trace, PHASE)
    return np.arange(trace.rows, dtype=np.int64)


@lru_cache(maxsize=64)
def prescribed(law: Law) -> Floats:
    """Prescribed speed in km/h at every second 0 … 195 of the cycle, shape (196,)."""
    corners = [tuple(map(float, corner.split())) for corner in law.words("transient.cycle")]
    seconds, speeds = zip(*corners, strict=True)
    return np.asarray(np.interp(np.arange(law.integer("transient.cycle_s") + 1), seconds, speeds))


def incomplete(rows: Indices, law: Law) -> list[Reason]:
    """The whole cycle, once: every second from the first to the last (the second that ends it may be recorded too)."""
    wanted, cite = law.integer("transient.cycle_s"), law.cite("transient.cycle_s")
    if len(rows) < wanted:
        return [too_short(_NAME, len(rows), wanted, cite)]
    if len(rows) > wanted + 1:
        zh, en = f"有 {len(rows)} 秒，循环为 {wanted} 秒。", f"{len(rows)} s for a cycle of {wanted} s."
        return [invalid("cycle-too-long", f"测试循环{zh}", f"Test cycle: {en}", cite, ends(rows))]
    return interrupted(_NAME, rows, cite)


def distance_km(speed_kmh: Floats) -> float:
    """Σ v / 3600: each second at its recorded speed."""
    return float(speed_kmh.sum()) / 3600.0


def wrong_distance(out: Measured, record: TestRecord, rows: Indices, law: Law) -> float | None:
    """The distance driven in km, with its step; a run far from the cycle's length does not count
    (clause in the law)."""
    speed = record.trace.get("speed_kmh")
    if speed is None or not len(rows) or not (np.abs(speed[rows]) < MEASURABLE).all():
        return None
    driven = distance_km(speed[rows])
    out.steps.append(
        Step(
            Text("实际行驶距离", "distance driven"),
            "Σ v / 3600",
            f"{float(speed[rows].sum()):.9g} / 3600",
            f"{driven:.9g} km",
            ends(rows),
        )
    )
    theory, most = law.number("transient.distance_km"), law.number("transient.distance_tolerance_km")
    if abs(nano(driven) - nano(theory)) > nano(most):
        out.invalid.append(
            invalid(
                "distance-off",
                f"行驶 {driven:.3f} km，应为 {theory:g} ± {most:g} km。",
                f"{driven:.3f} km driven, {theory:g} ± {most:g} km wanted.",
                law.cite("transient.distance_tolerance_km"),
                ends(rows),
            )
        )
    return driven if driven > 0 else None


@lru_cache(maxsize=64)
def corridor(law: Law, seconds: int) -> tuple[Floats, Floats]:
    """Lowest and highest speed in km/h prescribed around every second, shape (seconds,) each: a second early or late
    is inside."""
    plan, slack = prescribed(law)[:seconds], law.integer("transient.time_tolerance_s")
    around = np.pad(plan, slack, mode="edge")
    shifted = np.array([around[shift : shift + seconds] for shift in range(2 * slack + 1)])
    return shifted.min(axis=0), shifted.max(axis=0)


def outside(speed: Floats, law: Law) -> Mask:
    """Seconds of the whole cycle, along the last axis of ``speed`` (km/h), farther from it than allowed."""
    low, high = corridor(law, speed.shape[-1])
    away = nano_levels(np.maximum(low - speed, speed - high))
    return np.asarray(away > nano(law.number("transient.speed_tolerance_kmh")))


def off_cycle(out: Measured, record: TestRecord, rows: Indices, law: Law) -> None:
    """A run that left the cycle too long, at one time or in all (A10 of the supervision triggers)."""
    speed = record.trace.get("speed_kmh")
    wanted = law.integer("transient.cycle_s")
    if speed is None or not wanted <= len(rows) <= wanted + 1:
        return
    strayed = outside(speed[rows], law)
    run, seconds = longest_run(strayed), int(strayed.sum())
    if run is None:
        return
    longest = run[1] - run[0] + 1
    most, in_all = law.integer("transient.off_cycle_run_s"), law.integer("transient.off_cycle_s")
    if longest <= most and seconds <= in_all:
        return
    width = law.number("transient.speed_tolerance_kmh")
    words = (
        f"车速超出循环 ±{width:g} km/h 共 {seconds} 秒，一次最长 {longest} 秒；只允许共 {in_all} 秒、一次 {most} 秒。",
        f"{seconds} s outside ±{width:g} km/h of the cycle, {longest} s at one time; {in_all} s and {most} s allowed.",
    )
    reason = invalid(
        "speed-off-cycle",
        *words,
        law.cite("transient.speed_tolerance_kmh"),
        (int(rows[run[0]]), int(rows[run[1]])),
    )
    (out.invalid if law.flag("transient.off_cycle_voids") else out.findings).append(reason)


def without_exhaust(rows: Indices, flow_ls: Floats, co2_pct: Floats, km: float, law: Law) -> list[Reason]:
    """No engine drives the cycle without burning fuel: where hardly any CO2 was counted, the exhaust was not, and
    neither were its pollutants. ``flow_ls``: of what ``co2_pct`` is a share of, L/s; seconds without a reading are told
    as such."""
    driven = float((flow_ls * co2_pct)[rows].sum()) / 100.0 * CO2_G_PER_L / km
    if driven >= law.number("transient.co2_min_g_km") or np.isnan(driven):
        return []
    zh = f"循环的 CO₂ 只有 {driven:.1f} g/km，排气没有进入测量。"
    en = f"Only {driven:.1f} g/km of CO2: the exhaust was not measured."
    return [invalid("exhaust-unmeasured", zh, en, law.cite("transient.co2_min_g_km"), ends(rows))]


def cruising(rows: Indices, law: Law) -> Indices:
    """Rows of the cycle's fastest constant speed, where the engine surely fires (for the CO + CO2 rule)."""
    plan = prescribed(law)[: len(rows)]
    return np.asarray(rows[: len(plan)][plan >= prescribed(law).max()])


def per_km(out: Measured, item: str, grams: Floats, km: float, rows: Indices, formula: str) -> None:
    """Take Σ grams / km as ``item``; the step shows the total, the example second stands before it."""
    total = float(grams.sum())
    out.values[item], out.rows[item] = total / km, ends(rows)
    label = ITEMS[item].label
    out.steps.append(
        Step(
            Text(f"{label.zh} 每公里排放", f"{label.en} per km"),
            formula,
            f"{total:.9g} g / {km:.9g} km",
            f"{total / km:.9g}",
            ends(rows),
        )
    )


def ends(rows: Indices) -> Rows:
    """First and last row."""
    return int(rows[0]), int(rows[-1])
