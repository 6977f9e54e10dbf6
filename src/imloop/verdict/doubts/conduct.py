"""How the run was driven and sampled: speed, load, length, probe. Findings beside the verdict (triggers A02, A10).

The windows that decide already leave out what is invalid; these findings tell a supervisor that a line accepted
seconds it should not have accepted. Tolerances are dated values of the law, the rest dated thresholds
(``law/data/watch.yaml``).
"""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.law.watch import ProbeOut
from imloop.verdict.answer import Measured, Rows
from imloop.verdict.arithmetic import MEASURABLE, nano, nano_levels
from imloop.verdict.doubts.judged_rows import SAMPLED
from imloop.verdict.formulas.gas import longest_run
from imloop.verdict.methods.freeacc import blips
from imloop.verdict.validity import Indices, longest_block, phase_rows

_MODES = ("5025", "2540")
_POINTS = ("100.sample", "80.sample")


def conduct(record: TestRecord, law: Law, measured: Measured) -> list[Reason]:
    """Every finding of the method's own course."""
    if record.method is Method.ASM:
        modes = [finding for mode in _MODES for finding in _mode(record, mode, law)]
        return modes + _probe(record, law)
    if record.method is Method.TSI:
        again = _sampled_again(record, ("high.sample", "idle.sample"), law.integer("tsi.average_s"))
        return again + _high_idle(record, law) + _probe(record, law)
    if record.method is Method.LUGDOWN:
        again = _sampled_again(record, _POINTS, law.integer("lugdown.average_s"))
        return (
            again + _lug_down(record, law) + _speed_of_most_power(record, law, measured) + _probe(record, law)
        )
    return _unmarked_smoke(record, law) if record.method is Method.FREEACC else []


def _sampled_again(record: TestRecord, phases: tuple[str, ...], seconds: int) -> list[Reason]:
    """A phase that had all its seconds was left and entered again: its last seconds decide, the first are seen."""
    found = []
    for phase in phases:
        rows = phase_rows(record.trace, phase)
        breaks = np.flatnonzero(np.diff(rows) != 1)
        if not len(breaks) or longest_block(rows[: breaks[-1] + 1]) < seconds:
            continue
        words = Text(
            f"{phase} 取样已满 {seconds} 秒后又重新取样，判定采用了最后一次。",
            f"{phase} was sampled for {seconds} s and then once more; the last sampling decided.",
        )
        found.append(Reason("sampled-again", words, rows=(int(rows[0]), int(rows[-1]))))
    return found


def _high_idle(record: TestRecord, law: Law) -> list[Reason]:
    """The averaged seconds at another speed than high idle, of which a maker may prescribe its own."""
    rpm, rows = (
        record.trace.get("rpm"),
        phase_rows(record.trace, "high.sample")[-law.integer("tsi.average_s") :],
    )
    if rpm is None or not len(rows) or not (np.abs(rpm[rows]) < MEASURABLE).all():
        return []
    mass = record.vehicle.max_mass_kg
    heavy = mass is not None and mass > law.number("obd.heavy_above_kg")
    key = f"tsi.high_idle_rpm.{'heavy' if heavy else 'light'}"
    shown, wanted, most = float(rpm[rows].mean()), law.number(key), law.number("tsi.high_idle_tolerance_rpm")
    if abs(nano(shown) - nano(wanted)) <= nano(most):
        return []
    words = Text(
        f"高怠速取样平均转速 {shown:.0f} r/min，应为 {wanted:g} ± {most:g} r/min 或制造厂规定值。",
        f"High idle at {shown:.0f} r/min; {wanted:g} ± {most:g} or the maker's value is wanted.",
    )
    return [Reason("high-idle-off", words, law.cite(key), rows=(int(rows[0]), int(rows[-1])))]


def _unmarked_smoke(record: TestRecord, law: Law) -> list[Reason]:
    """Between the accelerations that decide, seconds that belong to none smoke more than any of them."""
    judged, k = blips(record)[-law.integer("freeacc.blips") :], record.trace.get("k_per_m")
    if not judged or k is None:
        return []
    rows = np.concatenate(judged)
    between = np.setdiff1d(np.arange(rows.min(), rows.max() + 1), np.concatenate(blips(record)))
    darker = between[k[between] > np.nanmax(k[rows], initial=0.0)]
    if not len(darker):
        return []
    words = Text(
        f"各次自由加速之间有 {len(darker)} 秒的烟度高于判定所用的各次加速。",
        f"{len(darker)} s between the accelerations smoke more than the accelerations that were judged.",
    )
    cite = law.cite("freeacc.blips")
    return [Reason("smoke-unmarked", words, cite, rows=(int(darker[0]), int(darker[-1])))]


def _mode(record: TestRecord, mode: str, law: Law) -> list[Reason]:
    rows = phase_rows(record.trace, f"{mode}.sample")
    found = [_off_band(record, mode, rows, law), _load(record, mode, rows, law)]
    whole = longest_block(phase_rows(record.trace, f"{mode}.settle", f"{mode}.sample"))
    most = law.integer("asm.mode_max_s")
    if whole > most:
        words = Text(
            f"{mode} 工况 {whole} 秒，应在 {most} 秒内完成。", f"{mode}: {whole} s, {most} s allowed."
        )
        found.append(Reason("mode-too-long", words, law.cite("asm.mode_max_s")))
    return [finding for finding in found if finding is not None]


def _off_band(record: TestRecord, mode: str, rows: Indices, law: Law) -> Reason | None:
    """Speed outside the band for seconds on end: the line should have restarted its clock."""
    speed = record.trace.get("speed_kmh")
    if speed is None or not len(rows):
        return None
    band = nano(law.number("asm.speed_tolerance_kmh"))
    outside = np.abs(nano_levels(speed[rows] - law.number(f"asm.speed_kmh.{mode}"))) > band
    run = longest_run(outside)
    if run is None:
        return None
    longest, total = run[1] - run[0] + 1, int(outside.sum())
    if longest < law.integer("asm.out_of_band_run_s") and total <= law.integer("asm.out_of_band_s"):
        return None
    words = Text(
        f"{mode} 取样中车速超出范围共 {total} 秒，未重新计时。",
        f"{mode}: {total} s of sampling outside the speed band, the clock not restarted.",
    )
    return Reason("speed-off-band", words, law.cite("asm.out_of_band_s"), rows=_span(rows, run))


def _load(record: TestRecord, mode: str, rows: Indices, law: Law) -> Reason | None:
    """Mean load against reference mass / 148 and / 185 kW."""
    power, mass = record.trace.get("power_kw"), record.vehicle.reference_mass_kg
    if power is None or mass is None or mass <= 0 or not len(rows):
        return None
    known = power[rows][np.isfinite(power[rows])]
    if not len(known):
        return None
    wanted, mean = load_kw(mass, mode, law), float(known.mean())
    if abs(mean - wanted) <= law.number("asm.load_tolerance_ratio") * wanted:
        return None
    words = Text(
        f"{mode} 平均加载 {mean:.1f} kW，按基准质量应为 {wanted:.1f} kW。",
        f"{mode}: mean load {mean:.1f} kW, {wanted:.1f} kW by reference mass.",
    )
    return Reason("load-off", words, law.cite(f"asm.load_divisor.{mode}"))


def load_kw(reference_mass_kg: float, mode: str, law: Law) -> float:
    """The load a mode prescribes: P5025 = RM/148, P2540 = RM/185 (GB 18285-2018 annex B)."""
    return reference_mass_kg / law.number(f"asm.load_divisor.{mode}")


def _probe(record: TestRecord, law: Law) -> list[Reason]:
    """CO2 that falls away, or air in the sample, while the engine runs on: the probe came out."""
    phases = _POINTS if record.method is Method.LUGDOWN else SAMPLED[record.method]
    rows = phase_rows(record.trace, *phases)
    co2, o2 = record.trace.get("co2_pct"), record.trace.get("o2_pct")
    out = np.zeros(len(rows), dtype=np.bool_)
    watch = law.watch.probe_out
    if co2 is not None and len(rows) > watch.within_s:
        level = law.number("probe.co2_drop_pct")
        for step in range(1, watch.within_s + 1):
            near = rows[step:] - rows[:-step] == step
            fell = nano_levels(co2[rows[:-step]] - co2[rows[step:]]) > nano(level)
            if (both := near & fell).any():
                out[step:] |= both & _steady(record, rows, step, watch)
    if o2 is not None and len(rows):
        out |= nano_levels(o2[rows]) >= nano(law.number("probe.o2_pct"))
    run = longest_run(out)
    if run is None:
        return []
    words = Text(
        "判定段内 CO₂ 骤降或出现大量空气，采样管可能脱出。",
        "CO2 fell away or air appeared in judged rows: the probe may have come out.",
    )
    return [Reason("probe-out", words, law.cite("probe.co2_drop_pct"), rows=_span(rows, run))]


def _steady(record: TestRecord, rows: Indices, step: int, watch: ProbeOut) -> np.ndarray:
    """Between a row and the ``step``-th after it, speed and engine speed hardly moved."""
    still = np.ones(len(rows) - step, dtype=np.bool_)
    for name, share, least in (
        ("speed_kmh", watch.steady_speed_ratio, watch.steady_speed_kmh),
        ("rpm", watch.steady_rpm_ratio, watch.steady_rpm),
    ):
        column = record.trace.get(name)
        if column is not None:
            before, after = column[rows[:-step]], column[rows[step:]]
            still &= np.abs(after - before) <= np.maximum(share * np.abs(before), least)
    return still


def _lug_down(record: TestRecord, law: Law) -> list[Reason]:
    found = []
    speed, seconds = record.trace.get("speed_kmh"), law.integer("lugdown.average_s")
    points = [phase_rows(record.trace, phase)[-seconds:] for phase in _POINTS]
    if speed is not None and all(len(rows) for rows in points):
        full, part = (float(speed[rows].mean()) for rows in points)
        wanted, most = law.number("lugdown.speed_ratio"), law.number("lugdown.speed_ratio_tolerance")
        if full > 0 and abs(part / full - wanted) > most:
            words = Text(
                f"80 % 点车速为最大功率点的 {part / full:.3f}，应为 {wanted:.2f} ± {most:g}。",
                f"The 80 % point was driven at {part / full:.3f} of the speed of maximum power.",
            )
            found.append(Reason("speed-ratio-off", words, law.cite("lugdown.speed_ratio")))
    driven = phase_rows(record.trace, "scan", "100.sample", "80.sample")
    if len(driven) and (whole := int(driven[-1] - driven[0]) + 1) > law.integer("lugdown.max_s"):
        most_s = law.integer("lugdown.max_s")
        words = Text(f"全过程 {whole} 秒，不应超过 {most_s} 秒。", f"{whole} s in all, {most_s} s allowed.")
        found.append(Reason("run-too-long", words, law.cite("lugdown.max_s")))
    return found


def _speed_of_most_power(record: TestRecord, law: Law, measured: Measured) -> list[Reason]:
    """The engine gives its most power near its rated speed: elsewhere the gear or the speed of that point is wrong."""
    at, rpm, rated = (
        measured.rows.get("max_power_kw"),
        record.trace.get("rpm"),
        record.vehicle.rated_speed_rpm,
    )
    if at is None or rpm is None or rated is None or not 0.0 < rated < MEASURABLE:
        return []
    shown, share = float(rpm[at[0]]), law.number("lugdown.rpm_tolerance_ratio")
    if not abs(shown) < MEASURABLE or abs(nano(shown) - nano(rated)) <= nano(rated * share):
        return []
    words = Text(
        f"最大功率点的转速为 {shown:.0f} r/min，额定转速为 {rated:.0f} r/min，相差超过 {100 * share:g} %。",
        f"Most power at {shown:.0f} r/min, more than {100 * share:g} % off the rated {rated:.0f} r/min.",
    )
    return [Reason("rpm-off-rated", words, law.cite("lugdown.rpm_tolerance_ratio"), rows=at)]


def _span(rows: Indices, run: tuple[int, int]) -> Rows:
    return int(rows[run[0]]), int(rows[run[1]])
