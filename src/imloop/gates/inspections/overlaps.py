"""One line, one vehicle, one inspector, one analyser: each can be in one run at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from imloop.facts.text import Reason, Text
from imloop.law import Law

LONGEST = timedelta(hours=12)
"""No run that is not itself held lasts longer: how late a run can end that overlaps."""

_NAMES = {
    "line": Text("同一检测线", "the same line"),
    "vehicle": Text("同一车辆", "the same vehicle"),
    "inspector": Text("同一检验员", "the same inspector"),
    "analyser": Text("同一分析仪", "the same analyser"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run's time and who was in it; empty: not said. ``vehicle``: its row."""

    station: str
    test_no: str
    line: str
    vehicle: int | None
    inspector: str
    analyser: str
    started: datetime
    ended: datetime

    def shares(self, other: Span) -> list[str]:
        """What both need at one time."""
        here = self.station == other.station
        alike = {
            "line": here and self.line == other.line,
            "vehicle": self.vehicle is not None and self.vehicle == other.vehicle,
            "inspector": here and self.inspector != "" and self.inspector == other.inspector,
            "analyser": here and self.analyser != "" and self.analyser == other.analyser,
        }
        return [name for name, same in alike.items() if same]


def in_repair(shops: Iterable[str], law: Law) -> list[Reason]:
    """``shops``: repairers that say the vehicle was with them during the run."""
    return [
        Reason(
            "vehicle-elsewhere",
            Text(
                f"按维修记录，检验期间该车正在 {shop} 维修。",
                f"By the repair's record the vehicle was at {shop} during this run.",
            ),
            law.cite("repair.elsewhere"),
            Text(
                "请核对检验时间和维修进厂、完工时间，两者必有一误。",
                "Compare the times of the run and of the repair: one of them is wrong.",
            ),
        )
        for shop in shops
    ]


def runs_overlap(run: Span, others: Iterable[Span]) -> list[Reason]:
    """A finding for each thing that was in two runs at once."""
    found: dict[str, str] = {}
    for other in others:
        if other.started < run.ended and run.started < other.ended:
            for name in run.shares(other):
                found.setdefault(name, f"{other.station}/{other.test_no}")
    return [
        Reason(
            "runs-overlap",
            Text(
                f"与检验 {other} 时间重叠：{_NAMES[name].zh}。",
                f"At the same time as test {other}: {_NAMES[name].en}.",
            ),
            next=Text(
                "请核对检测线时钟和起止时间。",
                "Check the line's clock and the times of both runs.",
            ),
            item=name,
        )
        for name, other in found.items()
    ]
