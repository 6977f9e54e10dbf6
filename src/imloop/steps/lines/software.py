"""Inspection programs of the test lines: what is approved, what the lines run, approve and withdraw."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, Unknown
from imloop.facts.text import Text
from imloop.law.book import from_local_to_national
from imloop.steps.ground.access import Caller, place_prefix, require_kind
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.lines.lookups import visible_lines
from imloop.store.models import Finding, Line, Link, PartyKind, Software

NOT_APPROVED = "software-not-approved"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST = {"name": 60, "version": 40, "cite": 200}


@dataclass(frozen=True, slots=True)
class Running:
    """A program that lines say they run. ``name``: as the lines call it; ``lines``: station/line, in order."""

    sha256: str
    name: str
    approved: bool
    lines: tuple[str, ...]


def approvals(place: str) -> list[Software]:
    """Every approval that holds, held or will hold in a place, those of the places above it included; newest first."""
    rows = Software.objects.filter(place__in=from_local_to_national(place))
    return list(rows.order_by("name", "-since", "-id"))


def is_approved(sha256: str, place: str, day: date) -> bool:
    """Is the program on the list of the place on that day? Where a place has no list, every program is approved."""
    listed = Software.objects.filter(place__in=from_local_to_national(place), since__lte=day)
    return not listed.exists() or _in_force(listed, day).filter(sha256=sha256).exists()


def running(caller: Caller, now: datetime) -> list[Running]:
    """What the lines the caller may see reported last, programs that are not approved first."""
    day = day_of(now)
    found: dict[str, list[Line]] = {}
    names: dict[str, str] = {}
    for line in visible_lines(caller, now).filter(link__isnull=False).exclude(link__software_sha256=""):
        found.setdefault(line.link.software_sha256, []).append(line)
        names.setdefault(line.link.software_sha256, line.link.software)
    rows = [
        Running(
            digest,
            names[digest],
            all(is_approved(digest, place, day) for place in {line.station.place for line in lines}),
            tuple(f"{line.station.code}/{line.code}" for line in lines),
        )
        for digest, lines in found.items()
    ]
    return sorted(rows, key=lambda row: (row.approved, row.name, row.sha256))


def approve_software(
    caller: Caller,
    *,
    sha256: str,
    name: str,
    version: str,
    since: date,
    until: date | None = None,
    cite: str,
    now: datetime,
) -> Software:
    """The environment department puts a program, known by the SHA-256 of its file, on the list of its place."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    sha256, name, version, cite = sha256.strip().lower(), name.strip(), version.strip(), cite.strip()
    if not _SHA256.fullmatch(sha256):
        raise Malformed(
            "wrong-value",
            Text("sha256 应为 64 位十六进制。", "sha256 must be 64 hexadecimal digits."),
            at="sha256",
        )
    for field, text in (("name", name), ("version", version), ("cite", cite)):
        _require_text(field, text, _LONGEST[field])
    if until is not None and until <= since:
        raise Malformed(
            "ends-before-start",
            Text(f"{until} 不晚于 {since}。", f"{until} is not after {since}."),
            at="until",
        )
    with writing(now, caller) as ledger:
        _require_free(caller.place, sha256, since, until)
        row = Software.objects.create(
            sha256=sha256, name=name, version=version, place=caller.place, since=since, until=until, cite=cite
        )
        ledger.note(
            "software-approved", sha256, {"name": name, "version": version, "since": since, "cite": cite}
        )
        _tell_stations(ledger, row, "software-approved", {"since": since.isoformat()})
        if since <= day_of(now) and (until is None or until > day_of(now)):
            _settle(ledger, row)
    return row


def withdraw_software(caller: Caller, software_id: int, *, on: date, reason: str, now: datetime) -> Software:
    """The approval ends: its last day is the day before ``on``, which is not in the past."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    reason = reason.strip()
    _require_text("reason", reason, 400)
    with writing(now, caller) as ledger:
        row = Software.objects.select_for_update().filter(pk=software_id, place=caller.place).first()
        if row is None:
            raise Unknown(
                "unknown-software", Text("没有本地的这项核准。", "There is no such approval in your area.")
            )
        if row.until is not None and row.until <= day_of(now):
            raise Conflict("software-not-in-force", Text("该核准已经结束。", "This approval has ended."))
        if on < day_of(now) or on <= row.since or (row.until is not None and on > row.until):
            raise Malformed(
                "wrong-value",
                Text(
                    f"撤销日期应在今天以后、{row.since} 之后的有效期内。",
                    f"The day must be today or later, after {row.since}, within its period.",
                ),
                at="on",
            )
        row.until = on
        row.save(update_fields=["until"])
        ledger.note("software-withdrawn", row.sha256, {"id": row.pk, "on": on, "reason": reason})
        _tell_stations(ledger, row, "software-withdrawn", {"on": on.isoformat(), "reason": reason})
    return row


def software_json(row: Software, day: date) -> dict[str, object]:
    return {
        "id": row.pk,
        "sha256": row.sha256,
        "name": row.name,
        "version": row.version,
        "place": row.place,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "in_force": row.since <= day and (row.until is None or row.until > day),
        "cite": row.cite,
    }


def _in_force(rows: QuerySet[Software], day: date) -> QuerySet[Software]:
    return rows.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


def _require_text(field: str, text: str, longest: int) -> None:
    if not 0 < len(text) <= longest:
        raise Malformed(
            "malformed",
            Text(f"{field} 必填，至多 {longest} 字。", f"{field}: 1 to {longest} characters."),
            at=field,
        )


def _require_free(place: str, sha256: str, since: date, until: date | None) -> None:
    same = Software.objects.filter(Q(until__isnull=True) | Q(until__gt=since), place=place, sha256=sha256)
    if until is not None:
        same = same.filter(since__lt=until)
    if same.exists():
        raise Conflict(
            "software-approved-already",
            Text("该程序在此期间已经核准。", "The program is already approved in that period."),
        )


def _links(row: Software) -> QuerySet[Link]:
    """Lines of the place that run the program."""
    inside = Link.objects.filter(line__station__place__startswith=place_prefix(row.place))
    return inside.filter(software_sha256=row.sha256).select_related("line__station")


def _tell_stations(ledger: Ledger, row: Software, topic: str, more: dict[str, object]) -> None:
    body = {"sha256": row.sha256, "name": row.name, "version": row.version, "cite": row.cite, **more}
    for code in sorted({link.line.station.code for link in _links(row)}):
        ledger.send(code, topic, f"{row.name} {row.version}"[:40], body)


def _settle(ledger: Ledger, row: Software) -> None:
    """Doubts about lines that run the program are settled by its approval."""
    lines = [f"{link.line.station.code}/{link.line.code}" for link in _links(row)]
    doubts = Finding.objects.filter(code=NOT_APPROVED, subject__in=lines, resolved_at__isnull=True)
    doubts.update(resolved_at=ledger.now, outcome=Finding.Outcome.GONE)
