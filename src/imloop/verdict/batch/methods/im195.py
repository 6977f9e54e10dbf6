"""瞬态工况法 IM195 for many tests at once; formulas and clauses as in ``imloop.verdict.methods.im195``."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Fuel, Method
from imloop.law import Law
from imloop.verdict.batch.air import bad_air, by_the_air
from imloop.verdict.batch.methods.transient import cycles, drive, take, without_exhaust
from imloop.verdict.batch.outcomes import ITEMS_OF, Ends, Found
from imloop.verdict.batch.runs import Floats, Runs
from imloop.verdict.formulas.gas import fuel_class, moisture, moisture_factor
from imloop.verdict.methods.im195 import BACKGROUND, CHANNELS, GASES

_PLACE = {gas: ITEMS_OF[Method.IM195].index(f"{gas}_g_km") for gas in (*GASES, "hc_nox")}


def measure(runs: Runs, law: Law, fuel: Fuel | None, ends: Ends) -> Found | None:
    """Grams per kilometre of tests of one fuel."""
    out = Found.empty(Method.IM195, runs.tests)
    lacking = runs.lacks(*CHANNELS)
    # A test without rows of the cycle is incomplete; those with such rows are looked at below.
    out.invalid[:] = True
    kh = by_the_air(runs, lambda *air: moisture_factor(moisture(*air)))
    grams = _grams(runs, law, fuel, kh)
    carbon = runs.columns["flow_std_ls"] * runs.columns["co2_dilute_pct"]
    bad = bad_air(runs, law, kh)
    for found in cycles(runs):
        out.invalid[found.tests] = lacking[found.tests]
        for name in CHANNELS:
            out.invalid[found.tests] |= ~found.usable(runs.columns[name])
        for name in BACKGROUND:
            recorded = runs.present[name][found.tests]
            out.invalid[found.tests] |= recorded & ~found.usable(runs.columns[name])
        km = drive(runs, found, law, out)
        without_exhaust(found, km, carbon, lacking, law, out)
        take(found, km, {_PLACE[gas]: grams[gas] for gas in _PLACE}, bad, lacking, runs, out)
    return out


def _grams(runs: Runs, law: Law, fuel: Fuel | None, kh: Floats) -> dict[str, Floats]:
    """Grams of every row by gas, and of HC and NOx together; the operations of ``im195.masses`` in their order."""
    co, hc, nox, co2, flow, _ = (runs.columns[name] for name in CHANNELS)
    df = law.number(f"im195.dilution_numerator.{fuel_class(fuel)}") / (co2 + (co + hc) * 1e-4)
    remaining = np.where(df > 0, 1.0 - 1.0 / df, 1.0)
    grams = {}
    for gas, measured in (("co", co), ("hc", hc), ("nox", nox)):
        name = f"{gas}_background_ppm"
        recorded = np.repeat(runs.present[name], runs.lengths)
        net = np.where(recorded, measured - runs.columns[name] * remaining, measured)
        density = law.number(f"im195.density_g_per_l.{gas}")
        grams[gas] = flow * net * 1e-6 * density * (kh if gas == "nox" else 1.0)
    return {**grams, "hc_nox": grams["hc"] + grams["nox"]}
