"""The published conditions as a checklist, drawn from the law of the day and place (R17, P五(二)2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from imloop.facts.records.application import ConditionAnswer
from imloop.facts.refusal import Problem
from imloop.facts.text import Text
from imloop.law import Law

_ENGLISH = {
    "legal_person": "A legal person able to bear liability itself",
    "premises": "Premises, lines and ventilation meet the standard",
    "equipment": "Instruments meet the standards, are verified and report self-checks",
    "metrology": "Metrology accreditation (CMA) is held",
    "network": "Can be networked and uploads second-by-second data in real time",
    "no_repair": "Does no emission repair and shares no owner with a repairer",
    "fees_posted": "Posts methods, process, limits, fees and the complaint phone",
    "filed": "Filed as a class 1 or 2 repairer or engine specialist (GB/T 16739)",
    "instruments": "Scan tool, gas analyser or opacimeter, and the tools",
    "records": "Can upload repair records",
    "bay": "A dedicated bay and the unified sign",
    "posted": "Posts process, prices and the complaint phone",
    "parts": "A parts ledger, so that parts can be traced",
    "istation.staff": "Technical lead, authorised signatory and trained inspectors",
    "mstation.staff": "Technical lead, quality inspector and diagnostic technicians",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """``code``: the last part of the law key; ``text``: what it asks; ``cite``: where it stands."""

    code: str
    text: Text
    cite: str


def conditions(subject: str, law: Law) -> tuple[Condition, ...]:
    """What an ``istation`` or ``mstation`` must meet, in the order of the law's data."""
    found = []
    for key, value in law.under(f"{subject}.condition").items():
        if value.value is not True:
            continue
        code = key.rpartition(".")[2]
        english = _ENGLISH.get(f"{subject}.{code}") or _ENGLISH.get(code) or value.says
        found.append(Condition(code, Text(value.says, english), value.cite))
    return tuple(found)


def unmet(subject: str, answers: Mapping[str, ConditionAnswer], law: Law) -> tuple[Problem, ...]:
    """What prevents submitting the application: a condition not answered with ``holds`` and ``evidence``."""
    problems = []
    for condition in conditions(subject, law):
        answer = answers.get(condition.code)
        path = f"$.conditions.{condition.code}"
        if answer is None or not answer.holds:
            problems.append(
                Problem(
                    f"{path}.holds",
                    "condition-not-met",
                    Text(
                        f"未确认符合条件：{condition.text.zh}（{condition.cite}）。",
                        f"Not confirmed: {condition.text.en} ({condition.cite}).",
                    ),
                )
            )
        elif not answer.evidence.strip():
            problems.append(
                Problem(
                    f"{path}.evidence",
                    "missing",
                    Text(
                        f"请写明证明材料：{condition.text.zh}。",
                        f"Say what proves it: {condition.text.en}.",
                    ),
                )
            )
    return tuple(problems)
