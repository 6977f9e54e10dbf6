"""An appointment as an iCalendar file (RFC 5545), for the owner's own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

_FOLD = 75
"""Octets of a line at most, RFC 5545 §3.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """``uid``: the same for the same appointment; ``stamped_at``: when it last changed; ``cancelled``: calendars that
    hold the event strike it out."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    stamped_at: datetime
    summary: str
    location: str
    description: str
    url: str
    cancelled: bool = False


def calendar_file(event: CalendarEvent) -> bytes:
    """One event, with an alarm two hours before."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//imloop//appointments//ZH",
        f"METHOD:{'CANCEL' if event.cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{event.uid}@imloop",
        f"DTSTAMP:{_utc(event.stamped_at)}",
        f"SEQUENCE:{1 if event.cancelled else 0}",
        f"DTSTART:{_utc(event.starts_at)}",
        f"DTEND:{_utc(event.ends_at)}",
        f"SUMMARY:{escaped(event.summary)}",
        f"LOCATION:{escaped(event.location)}",
        f"DESCRIPTION:{escaped(event.description)}",
        f"URL:{event.url}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        *([] if event.cancelled else _alarm(event.summary)),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) + b"\r\n" for line in lines)


def escaped(text: str) -> str:
    """A text value (§3.3.11): backslash, semicolon, comma and line ends are escaped; other control characters go."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return "".join(sign for sign in text if sign >= " ")


def folded(line: str) -> bytes:
    """A content line of at most 75 octets, carried on behind a blank, never inside a character (§3.1)."""
    out, room = bytearray(), _FOLD
    for sign in line:
        octets = sign.encode()
        if len(octets) > room:
            out += b"\r\n "
            room = _FOLD - 1
        out += octets
        room -= len(octets)
    return bytes(out)


def _alarm(summary: str) -> list[str]:
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{escaped(summary)}",
        "TRIGGER:-PT2H",
        "END:VALARM",
    ]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
