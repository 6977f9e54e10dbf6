"""May a vehicle be nominated for scrappage? The law's grounds over its history (R22, 附件2). Nothing is automatic."""

from __future__ import annotations

from dataclasses import dataclass

from imloop.facts.text import Reason, Text
from imloop.law import Law


@dataclass(frozen=True, slots=True)
class History:
    """``repairs``: finished and reported in the open case, each followed by a failed retest; ``cycles_without_mark``:
    inspection cycles that ended without a mark; None: not known."""

    case_open: bool
    repairs: int
    cycles_without_mark: int | None


def grounds(history: History, law: Law) -> tuple[tuple[str, Text, str], ...]:
    """The grounds that hold, each as code, words and citation."""
    found = []
    needed = law.integer("scrap.repairs_before")
    if history.case_open and history.repairs >= needed:
        found.append(
            (
                "over_limit_after_repair",
                Text(
                    f"已维修 {history.repairs} 次，复检仍不合格。",
                    f"Repaired {history.repairs} times and still over the limits.",
                ),
                law.cite("scrap.repairs_before"),
            )
        )
    cycles = law.integer("scrap.cycles_without_mark")
    if history.cycles_without_mark is not None and history.cycles_without_mark >= cycles:
        found.append(
            (
                "no_mark",
                Text(
                    f"检验期满后连续 {history.cycles_without_mark} 个周期未取得合格标志。",
                    f"No mark for {history.cycles_without_mark} cycles after the inspection expired.",
                ),
                law.cite("scrap.cycles_without_mark"),
            )
        )
    return tuple(found)


def against(history: History, law: Law) -> Reason | None:
    """Why the vehicle may not be nominated; None when a ground holds."""
    if grounds(history, law):
        return None
    needed = law.integer("scrap.repairs_before")
    return Reason(
        "no-ground-to-scrap",
        Text(
            f"没有报废情形：维修后仍不合格 {history.repairs} 次（需 {needed} 次）。",
            f"No ground for scrapping applies: failed after {history.repairs} repairs ({needed} are needed).",
        ),
        law.cite("scrap.unrepairable"),
        Text("请继续维修和复检。", "Go on repairing and retesting."),
    )
