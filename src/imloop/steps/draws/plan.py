"""What a draw is asked to be, read and judged before anything is kept: period, visits, days, sources of chance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text
from imloop.law import Law

_PERIOD = re.compile(r"\d{4}Q[1-4]")
_CODE = re.compile(r"[a-z0-9-]{2,20}")
METHODS = ("pareto", "poisson")
LONGEST_DAYS = 120


@dataclass(frozen=True, slots=True)
class Source:
    """A public number of a named future day, and the substitute should it not appear: what, and on which day."""

    code: str
    name: str
    on: date
    fallback: str
    fallback_on: date

    def to_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "name": self.name,
            "on": self.on.isoformat(),
            "fallback": {"name": self.fallback, "on": self.fallback_on.isoformat()},
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """``visits``: stratum (I, M, F) → how many are to be visited; ``methods``: pareto (fixed size) unless said
    otherwise; ``barred``: unit → reason of those left out by decision; visits between ``first`` and ``last``,
    both included; ``accounts``: inspectors are accounts that confirm themselves, before the law says so as well."""

    period: str
    visits: Mapping[str, int]
    first: date
    last: date
    sources: Sequence[Source]
    methods: Mapping[str, str]
    barred: Mapping[str, str]
    accounts: bool = False


def require_sound(plan: Plan, strata: Sequence[str], today: date, law: Law) -> None:
    """``Malformed`` names every fault by its field."""
    faults = [
        *_faults_of_shape(plan, strata),
        *_faults_of_sources(plan, today, law),
        *_faults_of_days(plan),
    ]
    if faults:
        first = faults[0]
        raise Malformed(first.code, first.text, problems=faults, cite=law.cite("draw.sources_min"))


def _fault(field: str, zh: str, en: str) -> Problem:
    return Problem(f"$.{field}", "wrong-value", Text(zh, en))


def _faults_of_shape(plan: Plan, strata: Sequence[str]) -> list[Problem]:
    found = []
    if not _PERIOD.fullmatch(plan.period):
        found.append(_fault("period", "period 应如 2026Q1。", "period: such as 2026Q1."))
    if not plan.visits or set(plan.visits) - set(strata) or any(n < 1 for n in plan.visits.values()):
        found.append(
            _fault(
                "visits",
                f"检查次数应为正整数，类别为 {'、'.join(strata)}。",
                f"visits: a positive number for any of {', '.join(strata)}.",
            )
        )
    if set(plan.methods) - set(plan.visits) or set(plan.methods.values()) - set(METHODS):
        found.append(_fault("methods", "抽样方法为 pareto 或 poisson。", "methods: pareto or poisson."))
    if not all(reason.strip() for reason in plan.barred.values()):
        found.append(
            _fault("excluded", "每个不列入的单位都要写明理由。", "excluded: give a reason for each.")
        )
    return found


def _faults_of_sources(plan: Plan, today: date, law: Law) -> list[Problem]:
    least = law.integer("draw.sources_min")
    found = []
    if len({source.code for source in plan.sources}) != len(plan.sources) or len(plan.sources) < least:
        found.append(
            _fault(
                "sources",
                f"至少要有 {least} 个不同的公开随机数来源。",
                f"sources: at least {least} different public ones.",
            )
        )
    for number, source in enumerate(plan.sources):
        if not _CODE.fullmatch(source.code) or not (source.name.strip() and source.fallback.strip()):
            found.append(
                _fault(
                    f"sources[{number}]",
                    "来源要有代号（小写字母、数字）、名称和替代来源。",
                    "a source has a code (small letters, digits), a name and a substitute.",
                )
            )
        if not today < source.on < source.fallback_on:
            found.append(
                _fault(
                    f"sources[{number}].on",
                    f"{source.name} 的开奖日应在今天之后，替代来源在其后。",
                    f"{source.name}: its day must be after today, its substitute's later still.",
                )
            )
    return found


def _faults_of_days(plan: Plan) -> list[Problem]:
    known = max((source.on for source in plan.sources), default=date.min)
    if known < plan.first <= plan.last and plan.last - plan.first <= timedelta(days=LONGEST_DAYS):
        return []
    return [
        _fault(
            "first",
            f"检查期应在各随机数公布之后，至多 {LONGEST_DAYS} 天。",
            f"visits: they must start after the public numbers are known and last at most {LONGEST_DAYS} days.",
        )
    ]
