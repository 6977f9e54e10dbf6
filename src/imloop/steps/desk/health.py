"""Is this installation able to take uploads now? Cheap checks, each with its result; no secrets, no personal data."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Q

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.couriers.deliveries import Lag, lags
from imloop.steps.couriers.receivers import receivers
from imloop.steps.ground import registers
from imloop.steps.ground.access import SYSTEM
from imloop.steps.stations.line_standing import locked_methods, standing_of
from imloop.store.models import Case, JournalEntry, JournalHead, Line, OutboxEntry, WorkPass

SILENT = timedelta(minutes=5)
"""Clocks run every minute; after this the work is assumed to have stopped."""
CLOCKS = "clocks"


@dataclass(frozen=True, slots=True)
class Check:
    """One question. ``fault`` None: all is well."""

    name: str
    fault: Text | None

    @property
    def ok(self) -> bool:
        return self.fault is None


def checks(now: datetime) -> list[Check]:
    """Everything that must hold for the site to be sent requests, in the order in which to repair it."""
    found = [Check("disk", _disk())]
    for name, look in (("database", _database), ("journal", _journal), ("work", lambda: _work(now))):
        found.append(Check(name, _asked(look)))
    return found


def _asked(look: Callable[[], Text | None]) -> Text | None:
    try:
        return look()
    except (DatabaseError, InterfaceError):
        return Text("数据库不可用。", "The database does not answer.")


def _disk() -> Text | None:
    free = shutil.disk_usage(settings.DATA_DIR).free // 2**20
    if free >= settings.MIN_FREE_MB:
        return None
    return Text(
        f"数据目录只剩 {free} MB（下限 {settings.MIN_FREE_MB} MB）。",
        f"Only {free} MB are left for the data directory (at least {settings.MIN_FREE_MB} MB).",
    )


def _database() -> Text | None:
    missing = _on_disk() - set(MigrationRecorder(connection).applied_migrations())
    if not missing:
        return None
    return Text(
        f"有 {len(missing)} 项迁移未执行：运行 imloop migrate。",
        f"{len(missing)} migrations are not applied: run imloop migrate.",
    )


@lru_cache(maxsize=1)
def _on_disk() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration this version brings."""
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _journal() -> Text | None:
    head = JournalHead.objects.get(pk=1)
    last = JournalEntry.objects.filter(number__gte=head.number).order_by("-number").first()
    if head.number == 0 and last is None:
        return None
    if last is not None and (last.number, last.hash) == (head.number, head.hash):
        return None
    return Text("日志末尾与链头不符。", "The journal does not end where its head says.")


def _work(now: datetime) -> Text | None:
    row = WorkPass.objects.filter(name=CLOCKS).first()
    if row is None:
        return Text(
            "后台任务从未运行：启动 imloop work。", "Background work has never run: start imloop work."
        )
    if abs(now - row.at) > SILENT:
        return Text(
            f"后台任务上次运行于 {row.at:%Y-%m-%d %H:%M}（UTC），或者时钟被改动。",
            f"Background work last ran at {row.at:%Y-%m-%d %H:%M} UTC, or a clock was moved.",
        )
    if row.failed:
        names = "、".join(row.failed)
        return Text(f"后台任务未完成：{names}。", f"Background work failed at: {', '.join(row.failed)}.")
    return None


def passed(now: datetime, failed: list[str]) -> None:
    """Note that a pass of the timed work was done."""
    WorkPass.objects.update_or_create(name=CLOCKS, defaults={"at": now, "failed": failed})


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures for monitoring: counts, ages in seconds, bytes."""

    journal_height: int
    outbox_height: int
    open_cases: int
    overdue_cases: int
    work_age: float | None
    database_bytes: int
    lags: list[Lag]


def figures(now: datetime) -> Figures:
    open_cases = Case.objects.filter(closed_at__isnull=True)
    last = OutboxEntry.objects.order_by("-id").values_list("id", flat=True).first()
    row = WorkPass.objects.filter(name=CLOCKS).first()
    return Figures(
        journal_height=JournalHead.objects.get(pk=1).number,
        outbox_height=last or 0,
        open_cases=open_cases.count(),
        overdue_cases=open_cases.filter(overdue=True).count(),
        work_age=(now - row.at).total_seconds() if row else None,
        database_bytes=_database_bytes(),
        lags=lags(receivers(SYSTEM)),
    )


def locked_lines(now: datetime) -> int:
    """Lines on which at least one of their methods is locked. Asks every line: not for every request."""
    day = day_of(now)
    lines = Line.objects.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)
    return sum(
        bool(locked_methods(standing_of(line, now, registers.law_at(day, line.station.place))))
        for line in lines.select_related("station")
    )


def _database_bytes() -> int:
    sql = {
        "postgresql": "SELECT pg_database_size(current_database())",
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    }
    with connection.cursor() as cursor:
        cursor.execute(sql[connection.vendor])
        return int(cursor.fetchone()[0])
