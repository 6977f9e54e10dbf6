"""加载减速法 LUGDOWN (GB 3847-2018): k (m⁻¹) at 100 % and 80 % of the speed of maximum power, NOx (10⁻⁶) at 80 %,
and the largest corrected wheel power (kW) against the engine's rated power.

Means over the last seconds of each phase; corrected power = power_kw · power_factor.
"""

from __future__ import annotations

import numpy as np

from imloop.facts.test_record import TestRecord
from imloop.facts.text import Text
from imloop.law import Law
from imloop.verdict.answer import Measured, Step
from imloop.verdict.validity import channels, invalid, phase_rows, too_short

_PHASES = {"100": "100.sample", "80": "80.sample"}


def measure(record: TestRecord, law: Law, limits: dict[str, float]) -> Measured:
    """``limits`` by item: NOx and power are wanted only where the law of the day limits them."""
    out = Measured()
    seconds = law.integer("lugdown.average_s")
    cite = law.cite("lugdown.average_s")
    for name, phase in _PHASES.items():
        rows = phase_rows(record.trace, phase)
        last = rows[-seconds:]
        if len(rows) < seconds:
            out.invalid.append(
                too_short(Text(f"{name} % 点取样", f"{name} % point"), len(rows), seconds, cite)
            )
        wanted = ["k_per_m"]
        if name == "80" and "nox_80_ppm" in limits:
            wanted.append("nox_ppm")
        faults = channels(record.trace, tuple(wanted), last, cite)
        out.invalid += [fault for fault in faults if fault not in out.invalid]
        if not len(last):
            continue
        missing = {fault.text.zh for fault in faults}
        for channel in ("k_per_m", "nox_ppm") if name == "80" else ("k_per_m",):
            column = record.trace.get(channel)
            if column is None or np.isnan(column[last]).any() or any(channel in text for text in missing):
                continue
            item = f"k_{name}_per_m" if channel == "k_per_m" else "nox_80_ppm"
            _mean(out, item, column[last], (int(last[0]), int(last[-1])))
    _power(out, record, law, limits)
    spans = [list(out.rows[item]) for item in ("k_100_per_m", "k_80_per_m") if item in out.rows]
    if spans:
        out.window = {"mode": "LUGDOWN", "rows": spans[0], "spans": spans}
    return out


def _mean(out: Measured, item: str, values: np.ndarray, span: tuple[int, int]) -> None:
    total = float(values.sum())
    mean = total / len(values)
    out.values[item], out.rows[item] = mean, span
    out.steps.append(
        Step(
            Text(f"{item} 平均", f"mean of {item}"),
            "Σ / n",
            f"{total:.6g} / {len(values)}",
            f"{mean:.6g}",
            span,
        )
    )


def _power(out: Measured, record: TestRecord, law: Law, limits: dict[str, float]) -> None:
    power = record.trace.get("power_kw")
    cite = law.cite("lugdown.power")
    if power is None or np.isnan(power).all():
        out.invalid.append(
            invalid("missing-channel", "缺少 power_kw 列。", "Column power_kw is missing.", cite)
        )
        return
    factor = record.trace.get("power_factor")
    corrected = power if factor is None else power * np.where(np.isnan(factor), 1.0, factor)
    at = int(np.nanargmax(corrected))
    most = float(corrected[at])
    out.values["max_power_kw"], out.rows["max_power_kw"] = most, (at, at)
    scale = 1.0 if factor is None or np.isnan(factor[at]) else float(factor[at])
    out.steps.append(
        Step(
            Text("最大修正轮边功率", "largest corrected wheel power"),
            "max(P · 修正系数)",
            f"{float(power[at]):g} · {scale:g}",
            f"{most:.6g}",
            (at, at),
        )
    )
    rated = record.vehicle.rated_power_kw
    if rated is None or rated <= 0:
        if "power_ratio" in limits:
            out.invalid.append(
                invalid(
                    "rated-power-missing", "未报发动机额定功率。", "The rated engine power is missing.", cite
                )
            )
        return
    out.values["power_ratio"] = most / rated
    out.rows["power_ratio"] = (at, at)
    out.steps.append(
        Step(
            Text("与额定功率之比", "share of the rated power"),
            "P_max / P_额定",
            f"{most:g} / {rated:g}",
            f"{most / rated:.6g}",
        )
    )
