"""The files that a made-up application hands in: a sheet for each condition that its answers name one for."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from imloop.facts.days import day_of
from imloop.facts.records.application import ConditionAnswer
from imloop.matters.stations.conditions import conditions
from imloop.papers.press import print_pdf
from imloop.steps.ground import registers
from imloop.steps.matters.attachments import attach
from imloop.steps.matters.kept.address import token_of
from imloop.store.models import Matter

_SHEET = Path(__file__).parent / "annex.typ"
_FOLLOWS = "另行补交"
_FIRST = re.compile("[，、（；。]")


def answers(
    subject: str, place: str, when: datetime, lacking: Collection[str] = ()
) -> dict[str, ConditionAnswer]:
    """Every condition of that day's law is met. ``lacking``: those whose paper has not come yet."""
    asked = conditions(subject, registers.law_at(day_of(when), place))
    names = {each.code: f"附件{n}：{_FIRST.split(each.text.zh)[0]}" for n, each in enumerate(asked, 1)}
    return {
        code: ConditionAnswer(True, _FOLLOWS if code in lacking else name) for code, name in names.items()
    }


def hand_in(row: Matter, said: dict[str, ConditionAnswer], when: datetime) -> None:
    """As its applicant does, by the secret address: each paper that the answers name."""
    for answer in said.values():
        if answer.evidence != _FOLLOWS:
            sheet = print_pdf(_SHEET, {"name": answer.evidence, "applicant": row.title}, when)
            attach(f"{answer.evidence}.pdf", sheet, when, token=token_of(row))
