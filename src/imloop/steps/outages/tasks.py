"""Outages that wait for a department: to be declared, or to be ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import CHINA, day_of
from imloop.facts.text import Text
from imloop.gates.outages.outage import SCOPE_NAMES
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import Source, Task, named
from imloop.steps.outages.outage_signs import overlong, signs
from imloop.store.models import PartyKind


def outages(caller: Caller, now: datetime) -> Iterator[Task]:
    for sign in signs(caller, now):
        since = sign.since.astimezone(CHINA)
        words = Text(
            f"自 {since:%H:%M} 起像是系统故障：{sign.words.zh}。是否宣布？",
            f"Looks like an outage since {since:%H:%M}: {sign.words.en}. Declare it?",
        )
        link = f"/outages?scope={sign.scope}&starts_at={since:%Y-%m-%dT%H:%M}#declare"
        yield Task(
            "outage", day_of(since), None, words, SCOPE_NAMES[sign.scope], link, late=True, event=sign.event
        )
    for row in overlong(caller, now):
        words = Text("故障仍未宣布结束，请核实", "the outage has not been ended: is it over?")
        yield Task(
            "outage", day_of(row.starts_at), None, words, named(row.outage_no), f"/outages/{row.outage_no}"
        )


SOURCES = (Source("outage", Text("系统故障", "outages"), (PartyKind.ENVIRONMENT, PartyKind.ADMIN), outages),)
