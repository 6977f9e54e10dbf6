"""The thresholds of doubts, by name: what makes a recording doubtful, read once for a day and a place.

A field is a key of the data: ``Watch.gas_impossible.co2_pct`` is ``gas_impossible.co2_pct`` in ``data/watch.yaml``, and
its first part is the code of the doubt. Units are in the names. A new threshold is a field here and a row there; one
without the other refuses to load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from imloop.facts.codes import Method


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high``, both ends still plausible."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ChannelFrozen:
    """More than ``seconds`` of a live channel without any change."""

    seconds: int


@dataclass(frozen=True, slots=True)
class DfLow:
    """Dilution factor below ``df``: more CO2 than the fuel can give."""

    df: float


@dataclass(frozen=True, slots=True)
class GasImpossible:
    """CO2 above ``co2_pct`` beside O2 above ``o2_pct`` in at least ``seconds`` rows."""

    co2_pct: float
    o2_pct: float
    seconds: int


@dataclass(frozen=True, slots=True)
class KOpacityMismatch:
    """k of a second apart from its opacity by more than ``per_m`` and by more than ``ratio`` of itself, in at least
    ``share`` of the seconds that have both."""

    per_m: float
    ratio: float
    share: float


@dataclass(frozen=True, slots=True)
class ObdRpmDiffers:
    """OBD and tachometer apart by more than ``ratio`` of the tachometer for more than ``seconds`` on end."""

    ratio: float
    seconds: int


@dataclass(frozen=True, slots=True)
class PowerFrozen:
    """The same power all through a run of at least ``seconds`` while the speed moves by at least ``speed_kmh``."""

    seconds: int
    speed_kmh: float


@dataclass(frozen=True, slots=True)
class ProbeOut:
    """``full_load_co2_pct``: at full load CO2 below it throughout. ``within_s``: the fall of CO2 that the law speaks of
    is looked for over so many seconds, while speed and engine speed move by no more than these shares of themselves, or
    by no more than these amounts."""

    full_load_co2_pct: float
    within_s: int
    steady_speed_ratio: float
    steady_speed_kmh: float
    steady_rpm_ratio: float
    steady_rpm: float


@dataclass(frozen=True, slots=True)
class RpmZeroAtSpeed:
    """No revolutions while the drum runs faster than ``speed_kmh``."""

    speed_kmh: float


@dataclass(frozen=True, slots=True)
class DaysApart:
    """A stated day more than ``days`` from the register's."""

    days: float


@dataclass(frozen=True, slots=True)
class FigureApart:
    """A stated figure apart from the register's by more than ``ratio`` of it and by more than ``least``."""

    ratio: float
    least: float


@dataclass(frozen=True, slots=True)
class Watch:
    """Every threshold of a day in a place. ``below_zero``, ``above_ceiling``: channel of the trace → the last reading
    that is still plausible; ``ambient_implausible``: channel → span; ``duration_unusual``: method → seconds from
    start to end."""

    below_zero: Mapping[str, float]
    above_ceiling: Mapping[str, float]
    ambient_implausible: Mapping[str, Span]
    duration_unusual: Mapping[str, Span]
    channel_frozen: ChannelFrozen
    df_low: DfLow
    gas_impossible: GasImpossible
    k_opacity_mismatch: KOpacityMismatch
    obd_rpm_differs: ObdRpmDiffers
    power_frozen: PowerFrozen
    probe_out: ProbeOut
    rpm_zero_at_speed: RpmZeroAtSpeed
    first_registration_differs: DaysApart
    production_differs: DaysApart
    mass_differs: FigureApart
    power_differs: FigureApart
    rated_speed_differs: FigureApart


_ROWS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "below_zero": ("opacity_pct", "co2_pct", "k_per_m", "nox_ppm", "o2_pct"),
        "above_ceiling": (
            "co_pct",
            "hc_ppm",
            "co2_pct",
            "o2_pct",
            "no_ppm",
            "nox_ppm",
            "rpm",
            "k_per_m",
            "opacity_pct",
            "speed_kmh",
            "power_kw",
        ),
        "ambient_implausible": ("ambient_temperature_c", "ambient_humidity_pct", "ambient_pressure_kpa"),
        "duration_unusual": tuple(method for method in Method if method is not Method.RINGELMANN),
    }
)
"""The rows of the tables, in the order in which a doubt names them."""

Look = Callable[[str, type], float]


def watch_of(look: Look) -> Watch:
    """The thresholds, each as ``look`` gives it for its key and kind (``int`` or ``float``)."""
    made = _made(Watch, "", look)
    assert isinstance(made, Watch)
    return made


def _made(kind: Any, key: str, look: Look) -> Any:
    if key in _ROWS:
        each = get_args(kind)[1]
        return MappingProxyType({row: _made(each, f"{key}.{row}", look) for row in _ROWS[key]})
    if kind in (int, float):
        return kind(look(key, kind))
    start = f"{key}." if key else ""
    return kind(**{name: _made(hint, start + name, look) for name, hint in _fields(kind).items()})


@cache
def _fields(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _keys() -> dict[str, type]:
    found: dict[str, type] = {}

    def note(key: str, kind: type) -> float:
        found[key] = kind
        return 0

    watch_of(note)
    return found


KEYS: Mapping[str, type] = MappingProxyType(_keys())
"""Key of every threshold → ``int`` or ``float``."""
