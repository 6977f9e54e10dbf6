"""Is the recording itself plausible? Doubts beside the verdict, which they never change.

General rules only, none made for a known recording. Some doubts are *signs*: things that no real vehicle on a
working line does. When several independent signs meet, the run as a whole is called implausible. The others only
say that a number of the line differs from ours. The thresholds are technical knowledge, not law: dated data with their
sources (``law/data/watch.yaml``).
"""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import DIESEL_METHODS, Outcome
from imloop.facts.records.inspection import Column, TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.law.watch import Watch
from imloop.verdict.answer import Measured, Rows
from imloop.verdict.doubts.conduct import conduct
from imloop.verdict.doubts.units import units
from imloop.verdict.doubts.warmth import implausible_air, warmth
from imloop.verdict.formulas.gas import brettschneider, longest_run
from imloop.verdict.formulas.smoke import k_from_opacity
from imloop.verdict.validity import Indices, phase_rows

Doubt = Reason | None

_GAS_PHASES = ("high.sample", "idle.sample", "5025.sample", "2540.sample")
_LIVE = ("rpm", "co2_pct")


def doubts(record: TestRecord, law: Law, measured: Measured) -> list[Reason]:
    """Every doubt, and ``implausible-run`` when at least ``plausible.signals`` independent signs meet."""
    if record.trace.rows < 2:
        return []
    diesel = record.method in DIESEL_METHODS
    watch = law.watch
    own = _diesel_signs(record, law, watch) if diesel else _gas_signs(record, law, watch)
    read = (_below_zero(record, watch), _above_ceiling(record, watch))
    signs = [doubt for doubt in (*read, *own) if doubt is not None]
    others = [_duration(record, watch), *conduct(record, law, measured), *_around(record, law, watch)]
    others += units(record, law)
    if not diesel:
        others += [_no_rpm(record), *_station_factors(record, law, measured)]
        others.append(_low_dilution(record, measured, watch))
    found = [*signs, *(doubt for doubt in others if doubt is not None)]
    if len(signs) < law.integer("plausible.signals"):
        return found
    names = "、".join(doubt.code for doubt in signs)
    return [
        *found,
        Reason(
            "implausible-run",
            Text(
                f"多项互相独立的特征表明数据不像来自真实车辆（{names}）；线索，待核实。",
                f"Several independent signs speak against a real vehicle ({names}); a lead to be checked, no guilt.",
            ),
            law.cite("plausible.signals"),
        ),
    ]


def _around(record: TestRecord, law: Law, watch: Watch) -> list[Reason]:
    """Of engine and hall; a figure of the air is named once."""
    odd, found = implausible_air(record, watch), warmth(record, law)
    named = any(reason.code == "ambient-implausible" for reason in found)
    return found if odd is None or named else [odd, *found]


def _gas_signs(record: TestRecord, law: Law, watch: Watch) -> tuple[Doubt, ...]:
    rows = phase_rows(record.trace, *_GAS_PHASES)
    if not len(rows):
        return ()
    return (
        _impossible_gas(record, rows, watch),
        _lambda_differs(record, law, rows),
        _still_engine(record, rows, watch),
        _frozen(record, rows, watch),
        _other_engine(record, rows, watch),
    )


def _diesel_signs(record: TestRecord, law: Law, watch: Watch) -> tuple[Doubt, ...]:
    return (_smoke(record, law, watch), _frozen_power(record, watch), _probe_out(record, law, watch))


def _span(rows: Indices, mask: np.ndarray) -> Rows:
    """First and last row of the longest run of ``mask``, which is True somewhere."""
    run = longest_run(mask)
    assert run is not None
    return int(rows[run[0]]), int(rows[run[1]])


def _smoke(record: TestRecord, law: Law, watch: Watch) -> Doubt:
    """k and N of one second must satisfy k = −ln(1 − N)/L."""
    k, opacity = record.trace.get("k_per_m"), record.trace.get("opacity_pct")
    if k is None or opacity is None:
        return None
    expected = k_from_opacity(opacity, law.number("smoke.path_m"))
    known = np.isfinite(expected) & np.isfinite(k)
    most = watch.k_opacity_mismatch
    wrong = known & (np.abs(expected - k) > np.maximum(most.per_m, most.ratio * np.abs(k)))
    if not wrong.any() or wrong.sum() < most.share * known.sum():
        return None
    zh = f"{known.sum()} 秒中 {wrong.sum()} 秒的 k 与不透光度 N 不满足换算关系。"
    en = f"In {wrong.sum()} of {known.sum()} seconds k and opacity N do not match."
    return Reason("k-opacity-mismatch", Text(zh, en), law.cite("smoke.path_m"))


def _below_zero(record: TestRecord, watch: Watch) -> Doubt:
    low = [name for name, limit in watch.below_zero.items() if _outside(record, name, limit, np.inf)]
    if not low:
        return None
    return Reason(
        "below-zero", Text(f"{'、'.join(low)} 出现负值。", f"Negative readings in {', '.join(low)}.")
    )


def _above_ceiling(record: TestRecord, watch: Watch) -> Doubt:
    high = [name for name, limit in watch.above_ceiling.items() if _outside(record, name, -np.inf, limit)]
    if not high:
        return None
    zh, en = f"{'、'.join(high)} 超出仪器量程。", f"Readings beyond any instrument in {', '.join(high)}."
    return Reason("above-ceiling", Text(zh, en))


def _outside(record: TestRecord, name: str, low: float, high: float) -> bool:
    column = record.trace.get(name)
    if column is None:
        return False
    if low > -np.inf and np.fmin.reduce(column) < low:
        return True
    return bool(high < np.inf and np.fmax.reduce(column) > high)


def _frozen_power(record: TestRecord, watch: Watch) -> Doubt:
    """Drum power that never changes while the drum speed does: no dynamometer behaves so."""
    power, speed = record.trace.get("power_kw"), record.trace.get("speed_kmh")
    least = watch.power_frozen
    if power is None or speed is None or record.trace.rows < least.seconds:
        return None
    power, speed = power[np.isfinite(power)], speed[np.isfinite(speed)]
    if not len(power) or not len(speed) or np.ptp(power) > 0 or power[0] == 0:
        return None
    if np.ptp(speed) < least.speed_kmh:
        return None
    words = Text("功率全程不变而车速在变。", "Power stays constant while the speed changes.")
    return Reason("power-frozen", words)


def _probe_out(record: TestRecord, law: Law, watch: Watch) -> Doubt:
    """No smoke at all, hardly any CO2, or smoke that ends, at one of the points of full load: the probe is not in the
    exhaust pipe."""
    k, co2 = record.trace.get("k_per_m"), record.trace.get("co2_pct")
    for phase in ("100.sample", "80.sample"):
        rows = phase_rows(record.trace, phase)
        if not len(rows):
            continue
        clean = k is not None and (bool((k[rows] == 0).all()) or _smoke_ends(k[rows], law))
        thin = co2 is not None and bool((co2[rows] < watch.probe_out.full_load_co2_pct).all())
        if clean or thin:
            words = Text(
                f"{phase.partition('.')[0]} % 点没有排气读数，探头可能未插入或脱出。",
                f"No exhaust at the {phase.partition('.')[0]} % point: the probe may hang out.",
            )
            return Reason("probe-out", words, rows=(int(rows[0]), int(rows[-1])))
    return None


def _smoke_ends(k: Column, law: Law) -> bool:
    """An engine that smoked at full load shows nothing for seconds on end."""
    none = longest_run(k == 0)
    if none is None or none[1] - none[0] + 1 < law.integer("probe.k_zero_s"):
        return False
    return bool((k >= law.number("probe.k_from_per_m")).any())


def _impossible_gas(record: TestRecord, rows: Indices, watch: Watch) -> Doubt:
    """Much CO2 beside much O2 breaks the oxygen balance of any of our fuels."""
    co2, o2 = record.trace.get("co2_pct"), record.trace.get("o2_pct")
    if co2 is None or o2 is None:
        return None
    most = watch.gas_impossible
    wrong = (co2[rows] > most.co2_pct) & (o2[rows] > most.o2_pct)
    if wrong.sum() < most.seconds:
        return None
    words = Text(
        f"CO₂ 高于 {most.co2_pct:g} % 的同时 O₂ 高于 {most.o2_pct:g} %，物理上不可能。",
        f"CO2 above {most.co2_pct:g} % beside O2 above {most.o2_pct:g} %: impossible.",
    )
    return Reason("gas-impossible", words, rows=_span(rows, wrong))


def _lambda_differs(record: TestRecord, law: Law, rows: Indices) -> Doubt:
    names = ("lambda", "co_pct", "co2_pct", "hc_ppm", "o2_pct")
    found = [record.trace.get(name) for name in names]
    reported, co, co2, hc, o2 = (column[rows] if column is not None else None for column in found)
    if reported is None or co is None or co2 is None or hc is None or o2 is None:
        return None
    computed = brettschneider(co, co2, hc, o2, np.zeros(len(co)), record.vehicle.fuel, law)
    wrong = np.abs(computed - reported) > law.number("lambda.tolerance")
    seconds = int(wrong.sum())
    if seconds < law.integer("lambda.tolerance_seconds"):
        return None
    gap = float(np.median(np.abs(computed - reported)[wrong]))
    words = Text(
        f"{seconds} 秒的 λ 复算与上报相差约 {gap:.2f}。",
        f"In {seconds} s recomputed lambda differs by {gap:.2f}.",
    )
    return Reason("lambda-differs", words, law.cite("lambda.tolerance"), rows=_span(rows, wrong))


def _still_engine(record: TestRecord, rows: Indices, watch: Watch) -> Doubt:
    rpm, speed = record.trace.get("rpm"), record.trace.get("speed_kmh")
    if rpm is None or speed is None:
        return None
    most = watch.rpm_zero_at_speed.speed_kmh
    wrong = (rpm[rows] == 0) & (speed[rows] > most)
    if not wrong.any():
        return None
    words = Text(f"车速大于 {most:g} km/h 而转速为 0。", "Speed without engine revolutions.")
    return Reason("rpm-zero-at-speed", words, rows=_span(rows, wrong))


def _frozen(record: TestRecord, rows: Indices, watch: Watch) -> Doubt:
    """A live channel that repeats itself to the last digit: engines and analysers never stand still."""
    frozen, most = [], watch.channel_frozen.seconds
    for name in _LIVE:
        column = record.trace.get(name)
        if column is None or not np.isfinite(column[rows]).all():
            continue
        run = longest_run(np.diff(column[rows]) == 0)
        if run is not None and run[1] - run[0] + 2 > most:
            frozen.append((name, (int(rows[run[0]]), int(rows[run[1] + 1]))))
    if not frozen:
        return None
    names = "、".join(name for name, _ in frozen)
    words = Text(f"{names} 连续 {most} 秒以上一成不变。", f"{names}: constant for over {most} s.")
    return Reason("channel-frozen", words, rows=frozen[0][1])


def _other_engine(record: TestRecord, rows: Indices, watch: Watch) -> Doubt:
    """OBD and tachometer disagree by much for seconds on end: another vehicle answers."""
    rpm, obd = record.trace.get("rpm"), record.trace.get("obd_rpm")
    if rpm is None or obd is None:
        return None
    most = watch.obd_rpm_differs
    wrong = (obd[rows] > 0) & (rpm[rows] > 0) & (np.abs(obd[rows] - rpm[rows]) > most.ratio * rpm[rows])
    run = longest_run(wrong)
    if run is None or run[1] - run[0] + 1 <= most.seconds:
        return None
    words = Text(
        f"OBD 转速与转速表持续相差 {100 * most.ratio:g} % 以上。",
        f"OBD and tachometer differ by over {100 * most.ratio:g} % for seconds.",
    )
    return Reason("obd-rpm-differs", words, rows=_span(rows, wrong))


def _no_rpm(record: TestRecord) -> Doubt:
    rpm = record.trace.get("rpm")
    if rpm is not None and np.isfinite(rpm).any():
        return None
    words = Text("没有转速，无法核对是否熄火。", "No engine speed: a stall cannot be seen.")
    return Reason("rpm-missing", words)


def _duration(record: TestRecord, watch: Watch) -> Doubt:
    usual = watch.duration_unusual.get(record.method)
    if record.outcome is Outcome.ABORTED or usual is None:
        return None
    seconds = (record.ended_at - record.started_at).total_seconds()
    if usual.low <= seconds <= usual.high:
        return None
    words = Text(
        f"全程 {seconds:.0f} 秒，通常为 {usual.low:.0f}–{usual.high:.0f} 秒。",
        f"{seconds:.0f} s in all; usual are {usual.low:.0f} to {usual.high:.0f} s.",
    )
    return Reason("duration-unusual", words)


def _low_dilution(record: TestRecord, measured: Measured, watch: Watch) -> Doubt:
    """DF well below 1: more CO2 than the fuel can give, so the analyser drifts."""
    if measured.gases is None:
        return None
    rows = phase_rows(record.trace, "5025.sample", "2540.sample")
    least = watch.df_low.df
    low = measured.gases.df[rows] < least
    if not low.any():
        return None
    words = Text(
        f"DF 低于 {least:g}：CO₂ 高于燃料所能产生。", f"DF below {least:g}: more CO2 than the fuel can give."
    )
    return Reason("df-low", words, rows=_span(rows, low))


def _station_factors(record: TestRecord, law: Law, measured: Measured) -> tuple[Doubt, ...]:
    """The line's own DF and kH against ours; they are rounded to two decimals there."""
    rows = phase_rows(record.trace, "5025.sample", "2540.sample")
    if measured.gases is None or not len(rows):
        return ()
    found: list[Doubt] = []
    ours: tuple[tuple[str, str, Column], ...] = (
        ("station_df", "DF", measured.gases.df),
        ("station_kh", "kH", measured.gases.kh),
    )
    for name, label, factor in ours:
        theirs = record.trace.get(name)
        if theirs is None:
            continue
        gaps = np.abs(theirs[rows] - factor[rows])
        gaps = gaps[np.isfinite(gaps)]
        if len(gaps) and float(np.median(gaps)) > law.number("claim.factor_tolerance"):
            words = Text(f"机构的 {label} 与复算不符。", f"The station's {label} differs from ours.")
            found.append(Reason(f"{label.lower()}-differs", words, law.cite("claim.factor_tolerance")))
    return tuple(found)
