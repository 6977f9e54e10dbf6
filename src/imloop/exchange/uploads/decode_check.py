"""``imloop.check/1`` and heartbeat bytes → facts."""

from __future__ import annotations

from enum import StrEnum

from imloop.exchange.reading import Reader, parse_json
from imloop.facts.records.check import CheckKind, CheckRecord, Claim, Heartbeat, LineSign


class LineStatus(StrEnum):
    IDLE = "idle"
    TESTING = "testing"
    CHECKING = "checking"
    FAULT = "fault"
    CLOSED = "closed"


def decode_check(body: bytes) -> CheckRecord:
    """A self-check, or ``Malformed`` with every faulty path."""
    reader = Reader(parse_json(body))
    if reader.data.get("schema", "imloop.check/1") != "imloop.check/1":
        reader.fault("schema", "wrong-value", "应为 imloop.check/1", "must be imloop.check/1")
    check_no = reader.own_number("check_no")
    station = reader.text("station", required=True, longest=40)
    line = reader.own_number("line", longest=8)
    kind = reader.choice("kind", CheckKind, required=True)
    started, finished = reader.moment("started_at"), reader.moment("finished_at")
    if started is not None and finished is not None and finished < started:
        reader.fault("finished_at", "ends-before-start", "结束早于开始", "finished before it started")
    given = reader.child("values", required=True)
    values = {key: number for key in given.data if (number := given.number(key, required=True)) is not None}
    claimed = reader.choice("claimed", Claim)
    reader.finish()
    assert kind
    assert started
    assert finished  # finish() has raised otherwise
    return CheckRecord(
        check_no=check_no,
        station=station,
        line=line,
        kind=kind,
        serial=reader.text("equipment", longest=40),
        started_at=started,
        finished_at=finished,
        values=values,
        claimed=claimed or "",
        notes=reader.left_out(),
    )


def decode_heartbeat(body: bytes) -> Heartbeat:
    """A heartbeat of a station's lines, or ``Malformed`` with every faulty path."""
    reader = Reader(parse_json(body))
    station = reader.text("station", required=True, longest=40)
    signs = [_sign(line) for line in reader.children("lines")]
    if not signs:
        reader.fault("lines", "missing", "至少一条检测线", "at least one line")
    reader.finish()
    return Heartbeat(station, tuple(sign for sign in signs if sign is not None))


def _sign(reader: Reader) -> LineSign | None:
    line = reader.own_number("line", longest=8)
    status = reader.choice("status", LineStatus, required=True)
    clock = reader.moment("clock")
    sequence, spooled = (_count(reader, key) for key in ("sequence", "spooled"))
    software = reader.text("software_sha256", longest=64).lower()
    if software and (len(software) != 64 or set(software) - set("0123456789abcdef")):
        reader.fault("software_sha256", "wrong-value", "应为 64 位十六进制", "must be 64 hexadecimal digits")
    if status is None or clock is None:
        return None
    name = reader.text("software", longest=80)
    return LineSign(line, status, clock, sequence, software, name, spooled or 0)


def _count(reader: Reader, key: str) -> int | None:
    value = reader.number(key)
    if value is not None and (value < 0 or value != int(value) or value > 2**31 - 1):
        reader.fault(key, "wrong-value", "应为非负整数", "must be a whole number, not negative")
        return None
    return None if value is None else int(value)
