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
