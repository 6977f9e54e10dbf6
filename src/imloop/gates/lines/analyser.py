"""Gas bench: zero and residue, leak, gas check. HC and NO in 10⁻⁶, CO, CO2 and O2 in %, pressure in kPa."""

from __future__ import annotations

from imloop.facts.records.check import CheckKind
from imloop.gates.lines.parts import Deviation, Values, deviation, need
from imloop.law import Law


def zero(values: Values, law: Law) -> list[Deviation]:
    """What the bench still reads on zero gas, and the residue in the sampling line."""
    kind = CheckKind.ANALYSER_ZERO
    found = [deviation(law, kind, "hc_residual", 0.0, need(values, "hc_residual_ppm"))]
    for quantity, name in (("co", "co_pct"), ("no", "no_ppm")):
        if name in values:
            found.append(deviation(law, kind, quantity, 0.0, values[name]))
    return found


def leak(values: Values, law: Law) -> list[Deviation]:
    """The pressure held in the closed line, at the start and at the end."""
    start, end = need(values, "start_kpa"), need(values, "end_kpa")
    return [deviation(law, CheckKind.ANALYSER_LEAK, "drop", start, end)]


def gas(values: Values, law: Law) -> list[Deviation]:
    """Readings against the bottle. The HC standard is the propane times the propane equivalence factor (PEF)."""
    kind = CheckKind.ANALYSER_GAS
    propane = need(values, "c3h8_standard_ppm") * need(values, "pef", positive=True)
    found = [deviation(law, kind, "hc", propane, need(values, "hc_ppm"))]
    for quantity, unit in (("co", "pct"), ("co2", "pct")):
        standard = need(values, f"{quantity}_standard_{unit}")
        found.append(deviation(law, kind, quantity, standard, need(values, f"{quantity}_{unit}")))
    for quantity, unit in (("no", "ppm"), ("o2", "pct")):
        if f"{quantity}_standard_{unit}" in values:
            standard = values[f"{quantity}_standard_{unit}"]
            found.append(deviation(law, kind, quantity, standard, need(values, f"{quantity}_{unit}")))
    return found
