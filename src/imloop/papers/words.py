"""Dates and numbers as an office writes them."""

from __future__ import annotations

from datetime import date, datetime

_WEEKDAYS = "一二三四五六日"


def long_date(day: date) -> str:
    """2026 年 12 月 14 日（周一）"""
    return f"{day.year} 年 {day.month} 月 {day.day} 日（周{_WEEKDAYS[day.weekday()]}）"


def long_time(moment: datetime) -> str:
    return f"{moment.year} 年 {moment.month} 月 {moment.day} 日 {moment:%H:%M}"


def long_count(count: int) -> str:
    """两份, 三份: as counted aloud, to nine."""
    return "零一两三四五六七八九"[count]


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def in_capitals(yuan: int) -> str:
    """贰拾贰万伍仟元整: an amount as it is written against forgery; up to 999,999,999,999 yuan."""
    if not 0 <= yuan < 10**12:
        raise ValueError(f"not an amount that is written out: {yuan}")
    words, gap = "", False
    for number in range(2, -1, -1):
        group = yuan // 10 ** (4 * number) % 10_000
        if group and words and (gap or group < 1_000):
            words += "零"
        words += _group(group) + _GROUPS[number] if group else ""
        gap = not group
    return f"{words or '零'}元整"


def _group(group: int) -> str:
    """Four digits, a gap between them as one zero, none at the end."""
    words = ""
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            words += _DIGITS[digit] + _PLACES[place]
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")
