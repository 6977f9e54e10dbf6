"""Penalty Law 41: until every point holds, a reading is a lead and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from imloop.facts.records.reading import Pollutant
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.law import Law

GATE = "remote-evidence"
_PL = "evidence.automatic_needs"
_SITE, _INSTRUMENT = "site-unknown", "instrument-unknown"
POINTS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    (_SITE, Text("点位已登记", "the site is in the register"), ()),
    ("site-not-published", Text("检测当日点位已向社会公布", "the site was public on that day"), (_SITE,)),
    ("site-without-sign", Text("点位有明显标志", "the site has a visible sign"), (_SITE,)),
    ("legal-review-missing", Text("点位设备经法制审核", "legal review of the site"), (_SITE,)),
    ("technical-review-missing", Text("点位设备经技术审核", "technical review of the site"), (_SITE,)),
    ("site-geometry", Text("坡度和安装位置符合要求", "slope and geometry are in order"), (_SITE,)),
    (_INSTRUMENT, Text("设备已登记", "the instruments are in the register"), (_SITE,)),
    ("instrument-type", Text("设备型式符合标准", "their types conform"), (_SITE, _INSTRUMENT)),
    (
        "verification-not-valid",
        Text("检测当日设备在检定有效期内", "their verification was valid on that day"),
        (_SITE, _INSTRUMENT),
    ),
    ("value-not-valid", Text("超限项目的测量值有效", "the value over its limit is valid"), ()),
    (
        "vsp-outside",
        Text("比功率在可用范围内（轻型车气态污染物）", "VSP within the window (gases, light vehicles)"),
        (),
    ),
    ("plate-not-sure", Text("号牌识别可信", "the plate was read with confidence"), ()),
    ("plate-not-checked", Text("号牌经人工核对", "a person compared the plate"), ()),
    ("review-missing", Text("记录经两人分别审核", "reviewed by two people on their own"), ()),
    ("owner-not-told", Text("已告知当事人", "the owner was told"), ()),
    ("look-up-not-open", Text("当事人可以查询", "the owner can look it up"), ()),
)
"""Every point in the order in which it is judged: the code of what lacks it, what it is, and the points that come
first: where one of those fails it was not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFact:
    """``published_on``: when the place was made public; None: it was not. ``geometry_ok``: somebody checked that beam
    and camera stand as the standard says; None: nobody did."""

    code: str
    published_on: date | None = None
    sign: bool = False
    slope_pct: float | None = None
    geometry_ok: bool | None = None
    legal_review_on: date | None = None
    technical_review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentFact:
    """``conforms``: its type is of the standard; ``verified_until``: the certificate's last day."""

    serial: str
    kind: str
    conforms: bool = False
    verified_from: date | None = None
    verified_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFact:
    """``measured``: pollutants whose flag is valid; ``over``: those the reading is to prove. ``reviewers``: people who
    found the same on their own; ``told_on``: the owner; ``open_on``: since when the owner can look it up."""

    day: date
    site: SiteFact | None
    instruments: tuple[InstrumentFact, ...] = ()
    over: frozenset[Pollutant] = frozenset()
    measured: frozenset[Pollutant] = frozenset()
    vsp: float | None = None
    light: bool = False
    confidence: float | None = None
    plate_checked: bool = False
    reviewers: tuple[str, ...] = ()
    told_on: date | None = None
    open_on: date | None = None


def may_be_evidence(reading: ReadingFact, law: Law) -> Answer:
    """``allowed``: it may go into a case as evidence. ``law``: of the reading's day and place."""
    reasons = [
        *_site(reading, law),
        *_instruments(reading, law),
        *_values(reading, law),
        *_people(reading, law),
    ]
    return Answer.of(GATE, reasons)


def _site(reading: ReadingFact, law: Law) -> Iterator[Reason]:
    site, day = reading.site, reading.day
    if site is None:
        yield _missing(law, _SITE, "点位没有登记", "the site is not in the register", "登记点位", "Enter it")
        return
    if site.published_on is None or site.published_on > day:
        yield _missing(
            law, "site-not-published", "检测当日点位未向社会公布", "the site was not public on that day",
            "公布点位；此前的记录仍只是线索", "Publish it; what came before stays a lead",
        )  # fmt: skip
    if not site.sign:
        yield _missing(
            law,
            "site-without-sign",
            "点位没有明显标志",
            "the site has no visible sign",
            "设置标志并登记",
            "Put one up",
        )
    for since, code, zh, en in (
        (site.legal_review_on, "legal-review-missing", "法制审核", "legal review"),
        (site.technical_review_on, "technical-review-missing", "技术审核", "technical review"),
    ):
        if since is None or since > day:
            yield _missing(
                law,
                code,
                f"点位设备当日未经{zh}",
                f"no {en} of the site by that day",
                f"完成{zh}",
                f"Do the {en}",
            )
    most = law.number("remote_sensing.slope_most_pct")
    if site.slope_pct is None or abs(site.slope_pct) > most or not site.geometry_ok:
        yield _missing(
            law, "site-geometry", f"坡度（至多 {most:g} %）或者安装位置没有确认符合要求",
            f"slope (at most {most:g} %) or geometry not found in order", "现场核查并登记", "Check it on site",
            key="remote_sensing.slope_most_pct",
        )  # fmt: skip


def _instruments(reading: ReadingFact, law: Law) -> Iterator[Reason]:
    if not reading.instruments:
        yield _missing(
            law, _INSTRUMENT, "设备没有登记", "no instrument is in the register", "登记设备和检定证书",
            "Enter it with its certificate",
        )  # fmt: skip
    for each in reading.instruments:
        if not each.conforms:
            yield _missing(
                law, "instrument-type", f"设备 {each.serial} 的型式未确认符合标准",
                f"{each.serial}: its type is not found to conform", "核对型式评价文件", "Compare its type approval",
                key="remote_sensing.device_type",
            )  # fmt: skip
        since, until = each.verified_from, each.verified_until
        if since is None or until is None or not since <= reading.day <= until:
            yield _missing(
                law, "verification-not-valid", f"设备 {each.serial} 在 {reading.day} 不在检定有效期内",
                f"{each.serial} was not within its verification on {reading.day}",
                "登记当日有效的检定证书", "Enter the certificate of that day",
            )  # fmt: skip


def _values(reading: ReadingFact, law: Law) -> Iterator[Reason]:
    if not reading.over or not reading.over <= reading.measured:
        yield _missing(
            law, "value-not-valid", "超限项目没有有效的测量值", "no valid value over a limit",
            "只作线索", "It stays a lead", key="remote_sensing.successive",
        )  # fmt: skip
    least, most = law.number("remote_sensing.vsp_least"), law.number("remote_sensing.vsp_most")
    if (
        reading.light
        and Pollutant.NO in reading.over
        and not (reading.vsp is not None and least <= reading.vsp <= most)
    ):
        yield _missing(
            law, "vsp-outside", f"比功率不在 {least:g} 至 {most:g} kW/t 之间", f"VSP is not {least:g} to {most:g} kW/t",
            "只作线索", "It stays a lead", key="remote_sensing.vsp_least",
        )  # fmt: skip
    sure = law.number("remote_sensing.plate_confidence")
    if reading.confidence is None or reading.confidence < sure:
        yield _missing(
            law, "plate-not-sure", f"号牌识别可信度未达 {sure:.0%}", f"the plate was read with less than {sure:.0%}",
            "以清晰照片另行取证", "Find clearer pictures", key="remote_sensing.plate_confidence",
        )  # fmt: skip


def _people(reading: ReadingFact, law: Law) -> Iterator[Reason]:
    if not reading.plate_checked:
        yield _missing(
            law, "plate-not-checked", "号牌未经人工核对", "nobody compared the plate", "对照照片核对号牌",
            "Compare the plate with the picture",
        )  # fmt: skip
    least = law.integer("remote_sensing.reviewers")
    if len(set(reading.reviewers)) < least:
        yield _missing(
            law, "review-missing", f"未经 {least} 人分别审核", f"not reviewed by {least} people", "完成审核",
            "Finish the review", key="remote_sensing.reviewers",
        )  # fmt: skip
    if reading.told_on is None:
        yield _missing(
            law, "owner-not-told", "未告知当事人", "the owner was not told", "告知车主", "Tell the owner"
        )
    if reading.open_on is None:
        yield _missing(
            law,
            "look-up-not-open",
            "当事人不能查询该记录",
            "the owner cannot look it up",
            "两人审核属实、车辆已登记的，过撤回期后开放",
            "It opens once two people confirmed it and can take it back no more, if the vehicle is registered",
        )


def _missing(law: Law, code: str, zh: str, en: str, then: str, then_en: str, key: str = _PL) -> Reason:
    return Reason(
        code, Text(f"{zh}。", f"Not evidence: {en}."), law.cite(key), Text(f"{then}。", f"{then_en}.")
    )
