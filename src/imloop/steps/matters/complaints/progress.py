"""The page of whoever reported, and of whoever follows: what was done, by which office, until when."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.pictures import shown
from imloop.facts.refusal import NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.matters import Kind, Role, State, steps_open
from imloop.matters.complaints.categories import CATEGORIES
from imloop.matters.complaints.clocks import EVERY
from imloop.matters.labels import STATES
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC
from imloop.steps.ground.files import keep
from imloop.steps.ground.ledger import writing
from imloop.steps.matters.as_fact import whole
from imloop.steps.matters.complaints.receive import MOST_PHOTOS, too_many_photos
from imloop.steps.matters.kept.address import opened_by
from imloop.steps.matters.lookups import clock_json, step_json
from imloop.steps.matters.take_step import applicant, step_of, step_on
from imloop.store.models import Attachment, Complaint, ComplaintFollower, Matter, MatterLink

LISTED = tuple(category.code for category in CATEGORIES if category.listed)
"""What everybody may know to have been reported; of the rest not even that."""


@dataclass(frozen=True, slots=True)
class Progress:
    """``row``: the complaint itself; ``own``: whether the reader reported it; ``goes_on_in``: what it was merged
    into."""

    row: Matter
    own: bool
    goes_on_in: Matter | None


def progress(token: str) -> Progress:
    """By the secret address of the reporter or of a follower."""
    rows = Matter.objects.filter(kind=Kind.COMPLAINT).select_related("complaint")
    own = rows.filter(opened_by(token)).first()
    row = own or _followed(token)
    if row is None:
        raise Unknown("unknown-matter", Text("没有这个事项。", "There is no such matter."))
    merged = row.links.filter(kind=MatterLink.Kind.MERGED).select_related("other").first()
    return Progress(row, own is not None, merged.other if merged else None)


def follow(number: str, now: datetime) -> str:
    """The secret address of a new follower. What is not on the public list answers as if it were not there."""
    with writing(now, PUBLIC) as ledger:
        found = Complaint.objects.select_related("matter").filter(
            matter__matter_no=number, category__in=LISTED, matter__closed_at__isnull=True
        )
        complaint = found.first()
        if complaint is None:
            raise Unknown(
                "unknown-matter", Text("没有这个正在办理的事项。", "There is no such matter that is open.")
            )
        token = secrets.token_urlsafe(18)
        ComplaintFollower.objects.create(complaint=complaint, token_sha256=_hash(token), since=now)
        ledger.note("complaint-followed", complaint.matter.matter_no, {})
    return token


def step_by_reporter(token: str, step: str, given: Mapping[str, object], now: datetime) -> Matter:
    """Rate, reopen, withdraw: by whoever reported, never by a follower."""
    with writing(now, PUBLIC) as ledger:
        found = progress(token)
        if not found.own:
            raise NotAllowed("followers-read", Text("关注者只能查看进展。", "Whoever follows can only read."))
        row = found.row
        ledger.caller = applicant(row)
        law = registers.law_at(day_of(now), row.place)
        step_on(ledger, row, step_of(step), given, frozenset({Role.CONCERNED}), law)
    return row


def add_photo(token: str, body: bytes, now: datetime) -> Attachment:
    """By whoever reported, while it is open: as the form takes them, and as many."""
    shown(body, at="photo")
    with writing(now, PUBLIC) as ledger:
        found = progress(token)
        if not found.own or found.row.closed_at is not None:
            words = Text(
                "只有举报人在办结前可以补充照片。", "Only the reporter adds photographs, while it is open."
            )
            raise NotAllowed("not-yours-to-add", words)
        row, photos = found.row, found.row.attachments
        if photos.count() >= MOST_PHOTOS:
            raise too_many_photos()
        ledger.caller = applicant(row)
        return keep(
            ledger, Attachment(matter=row), photos.all(), row.matter_no, f"照片 {photos.count() + 1}", body
        )


def progress_json(found: Progress, now: datetime) -> dict[str, object]:
    """``steps``: the reporter's own; a follower has none."""
    row, day = found.row, day_of(now)
    fact, law = whole(row), registers.law_at(day, row.place)
    roles = frozenset({Role.CONCERNED}) if found.own else frozenset()
    return {
        "number": row.matter_no,
        "category": row.complaint.category,
        "own": found.own,
        "state": row.state,
        "state_name": STATES[State(row.state)].zh,
        "office": row.office,
        "received_at": row.opened_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "clocks": [
            clock_json(each, day) for each in fact.clocks if each.ended_on is None and each.name in EVERY
        ],
        "told": [
            {"on": each["on"], "words": each["zh"], "words_en": each["en"]}
            for each in row.data.get("told", [])
        ],
        "goes_on_in": found.goes_on_in.matter_no if found.goes_on_in else None,
        "steps": [step_json(each, fact, law) for each in steps_open(fact, roles)],
    }


def _followed(token: str) -> Matter | None:
    found = ComplaintFollower.objects.filter(token_sha256=_hash(token))
    follower = found.select_related("complaint__matter__complaint").first()
    return follower.complaint.matter if follower else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
