"""Heartbeats of a line: its clock, program and test numbers; and noticing when they stop."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.records.check import Heartbeat, LineSign
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import SYSTEM, Caller, place_prefix
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.lines.receive_check import require_own_line
from imloop.steps.lines.software import NOT_APPROVED, is_approved
from imloop.store.models import Finding, Line, Link, PartyKind, Test
from imloop.store.statements import rows, update

_NUMBERS_KEPT = 199
AWAKE = ("idle", "testing", "checking")
"""States of a line in which heartbeats are expected."""


def receive_heartbeat(caller: Caller, beat: Heartbeat, now: datetime) -> dict[str, object]:
    """Keep the latest heartbeat of every line named; doubts become findings once, when they begin."""
    with writing(now, caller) as ledger:
        answers = [_sign(ledger, beat.station, sign) for sign in beat.lines]
    return {"station": beat.station, "received_at": now.isoformat(), "lines": answers}


def _sign(ledger: Ledger, station: str, sign: LineSign) -> dict[str, object]:
    line = require_own_line(ledger.caller, station, sign.line, ledger.now)
    law = registers.law_at(day_of(ledger.now), line.station.place)
    link = Link.objects.select_for_update().filter(line=line).first()
    skew = (sign.clock - ledger.now).total_seconds()
    doubts = [
        doubt
        for doubt in (
            _clock(link, skew, law),
            _software(sign, line, law),
            _sequence(link, sign.sequence, sign.spooled, law),
        )
        if doubt is not None
    ]
    restored = link is not None and link.lost_at is not None
    link = link or Link(line=line)
    link.seen_at, link.clock_skew_s, link.lost_at = ledger.now, skew, None
    link.software_sha256, link.software = sign.software_sha256, sign.software
    link.spooled, link.status = sign.spooled, sign.status
    if sign.sequence is not None:
        link.sequence = max(link.sequence or 0, sign.sequence - sign.spooled)
        link.counted = _counted(link.counted or [], sign.sequence, ledger.now)
    link.save()
    keep_findings(ledger, "line", f"{station}/{line.code}", station, doubts)
    if restored:
        _tell(ledger, line, "link-restored")
    return {"line": line.code, "clock_skew_s": round(skew, 1), "findings": [d.to_json() for d in doubts]}


def _counted(heard: list[list[object]], number: int, now: datetime) -> list[list[object]]:
    """When each running number was last heard as the line's latest; a day and more of a busy line."""
    earlier = [each for each in heard if each[0] != number][-_NUMBERS_KEPT:]
    return [*earlier, [number, now.isoformat()]]


def number_last_below(link: Link | None, number: int | None) -> datetime | None:
    """When the line last said that it had not come to the running number yet."""
    if link is None or number is None:
        return None
    below = [str(at) for counted, at in link.counted or [] if counted < number]
    return datetime.fromisoformat(max(below)) if below else None


def _clock(link: Link | None, skew: float, law: Law) -> Reason | None:
    allowed = law.number("link.skew_seconds")
    if abs(skew) <= allowed or (link is not None and abs(link.clock_skew_s) > allowed):
        return None
    return Reason(
        "clock-skew",
        Text(f"检测线时钟与平台相差 {skew:+.0f} 秒。", f"The line's clock is {skew:+.0f} s off."),
        law.cite("link.skew_seconds"),
        Text("校准检测线时钟。", "Set the line's clock."),
    )


def _software(sign: LineSign, line: Line, law: Law) -> Reason | None:
    digest, station = sign.software_sha256, line.station
    if not digest or not law.flag("link.software_approved") or is_approved(digest, station.place, law.on):
        return None
    said = Finding.objects.filter(
        code=NOT_APPROVED, subject=f"{station.code}/{line.code}", resolved_at__isnull=True
    )
    if said.filter(data__item=digest[:12]).exists():
        return None
    return Reason(
        NOT_APPROVED,
        Text(f"检验软件（{digest[:12]}）不在核准清单内。", f"The program ({digest[:12]}) is not approved."),
        law.cite("link.software_approved"),
        Text("恢复核准版本，或申请核准。", "Return to an approved version, or apply for approval."),
        item=digest[:12],
    )


def _sequence(link: Link | None, sequence: int | None, spooled: int, law: Law) -> Reason | None:
    if link is None or link.sequence is None or sequence is None or not law.flag("link.sequence_complete"):
        return None
    missing = sequence - spooled - link.sequence
    if missing <= 0:
        return None
    return Reason(
        "sequence-gap",
        Text(
            f"检测线序号到 {sequence}，平台收到 {link.sequence}，有 {missing} 次检验未上传也未排队。",
            f"The line has counted to {sequence}, the platform has received up to {link.sequence}: {missing} tests "
            "are neither sent nor waiting.",
        ),
        law.cite("link.sequence_complete"),
        Text("补传缺少的检验或说明原因。", "Upload the missing tests or explain."),
        item=f"{link.sequence + 1}-{link.sequence + missing}",
    )


def link_of(line: Line) -> Link | None:
    """The line's last sign of life."""
    return next(iter(rows(Link, "line_id = %s", [line.pk])), None)


def count_test(ledger: Ledger, line: Line, sequence: int | None, law: Law) -> list[Reason]:
    """A test arrived with its running number: the doubt if numbers before it are missing. Remembers the number."""
    link = link_of(line) if sequence is not None else None
    if link is None or sequence is None:
        return []
    gap = _sequence(link, sequence - 1, link.spooled, law)
    if link.sequence is None or sequence > link.sequence:
        link.sequence = sequence
        update(link, "sequence")
    else:
        _came_late(ledger, line, sequence)
    return [gap] if gap else []


def _came_late(ledger: Ledger, line: Line, sequence: int) -> None:
    """A test that was missed has arrived after all: the gap it was part of is settled once all of it is here."""
    code = line.station.code
    of_line = Test.objects.filter(station=line.station, line=line.code, test_no=OuterRef("subject"))
    open_gaps = Finding.objects.filter(
        Q(subject=f"{code}/{line.code}") | Exists(of_line),
        code="sequence-gap",
        station_code=code,
        resolved_at__isnull=True,
    )
    for finding in open_gaps.order_by("-id"):
        first, _, last = str(finding.data.get("item", "")).partition("-")
        begin, end = whole(first), whole(last)
        if begin is not None and end is not None and begin <= sequence <= end:
            arrived = sorted({*finding.data.get("arrived", ()), sequence})
            finding.data = {**finding.data, "arrived": arrived}
            if len(arrived) > end - begin:
                finding.resolved_at, finding.outcome = ledger.now, Finding.Outcome.GONE
            finding.save(update_fields=["data", "resolved_at", "outcome"])
            return


def notice_lost_links(now: datetime) -> int:
    """Lines whose expected heartbeats stopped: finding and message, once per silence. Returns how many."""
    silent = Link.objects.filter(lost_at__isnull=True, status__in=AWAKE, seen_at__lt=now)
    return sum(_lose(pk, now) for pk in silent.values_list("pk", flat=True))


def _lose(pk: int, now: datetime) -> int:
    with writing(now, SYSTEM) as ledger:
        link = Link.objects.select_related("line__station").get(pk=pk)
        law = registers.law_at(day_of(now), link.line.station.place)
        minutes = law.number("link.lost_minutes")
        if link.lost_at is not None or now - link.seen_at <= timedelta(minutes=minutes):
            return 0
        Link.objects.filter(pk=pk).update(lost_at=now)
        doubt = Reason(
            "link-lost",
            Text(
                f"检测线已 {minutes:g} 分钟以上没有心跳。",
                f"Nothing heard from the line for over {minutes:g} minutes.",
            ),
            law.cite("link.lost_minutes"),
            Text("检查网络和检测线软件。", "Check the network and the line's program."),
        )
        line = link.line
        keep_findings(ledger, "line", f"{line.station.code}/{line.code}", line.station.code, [doubt])
        _tell(ledger, line, "link-lost")
    return 1


def _tell(ledger: Ledger, line: Line, topic: str) -> None:
    office = registers.department(PartyKind.ENVIRONMENT, line.station.place)
    for receiver in [line.station.code, *([office.code] if office else [])]:
        ledger.send(
            receiver, topic, f"{line.station.code}/{line.code}"[:40],
            {"station": line.station.code, "line": line.code, "place": place_prefix(line.station.place)},
        )  # fmt: skip
    ledger.note(topic, f"{line.station.code}/{line.code}", {"at": ledger.now.isoformat()})
