"""Instruments checked by comparison alone: opacimeter, NOx analyser, flow meter, weather station, tachometer, OBD."""

from __future__ import annotations

from imloop.facts.records.check import CheckKind
from imloop.gates.lines.parts import Deviation, Missing, Values, deviation, need, numbered
from imloop.law import Law


def opacimeter(values: Values, law: Law) -> list[Deviation]:
    """Zero and two neutral filters, in % opacity."""
    kind = CheckKind.OPACIMETER
    found = [deviation(law, kind, "zero", 0.0, need(values, "zero_pct"))]
    for n in (1, 2):
        standard = need(values, f"filter_{n}_pct", positive=True)
        found.append(deviation(law, kind, "filter", standard, need(values, f"measured_{n}_pct"), f"_{n}"))
    return found


def nox_analyser(values: Values, law: Law) -> list[Deviation]:
    """NO, and NO2 through the converter where the bottle has it, in 10⁻⁶."""
    kind = CheckKind.NOX_ANALYSER
    found = [deviation(law, kind, "no", need(values, "no_standard_ppm"), need(values, "no_ppm"))]
    if "no2_standard_ppm" in values:
        found.append(deviation(law, kind, "no2", values["no2_standard_ppm"], need(values, "no2_ppm")))
    return found


def flow_meter(values: Values, law: Law) -> list[Deviation]:
    """Flow in L/s and the two ends of the oxygen range in %."""
    kind = CheckKind.FLOW_METER
    flow = deviation(
        law, kind, "flow", need(values, "flow_standard_ls", positive=True), need(values, "flow_ls")
    )
    ends = [
        deviation(law, kind, end, need(values, f"{end}_standard_pct"), need(values, f"{end}_pct"))
        for end in ("o2_high", "o2_low")
    ]
    return [flow, *ends]


def weather_station(values: Values, law: Law) -> list[Deviation]:
    """Against a reference instrument: °C, % and kPa."""
    units = {"temperature": "c", "humidity": "pct", "pressure": "kpa"}
    return [
        deviation(
            law,
            CheckKind.WEATHER_STATION,
            quantity,
            need(values, f"{quantity}_standard_{unit}"),
            need(values, f"{quantity}_{unit}"),
        )
        for quantity, unit in units.items()
    ]


def tachometer(values: Values, law: Law) -> list[Deviation]:
    """Read speed against the standard, in 1/min."""
    return [
        deviation(
            law,
            CheckKind.TACHOMETER,
            "rpm",
            need(values, f"standard_{n}_rpm", positive=True),
            need(values, f"measured_{n}_rpm"),
            f"_{n}",
        )
        for n in numbered(values, "standard_{n}_rpm")
    ]


def obd_reader(values: Values, law: Law) -> list[Deviation]:
    """1 yes, 0 no: connected to a vehicle (or simulator), data sent on. Both are required, so nothing is tolerated."""
    cite = law.cite("check.obd_reader.hours")
    found = []
    for name in ("connected", "sent"):
        answer = need(values, name)
        if answer not in (0, 1):
            raise Missing(name)
        found.append(Deviation(name, 1.0, answer, answer - 1, None, 0.0, None, answer == 1, cite))
    return found
