"""A spot check on the road or where vehicles stand: who measured what, where and when, and what could not be so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from imloop.facts.codes import Instrument, Method
from imloop.facts.records.inspection import Exterior, Obd, Vehicle
from imloop.facts.refusal import Problem
from imloop.facts.text import Text


class SpotResult(StrEnum):
    """``refused``: the driver did not let the vehicle be checked. ``invalid``: it says nothing of the vehicle."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    INVALID = "invalid"
    REFUSED = "refused"


RESULT_NAMES: dict[SpotResult, Text] = {
    SpotResult.PASS: Text("合格", "passed"),
    SpotResult.FAIL: Text("不合格", "failed"),
    SpotResult.INVALID: Text("不作判定", "not judged"),
    SpotResult.REFUSED: Text("拒绝检测", "refused"),
}

CHARTS = "ringelmann_chart"
REFRACTOMETER = "refractometer"
INSTRUMENTS: dict[str, Text] = {
    Instrument.ANALYSER: Text("排气分析仪", "gas analyser"),
    Instrument.OPACIMETER: Text("不透光烟度计", "opacimeter"),
    Instrument.OBD_READER: Text("OBD 诊断仪", "OBD reader"),
    CHARTS: Text("林格曼烟气黑度图（仪）", "Ringelmann chart"),
    REFRACTOMETER: Text("尿素折光仪", "urea refractometer"),
}
"""What a team carries."""

MEASURED_BY: dict[Method, str] = {
    Method.TSI: Instrument.ANALYSER,
    Method.FREEACC: Instrument.OPACIMETER,
    Method.RINGELMANN: CHARTS,
}
"""Methods that can be used on the road, and the instrument of each."""

ITEMS_OF: dict[Method, tuple[str, ...]] = {
    Method.TSI: ("co_idle_pct", "hc_idle_ppm", "co_high_pct", "hc_high_ppm", "lambda_high"),
    Method.FREEACC: ("k_mean_per_m",),
    Method.RINGELMANN: ("ringelmann_grade",),
}
"""What each method measures; of the smoke of a free acceleration every reading is given, the mean is ours."""

RANGES: Mapping[str, tuple[float, float]] = {
    "co_idle_pct": (0, 20),
    "co_high_pct": (0, 20),
    "hc_idle_ppm": (0, 20000),
    "hc_high_ppm": (0, 20000),
    "lambda_high": (0.5, 2.5),
    "k_mean_per_m": (0, 30),
    "ringelmann_grade": (0, 5),
    "urea_pct": (0, 100),
    "urea_refraction": (1.3, 1.6),
}
"""What each number can be; one outside refuses the record, as whoever typed it is there to correct it."""

MOST_READINGS = 10


class Signed(StrEnum):
    YES = "yes"
    REFUSED = "refused"
    ABSENT = "absent"


SIGNED_NAMES: dict[Signed, Text] = {
    Signed.YES: Text("已签字", "signed"),
    Signed.REFUSED: Text("拒绝签字", "would not sign"),
    Signed.ABSENT: Text("驾驶人不在场", "nobody there to sign"),
}


@dataclass(frozen=True, slots=True)
class Urea:
    """What was found in the tank; None: not measured."""

    content_pct: float | None = None
    refraction: float | None = None


@dataclass(frozen=True, slots=True)
class FuelSample:
    """Drawn on the spot: its number, and the seals of its bottles. What is in it a laboratory says."""

    number: str
    seals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotCheck:
    """One vehicle. ``client_id``: given by the phone, so that what is sent twice is one record; ``officers``: user
    names; ``instrument``: its serial number; ``readings``: smoke of each free acceleration, m⁻¹; ``values``: items;
    ``refusal``: why the vehicle could not be checked, where the driver refused; ``driver``: only if they agree."""

    client_id: str
    task: str
    at: datetime
    officers: tuple[str, ...]
    vehicle: Vehicle
    method: Method | None = None
    instrument: str = ""
    obd_reader: str = ""
    refractometer: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    readings: tuple[float, ...] = ()
    exterior: Exterior | None = None
    obd: Obd | None = None
    urea: Urea | None = None
    sample: FuelSample | None = None
    refusal: str = ""
    signed: Signed = Signed.YES
    signed_why: str = ""
    driver: str = ""
    spot: str = ""
    longitude: float | None = None
    latitude: float | None = None

    @property
    def instruments(self) -> dict[str, str]:
        """Serial number by the kind of instrument that the record needs; empty where it names none."""
        needed: dict[str, str] = {}
        if self.method is not None:
            needed[MEASURED_BY[self.method]] = self.instrument
        if self.obd is not None:
            needed[Instrument.OBD_READER] = self.obd_reader
        if self.urea is not None:
            needed[REFRACTOMETER] = self.refractometer
        return needed


def faults(check: SpotCheck) -> tuple[Problem, ...]:
    """What a record by itself cannot say, each with its field."""
    return tuple(problem for found in (_names, _content, _numbers, _sample) for problem in found(check))


def _names(check: SpotCheck) -> Iterable[Problem]:
    if not check.vehicle.identified:
        yield _problem("plate", "missing", "请填写号牌或 VIN", "give the plate or the VIN")
    if check.signed is not Signed.YES and not check.signed_why.strip():
        yield _problem("signed_why", "missing", "没有签字的，请注明情况", "say why nobody signed")
    for name, most in (("longitude", 180), ("latitude", 90)):
        value = getattr(check, name)
        if value is not None and not -most <= value <= most:
            yield _problem(name, "wrong-value", f"应在 ±{most} 之间", f"must lie within ±{most}")


def _content(check: SpotCheck) -> Iterable[Problem]:
    """A refusal has no values, and all else has something that was looked at."""
    looked = (check.method, check.exterior, check.obd, check.urea, check.sample)
    if check.refusal.strip():
        if any(looked) or check.values or check.readings:
            zh, en = "已记为拒绝检测，不应有检测数据", "noted as refused, and there are measurements"
            yield _problem("refusal", "contradiction", zh, en)
    elif not any(looked):
        yield _problem("method", "missing", "没有检测项目", "nothing was checked")
    if check.method is not None and check.method not in MEASURED_BY:
        allowed = "、".join(MEASURED_BY)
        yield _problem(
            "method",
            "method-not-on-the-road",
            f"现场抽测可用 {allowed}",
            f"on the road: {', '.join(MEASURED_BY)}",
        )


def _numbers(check: SpotCheck) -> Iterable[Problem]:
    given: list[tuple[str, float]] = [*check.values.items()]
    given += [("k_mean_per_m", each) for each in check.readings]
    if check.urea is not None:
        named = (("urea_pct", check.urea.content_pct), ("urea_refraction", check.urea.refraction))
        given += [(name, value) for name, value in named if value is not None]
    for name, value in given:
        least, most = RANGES[name]
        if not least <= value <= most:
            zh, en = (
                f"{value:g} 超出可能范围 {least:g}–{most:g}",
                f"{value:g} is outside {least:g} to {most:g}",
            )
            yield _problem(name, "out-of-range", zh, en)


def _sample(check: SpotCheck) -> Iterable[Problem]:
    sample = check.sample
    if sample is None:
        return
    if not sample.number:
        yield _problem("sample.number", "missing", "油样应有编号", "a sample has a number")
    if not sample.seals:
        yield _problem(
            "sample.seals", "seal-missing", "油样瓶应有封签号", "a sample has the numbers of its seals"
        )
    elif len(set(sample.seals)) != len(sample.seals):
        yield _problem("sample.seals", "given-twice", "封签号重复", "a seal is named twice")


def _problem(name: str, code: str, zh: str, en: str) -> Problem:
    return Problem(f"$.{name}", code, Text(f"{name}：{zh}。", f"{name}: {en}."))
