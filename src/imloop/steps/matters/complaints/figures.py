"""Complaints of a place as a list, as figures by category, and as the Open311 door shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from imloop.facts.days import CHINA
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.matters import Kind, State, Step
from imloop.matters.complaints.categories import CATEGORIES, Category, category_of
from imloop.matters.complaints.rows import OUTCOMES
from imloop.matters.labels import STATES
from imloop.matters.penalties.clocks import months_after
from imloop.steps.ground.access import Caller, place_prefix
from imloop.steps.ground.lookups import within_days
from imloop.steps.matters.complaints.progress import LISTED
from imloop.steps.matters.lookups import summary
from imloop.steps.matters.roles import visible
from imloop.store.models import Complaint, Matter

FEWEST = 5
"""A smaller count is told as such: behind it somebody may be known."""
MOST_REQUESTS = 1000
YEAR = timedelta(days=365)
_PLACES = 3
"""Digits of a degree in public: some hundred metres."""


def complaints(caller: Caller) -> QuerySet[Matter]:
    """What the caller may see, what is due first first, closed ones last."""
    found = Matter.objects.filter(visible(caller), kind=Kind.COMPLAINT).select_related("complaint")
    return found.order_by(
        F("closed_at").asc(nulls_first=True), F("due_on").asc(nulls_last=True), "-opened_at"
    )


def asked_for(rows: QuerySet[Matter], category: str, state: str, day: date) -> QuerySet[Matter]:
    """``state``: open, late or closed; empty: all."""
    if category:
        rows = rows.filter(complaint__category=category)
    if state in ("open", "late", "closed"):
        rows = rows.filter(closed_at__isnull=state != "closed")
    return rows.filter(due_on__lt=day) if state == "late" else rows


def complaint(caller: Caller, number: str) -> Matter:
    found = complaints(caller).filter(matter_no=number).first()
    if found is None:
        raise Unknown("unknown-matter", Text("没有这个事项，或无权查看。", "No such matter, or not yours."))
    return found


@dataclass(frozen=True, slots=True)
class OfCategory:
    """How many came in, how many are open, and what was found of the others: a count for each month."""

    category: Category
    received: tuple[int, ...]
    open: tuple[int, ...]
    founded: tuple[int, ...]
    late: tuple[int, ...]


def whole_months(since: date, until: date) -> tuple[date, date]:
    """The days that are counted: two periods never differ by a day."""
    return since.replace(day=1), months_after(until.replace(day=1), 1) - timedelta(days=1)


def by_category(caller: Caller, since: date, until: date, today: date) -> list[OfCategory]:
    """Of the whole months in which they came in. ``late``: open, and past a last day."""
    since, until = whole_months(since, until)
    rows = Complaint.objects.filter(
        within_days("matter__opened_at", since, until),
        matter__place__startswith=place_prefix(caller.place),
    )
    still = Q(matter__closed_at__isnull=True)
    true = Q(matter__events__kind__in=(Step.FIND_TRUE, Step.FIND_PARTLY))
    months = rows.annotate(month=TruncMonth("matter__opened_at", tzinfo=CHINA)).values("category", "month")
    counted = list(
        months.annotate(
            received=Count("pk", distinct=True),
            open=Count("pk", filter=still, distinct=True),
            founded=Count("pk", filter=true, distinct=True),
            late=Count("pk", filter=still & Q(matter__due_on__lt=today), distinct=True),
        ).order_by("month")
    )
    found = [(each, [row for row in counted if row["category"] == each.code]) for each in CATEGORIES]
    return [
        OfCategory(
            category,
            tuple(row["received"] for row in rows_of),
            tuple(row["open"] for row in rows_of),
            tuple(row["founded"] for row in rows_of),
            tuple(row["late"] for row in rows_of),
        )
        for category, rows_of in found
        if rows_of
    ]


def complaint_json(row: Matter, day: date) -> dict[str, object]:
    """For whoever handles it: what was reported, with its photographs by hash; never who reported, nor any code."""
    said = row.complaint
    names = (
        "category",
        "about",
        "text",
        "answers",
        "plate",
        "party_named",
        "address",
        "latitude",
        "longitude",
    )
    photos = row.attachments.order_by("id").values_list("sha256", flat=True)
    return {
        **summary(row, day),
        **{name: getattr(said, name) for name in (*names, "named", "insider", "together")},
        "channel": row.data["facts"]["channel"],
        "on": said.on.isoformat(),
        "followers": said.followers.count(),
        "photos": list(photos),
        "told": [
            {"on": each["on"], "words": each["zh"], "words_en": each["en"]}
            for each in row.data.get("told", [])
        ],
    }


def told(counts: Iterable[int]) -> str:
    """Counts of months as they are shown together: 0, <5, 12, and 12+ where some months with fewer than 5 are left
    out, so that the sum of a longer time tells nothing of a shorter one."""
    months = list(counts)
    total, left_out = (
        sum(each for each in months if each >= FEWEST),
        sum(0 < each < FEWEST for each in months),
    )
    if not left_out:
        return str(total)
    return f"{total}+" if total else f"<{FEWEST * left_out}"


def services() -> list[dict[str, object]]:
    """Open311 GeoReport v2: what may be reported."""
    return [
        {
            "service_code": category.code,
            "service_name": category.name.zh,
            "description": category.hint.zh,
            "metadata": False,
            "type": "realtime",
            "keywords": category.name.en,
            "group": category.receiver,
        }
        for category in CATEGORIES
    ]


def requests(
    *,
    numbers: Iterable[str] = (),
    codes: Iterable[str] = (),
    status: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[dict[str, object]]:
    """Open311 GeoReport v2: what anybody saw from the street was reported, without a word of who and what was said;
    the newest first."""
    found = Complaint.objects.filter(category__in=LISTED).select_related("matter")
    if numbers:
        found = found.filter(matter__matter_no__in=list(numbers))
    if codes:
        found = found.filter(category__in=list(codes))
    if status in ("open", "closed"):
        found = found.filter(matter__closed_at__isnull=status == "open")
    if since is not None:
        found = found.filter(matter__opened_at__gte=since)
    if until is not None:
        found = found.filter(matter__opened_at__lt=until)
    rows = found.order_by("-matter__opened_at", "-pk").prefetch_related("matter__events")[:MOST_REQUESTS]
    return [request_json(row) for row in rows]


def request_json(complaint: Complaint) -> dict[str, object]:
    """One of them."""
    row, category = complaint.matter, category_of(complaint.category)
    assert category is not None
    events = list(row.events.all())
    state = STATES[State(row.state)]
    return {
        "service_request_id": row.matter_no,
        "status": "closed" if row.closed_at else "open",
        "status_notes": _notes(state, [event.kind for event in events]).zh,
        "service_name": category.name.zh,
        "service_code": category.code,
        "description": category.name.zh,
        "agency_responsible": row.office,
        "requested_datetime": _moment(row.opened_at),
        "updated_datetime": _moment(max((event.at for event in events), default=row.opened_at)),
        "expected_datetime": f"{row.due_on.isoformat()}T23:59:59+08:00" if row.due_on else None,
        "address": None,
        "lat": _near(complaint.latitude),
        "long": _near(complaint.longitude),
        "media_url": None,
    }


def _notes(state: Text, steps: list[str]) -> Text:
    """The state in words; once decided, what was found."""
    found = [OUTCOMES[Step(step)] for step in steps if step in OUTCOMES]
    words = {"founded": Text("属实", "true"), "partly": Text("部分属实", "true in part")}
    if not found:
        return state
    last = words.get(found[-1], Text("不属实", "not true"))
    return Text(f"{state.zh}（{last.zh}）", f"{state.en} ({last.en})")


def _near(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, _PLACES)


def _moment(moment: datetime) -> str:
    return moment.astimezone(CHINA).isoformat(timespec="seconds")
