"""Which clocks of the law run for a complaint, by whose law it is answered: from when, by which value, and by which
other value it is extended once.

The market regulator's law tells a complaint (about one's own bargain) from a report (of a breach of law); who has no
law of his own answers as any authority does, by the regulation on petitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from imloop.facts.text import Text
from imloop.law import Law


class Since(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFERRED = "referred"
    """Found to be another department's."""
    ANSWERED = "answered"
    """Decided what it was: who gave a name is told."""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """``key``: the value that gives the days; ``extended``: the value of the one extension, empty where there is
    none."""

    name: str
    since: Since
    key: str
    label: Text
    extended: str = ""


_TELL = Text("告知是否受理", "say whether it is accepted")
_FINISH = Text("办结", "finish")
_TRANSFER = Text("转交有权处理的部门", "pass on to the department in charge")
_CHECK = Text("核查并决定是否立案", "check and decide on a case")
_TOLD = Text("把结果告知举报人", "tell the reporter the result")
_TRANSFER_RULE = ClockRule("transfer", Since.REFERRED, "complaint.environment.transfer_days", _TRANSFER)
"""Of every office: nobody sits on what is another's. The number is the environment hotline's."""

PROFILES: dict[str, tuple[ClockRule, ...]] = {
    "environment": (
        ClockRule("tell", Since.RECEIVED, "complaint.environment.tell_days", _TELL),
        ClockRule(
            "finish",
            Since.ACCEPTED,
            "complaint.environment.finish_days",
            _FINISH,
            "complaint.environment.extended_days",
        ),
        _TRANSFER_RULE,
    ),
    "petitions": (
        ClockRule("tell", Since.RECEIVED, "complaint.petitions.tell_days", _TELL),
        ClockRule(
            "finish",
            Since.ACCEPTED,
            "complaint.petitions.finish_days",
            _FINISH,
            "complaint.petitions.extended_days",
        ),
        _TRANSFER_RULE,
    ),
    "market-complaint": (
        ClockRule("tell", Since.RECEIVED, "complaint.market.accept_days", _TELL),
        ClockRule("finish", Since.ACCEPTED, "complaint.market.mediate_days", _FINISH),
        _TRANSFER_RULE,
    ),
    "market-report": (
        ClockRule(
            "check", Since.RECEIVED, "complaint.market.check_days", _CHECK, "complaint.market.extended_days"
        ),
        ClockRule("told", Since.ANSWERED, "complaint.market.told_days", _TOLD),
        _TRANSFER_RULE,
    ),
}

HOTLINE = ClockRule(
    "hotline",
    Since.RECEIVED,
    "complaint.hotline.finish_days",
    Text("按时办结热线工单", "finish what the government hotline sent"),
)
"""Beside the office's own clocks, for what came through the city's one number; how long is the city's agreement."""

OF_OFFICE = {
    "environment": "environment",
    "transport": "petitions",
    "market": "market-report",
    "police": "petitions",
    "supervisor": "petitions",
}
"""By which clocks an office answers what was passed on to it."""


def rules_since(profile: str, since: Since) -> tuple[ClockRule, ...]:
    """The clocks of a profile that a moment starts."""
    return tuple(rule for rule in PROFILES[profile] if rule.since is since)


def last_day(rule: ClockRule, day: date, law: Law, *, extended: bool = False) -> date:
    """The last day of a clock that a moment on ``day`` starts."""
    due = law.term(rule.key, day).deadline
    return law.term(rule.extended, due).deadline if extended and rule.extended else due
