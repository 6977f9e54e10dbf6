"""Which clocks of the law run for a complaint, by whose law it is answered: from when, by which value, and by which
other values it is extended.

The market regulator's law tells a complaint (about one's own bargain) from a report (of a breach of law); who has no
law of his own answers as any authority does, by the regulation on petitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from imloop.facts.text import Text
from imloop.matters.clocks import Timer


class Since(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECIDED = "decided"
    """Found true or not: who gave a name is told."""


def _timer(name: str, key: str, zh: str, en: str, *, extended: bool = False) -> Timer:
    office = key.rpartition(".")[0]
    longer = (f"{office}.extended_days", f"{office}.extended_times") if extended else None
    return Timer(name, key, Text(zh, en), longer)


def _tell(key: str) -> Timer:
    return _timer("tell", key, "告知是否受理", "say whether it is accepted")


def _finish(key: str, *, extended: bool = False) -> Timer:
    return _timer("finish", key, "办结", "finish", extended=extended)


TRANSFER = _timer(
    "transfer",
    "complaint.environment.transfer_days",
    "转交有权处理的部门",
    "pass on to the department in charge",
)
"""Of every office: nobody sits on what is another's. The number is the environment hotline's."""
HOTLINE = _timer(
    "hotline", "complaint.hotline.finish_days", "办结热线工单", "finish what the government hotline sent"
)
"""Beside the office's own clocks, for what came through the city's one number; how long is the city's agreement."""
_PROFILES: dict[str, dict[Since, tuple[Timer, ...]]] = {
    "environment": {
        Since.RECEIVED: (TRANSFER, _tell("complaint.environment.tell_days")),
        Since.ACCEPTED: (_finish("complaint.environment.finish_days", extended=True),),
    },
    "petitions": {
        Since.RECEIVED: (TRANSFER, _tell("complaint.petitions.tell_days")),
        Since.ACCEPTED: (_finish("complaint.petitions.finish_days", extended=True),),
    },
    "market-complaint": {
        Since.RECEIVED: (TRANSFER, _tell("complaint.market.accept_days")),
        Since.ACCEPTED: (_finish("complaint.market.mediate_days"),),
    },
    "market-report": {
        Since.RECEIVED: (
            TRANSFER,
            _timer(
                "check",
                "complaint.market.check_days",
                "核查并决定是否立案",
                "check and decide on a case",
                extended=True,
            ),
        ),
        Since.DECIDED: (
            _timer("told", "complaint.market.told_days", "把结果告知举报人", "tell the reporter the result"),
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Receiver:
    """An office as complaints know it: which kind of department, and by which clocks it answers."""

    office: str
    profile: str
    name: Text


RECEIVERS: dict[str, Receiver] = {
    "environment": Receiver("environment", "environment", Text("生态环境", "environment")),
    "transport": Receiver("transport", "petitions", Text("交通运输", "transport")),
    "market-complaint": Receiver(
        "market", "market-complaint", Text("市场监管（消费投诉）", "market regulator (one's own bargain)")
    ),
    "market-report": Receiver(
        "market", "market-report", Text("市场监管（违法举报）", "market regulator (a breach of law)")
    ),
    "police": Receiver("police", "petitions", Text("公安交管", "traffic police")),
    "supervisor": Receiver("supervisor", "petitions", Text("监督", "supervision")),
}


def timers(receiver: str, since: Since) -> tuple[Timer, ...]:
    """The clocks that a moment starts at an office."""
    return _PROFILES[RECEIVERS[receiver].profile].get(since, ())


def again(receiver: str) -> tuple[Timer, ...]:
    """The clock of the work itself, which runs anew when a complaint is reopened."""
    both = (*timers(receiver, Since.RECEIVED), *timers(receiver, Since.ACCEPTED))
    return tuple(timer for timer in both if timer.name in ("check", "finish"))


EVERY = {
    timer.name: timer.label
    for profile in _PROFILES.values()
    for started in profile.values()
    for timer in (*started, HOTLINE)
}
"""What the clocks are called."""
