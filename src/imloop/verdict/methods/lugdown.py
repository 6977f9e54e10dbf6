"""加载减速法 LUGDOWN (GB 3847-2018): k (m⁻¹) at 100 % and 80 % of the speed of maximum power, NOx (10⁻⁶) at 80 %,
and the largest corrected wheel power (kW) against the engine's rated power.

Means over the last seconds of each phase; corrected power = power_kw · power_factor, searched in the power scan alone
(a law value): what the drum takes up while it is braked from one point to the next is no power of the engine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Text
from imloop.law import Law
from imloop.verdict.air import impossible_air, too_hot
from imloop.verdict.answer import Measured, Step, mean_step
from imloop.verdict.arithmetic import MEASURABLE
from imloop.verdict.limits import Limit
from imloop.verdict.methods import ringelmann
from imloop.verdict.validity import channels, interrupted, invalid, phase_rows, stall, too_short

PHASES = {"100": "100.sample", "80": "80.sample"}
DRIVEN = ("scan", *PHASES.values())
COLUMN_OF = {"k_100_per_m": "k_per_m", "k_80_per_m": "k_per_m", "nox_80_ppm": "nox_ppm"}
"""Item → the column it is the mean of."""

PHASE_OF = {"k_100_per_m": PHASES["100"], "k_80_per_m": PHASES["80"], "nox_80_ppm": PHASES["80"]}

NOX = "nox_80_ppm"
_ITEMS = {"100": ("k_100_per_m",), "80": ("k_80_per_m", NOX)}


def decided(limits: Collection[str], law: Law) -> Collection[str]:
    """The limited items that decide: NOx had a limit before it surely decided."""
    return limits if law.flag("lugdown.nox_decisive") else [item for item in limits if item != NOX]


def measure(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> Measured:
    """NOx and power are wanted only where the law of the day judges them; blackness is judged where it was seen."""
    out, judged = Measured(), decided(limits, law)
    if NOX in limits and NOX not in judged:
        out.advisory.add(NOX)
        out.open[NOX] = law.cite("lugdown.nox_decisive")
    seconds, cite = law.integer("lugdown.average_s"), law.cite("lugdown.average_s")
    for name, phase in PHASES.items():
        rows = phase_rows(record.trace, phase)
        words = Text(f"{name} % 点取样", f"{name} % point")
        if len(rows) < seconds:
            out.invalid.append(too_short(words, len(rows), seconds, cite))
        last = rows[-seconds:]
        wanted = tuple(COLUMN_OF[item] for item in _ITEMS[name] if item in judged or item.startswith("k_"))
        faults = channels(record.trace, wanted, last, cite)
        out.invalid += [fault for fault in faults if fault not in out.invalid]
        out.invalid += interrupted(words, last, cite) + stall(record, last, law)
        for item in _ITEMS[name]:
            column = record.trace.get(COLUMN_OF[item])
            if len(last) and column is not None and (np.abs(column[last]) < MEASURABLE).all():
                mean_step(out, item, column[last], last)
    driven = phase_rows(record.trace, *DRIVEN)
    out.invalid += impossible_air(record, driven, law) or too_hot(record, driven, law)
    _power(out, record, law, "power_ratio" in limits)
    grade = record.trace.get(ringelmann.CHANNEL)
    if grade is not None and ringelmann.ITEM in limits:
        # A second without a grade hides nothing: the darkest that was seen counts.
        ringelmann.darkest(out, np.where(np.abs(grade) < MEASURABLE, grade, -1.0))
    spans = [list(out.rows[item]) for item in ("k_100_per_m", "k_80_per_m") if item in out.rows]
    if spans:
        out.window = {"mode": "LUGDOWN", "rows": spans[0], "spans": spans}
    return out


def _power(out: Measured, record: TestRecord, law: Law, limited: bool) -> None:
    cite = law.cite("lugdown.power")
    power, factor = record.trace.get("power_kw"), record.trace.get("power_factor")
    if power is None:
        zh, en = "缺少 power_kw 列。", "Column power_kw is missing."
        out.invalid.append(invalid("missing-channel", zh, en, cite))
        return
    scale = np.ones(len(power)) if factor is None else np.where(np.isnan(factor), 1.0, factor)
    rows = phase_rows(record.trace, *law.words("lugdown.power_phases"))
    rows = rows[np.abs(power[rows] * scale[rows]) < MEASURABLE]
    if not len(rows):
        zh, en = "功率扫描没有可用读数。", "The power scan has no usable reading."
        out.invalid.append(invalid("missing-reading", zh, en, cite))
        return
    at = int(rows[np.argmax(power[rows] * scale[rows])])
    most = float(power[at] * scale[at])
    out.values["max_power_kw"], out.rows["max_power_kw"] = most, (at, at)
    out.steps.append(
        Step(
            Text("最大修正轮边功率", "largest corrected wheel power"),
            "max(P · 修正系数)",
            f"{float(power[at]):.9g} · {float(scale[at]):.9g}",
            f"{most:.9g}",
            (at, at),
        )
    )
    _share_of_rated(out, record.vehicle.rated_power_kw, most, at, cite, limited)


def _share_of_rated(
    out: Measured, rated: float | None, most: float, at: int, cite: str, limited: bool
) -> None:
    if rated is None or not 0.0 < rated < MEASURABLE:
        if limited:
            zh, en = (
                "未报发动机额定功率，功率不能判定。",
                "The rated engine power is missing: power not judged.",
            )
            out.unmeasured.append(invalid("rated-power-missing", zh, en, cite))
        return
    share = most / rated
    out.values["power_ratio"], out.rows["power_ratio"] = share, (at, at)
    out.steps.append(
        Step(
            Text("与额定功率之比", "share of the rated power"),
            "P_max / P_额定",
            f"{most:.9g} / {rated:.9g}",
            f"{share:.9g}",
            (at, at),
        )
    )
