"""Recompute a reported self-check: pass, fail or invalid, whatever the line claims."""

from __future__ import annotations

from collections.abc import Callable

from imloop.facts.channels import CHANNELS
from imloop.facts.records.check import CHECK_NAMES, CheckKind
from imloop.facts.text import Reason, Text
from imloop.gates.lines import analyser, comparisons, dynamometer
from imloop.gates.lines.parts import CheckResult, Deviation, Missing, Values, outside
from imloop.law import Law

_BY_KIND: dict[CheckKind, Callable[[Values, Law], list[Deviation]]] = {
    CheckKind.DYNO_COAST_DOWN: dynamometer.coast_down,
    CheckKind.DYNO_PARASITIC: dynamometer.parasitic,
    CheckKind.DYNO_FORCE: dynamometer.force,
    CheckKind.ANALYSER_ZERO: analyser.zero,
    CheckKind.ANALYSER_LEAK: analyser.leak,
    CheckKind.ANALYSER_GAS: analyser.gas,
    CheckKind.OPACIMETER: comparisons.opacimeter,
    CheckKind.NOX_ANALYSER: comparisons.nox_analyser,
    CheckKind.FLOW_METER: comparisons.flow_meter,
    CheckKind.WEATHER_STATION: comparisons.weather_station,
    CheckKind.TACHOMETER: comparisons.tachometer,
    CheckKind.OBD_READER: comparisons.obd_reader,
}

_WINDOW = "high_1_kmh low_1_kmh {} high_2_kmh low_2_kmh {}"
FIELDS: dict[CheckKind, tuple[str, ...]] = {
    kind: tuple(names.split())
    for kind, names in {
        CheckKind.DYNO_COAST_DOWN: "diw_kg "
        + _WINDOW.format("power_1_kw actual_1_ms", "power_2_kw actual_2_ms"),
        CheckKind.DYNO_PARASITIC: "diw_kg " + _WINDOW.format("time_1_ms power_1_kw", "time_2_ms power_2_kw"),
        CheckKind.DYNO_FORCE: "standard_1_n measured_1_n standard_2_n measured_2_n",
        CheckKind.ANALYSER_ZERO: "hc_residual_ppm co_pct no_ppm",
        CheckKind.ANALYSER_LEAK: "start_kpa end_kpa",
        CheckKind.ANALYSER_GAS: "pef c3h8_standard_ppm hc_ppm co_standard_pct co_pct co2_standard_pct co2_pct "
        "no_standard_ppm no_ppm o2_standard_pct o2_pct",
        CheckKind.OPACIMETER: "zero_pct filter_1_pct measured_1_pct filter_2_pct measured_2_pct",
        CheckKind.NOX_ANALYSER: "no_standard_ppm no_ppm no2_standard_ppm no2_ppm",
        CheckKind.FLOW_METER: (
            "flow_standard_ls flow_ls o2_high_standard_pct o2_high_pct o2_low_standard_pct o2_low_pct"
        ),
        CheckKind.WEATHER_STATION: "temperature_standard_c temperature_c humidity_standard_pct humidity_pct "
        "pressure_standard_kpa pressure_kpa",
        CheckKind.TACHOMETER: "standard_1_rpm measured_1_rpm standard_2_rpm measured_2_rpm",
        CheckKind.OBD_READER: "connected sent",
    }.items()
}
"""The values of each kind, in the order a form asks for them. Numbered ones may go on."""


def recompute(kind: CheckKind, values: Values, law: Law) -> CheckResult:
    """Errors beside the day's tolerances. Invalid, never an exception, when the values do not suffice."""
    try:
        errors = tuple(_BY_KIND[kind](values, law))
    except Missing as missing:
        return CheckResult("invalid", (), (_incomplete(kind, missing.name, law),))
    reasons = outside(kind, errors)
    return CheckResult("fail" if reasons else "pass", errors, reasons)


def _incomplete(kind: CheckKind, name: str, law: Law) -> Reason:
    check, reading = CHECK_NAMES[kind], _reading(name)
    return Reason(
        "check-incomplete",
        Text(
            f"{check.zh}缺少{reading.zh}或其值无意义。",
            f"{check.en}: {reading.en} is missing or not plausible.",
        ),
        law.cite(f"check.{kind}.hours"),
        Text("补齐数值后重新自检上传。", "Repeat the check with all values and upload it."),
        item=name,
    )


def _reading(name: str) -> Text:
    """What the value is, in words; its field stands in ``item``."""
    if name in CHANNELS:
        return CHANNELS[name][0]
    plain = name.rpartition("_")[0].replace("_", " ") or name
    return Text(f" {plain} ", plain)
