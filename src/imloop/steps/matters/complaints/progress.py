"""The page of whoever reported, and of whoever follows: what was done, by which office, until when."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.matters import Kind, Role
from imloop.matters.complaints.categories import CATEGORIES
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC
from imloop.steps.ground.ledger import writing
from imloop.steps.matters.take_step import applicant, step_of, step_on
from imloop.store.models import Complaint, ComplaintFollower, Matter, MatterLink

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
    own = rows.filter(token=token).first() if token else None
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


def _followed(token: str) -> Matter | None:
    found = ComplaintFollower.objects.filter(token_sha256=_hash(token))
    follower = found.select_related("complaint__matter__complaint").first()
    return follower.complaint.matter if follower else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
