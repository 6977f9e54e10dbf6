"""Database outages as a refusal: nothing was kept, send it again later."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

from imloop.facts.refusal import Unavailable
from imloop.facts.text import Text
from imloop.store.connection_pool import AllBusy

_DISK_FULL = "53100"
"""SQLSTATE of PostgreSQL."""
_FULL_WORDS = ("database or disk is full", "no space left on device")


def unavailable(error: BaseException) -> Unavailable | None:
    """None: the error is of another kind, a fault of ours. The database's own words are not passed on."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return None
    if isinstance(error, AllBusy):
        return all_busy()
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) == _DISK_FULL or any(w in str(error).lower() for w in _FULL_WORDS):
        return Unavailable(
            "disk-full",
            Text(
                "平台存储空间已满，未保存任何内容。请保留报文，稍后原样重传。",
                "The platform's storage is full; nothing was kept. Keep the message and send it again later.",
            ),
        )
    return Unavailable(
        "database-away",
        Text(
            "平台数据库暂时不可用，未保存任何内容。请稍后原样重传。",
            "The platform's database does not answer; nothing was kept. Send the same again shortly.",
        ),
    )


def all_busy() -> Unavailable:
    return Unavailable(
        "all-busy",
        Text(
            "平台正忙，未保存任何内容。请稍后原样重传。",
            "The platform is busy; nothing was kept. Send the same again shortly.",
        ),
    )
