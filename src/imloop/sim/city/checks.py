"""The demo lines' self-checks: every morning of the past weeks, and fresh ones whenever the demo starts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import zstandard

from imloop.facts.codes import Instrument
from imloop.facts.days import CHINA, day_of
from imloop.facts.records.check import CHECKED, CheckKind, CheckRecord
from imloop.gates.lines import recompute
from imloop.sim.city.programs import program_of
from imloop.sim.world.places import STATIONS
from imloop.steps.ground import registers
from imloop.steps.lines.receive_check import check_answer
from imloop.store.models import Equipment, EquipmentCheck, Line, Link, RawUpload

MORNING = time(7, 30)
LASTS = timedelta(minutes=4)
BROKEN = ("450203002", "02")
"""The line whose gas check of the last morning failed; its station keeps another line for the same methods."""

GOOD: dict[CheckKind, dict[str, float]] = {
    CheckKind.DYNO_COAST_DOWN: {
        "diw_kg": 911, "high_1_kmh": 48, "low_1_kmh": 32, "power_1_kw": 6, "actual_1_ms": 7540,
        "high_2_kmh": 33, "low_2_kmh": 17, "power_2_kw": 4, "actual_2_ms": 6980,
    },
    CheckKind.ANALYSER_LEAK: {"start_kpa": 80.0, "end_kpa": 80.2},
    CheckKind.ANALYSER_GAS: {
        "pef": 0.497, "c3h8_standard_ppm": 200, "hc_ppm": 100, "co_standard_pct": 0.5, "co_pct": 0.5,
        "co2_standard_pct": 12.0, "co2_pct": 12.1, "no_standard_ppm": 300, "no_ppm": 304,
    },
    CheckKind.OPACIMETER: {
        "zero_pct": 0.1, "filter_1_pct": 29.8, "measured_1_pct": 29.2, "filter_2_pct": 48.0, "measured_2_pct": 48.6,
    },
    CheckKind.NOX_ANALYSER: {"no_standard_ppm": 1000, "no_ppm": 1012},
    CheckKind.FLOW_METER: {
        "flow_standard_ls": 110, "flow_ls": 112, "o2_high_standard_pct": 20.8, "o2_high_pct": 20.7,
        "o2_low_standard_pct": 5.0, "o2_low_pct": 5.1,
    },
}  # fmt: skip
"""Values of a passing check of every kind that is due daily."""
_DRIFTED = {"co_pct": 0.62}


def past_checks(until: datetime, days: int) -> None:
    """A morning's checks for every demo line and day before ``until``, in bulk, then the fresh ones."""
    mornings = [
        datetime.combine(day_of(until) - timedelta(days=back), MORNING, CHINA) for back in range(days, -1, -1)
    ]
    _write([moment for moment in mornings if moment + LASTS <= until], until)


def fresh_checks(now: datetime) -> None:
    """Checks and a sign of life of this minute, so that a demo left alone for days tests again when started."""
    start = now - timedelta(minutes=5)
    _write([start], now)
    for line in demo_lines():
        status = "closed" if line.station.code != BROKEN[0] else "idle"
        Link.objects.update_or_create(
            line=line,
            defaults={
                "seen_at": now,
                "clock_skew_s": 0.4,
                "status": status,
                "lost_at": None,
                **program_of(line.station.code, line.code),
            },
        )


def demo_lines() -> list[Line]:
    codes = [station.code for station in STATIONS]
    return list(Line.objects.filter(station__code__in=codes).select_related("station").order_by("id"))


def checks_of(station: str, mornings: list[datetime], now: datetime) -> None:
    """Passing checks of a station that is not checked with the others."""
    _write(mornings, now, list(Line.objects.filter(station__code=station).select_related("station")))


def _write(mornings: list[datetime], now: datetime, lines: list[Line] | None = None) -> None:
    raws, checks = [], []
    compress = zstandard.ZstdCompressor(level=1).compress
    hashes: dict[date, str] = {}
    known = set(EquipmentCheck.objects.values_list("line_id", "check_no"))
    for line in lines or demo_lines():
        instruments = {row.kind: row for row in Equipment.objects.filter(line=line, until__isnull=True)}
        for morning in mornings:
            for record in records(line, set(instruments), morning, now):
                if (line.pk, record.check_no) in known:
                    continue
                law = registers.law_at(day_of(record.finished_at), line.station.place)
                digest = hashes.setdefault(law.on, law.hash)
                ours = recompute(record.kind, record.values, law)
                body = check_message(record)
                raw = RawUpload(
                    received_at=record.finished_at,
                    party=line.station,
                    kind="check",
                    sha256=hashlib.sha256(body).hexdigest(),
                    size=len(body),
                    body=compress(body),
                )
                raws.append(raw)
                checks.append(
                    EquipmentCheck(
                        raw=raw,
                        line=line,
                        equipment=instruments[CHECKED[record.kind]],
                        check_no=record.check_no,
                        kind=record.kind,
                        started_at=record.started_at,
                        finished_at=record.finished_at,
                        received_at=record.finished_at,
                        claimed=record.claimed,
                        result=ours.result,
                        law_hash=digest,
                        answer=check_answer(record, ours, [], record.finished_at),
                    )
                )
    RawUpload.objects.bulk_create(raws, batch_size=500)
    EquipmentCheck.objects.bulk_create(checks, batch_size=500)


def records(line: Line, kinds: set[str], moment: datetime, now: datetime) -> Iterator[CheckRecord]:
    """A passing check of every kind the line's instruments need; the broken line's fails if ``moment`` is recent."""
    for kind, values in GOOD.items():
        if CHECKED[kind] not in {Instrument(each) for each in kinds}:
            continue
        broken = (line.station.code, line.code) == BROKEN and kind is CheckKind.ANALYSER_GAS
        drifted = broken and now - moment < timedelta(hours=1)
        yield CheckRecord(
            check_no=f"C{line.code}-{moment:%Y%m%d%H%M%S}-{kind}",
            station=line.station.code,
            line=line.code,
            kind=kind,
            serial="",
            started_at=moment,
            finished_at=moment + LASTS,
            values=values | _DRIFTED if drifted else values,
            claimed="fail" if drifted else "pass",
        )


def check_message(record: CheckRecord) -> bytes:
    """The check as its line would upload it."""
    message = {
        "schema": "imloop.check/1",
        "check_no": record.check_no,
        "station": record.station,
        "line": record.line,
        "kind": record.kind,
        "started_at": record.started_at.isoformat(),
        "finished_at": record.finished_at.isoformat(),
        "values": record.values,
        "claimed": record.claimed,
    }
    return json.dumps(message).encode()
