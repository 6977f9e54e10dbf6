"""Calls about complaints: reported without a log-in, followed by a secret, listed and read by who handles them."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json, file_of
from imloop.api.http.audience import DEPARTMENTS
from imloop.api.http.auth import caller
from imloop.api.http.given import Day, Number, Typed
from imloop.api.http.router import Router
from imloop.api.http.schemas import JsonObject, KeptFileOut, example
from imloop.api.matters.schemas import ClockOut, FieldOut, MatterLineOut, StepIn, StepOut
from imloop.exchange.http.rate_limit import count_files, count_question
from imloop.facts.days import day_of
from imloop.facts.pictures import LARGEST
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.matters.complaints.categories import CATEGORIES
from imloop.matters.complaints.rows import BY_HAND
from imloop.steps.ground import clock
from imloop.steps.ground.lookups import after, within_days
from imloop.steps.matters.complaints import figures
from imloop.steps.matters.complaints.progress import (
    add_photo,
    follow,
    progress,
    progress_json,
    step_by_reporter,
)
from imloop.steps.matters.complaints.receive import Received, Report, category_asked, receive
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.lookups import field_json, summary

router = Router()
SHOWN = 200


class ComplaintCategoryOut(Schema):
    """``about``: whom it may be about; ``questions``: what ``answers`` holds."""

    code: str
    name: str
    name_en: str
    about: list[str]
    questions: list[FieldOut]


class ComplaintCategoriesOut(Schema):
    categories: list[ComplaintCategoryOut]


_SEEN = {
    "category": "smoky_vehicle",
    "place": "450203",
    "text": "一辆红色货车冒黑烟，味道很大",
    "address": "飞鹅路与跃进路口",
    "latitude": 24.3122,
    "longitude": 109.428,
    "answers": {"plate": "桂B12345", "kind": "truck"},
}


class ComplaintIn(Schema):
    """As the form asks it. ``about``: may be left out where the category has one; ``party``: a station's code, or a
    name; name and telephone are sealed, and may both be empty."""

    model_config = example(**_SEEN)

    category: str
    place: str
    text: str
    about: str = ""
    on: Day | None = None
    party: str = ""
    address: str = ""
    latitude: Number | None = None
    longitude: Number | None = None
    name: str = ""
    phone: str = ""
    insider: bool = False
    together: int = 1
    answers: dict[str, Typed] = {}

    def report(self, channel: str = "web") -> Report:
        category, north, east = category_asked(self.category), self.latitude, self.longitude
        if (north is None) != (east is None):
            words = Text("经纬度应一并填写。", "Give both degrees, or neither.")
            raise Malformed("wrong-position", words, at="latitude")
        said = {
            name: getattr(self, name)
            for name in ("text", "place", "on", "party", "address", "name", "phone", "insider", "together")
        }
        return Report(
            category.code,
            self.about or (category.about[0] if len(category.about) == 1 else ""),
            channel=channel,
            position=None if north is None or east is None else (north, east),
            answers=self.answers,
            **said,
        )


class TakenDownIn(ComplaintIn):
    """``channel``: how it came to the desk."""

    model_config = example(**_SEEN, channel="phone")

    channel: str


class ReportedOut(Schema):
    """``token``: the reporter's key to it; ``codes``: to collect a reward with, one for each who reported; both are
    told this once."""

    number: str
    token: str
    codes: list[str]
    office: str
    due_on: date | None


class ToldOut(Schema):
    on: date
    words: str
    words_en: str


class ProgressOut(Schema):
    """``own``: the reader reported it, else follows it; ``goes_on_in``: what it was merged into."""

    number: str
    category: str
    own: bool
    state: str
    state_name: str
    office: str
    received_at: datetime
    closed_at: datetime | None
    clocks: list[ClockOut]
    told: list[ToldOut]
    goes_on_in: str | None
    steps: list[StepOut]


class FollowIn(Schema):
    model_config = example(number="450203-S2026-00001")

    number: str


class FollowOut(Schema):
    token: str


class ComplaintsOut(Schema):
    complaints: list[MatterLineOut]


class ComplaintOut(MatterLineOut):
    """``named``: name and telephone were given (sealed); ``photos``: by hash, fetched as files of the matter; its steps
    are those of ``GET matters/{matter_no}``."""

    category: str
    about: str
    text: str
    answers: JsonObject
    plate: str
    party_named: str
    address: str
    latitude: float | None
    longitude: float | None
    named: bool
    insider: bool
    together: int
    channel: str
    on: date
    followers: int
    photos: list[str]
    told: list[ToldOut]


class OfCategoryOut(Schema):
    """Counts in words: ``0``, ``<5`` of one month, ``<10`` of two such, ``12``; ``12+`` where months with fewer than
    5 are left out."""

    category: str
    received: str
    open: str
    founded: str
    late: str


class ComplaintFiguresOut(Schema):
    """``since``, ``until``: the days that were counted, of whole months."""

    since: date
    until: date
    categories: list[OfCategoryOut]


@router.get(
    "/public/complaint-categories",
    answers={200: ComplaintCategoriesOut},
    tags=["public"],
    summary="投诉举报的类别和问题 · what may be reported, and what is asked",
)
def get_categories(request: HttpRequest) -> HttpResponse:
    found = [
        {
            "code": each.code,
            "name": each.name.zh,
            "name_en": each.name.en,
            "about": list(each.about),
            "questions": [field_json(field, field.choices) for field in each.questions],
        }
        for each in CATEGORIES
    ]
    return as_json({"categories": found})


@router.post(
    "/public/complaints",
    answers={201: ReportedOut},
    tags=["public"],
    summary="投诉举报 · report",
)
def post_complaint(request: HttpRequest, given: ComplaintIn) -> HttpResponse:
    """By whoever saw it; photographs follow, one call each."""
    now = clock.now()
    count_question(request, now)
    return _received(receive(given.report(), now))


def _received(made: Received) -> HttpResponse:
    row = made.matter
    due = row.due_on.isoformat() if row.due_on else None
    said = {"number": row.matter_no, "token": token_of(row), "codes": list(made.codes), "office": row.office}
    return as_json({**said, "due_on": due}, 201)


@router.post(
    "/public/complaints/follow",
    answers={201: FollowOut},
    tags=["public"],
    summary="关注别人的投诉举报 · follow one that is there",
)
def post_follow(request: HttpRequest, given: FollowIn) -> HttpResponse:
    now = clock.now()
    count_question(request, now)
    return as_json({"token": follow(given.number.strip(), now)}, 201)


@router.get(
    "/public/complaints/{token}",
    answers={200: ProgressOut},
    tags=["public"],
    summary="办理进展 · what became of it",
)
def get_progress(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever reported it, or follows it."""
    now = clock.now()
    count_question(request, now)
    return as_json(after(lambda: progress(token), lambda row: progress_json(row, now)))


@router.post(
    "/public/complaints/{token}/steps",
    answers={200: ProgressOut},
    tags=["public"],
    summary="举报人的步骤 · rate, reopen, withdraw",
)
def post_progress_step(request: HttpRequest, token: str, taken: StepIn) -> HttpResponse:
    now = clock.now()
    count_question(request, now)
    step = partial(step_by_reporter, token, taken.step, taken.fields, now)
    return as_json(after(step, lambda _: progress_json(progress(token), now)))


@router.post(
    "/public/complaints/{token}/photos",
    answers={201: KeptFileOut},
    largest=LARGEST,
    tags=["public"],
    summary="补充照片 · add a photograph",
)
def post_photo(request: HttpRequest, token: str) -> HttpResponse:
    """The body is the photograph: JPEG or PNG, at most 5 MB, at most six; position and camera are shown to nobody."""
    now = clock.now()
    count_question(request, now)
    body = file_of(request, LARGEST)
    count_files(request, len(body), now)
    kept = add_photo(token, body, now)
    return as_json({"name": kept.name, "sha256": kept.sha256, "size": kept.size}, 201)


@router.get(
    "/complaints",
    who=DEPARTMENTS,
    answers={200: ComplaintsOut},
    tags=["departments"],
    summary="投诉举报 · complaints, the most urgent first",
)
def get_complaints(
    request: HttpRequest,
    category: str = "",
    state: str = "",
    since: Day | None = None,
    until: Day | None = None,
) -> HttpResponse:
    """``state``: open late closed; ``since``, ``until``: days of receipt."""
    day = day_of(clock.now())
    found = figures.asked_for(figures.complaints(caller(request)), category, state, day)
    rows = found.filter(within_days("opened_at", since, until))[:SHOWN]
    return as_json({"complaints": [summary(row, day) for row in rows]})


@router.post(
    "/complaints",
    who=DEPARTMENTS,
    answers={201: ReportedOut},
    tags=["departments"],
    summary="登记来电、来信 · take one down",
)
def post_taken_down(request: HttpRequest, given: TakenDownIn) -> HttpResponse:
    """By a person at a desk. ``token`` and ``codes`` are for the reporter."""
    if given.channel not in BY_HAND:
        raise Malformed("wrong-value", Text("请选择来源。", "Choose how it came."), at="channel")
    return _received(receive(given.report(given.channel), clock.now(), caller(request)))


@router.get(
    "/complaints/figures",
    who=DEPARTMENTS,
    answers={200: ComplaintFiguresOut},
    tags=["departments"],
    summary="投诉举报统计 · figures by category",
)
def get_figures(request: HttpRequest, since: Day | None = None, until: Day | None = None) -> HttpResponse:
    """Of the whole months of receipt that these days lie in; the last year without them."""
    day = day_of(clock.now())
    first, last = figures.whole_months(since or day - figures.YEAR, until or day)
    counted = [
        {
            "category": each.category.code,
            **{name: figures.told(getattr(each, name)) for name in ("received", "open", "founded", "late")},
        }
        for each in figures.by_category(caller(request), first, last, day)
    ]
    return as_json({"since": first.isoformat(), "until": last.isoformat(), "categories": counted})


@router.get(
    "/complaints/{complaint_no}",
    who=DEPARTMENTS,
    answers={200: ComplaintOut},
    tags=["departments"],
    summary="一件投诉举报 · one complaint",
)
def get_complaint(request: HttpRequest, complaint_no: str) -> HttpResponse:
    """What was reported, never who reported it."""
    who, day = caller(request), day_of(clock.now())
    return as_json(
        after(lambda: figures.complaint(who, complaint_no), lambda row: figures.complaint_json(row, day))
    )
