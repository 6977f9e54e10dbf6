"""Receivers outside that refuse messages, answer with other bytes, or cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.couriers.receivers import receivers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import Source, Task, named
from imloop.store.models import Delivery, PartyKind


def deliveries(caller: Caller, now: datetime) -> Iterator[Task]:
    for receiver in receivers(caller):
        dead = receiver.deliveries.filter(state=Delivery.State.DEAD).order_by("at")
        first = dead.first()
        link = f"/couriers/{receiver.code}"
        if first is not None:
            count = dead.count()
            words = Text(f"{count} 条消息被拒", f"{count} messages were refused")
            yield Task("delivery", day_of(first.at), None, words, named(receiver.name), link)
        differing = receiver.deliveries.filter(state=Delivery.State.DIFFERING).order_by("at")
        if (odd := differing.first()) is not None:
            count = differing.count()
            words = Text(
                f"{count} 条消息对方收到的内容与送出的不一致",
                f"{count} messages arrived with other bytes than were sent",
            )
            yield Task("delivery", day_of(odd.at), None, words, named(receiver.name), link)
        if receiver.failing_since is not None:
            words = Text("送不到，正在重试", "not reachable, being tried again")
            event = f"courier {receiver.code}"
            yield Task(
                "delivery",
                day_of(receiver.failing_since),
                None,
                words,
                named(receiver.name),
                link,
                event=event,
            )


SOURCES = (
    Source(
        "delivery",
        Text("外送", "couriers"),
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.ADMIN),
        deliveries,
    ),
)
