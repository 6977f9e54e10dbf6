"""The public code lists (contract §1) and the words people read for them."""

from __future__ import annotations

from enum import StrEnum

from imloop.facts.text import Text


class Method(StrEnum):
    TSI = "TSI"
    ASM = "ASM"
    VMAS = "VMAS"
    IM195 = "IM195"
    LUGDOWN = "LUGDOWN"
    FREEACC = "FREEACC"
    RINGELMANN = "RINGELMANN"


class Fuel(StrEnum):
    GASOLINE = "gasoline"
    DIESEL = "diesel"
    CNG = "cng"
    LPG = "lpg"
    LNG = "lng"
    METHANOL = "methanol"
    ETHANOL = "ethanol"
    HYBRID_GASOLINE = "hybrid_gasoline"
    HYBRID_DIESEL = "hybrid_diesel"
    ELECTRIC = "electric"
    HYDROGEN = "hydrogen"


class Purpose(StrEnum):
    PERIODIC = "periodic"
    REGISTRATION = "registration"
    TRANSFER_IN = "transfer_in"
    RETEST = "retest"
    SPOT_CHECK_RETEST = "spot_check_retest"
    REMOTE_SENSING_RETEST = "remote_sensing_retest"
    COMPARISON = "comparison"


class Instrument(StrEnum):
    """Kinds of instruments on a test line."""

    ANALYSER = "analyser"
    DYNAMOMETER = "dynamometer"
    OPACIMETER = "opacimeter"
    NOX_ANALYSER = "nox_analyser"
    TACHOMETER = "tachometer"
    OBD_READER = "obd_reader"
    WEATHER_STATION = "weather_station"
    FLOW_METER = "flow_meter"


class Outcome(StrEnum):
    COMPLETED = "completed"
    ABORTED = "aborted"


class Gearbox(StrEnum):
    MANUAL = "manual"
    AUTOMATIC = "automatic"


class Result(StrEnum):
    """A verdict (contract §1): ``invalid`` means the run does not count and a reason is named."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    INVALID = "invalid"
    NOT_READY = "not_ready"


INSTRUMENT_NAMES = {
    Instrument.ANALYSER: Text("排气分析仪", "gas analyser"),
    Instrument.DYNAMOMETER: Text("底盘测功机", "chassis dynamometer"),
    Instrument.OPACIMETER: Text("不透光烟度计", "opacimeter"),
    Instrument.NOX_ANALYSER: Text("氮氧化物分析仪", "NOx analyser"),
    Instrument.TACHOMETER: Text("转速计", "tachometer"),
    Instrument.OBD_READER: Text("OBD 诊断仪", "OBD reader"),
    Instrument.WEATHER_STATION: Text("环境参数测量仪", "weather station"),
    Instrument.FLOW_METER: Text("气体流量分析仪", "flow meter"),
}

METHOD_NAMES: dict[Method, Text] = {
    Method.TSI: Text("双怠速法", "two-speed idle"),
    Method.ASM: Text("稳态工况法", "steady-state loaded (ASM)"),
    Method.VMAS: Text("简易瞬态工况法", "short transient (VMAS)"),
    Method.IM195: Text("瞬态工况法", "transient (IM195)"),
    Method.LUGDOWN: Text("加载减速法", "lug-down"),
    Method.FREEACC: Text("自由加速法", "free acceleration"),
    Method.RINGELMANN: Text("林格曼黑度法", "Ringelmann"),
}

FUEL_NAMES: dict[Fuel, Text] = {
    Fuel.GASOLINE: Text("汽油", "petrol"),
    Fuel.DIESEL: Text("柴油", "diesel"),
    Fuel.CNG: Text("压缩天然气", "CNG"),
    Fuel.LPG: Text("液化石油气", "LPG"),
    Fuel.LNG: Text("液化天然气", "LNG"),
    Fuel.METHANOL: Text("甲醇", "methanol"),
    Fuel.ETHANOL: Text("乙醇", "ethanol"),
    Fuel.HYBRID_GASOLINE: Text("汽油混合动力", "petrol hybrid"),
    Fuel.HYBRID_DIESEL: Text("柴油混合动力", "diesel hybrid"),
    Fuel.ELECTRIC: Text("纯电动", "electric"),
    Fuel.HYDROGEN: Text("氢燃料电池", "hydrogen fuel cell"),
}

FUEL_LETTERS: dict[str, Fuel | None] = {
    "A": Fuel.GASOLINE,
    "B": Fuel.DIESEL,
    "C": Fuel.ELECTRIC,
    "D": None,  # 混合油
    "E": Fuel.CNG,
    "F": Fuel.LPG,
    "L": Fuel.METHANOL,
    "M": Fuel.ETHANOL,
    "N": None,  # 太阳能
    "O": None,  # 混合动力, of which fuel it does not say
    "P": Fuel.HYDROGEN,
    "Q": None,  # 生物燃料
    "Y": None,  # 无
    "Z": None,  # 其他
}
"""GA 24.9 (formerly GA/T 16.9). None: a letter of the register that names none of our fuels; nothing is guessed."""
_HYBRIDS = {Fuel.GASOLINE: Fuel.HYBRID_GASOLINE, Fuel.DIESEL: Fuel.HYBRID_DIESEL}
_WITH_A_MOTOR = frozenset("CO")
_MOST_LETTERS = 3
_BETWEEN = str.maketrans("", "", " ,;/+、，；|")


def fuels_of(letters: str) -> tuple[Fuel | None, Fuel | None] | None:
    """What the police's letters say: the fuel, and the second one of a car that runs on either. None in a place: it is
    not known. None alone: no such letters, or such that contradict one another.

    ``AC`` and ``AO`` burn petrol beside a motor, ``AE`` burns petrol or gas, ``BE`` diesel and gas at one time."""
    said = letters.translate(_BETWEEN).upper()
    if not 0 < len(said) == len(set(said)) <= _MOST_LETTERS or not FUEL_LETTERS.keys() >= set(said):
        return None
    if len(said) == 1:
        return FUEL_LETTERS[said], None
    if {"A", "B"} <= set(said) or "Y" in said:
        return None
    fuels = {FUEL_LETTERS[letter] for letter in said if letter not in _WITH_A_MOTOR}
    if None in fuels:
        return None, None
    first = next((fuel for fuel in _HYBRIDS if fuel in fuels), None)
    others = fuels - {first}
    if first is None:
        return (others.pop() if len(others) == 1 else None), None
    if not others:
        return _HYBRIDS[first], None
    if len(others) > 1 or not others <= {Fuel.CNG, Fuel.LPG}:
        return None, None
    fuel = first if _WITH_A_MOTOR.isdisjoint(said) else _HYBRIDS[first]
    return fuel, others.pop() if first is Fuel.GASOLINE else None


RESULT_NAMES: dict[Result, Text] = {
    Result.PASS: Text("合格", "pass"),
    Result.FAIL: Text("不合格", "fail"),
    Result.INVALID: Text("检验无效", "invalid"),
    Result.NOT_READY: Text("OBD 未就绪", "OBD not ready"),
}

DIESEL_FUELS = frozenset({Fuel.DIESEL, Fuel.HYBRID_DIESEL})
UNDER_LOAD = frozenset({Method.ASM, Method.VMAS, Method.IM195, Method.LUGDOWN})
DIESEL_METHODS = frozenset({Method.LUGDOWN, Method.FREEACC, Method.RINGELMANN})
EXEMPT_FUELS = frozenset({Fuel.ELECTRIC, Fuel.HYDROGEN})
NATURAL_GAS = frozenset({Fuel.CNG, Fuel.LNG})
