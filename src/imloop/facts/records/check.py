"""A self-check of a line's instrument as the line reports it (``imloop.check/1``), and its kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from imloop.facts.codes import Instrument
from imloop.facts.text import Text


class CheckKind(StrEnum):
    DYNO_COAST_DOWN = "dyno_coast_down"
    DYNO_PARASITIC = "dyno_parasitic"
    DYNO_FORCE = "dyno_force"
    ANALYSER_ZERO = "analyser_zero"
    ANALYSER_LEAK = "analyser_leak"
    ANALYSER_GAS = "analyser_gas"
    OPACIMETER = "opacimeter"
    NOX_ANALYSER = "nox_analyser"
    FLOW_METER = "flow_meter"
    WEATHER_STATION = "weather_station"
    TACHOMETER = "tachometer"
    OBD_READER = "obd_reader"


class Claim(StrEnum):
    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"


CHECK_NAMES: dict[CheckKind, Text] = {
    CheckKind.DYNO_COAST_DOWN: Text("加载滑行", "loaded coast-down"),
    CheckKind.DYNO_PARASITIC: Text("附加损失", "parasitic loss"),
    CheckKind.DYNO_FORCE: Text("测力检查", "force check"),
    CheckKind.ANALYSER_ZERO: Text("分析仪零点与残留", "analyser zero and residue"),
    CheckKind.ANALYSER_LEAK: Text("取样泄漏检查", "sampling leak check"),
    CheckKind.ANALYSER_GAS: Text("标准气检查", "gas check"),
    CheckKind.OPACIMETER: Text("烟度计零点与滤光片", "opacimeter zero and filters"),
    CheckKind.NOX_ANALYSER: Text("氮氧化物标准气检查", "NOx gas check"),
    CheckKind.FLOW_METER: Text("流量计检查", "flow meter check"),
    CheckKind.WEATHER_STATION: Text("环境参数比对", "weather station comparison"),
    CheckKind.TACHOMETER: Text("转速计检查", "tachometer check"),
    CheckKind.OBD_READER: Text("OBD 通讯检查", "OBD reader check"),
}

CHECKED: dict[CheckKind, Instrument] = {
    CheckKind.DYNO_COAST_DOWN: Instrument.DYNAMOMETER,
    CheckKind.DYNO_PARASITIC: Instrument.DYNAMOMETER,
    CheckKind.DYNO_FORCE: Instrument.DYNAMOMETER,
    CheckKind.ANALYSER_ZERO: Instrument.ANALYSER,
    CheckKind.ANALYSER_LEAK: Instrument.ANALYSER,
    CheckKind.ANALYSER_GAS: Instrument.ANALYSER,
    CheckKind.OPACIMETER: Instrument.OPACIMETER,
    CheckKind.NOX_ANALYSER: Instrument.NOX_ANALYSER,
    CheckKind.FLOW_METER: Instrument.FLOW_METER,
    CheckKind.WEATHER_STATION: Instrument.WEATHER_STATION,
    CheckKind.TACHOMETER: Instrument.TACHOMETER,
    CheckKind.OBD_READER: Instrument.OBD_READER,
}
"""The instrument each kind of check is about."""


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One self-check. ``values``: what was read, by name with its unit; ``claimed``: the line's own result."""

    check_no: str
    station: str
    line: str
    kind: CheckKind
    serial: str
    started_at: datetime
    finished_at: datetime
    values: Mapping[str, float]
    claimed: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineSign:
    """What one line reports about itself in a heartbeat. ``sequence``: its last test; ``spooled``: messages waiting."""

    line: str
    status: str
    clock: datetime
    sequence: int | None = None
    software_sha256: str = ""
    software: str = ""
    spooled: int = 0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    station: str
    lines: tuple[LineSign, ...]
