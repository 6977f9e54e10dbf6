"""自由加速法 FREEACC (GB 3847-2018): the mean of the last three maxima of k (m⁻¹).

``blip`` numbers the accelerations (0: none). Each one counts when the engine reached at least two thirds of the
rated speed, where that speed is known.
"""

from __future__ import annotations

import numpy as np

from imloop.facts.test_record import TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.answer import Measured, Step
from imloop.verdict.validity import channels, invalid, too_short

ITEM = "k_mean_per_m"


def measure(record: TestRecord, law: Law) -> Measured:
    """The mean of the last maxima in m⁻¹; ``invalid`` says what keeps the run from counting."""
    out = Measured()
    cite = law.cite("freeacc.blips")
    wanted = law.integer("freeacc.blips")
    blip = record.trace.get("blip")
    judged = np.flatnonzero(blip > 0) if blip is not None else np.array([], dtype=np.int64)
    out.invalid += channels(record.trace, ("k_per_m", "blip"), judged, cite)
    if out.invalid or blip is None:
        return out
    orders = sorted({float(order) for order in blip[judged]})
    if len(orders) < wanted:
        name = Text("自由加速次数", "free accelerations")
        out.invalid.append(too_short(name, len(orders), wanted, cite))
        if not orders:
            return out
    last = orders[-wanted:]
    maxima = []
    rows: list[int] = []
    for order in last:
        at = np.flatnonzero(blip == order)
        rows += [int(at[0]), int(at[-1])]
        maxima.append(float(record.trace.columns["k_per_m"][at].max()))
        out.invalid += _speed(record, law, int(order), at)
    span = (min(rows), max(rows))
    mean = sum(maxima) / len(maxima)
    out.values[ITEM], out.rows[ITEM] = mean, span
    out.window = {
        "mode": "FREEACC",
        "rows": list(span),
        "blips": [int(order) for order in last],
        "maxima": maxima,
    }
    out.steps.append(
        Step(
            Text("后三次最大值的平均", "mean of the last maxima"),
            "(k₁ + k₂ + k₃) / 3",
            f"({' + '.join(f'{value:g}' for value in maxima)}) / {len(maxima)}",
            f"{mean:.6g}",
            span,
        )
    )
    if record.vehicle.rated_speed_rpm is None:
        out.findings.append(
            Reason(
                "rated-speed-unknown",
                Text("未报额定转速，无法核对加速转速。", "No rated speed: blips not checked."),
            )
        )
    return out


def _speed(record: TestRecord, law: Law, order: int, at: np.ndarray) -> list[Reason]:
    rated, rpm = record.vehicle.rated_speed_rpm, record.trace.get("rpm")
    if rated is None or rpm is None:
        return []
    reached = float(np.nanmax(rpm[at])) if not np.isnan(rpm[at]).all() else 0.0
    wanted = rated * law.number("freeacc.min_speed_ratio")
    if reached >= wanted:
        return []
    return [
        invalid(
            "engine-speed-not-reached",
            f"第 {order} 次加速最高 {reached:.0f} r/min，未达 {wanted:.0f} r/min。",
            f"Acceleration {order} reached {reached:.0f} of {wanted:.0f} r/min.",
            law.cite("freeacc.min_speed_ratio"),
            (int(at[0]), int(at[-1])),
        )
    ]
