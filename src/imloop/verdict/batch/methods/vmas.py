"""简易瞬态工况法 VMAS for many tests at once; formulas and clauses as in ``imloop.verdict.methods.vmas``."""

from __future__ import annotations

import numpy as np

from imloop.facts.codes import Fuel, Method
from imloop.law import Law
from imloop.verdict.batch.air import bad_air, by_the_air
from imloop.verdict.batch.methods.transient import Cycles, cycles, drive, take, without_exhaust
from imloop.verdict.batch.outcomes import ITEMS_OF, Ends, Found
from imloop.verdict.batch.runs import Floats, Runs
from imloop.verdict.batch.validity import diluted
from imloop.verdict.formulas.gas import dilution_factor, fuel_class, moisture, moisture_factor
from imloop.verdict.methods import cycle
from imloop.verdict.methods.vmas import CHANNELS, GASES, ITEM_OF

_PLACE = {gas: ITEMS_OF[Method.VMAS].index(ITEM_OF[gas]) for gas in GASES}


def measure(runs: Runs, law: Law, fuel: Fuel | None, ends: Ends) -> Found | None:
    """Grams per kilometre of tests of one fuel."""
    out = Found.empty(Method.VMAS, runs.tests)
    both = np.repeat(runs.present["nox_ppm"], runs.lengths)
    nox = np.where(both, runs.columns["nox_ppm"], runs.columns["no_ppm"])
    lacking = runs.lacks(*CHANNELS) | (runs.lacks("nox_ppm") & runs.lacks("no_ppm"))
    # A test without rows of the cycle is incomplete; those with such rows are looked at below.
    out.invalid[:] = True
    kh = by_the_air(runs, lambda *air: moisture_factor(moisture(*air)))
    grams = _grams(runs, law, fuel, nox, kh)
    bad = bad_air(runs, law, kh)
    for found in cycles(runs):
        out.invalid[found.tests] = lacking[found.tests]
        for column in (*(runs.columns[name] for name in CHANNELS), nox):
            out.invalid[found.tests] |= ~found.usable(column)
        out.invalid[found.tests] |= _thin(runs, found, law, fuel)
        km = drive(runs, found, law, out)
        without_exhaust(found, km, grams["co2"], lacking, law, out)
        take(found, km, {_PLACE[gas]: grams[gas] for gas in GASES}, bad, lacking, runs, out)
    return out


def _grams(runs: Runs, law: Law, fuel: Fuel | None, nox: Floats, kh: Floats) -> dict[str, Floats]:
    """Grams of every row by gas, and flow times CO2; the operations of ``vmas.masses`` in their order."""
    co, hc, co2, o2, _, o2_dilute, o2_air, flow = (runs.columns[name] for name in CHANNELS)
    ratio = np.where((o2_air > o2) & (o2_air > o2_dilute), (o2_air - o2_dilute) / (o2_air - o2), 0.0)
    ratio = np.where(np.isnan(o2_air + o2 + o2_dilute), np.nan, ratio)
    apply = law.flag("vmas.dilution_applied")
    df = dilution_factor(co, co2, fuel, law) if apply else np.ones(runs.rows)
    at = law.word("vmas.density_at")
    rho = {gas: law.number(f"vmas.density_g_per_l.{at}.{gas}") for gas in GASES}
    exhaust = flow * ratio
    return {
        "co": exhaust * co * df / 100.0 * rho["co"],
        "hc": exhaust * hc * df * 1e-6 * rho["hc"],
        "nox": exhaust * nox * df * kh * 1e-6 * rho["nox"],
        "co2": exhaust * co2,
    }


def _thin(runs: Runs, found: Cycles, law: Law, fuel: Fuel | None) -> np.ndarray:
    """Shape (m,): too little CO + CO2 for too long at the cycle's fastest constant speed."""
    rows = found.rows[:, cycle.cruising(np.arange(found.rows.shape[1]), law)]
    total = (runs.columns["co_pct"] + runs.columns["co2_pct"])[rows].ravel()
    owner = np.repeat(np.arange(len(rows)), rows.shape[1])
    return diluted(total, rows.ravel() + owner, owner, len(rows), law, fuel_class(fuel), "vmas")
