"""Readings that look like another unit's, or like their neighbour's: findings that name the likely mistake.

A channel is looked at by the median of its judged seconds. What an ordinary test shows there is technical knowledge, as
wide as honest tests need; a reading outside is only told where another unit would make it an ordinary one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from imloop.facts.channels import CHANNELS
from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.doubts.judged_rows import judged_rows
from imloop.verdict.formulas.smoke import k_from_opacity
from imloop.verdict.methods.cycle import distance_km
from imloop.verdict.units import likely
from imloop.verdict.validity import Indices, phase_rows

_CHECK = Text(
    "请核对检测软件的单位与通道顺序，更正后重新检验。",
    "Check units and order of channels in the line's software, correct them and test again.",
)
_ENGINE = {"rpm": ("rpm", 500.0, 7000.0), "oil_c": ("c", 0.0, 150.0), "obd_coolant_c": ("c", 0.0, 130.0)}
_RAW = {
    "co_pct": ("pct", 0.0, 14.0),
    "hc_ppm": ("ppm", 0.2, 9999.0),
    "no_ppm": ("ppm", 0.2, 5000.0),
    "nox_ppm": ("ppm", 0.2, 5000.0),
    "co2_pct": ("pct", 6.0, 18.0),
    "o2_pct": ("pct", -0.5, 21.5),
    "lambda": ("", 0.5, 5.0),
}
_LOADED = {**_ENGINE, **_RAW, "power_kw": ("kw", 1.0, 60.0)}
_DIESEL = {**_ENGINE, "k_per_m": ("", 0.0, 16.0), "opacity_pct": ("pct", 0.0, 100.0)}
_USUAL: Mapping[Method, Mapping[str, tuple[str, float, float]]] = MappingProxyType(
    {
        Method.TSI: {**_ENGINE, **_RAW},
        Method.ASM: _LOADED,
        Method.VMAS: {
            **_ENGINE,
            **{name: span for name, span in _RAW.items() if name != "lambda"},
            "flow_std_ls": ("ls", 20.0, 400.0),
            "o2_ambient_pct": ("pct", 19.0, 22.0),
        },
        Method.IM195: {
            **_ENGINE,
            "co_dilute_ppm": ("ppm", 0.0, 20000.0),
            "hc_dilute_ppm": ("ppm", 0.0, 20000.0),
            "nox_dilute_ppm": ("ppm", 0.0, 5000.0),
            "co2_dilute_pct": ("pct", 0.1, 8.0),
            "flow_std_ls": ("ls", 20.0, 400.0),
        },
        Method.LUGDOWN: {
            **_DIESEL,
            "nox_ppm": ("ppm", 5.0, 5000.0),
            "co2_pct": ("pct", 2.0, 18.0),
            "power_kw": ("kw", 3.0, 600.0),
        },
        Method.FREEACC: _DIESEL,
        Method.RINGELMANN: {"ringelmann_grade": ("grade", 0.0, 5.0)},
    }
)
"""Method → channel → kind of its unit, and what the median of an ordinary test lies between; nothing at all (0) is
ordinary, too."""

_STATED = {
    "max_mass_kg": ("kg", 300.0, 60000.0, Text("最大总质量", "maximum mass")),
    "reference_mass_kg": ("kg", 300.0, 60000.0, Text("基准质量", "reference mass")),
    "rated_power_kw": ("kw", 10.0, 800.0, Text("额定功率", "rated power")),
    "rated_speed_rpm": ("rpm", 1000.0, 9000.0, Text("额定转速", "rated speed")),
}
_EXCHANGED_CO = 1.0
"""CO in %: an engine that gives so much gives tens of 10⁻⁶ of HC; less HC than that number is CO itself."""
_MOST_CO = 14.0
_NOX_LESS, _NO_SURELY = 0.95, 20.0
"""NOx is NO and NO2: where it is less than this share of a NO that is surely there, the columns are exchanged."""
_LITTLE_CO2, _O2_OF_CO2, _MOST_OXYGEN = 4.0, 1.36, 18.0
"""Air that dilutes brings 20.8 % of oxygen less 1.36 % for each % of CO2: with less oxygen than that, it is none."""
_MOST_SECONDS = 0.8


def units(record: TestRecord, law: Law) -> list[Reason]:
    """A finding for each channel, figure of the vehicle or pair of channels that looks mistaken."""
    rows = judged_rows(record)
    pairs = list(_exchanged(record, rows, law))
    exchanged = {name for pair in pairs for name in pair}
    return [
        *(_swapped(*pair) for pair in pairs),
        *_channels(record, rows, exchanged),
        *_speed(record, rows, law),
        *_stated(record),
    ]


def _channels(record: TestRecord, rows: Indices, but: Collection[str]) -> Iterator[Reason]:
    for name, (unit, low, high) in _USUAL[record.method].items():
        shown = None if name in but else _median(record, name, rows)
        if shown is None or low <= shown <= high:
            continue
        guess = likely(unit, shown, low, high)
        if guess is not None:
            yield _looks_like(_name(name), shown, guess)


def _speed(record: TestRecord, rows: Indices, law: Law) -> Iterator[Reason]:
    """What has to be driven is known: the modes' speeds, the length of the cycle."""
    column = record.trace.get("speed_kmh")
    if column is None or not len(rows):
        return
    if record.method is Method.ASM:
        for mode in ("5025", "2540"):
            shown = _median(record, "speed_kmh", phase_rows(record.trace, f"{mode}.sample"))
            wanted = law.number(f"asm.speed_kmh.{mode}")
            yield from _instead(shown, wanted, 0.1 * wanted)
    elif record.method in (Method.VMAS, Method.IM195):
        seconds = max(len(rows), 1)
        whole = law.number("transient.distance_km") * 3600.0 / law.integer("transient.cycle_s")
        yield from _instead(distance_km(np.nan_to_num(column[rows])) * 3600.0 / seconds, whole, 0.1 * whole)
    elif record.method is Method.LUGDOWN:
        known = column[rows][np.isfinite(column[rows])]
        # The gear is the one nearest to 70 km/h at full throttle.
        yield from _instead(float(known.max()) if len(known) else None, 75.0, 27.0)


def _instead(shown: float | None, wanted: float, most: float) -> Iterator[Reason]:
    if shown is None or abs(shown - wanted) <= most:
        return
    guess = likely("kmh", shown, wanted - most, wanted + most)
    if guess is not None:
        yield _looks_like(_name("speed_kmh"), shown, guess)


def _exchanged(record: TestRecord, rows: Indices, law: Law) -> Iterator[tuple[str, str]]:
    """Pairs of columns of which each holds what the other should."""
    if not len(rows):
        return
    co, hc = _median(record, "co_pct", rows), _median(record, "hc_ppm", rows)
    if co is not None and hc is not None and co >= _EXCHANGED_CO and hc < co and hc <= _MOST_CO:
        yield "co_pct", "hc_ppm"
    no, nox = record.trace.get("no_ppm"), record.trace.get("nox_ppm")
    if no is not None and nox is not None:
        less = (nox[rows] < _NOX_LESS * no[rows]) & (no[rows] > _NO_SURELY)
        if less.sum() > len(rows) / 2:
            yield "no_ppm", "nox_ppm"
    co2, o2 = _median(record, "co2_pct", rows), _median(record, "o2_pct", rows)
    if (
        co2 is not None
        and o2 is not None
        and co2 < _LITTLE_CO2 <= o2
        and o2 + _O2_OF_CO2 * co2 < _MOST_OXYGEN
    ):
        yield "co2_pct", "o2_pct"
    k, opacity = record.trace.get("k_per_m"), record.trace.get("opacity_pct")
    if k is not None and opacity is not None:
        of_k = k_from_opacity(k[rows], law.number("smoke.path_m"))
        known = np.isfinite(of_k) & np.isfinite(opacity[rows]) & (k[rows] > 1.0)
        near = np.abs(of_k - opacity[rows]) <= np.maximum(0.05, 0.1 * np.abs(opacity[rows]))
        if known.any() and near[known].mean() > _MOST_SECONDS:
            yield "k_per_m", "opacity_pct"


def _stated(record: TestRecord) -> Iterator[Reason]:
    for field, (unit, low, high, name) in _STATED.items():
        said = getattr(record.vehicle, field)
        if said is None or not np.isfinite(said) or low <= said <= high:
            continue
        guess = likely(unit, said, low, high)
        if guess is not None:
            yield _looks_like(name, said, guess)


def _median(record: TestRecord, name: str, rows: Indices) -> float | None:
    column = record.trace.get(name)
    known = None if column is None else column[rows][np.isfinite(column[rows])]
    return None if known is None or not len(known) else float(np.median(known))


def _name(channel: str) -> Text:
    found = CHANNELS.get(channel)
    return found[0] if found else Text(channel, channel)


def _looks_like(name: Text, shown: float, guess: Text) -> Reason:
    words = Text(
        f"{name.zh} {shown:.6g} 不像本单位的读数，看起来是{guess.zh}。",
        f"{name.en} {shown:.6g} is no ordinary figure in our unit: it looks like {guess.en}.",
    )
    return Reason("unit-suspect", words, next=_CHECK)


def _swapped(one: str, other: str) -> Reason:
    first, second = _name(one), _name(other)
    words = Text(
        f"{first.zh}与{second.zh}两列疑似互换。", f"The columns of {first.en} and {second.en} look exchanged."
    )
    return Reason("columns-exchanged", words, next=_CHECK)
