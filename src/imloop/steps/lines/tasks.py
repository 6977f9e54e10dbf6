"""Test lines that wait for a department: locked, or not heard of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import MOST, Source, Task, named
from imloop.steps.lines.lookups import view, visible_lines
from imloop.store.models import PartyKind


def lines(caller: Caller, now: datetime) -> Iterator[Task]:
    for line in visible_lines(caller, now)[:MOST]:
        found = view(line, now)
        link = found["link"]
        if link is not None and link.lost_at is not None:
            words = Text("联网中断", "link lost")
            since = day_of(link.lost_at)
        elif found["locked"]:
            why = next(reason for reason in found["reasons"] if not reason.warning)
            words = Text(f"锁定：{why.text.zh}", f"locked: {why.text.en}")
            last = found["last_check"]
            since = day_of(last.finished_at) if last else day_of(now)
        else:
            continue
        where = f"{line.station.name} · {line.code}"
        page, event = f"/lines/{line.station.code}/{line.code}", f"line {line.station.code} {line.code}"
        yield Task("line", since, None, words, named(where), page, event=event)


SOURCES = (Source("line", Text("检测线", "test lines"), (PartyKind.ENVIRONMENT, PartyKind.MARKET), lines),)
