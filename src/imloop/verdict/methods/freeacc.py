"""自由加速法 FREEACC (GB 3847-2018): the mean of the last three maxima of k (m⁻¹).

``blip`` numbers the accelerations (0: none). Each one counts when the engine reached the speed at which its fuel is cut
off, with an automatic gearbox two thirds of it; and at least two thirds of the rated speed. What the message does not
state is not asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from imloop.facts.codes import Gearbox, Method
from imloop.facts.records.inspection import TestRecord, Vehicle
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.answer import Measured, Step
from imloop.verdict.arithmetic import MEASURABLE, nano
from imloop.verdict.limits import Limit
from imloop.verdict.validity import Indices, channels, invalid, stall

ITEM = "k_mean_per_m"


def blips(record: TestRecord) -> list[Indices]:
    """Rows of every numbered acceleration, in the order of their numbers."""
    blip = record.trace.get("blip")
    if blip is None:
        return []
    orders = sorted({order for order in blip.tolist() if 0 < order < MEASURABLE})
    return [np.flatnonzero(blip == order) for order in orders]


def measure(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> Measured:
    """The mean of the last maxima; ``invalid`` says what keeps the run from counting."""
    out = Measured()
    wanted, cite = law.integer("freeacc.blips"), law.cite("freeacc.blips")
    found = blips(record)
    judged = found[-wanted:]
    rows = np.concatenate(judged) if judged else np.array([], dtype=np.int64)
    out.invalid += channels(record.trace, ("k_per_m", "blip"), rows, cite)
    wanted_rpm = speed_wanted(record.vehicle, law)
    if wanted_rpm is not None and record.trace.get("rpm") is None:
        # Whether each acceleration reached its speed cannot be seen.
        out.invalid += channels(record.trace, ("rpm",), rows, law.cite(wanted_rpm[1]))
    if len(found) < wanted:
        zh = f"只有 {len(found)} 次自由加速，需要 {wanted} 次。"
        en = f"{len(found)} free accelerations, {wanted} wanted."
        out.invalid.append(invalid("phase-incomplete", zh, en, cite))
    k = record.trace.get("k_per_m")
    if k is None or not len(rows) or not (np.abs(k[rows]) < MEASURABLE).all():
        return out
    out.invalid += stall(record, rows, law)
    for at in judged:
        out.invalid += _too_slow(record, law, at, wanted_rpm)
    _mean(out, record, k, judged)
    if wanted_rpm is None:
        words = Text("未报额定转速，无法核对加速转速。", "No rated speed: blips not checked.")
        out.findings.append(Reason("rated-speed-unknown", words, law.cite("freeacc.min_speed_ratio")))
    return out


def _mean(out: Measured, record: TestRecord, k: np.ndarray, judged: list[Indices]) -> None:
    maxima = [float(k[at].max()) for at in judged]
    rows = [int(row) for at in judged for row in (at[0], at[-1])]
    span = (min(rows), max(rows))
    mean = math.fsum(maxima) / len(maxima)
    out.values[ITEM], out.rows[ITEM] = mean, span
    orders = [int(record.trace.columns["blip"][at[0]]) for at in judged]
    out.window = {"mode": "FREEACC", "rows": list(span), "blips": orders, "maxima": maxima}
    out.steps.append(
        Step(
            Text("后三次最大值的平均", "mean of the last maxima"),
            "Σ k_max / n",
            f"({' + '.join(f'{value:.9g}' for value in maxima)}) / {len(maxima)}",
            f"{mean:.9g}",
            span,
        )
    )


def speed_wanted(vehicle: Vehicle, law: Law) -> tuple[float, str] | None:
    """r/min that every acceleration has to reach, and the key of its rule; None: the vehicle's speeds are unknown. The
    highest of what is stated: a cut-off speed below the rated one would make it easier, and no engine has that."""
    manual = vehicle.gearbox is Gearbox.MANUAL
    rules = (
        (vehicle.rated_speed_rpm, "freeacc.min_speed_ratio"),
        (vehicle.cut_off_rpm, f"freeacc.cut_off_ratio.{'manual' if manual else 'automatic'}"),
    )
    known = [
        (stated * law.number(key), key)
        for stated, key in rules
        if stated is not None and 0.0 < stated < MEASURABLE
    ]
    return max(known, default=None)


def reached_rpm(record: TestRecord) -> float | None:
    """How fast the engine turned in the middle one of its accelerations; None: none, or nobody recorded it."""
    rpm, found = record.trace.get("rpm"), blips(record)
    if record.method is not Method.FREEACC or rpm is None or not found:
        return None
    return float(np.median([_fastest(rpm[at]) for at in found])) or None


def _fastest(rpm: np.ndarray) -> float:
    known = rpm[np.abs(rpm) < MEASURABLE]
    return float(known.max()) if len(known) else 0.0


def _too_slow(record: TestRecord, law: Law, at: Indices, wanted: tuple[float, str] | None) -> list[Reason]:
    rpm = record.trace.get("rpm")
    if wanted is None or rpm is None:
        return []
    reached = _fastest(rpm[at])
    if nano(reached) >= nano(wanted[0]):
        return []
    order = int(record.trace.columns["blip"][at[0]])
    return [
        invalid(
            "engine-speed-not-reached",
            f"第 {order} 次加速最高 {reached:.0f} r/min，未达 {wanted[0]:.0f} r/min。",
            f"Acceleration {order} reached {reached:.0f} of {wanted[0]:.0f} r/min.",
            law.cite(wanted[1]),
            (int(at[0]), int(at[-1])),
        )
    ]
