"""The open case of a vehicle, as the gates outside the loop need it, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from imloop.facts.mask import masked_number
from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.subject import Subject
from imloop.law import Law


@dataclass(frozen=True, slots=True)
class CaseFact:
    """A case that is not closed yet. ``deadline``: the last day to repair and retest; None, and ``case_no`` masked: the
    case is not the reader's. ``spot_check``: it began with a spot check, not with a periodic test."""

    case_no: str
    state: str
    deadline: date | None
    overdue: bool
    spot_check: bool = False

    def by_words(self) -> Text:
        """Until when, to stand after a sentence; empty where the reader may not know."""
        if self.deadline is None:
            return Text("", "")
        return Text(f"，期限 {self.deadline}", f" by {self.deadline}")

    def masked(self) -> CaseFact:
        """For who has nothing to do with the case: that there is one, and whether it is overdue."""
        return replace(self, case_no=masked_number(self.case_no), deadline=None)


GONE = ("vehicle-scrapped", "vehicle-cancelled")
"""Codes of ``gone``."""


def gone(subject: Subject, law: Law) -> Reason | None:
    """The refusal of a vehicle that is scrapped or struck off the register."""
    if subject.status not in ("scrapped", "cancelled"):
        return None
    scrapped = subject.status == "scrapped"
    return Reason(
        "vehicle-scrapped" if scrapped else "vehicle-cancelled",
        Text("车辆已报废。", "The vehicle is scrapped.")
        if scrapped
        else Text("车辆登记已注销。", "The vehicle's registration is cancelled."),
        cite=law.cite("scrapped.no_road"),
        next=Text(
            "如登记有误，请向公安交管部门更正。",
            "If that is wrong, have the traffic police correct the register.",
        ),
    )


def moved(subject: Subject, law: Law) -> Reason | None:
    """The warning for a vehicle that was moved out: its open case here stays open."""
    if subject.status != "moved_out":
        return None
    return Reason(
        "vehicle-moved-out",
        Text(
            "车辆已转出本地，本地未结案件仍然有效。",
            "The vehicle was moved out; a case open here stays open.",
        ),
        cite=law.cite("cycle.same_as_safety"),
        warning=True,
    )
