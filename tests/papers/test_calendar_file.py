"""The calendar file by the letter of RFC 5545: escaped, folded at 75 octets, lines ended by CRLF."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imloop.papers.calendar_file import CalendarEvent, calendar_file, escaped, folded
from support.city import at


def made(**change: object) -> str:
    given_: dict[str, object] = {
        "uid": "abc",
        "starts_at": at("2026-03-05 09:00"),
        "ends_at": at("2026-03-05 09:20"),
        "stamped_at": at("2026-03-02 10:00"),
        "summary": "复检 桂B·12345",
        "location": "鱼峰环保检测站, 柳州市",
        "description": "第一行\n第二行",
        "url": "https://example.org/a/abc",
    }
    return calendar_file(CalendarEvent(**{**given_, **change})).decode()  # type: ignore[arg-type]


def test_an_event_in_utc() -> None:
    text = made()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert "\r\nDTSTART:20260305T010000Z\r\nDTEND:20260305T012000Z\r\n" in text
    assert "\r\nLOCATION:鱼峰环保检测站\\, 柳州市\r\n" in text
    assert "\r\nDESCRIPTION:第一行\\n第二行\r\n" in text
    assert "STATUS:CONFIRMED" in text and "BEGIN:VALARM" in text


def test_a_cancelled_event_strikes_out_the_first() -> None:
    text = made(cancelled=True)
    assert "METHOD:CANCEL" in text and "STATUS:CANCELLED" in text and "SEQUENCE:1" in text
    assert "VALARM" not in text


def test_what_must_be_escaped() -> None:
    assert escaped("a\\b;c,d\r\ne\nf\tg\0") == "a\\\\b\\;c\\,d\\ne\\nfg"


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), max_size=300))
def test_folding_keeps_the_text_and_every_line_short(text: str) -> None:
    lines = folded(text).split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is cut
    assert all(line.startswith(b" ") for line in lines[1:])
    assert (lines[0] + b"".join(line[1:] for line in lines[1:])).decode() == text
