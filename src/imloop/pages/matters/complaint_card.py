"""What a complaint adds to the page of its matter, for whoever handles it."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.matters.complaints.categories import ABOUT, category_of
from imloop.matters.complaints.rewards import yuan
from imloop.matters.complaints.rows import CHANNELS
from imloop.matters.fields import Field
from imloop.pages.guard import words
from imloop.steps.complaints.near import twins_of
from imloop.steps.ground import registers
from imloop.steps.matters.complaints.pay_rewards import rewards_of
from imloop.store.models import Matter


def complaint_card(row: Matter, now: datetime) -> dict[str, object]:
    """What was reported, others like it, what the reporter was told. Never who reported, nor any code."""
    complaint, law = row.complaint, registers.law_at(day_of(now), row.place)
    category = category_of(complaint.category)
    assert category is not None
    due = [each for each in rewards_of(row) if each.fen is not None]
    return {
        "complaint": complaint,
        "complaint_category": words(category.name),
        "complaint_about": words(ABOUT[complaint.about]),
        "complaint_channel": words(CHANNELS[row.data["facts"]["channel"]]),
        "complaint_answers": _answers(complaint.answers, category.questions),
        "complaint_twins": [
            {"number": twin.number, "why": [words(each) for each in twin.why]}
            for twin in (twins_of(complaint, law) if row.closed_at is None else ())
        ],
        "complaint_told": [
            {"on": each["on"], "words": words(Text(each["zh"], each["en"]))}
            for each in row.data.get("told", [])
        ],
        "complaint_followers": complaint.followers.count(),
        "complaint_rewards": [
            {"yuan": yuan(each.fen or 0), "collect_by": each.collect_by, "paid": each.paid_at} for each in due
        ],
    }


def _answers(given: dict[str, object], questions: tuple[Field, ...]) -> list[tuple[str, object]]:
    """Under the questions they answer, in their order."""
    found = []
    for field in questions:
        value = given.get(field.name)
        if value not in (None, ""):
            labels = dict(field.choices)
            said = words(labels[value]) if value in labels else value
            found.append((words(field.label), said))
    return found
