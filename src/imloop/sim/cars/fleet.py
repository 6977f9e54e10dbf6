"""Vehicles of the simulated city: number, plate, maker's data, owner; each one a function of seed and ordinal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from imloop.facts.codes import DIESEL_FUELS, Fuel, Method
from imloop.sim.traces.gas import Engine
from imloop.sim.world.identifiers import make_vin

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_SURNAMES = "韦覃黄梁莫廖蓝陆农蒙李陈刘周罗谢唐何邓潘"
_GIVEN = (
    "建国|志强|秀英|晓梅|家明|海燕|文杰|丽华|柳生|春兰|国庆|思源|永福|玉凤|俊豪|雅琴|振华|彩云|立新|桂香|子轩|雨桐|"
    "德胜|美玲"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of vehicle on the road. Masses in kg, power in kW; ``share`` of the fleet."""

    share: float
    vehicle_type: str
    fuel: Fuel
    models: tuple[str, ...]
    wmi: str
    kerb_kg: tuple[int, int]
    load_kg: int
    power_kw: tuple[int, int]
    speed_rpm: int
    displacement_l: tuple[float, ...]
    colour: str = "blue"
    usage: str = "A"
    drive: str = "2wd"
    ages: tuple[int, ...] = (6, 6, 6, 10, 10, 11, 12, 13, 14, 15)


_KINDS = (
    Kind(0.46, "K33", Fuel.GASOLINE, ("LQ7150A", "LQ7160B", "XF7180C"), "LKA",
         (1080, 1420), 375, (76, 110), 6000, (1.5, 1.6, 1.8)),
    Kind(0.15, "K32", Fuel.GASOLINE, ("LQ6450S", "XF6470T"), "LKA",
         (1420, 1680), 420, (98, 140), 5500, (1.5, 1.8, 2.0)),
    Kind(0.12, "K31", Fuel.GASOLINE, ("LJ6400V", "LJ6430W"), "LJB",
         (980, 1250), 560, (60, 82), 5800, (1.2, 1.5), ages=(5, 6, 7, 8, 9, 10, 11, 12)),
    Kind(0.03, "K32", Fuel.GASOLINE, ("XF6480Q",), "LXF",
         (1700, 1950), 450, (140, 180), 5500, (2.0, 2.4), drive="4wd"),
    Kind(0.03, "H31", Fuel.GASOLINE, ("LJ1030G",), "LJB",
         (1050, 1250), 900, (70, 82), 5600, (1.5,), usage="F", ages=(1, 2, 3, 4, 5, 6, 7, 8)),
    Kind(0.02, "K33", Fuel.CNG, ("LQ7160N",), "LKA",
         (1220, 1350), 375, (78, 88), 6000, (1.6,), usage="D", ages=(2, 3, 4, 5)),
    Kind(0.03, "K33", Fuel.HYBRID_GASOLINE, ("LQ7150PHEV", "XF6460PHEV"), "LKA",
         (1480, 1750), 375, (75, 110), 5600, (1.5,), "green", ages=(6, 6)),
    Kind(0.07, "H31", Fuel.DIESEL, ("DL1041K", "DL1045Z"), "LDL",
         (2100, 2600), 1850, (85, 110), 3200, (2.5, 2.8), usage="F", ages=(1, 2, 3, 4, 5, 6, 7, 8, 9, 11)),
    Kind(0.04, "H21", Fuel.DIESEL, ("DL1120P",), "LDL",
         (4200, 5200), 7000, (110, 132), 2500, (3.9, 4.5), "yellow", "F", ages=(2, 3, 4, 5, 6, 7, 8, 9)),
    Kind(0.03, "H11", Fuel.DIESEL, ("DL1250H", "DL3250J"), "LDL",
         (8900, 11500), 15000, (206, 276), 2100, (7.8, 9.5), "yellow", "F", ages=(2, 3, 4, 5, 6, 7, 8)),
    Kind(0.02, "Q11", Fuel.DIESEL, ("DL4250M",), "LDL",
         (7800, 8800), 17000, (250, 324), 1900, (9.5, 11.0), "yellow", "F", "multi_axle", ages=(2, 3, 4, 5, 6, 7)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SimVehicle:
    """One vehicle, its owner, the method that fits it. ``facts`` is the ``vehicle`` object of contract §2."""

    ordinal: int
    method: Method
    fuel: Fuel
    age_years: float
    engine: Engine
    facts: dict[str, object] = field(hash=False)
    obd_scope: bool

    @property
    def vin(self) -> str:
        return str(self.facts["vin"])

    @property
    def plate(self) -> str:
        return str(self.facts["plate"])


_ELSEWHERE = {Method.VMAS: Method.ASM, Method.IM195: Method.ASM, Method.RINGELMANN: Method.LUGDOWN}
"""Methods that other provinces use in place of this city's."""


def make_vehicle(seed: int, ordinal: int, due: date) -> SimVehicle:
    """The city's ``ordinal``-th vehicle, due for its periodic inspection about ``due``."""
    rng = np.random.default_rng([seed, 7001, ordinal])
    shares = np.array([kind.share for kind in _KINDS])
    return _make(rng, _KINDS[int(rng.choice(len(_KINDS), p=shares / shares.sum()))], seed, ordinal, due)


def make_for(method: Method, seed: int, ordinal: int, due: date) -> SimVehicle:
    """The city's most common kind of vehicle that is, or elsewhere would be, tested by the method."""
    here = _ELSEWHERE.get(method, method)
    kind = max(
        (kind for kind in _KINDS if _method(kind, _is_heavy(kind)) == here), key=lambda kind: kind.share
    )
    made = _make(np.random.default_rng([seed, 7001, ordinal]), kind, seed, ordinal, due)
    return replace(made, method=method)


def _make(rng: np.random.Generator, kind: Kind, seed: int, ordinal: int, due: date) -> SimVehicle:
    age = int(rng.choice(kind.ages))
    registered = _years_before(due, age) + timedelta(days=int(rng.integers(-12, 28)))
    produced = registered - timedelta(days=int(rng.integers(25, 160)))
    kerb = int(rng.integers(kind.kerb_kg[0] // 5, kind.kerb_kg[1] // 5)) * 5
    gross, power = kerb + kind.load_kg, int(rng.integers(kind.power_kw[0], kind.power_kw[1] + 1))
    heavy = gross > 3500
    engine = Engine(kind.fuel, kerb + 100.0, power, kind.speed_rpm, heavy, float(rng.uniform(66, 78)))
    descriptor = "".join(_LETTERS_AND_DIGITS[int(n)] for n in rng.integers(0, len(_LETTERS_AND_DIGITS), 5))
    plant = "ABC"[int(rng.integers(3))]
    facts: dict[str, object] = {
        "vin": make_vin(kind.wmi, descriptor, produced.year, plant, 100000 + seed % 80 * 10000 + ordinal),
        "plate": _plate(rng, kind.colour, ordinal),
        "plate_colour": kind.colour,
        "vehicle_type": kind.vehicle_type,
        "model": kind.models[int(rng.integers(len(kind.models)))],
        "usage": kind.usage,
        "fuel": kind.fuel.value,
        "emission_stage": emission_stage(kind.fuel, heavy, registered),
        "first_registered_on": registered.isoformat(),
        "produced_on": produced.isoformat(),
        "max_mass_kg": gross,
        "reference_mass_kg": kerb + 100,
        "rated_power_kw": power,
        "rated_speed_rpm": kind.speed_rpm,
        "displacement_l": float(rng.choice(kind.displacement_l)),
        "drive": kind.drive,
        "odometer_km": int(age * rng.uniform(7000, 14000) * (3.5 if kind.usage != "A" else 1.0)) + 900,
        "owner": {"name": _owner(rng), "phone": _phone(rng)},
    }  # fmt: skip
    return SimVehicle(
        ordinal,
        _method(kind, heavy),
        kind.fuel,
        float(age),
        engine,
        facts,
        in_obd_scope(kind.fuel, heavy, produced),
    )


_LETTERS_AND_DIGITS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def _is_heavy(kind: Kind) -> bool:
    return kind.kerb_kg[1] + kind.load_kg > 3500


def _method(kind: Kind, heavy: bool) -> Method:
    """ASM and lug-down wherever the dynamometer can take the vehicle (domain: GB 18285 1.1, GB 3847 2.2)."""
    loaded = kind.drive == "2wd"
    if kind.fuel in DIESEL_FUELS:
        return Method.LUGDOWN if loaded else Method.FREEACC
    return Method.ASM if loaded and not heavy else Method.TSI


def emission_stage(fuel: Fuel, heavy: bool, registered: date) -> str:
    """The stage a vehicle first registered on that day usually has."""
    if fuel in DIESEL_FUELS:
        steps = (
            (date(2008, 7, 1), "3"),
            (date(2013, 7, 1), "4"),
            (date(2017, 7, 1) if heavy else date(2018, 1, 1), "5"),
            (date(2021, 7, 1), "6"),
        )
    else:
        steps = (
            (date(2008, 7, 1), "3"),
            (date(2011, 7, 1), "4"),
            (date(2017, 1, 1), "5"),
            (date(2020, 7, 1), "6"),
        )
    return max((stage for since, stage in steps if registered >= since), default="2")


def in_obd_scope(fuel: Fuel, heavy: bool, produced: date) -> bool:
    """Whether the maker fitted an OBD system that the check covers (the city's own knowledge, not the law's word)."""
    if fuel in DIESEL_FUELS:
        return produced >= date(2018, 1, 1)
    return produced >= (date(2013, 7, 1) if heavy else date(2011, 7, 1))


def fail_rate(vehicle: SimVehicle) -> float:
    """Share of first tests that fail, by fuel and stage; about 9 % over the whole fleet."""
    stage = str(vehicle.facts["emission_stage"])
    table = (
        {"2": 0.30, "3": 0.28, "4": 0.20, "5": 0.13, "6": 0.08}
        if vehicle.fuel in DIESEL_FUELS
        else {"2": 0.20, "3": 0.17, "4": 0.11, "5": 0.06, "6": 0.03}
    )
    return table[stage]


def _plate(rng: np.random.Generator, colour: str, ordinal: int) -> str:
    """A number of Liuzhou (桂B): unique in the fleet because the digits carry the ordinal."""
    first = _LETTERS[int(rng.integers(len(_LETTERS)))]
    if colour == "green":
        return f"桂BF{ordinal % 100000:05d}"
    number = (ordinal * 7919 + 1237) % 10000
    return f"桂B{first}{number:04d}" if colour == "blue" else f"桂B{number:04d}{first}"


def _phone(rng: np.random.Generator) -> str:
    return f"1{rng.choice(['37', '38', '52', '59', '77', '81'])}0000{rng.integers(10000):04d}"


def _owner(rng: np.random.Generator) -> str:
    given = _GIVEN.split("|")
    return _SURNAMES[int(rng.integers(len(_SURNAMES)))] + given[int(rng.integers(len(given)))]


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))
