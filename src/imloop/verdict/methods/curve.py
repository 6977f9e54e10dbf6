"""How a transient test's result came together: grams per kilometre as they add up over the cycle."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imloop.facts.codes import Method
from imloop.facts.records.inspection import Column, TestRecord
from imloop.law import Law
from imloop.verdict.methods import cycle, im195, vmas


def running_totals(record: TestRecord, law: Law) -> dict[str, Column]:
    """Item → Σ m up to each second / kilometres of the whole cycle, shape (rows,), NaN outside the cycle; the last
    value is the item's. Empty for other methods, and where no mass, no distance or no fuel is known."""
    if record.vehicle.fuel is None:
        return {}
    if any(column.shape != (record.trace.rows,) for column in record.trace.columns.values()):
        return {}
    with np.errstate(all="ignore"):
        grams = _grams(record, law)
        speed, rows = record.trace.get("speed_kmh"), cycle.cycle_rows(record.trace)
        if not grams or speed is None or not len(rows):
            return {}
        km = cycle.distance_km(speed[rows])
        if not (np.isfinite(km) and km > 0):
            return {}
        found = {}
        for gas, column in grams.items():
            curve = np.full(record.trace.rows, np.nan)
            curve[rows] = np.cumsum(column[rows]) / km
            found[f"{gas}_g_km"] = curve
        return found


def _grams(record: TestRecord, law: Law) -> Mapping[str, Column]:
    if record.method is Method.VMAS:
        found = vmas.masses(record, law)
        return {} if found is None else found.grams
    if record.method is Method.IM195:
        sampled = im195.masses(record, law)
        if sampled is None:
            return {}
        return {**sampled.grams, "hc_nox": sampled.grams["hc"] + sampled.grams["nox"]}
    return {}
