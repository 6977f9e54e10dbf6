"""What the calls about test lines read and answer."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from imloop.api.http.given import Day, Moment
from imloop.api.http.schemas import (
    ABSENT,
    NUMBER,
    OWN_LINE,
    OWN_NUMBER,
    TEXT,
    TIME,
    WHOLE,
    ReasonOut,
    ReceiptOut,
    StampOut,
    example,
    fields,
    in_json,
    several,
)
from imloop.api.second_person import Alone
from imloop.exchange.uploads.decode_check import LineStatus
from imloop.facts.records.check import CheckKind, Claim


class OrderIn(Alone):
    model_config = example(
        kind="lock",
        methods=["ASM"],
        reason="标准气检查不合格",
        evidence="现场检查记录 3 号",
        until="2026-03-10T18:00:00+08:00",
    )

    kind: str
    methods: list[str] = []
    reason: str
    evidence: str
    until: Moment


class SoftwareIn(Schema):
    """``sha256``: of the program's file, 64 hexadecimal digits; ``until``: first day on which it no longer holds."""

    model_config = example(
        sha256="ab" * 32, name="检测线控制软件", version="4.2.0", since="2026-03-01", cite="柳环函〔2026〕5号"
    )

    sha256: str
    name: str
    version: str
    since: Day
    until: Day | None = None
    cite: str


class WithdrawalIn(Schema):
    on: Day
    reason: str


class DeviationOut(Schema):
    """One quantity against its standard, in the same unit; ``error_pct`` null: relative to nothing."""

    quantity: str
    standard: float
    measured: float
    error: float
    error_pct: float | None
    tolerance: float | None
    tolerance_pct: float | None
    passed: bool
    cite: str


class CheckReceiptOut(ReceiptOut):
    """``result``: pass fail invalid, recomputed; ``claimed``: what the line said; ``notes``: fields left out."""

    check_no: str
    line: str
    kind: str
    claimed: str
    result: str
    errors: list[DeviationOut]
    reasons: list[ReasonOut]
    values: dict[str, float]
    findings: list[ReasonOut]
    notes: list[str]
    journal: StampOut = ABSENT


class SignOut(Schema):
    line: str
    clock_skew_s: float
    findings: list[ReasonOut]


class HeartbeatOut(Schema):
    station: str
    received_at: datetime
    lines: list[SignOut]


class MethodStandingOut(Schema):
    allowed: bool
    reasons: list[ReasonOut]


class LinkOut(Schema):
    """``spooled``: tests waiting on the line; ``sequence``: its last test number; ``lost_at`` null: not lost."""

    seen_at: datetime
    status: str
    clock_skew_s: float
    spooled: int
    sequence: int | None
    lost_at: datetime | None


class LineStandingOut(Schema):
    """``methods``: what each may do now; ``link`` null: it never gave a sign of life."""

    station: str
    line: str
    methods: dict[str, MethodStandingOut]
    link: LinkOut | None


class LinesOut(Schema):
    at: datetime
    lines: list[LineStandingOut]


class OrderOut(Schema):
    kind: str
    methods: list[str]
    until: datetime


class SoftwareOut(Schema):
    id: int
    sha256: str
    name: str
    version: str
    place: str
    since: date
    until: date | None
    in_force: bool
    cite: str


class RunningOut(Schema):
    """``name``: as the lines call it; ``lines``: station/line."""

    sha256: str
    name: str
    approved: bool
    lines: list[str]


class SoftwareListOut(Schema):
    approved: list[SoftwareOut]
    running: list[RunningOut]


class LineOut(Schema):
    line: str
    methods: list[str]
    since: date


class LineEndedOut(Schema):
    line: str
    until: date


class InstrumentOut(Schema):
    serial: str
    kind: str
    since: date


class InstrumentEndedOut(Schema):
    serial: str
    until: date


CHECK = in_json(
    fields(
        ["check_no", "station", "line", "kind", "started_at", "finished_at", "values"],
        schema={"const": "imloop.check/1"},
        check_no=OWN_NUMBER,
        station=TEXT,
        line=OWN_LINE,
        kind={"enum": [str(kind) for kind in CheckKind]},
        equipment=TEXT,
        started_at=TIME,
        finished_at=TIME,
        values={"type": "object", "additionalProperties": NUMBER},
        claimed={"enum": [str(claim) for claim in Claim]},
    ),
    schema="imloop.check/1",
    check_no="450203001-02-20260302-1",
    station="450203001",
    line="02",
    kind="opacimeter",
    started_at="2026-03-02T07:40:00+08:00",
    finished_at="2026-03-02T07:45:00+08:00",
    values={
        "zero_pct": 0.1,
        "filter_1_pct": 30.0,
        "measured_1_pct": 30.4,
        "filter_2_pct": 60.0,
        "measured_2_pct": 60.3,
    },
    claimed="pass",
)
HEARTBEAT = in_json(
    fields(
        ["station", "lines"],
        station=TEXT,
        lines=several(
            fields(
                ["line", "status", "clock"],
                line=OWN_LINE,
                status={"enum": [str(status) for status in LineStatus]},
                clock=TIME,
                sequence=WHOLE,
                spooled=WHOLE,
                software_sha256=TEXT,
                software=TEXT,
            )
        ),
    ),
    station="450203001",
    lines=[
        {"line": "02", "status": "idle", "clock": "2026-03-02T09:05:00+08:00", "sequence": 41, "spooled": 0}
    ],
)


class LineIn(Schema):
    methods: list[str]
    since: Day


class LineEndIn(Schema):
    """``until``: first day on which it is no longer in use."""

    until: Day


class InstrumentIn(Schema):
    kind: str
    model: str
    serial: str
    since: Day
    maker: str = ""
