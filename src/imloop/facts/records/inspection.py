"""A test as an I-station reports it (contract §2): who, what, when, and the 1 Hz trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Fuel, Gearbox, Method, Outcome, Purpose, Result

Column = NDArray[np.float64]
"""One channel at 1 Hz: float64, read-only, NaN for a missing sample; the unit is in the channel's name."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Second-by-second data: channels of equal length, and per row the phase (ASM, TSI, LUGDOWN; "" if none)."""

    columns: Mapping[str, Column] = field(default_factory=lambda: MappingProxyType({}))
    phase: tuple[str, ...] = ()
    memo: dict[tuple[str, ...], NDArray[np.int64]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Row numbers of phases that were asked for, by their names."""

    @property
    def rows(self) -> int:
        if self.phase:
            return len(self.phase)
        return next((len(c) for c in self.columns.values()), 0)

    def get(self, name: str) -> Column | None:
        return self.columns.get(name)


@dataclass(frozen=True, slots=True)
class Owner:
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """The vehicle as the message states it. Empty string or None: not stated."""

    vin: str = ""
    plate: str = ""
    plate_colour: str = ""
    vehicle_type: str = ""
    usage: str = ""
    fuel: Fuel | None = None
    second_fuel: Fuel | None = None
    """The other fuel of a bi-fuel vehicle (两用燃料); the run of ``TestRecord.second`` was on it."""
    emission_stage: str = ""
    first_registered_on: date | None = None
    produced_on: date | None = None
    max_mass_kg: float | None = None
    reference_mass_kg: float | None = None
    rated_power_kw: float | None = None
    rated_speed_rpm: float | None = None
    cut_off_rpm: float | None = None
    """Where the governor cuts the fuel of a compression-ignition engine."""
    gearbox: Gearbox | None = None
    displacement_l: float | None = None
    drive: str = ""
    odometer_km: float | None = None
    model: str = ""
    owner: Owner = field(default_factory=Owner)

    @property
    def identified(self) -> bool:
        return bool(self.vin or self.plate)


@dataclass(frozen=True, slots=True)
class Ambient:
    """Air in the hall: °C, relative humidity %, barometric pressure kPa."""

    temperature_c: float | None = None
    humidity_pct: float | None = None
    pressure_kpa: float | None = None


@dataclass(frozen=True, slots=True)
class Exterior:
    """外观检验: the inspector's own verdict and the item answers (True = as the item name says)."""

    verdict: Result | None = None
    items: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Evaporative:
    """燃油蒸发系统检查: tank pressure at the start and its loss in kPa, seconds held, and the line's own answers."""

    verdict: Result | None = None
    start_kpa: float | None = None
    loss_kpa: float | None = None
    seconds: float | None = None
    cap_ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Ecu:
    ecu: str = ""
    vin: str = ""
    calid: str = ""
    cvn: str = ""


@dataclass(frozen=True, slots=True)
class Obd:
    """OBD 检查 as read out; None where the message does not say."""

    communication: bool | None = None
    mil_lamp_ok: bool | None = None
    mil_on: bool | None = None
    dashboard_matches: bool | None = None
    tampered: bool | None = None
    dtcs: tuple[str, ...] = ()
    readiness_incomplete: tuple[str, ...] = ()
    ecus: tuple[Ecu, ...] = ()
    distance_since_clear_km: float | None = None
    warmups_since_clear: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What the station's own software reported: verdict, values and the limits it used (``…_min`` and ``…_max`` for
    the ends of a range). Kept beside our verdict, never instead of it."""

    verdict: Result | None = None
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    limits: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class SecondRun:
    """The same method again, on a bi-fuel vehicle's second fuel."""

    trace: Trace
    ambient: Ambient = field(default_factory=Ambient)
    claimed: Claim = field(default_factory=Claim)


@dataclass(frozen=True, slots=True)
class TestRecord:
    """One run of one method, as decoded from an upload. Times carry their offset."""

    __test__: ClassVar[bool] = False  # not a pytest class

    test_no: str
    station: str
    line: str
    method: Method
    purpose: Purpose
    outcome: Outcome
    started_at: datetime
    ended_at: datetime
    vehicle: Vehicle
    trace: Trace
    sequence: int | None = None
    ambient: Ambient = field(default_factory=Ambient)
    exterior: Exterior | None = None
    obd: Obd | None = None
    evaporative: Evaporative | None = None
    second: SecondRun | None = None
    claimed: Claim = field(default_factory=Claim)
    people: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    equipment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    software: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fee_yuan: Decimal | None = None
    """Charged to the owner; None where the message does not say."""
    notes: tuple[str, ...] = ()
    """Optional fields that could not be read and were left out, as ``path: reason``; they become findings."""
    unread: tuple[str, ...] = ()
    """Those of ``DECIDING`` among them: what they would have said is not known, so that their part is no pass."""


DECIDING = frozenset(
    [
        *("vehicle.fuel", "vehicle.second_fuel"),
        *("exterior", "exterior.verdict", "exterior.items"),
        *("exterior.items.devices_present", "exterior.items.visible_smoke"),
        *(
            "obd",
            "obd.communication",
            "obd.mil_lamp_ok",
            "obd.mil_on",
            "obd.dashboard_matches",
            "obd.tampered",
        ),
        "obd.readiness_incomplete",
        *("evaporative", "evaporative.seconds", "evaporative.cap_ok"),
    ]
)
"""Fields on whose answer a verdict turns, though it can be reached without them: absent, they say nothing against it;
given and not understood, they might."""
