"""The form in which something is reported, by anybody on the net or by a clerk on the telephone, and what it says."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, QueryDict

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.identifiers import plain
from imloop.facts.pictures import LARGEST
from imloop.facts.places import typed_place
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.law.sentences import hotline
from imloop.matters.complaints.categories import ABOUT, CATEGORIES, ISTATION, MSTATION, Category
from imloop.matters.complaints.clocks import RECEIVERS, Since, timers
from imloop.matters.complaints.duplicates import Told
from imloop.matters.complaints.rewards import yuan
from imloop.pages.forms import sent_day_or_none
from imloop.pages.guard import words
from imloop.pages.matters.complaints.station_map import station_map, stations_of
from imloop.steps.ground import registers
from imloop.steps.matters.complaints.receive import (
    LONGEST,
    MOST_PHOTOS,
    MOST_TOGETHER,
    OLDEST_YEARS,
    Report,
    category_asked,
)
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import PartyKind

_UNITS = {"日": Text("日", "days"), "工作日": Text("个工作日", "working days")}
_STATIONS = {ISTATION: PartyKind.ISTATION, MSTATION: PartyKind.MSTATION}


def categories() -> list[dict[str, str]]:
    """To choose from."""
    return [{"code": each.code, "name": words(each.name), "hint": words(each.hint)} for each in CATEGORIES]


def form_context(category: Category, typed: QueryDict, now: datetime, *, place: str) -> dict[str, object]:
    """What is asked, what happens with it, by when, and what was typed before."""
    law = registers.law_at(day_of(now), place or settings.PLACE)
    receiver = RECEIVERS[category.receiver]
    parties = [each for kind in category.about if kind in _STATIONS for each in _parties(kind, law.place)]
    stations = stations_of(law.place)
    reward = law.get(f"reward.{category.reward}_yuan") if category.reward else None
    return {
        "category": {"code": category.code, "name": words(category.name), "hint": words(category.hint)},
        "abouts": [(code, words(ABOUT[code])) for code in category.about],
        "questions": [
            {
                "name": field.name,
                "label": words(field.label),
                "shape": field.shape.value,
                "required": field.required,
                "choices": [(code, words(label)) for code, label in field.choices],
                "value": typed.get(field.name, ""),
            }
            for field in category.questions
        ],
        "parties": parties,
        "stations": [f"{each.code} {each.name}" for each in stations if each.latitude is not None],
        "map": station_map(stations),
        "typed": typed,
        "place": typed.get("place", "") or place,
        "within": settings.PLACE,
        "today": law.on,
        "receiver": words(receiver.name),
        "clocks": [
            {
                "words": words(timer.label),
                "days": law.integer(timer.key),
                "unit": words(_UNITS[law.value(timer.key).unit]),
            }
            for since in (Since.RECEIVED, Since.ACCEPTED)
            for timer in timers(category.receiver, since)
            if timer.name != "transfer"
        ],
        "secret_cite": law.cite("complaint.identity_secret"),
        "reward": yuan(law.integer(reward.key) * 100) if reward else "",
        "hotline": hotline(law),
        "longest": LONGEST,
        "most_photos": MOST_PHOTOS,
        "most_together": MOST_TOGETHER,
        "oldest_years": OLDEST_YEARS,
    }


def _parties(kind: str, place: str) -> list[tuple[str, str]]:
    """Stations of the city by code and name, to choose or to type another beside."""
    return [(each.code, each.name) for each in station_lookups.parties(_STATIONS[kind], place)]


def told(form: QueryDict, now: datetime) -> tuple[Told, str]:
    """What was typed so far, as it is compared with others; and the place."""
    place = _place(form)
    position = _position(form)
    on = sent_day_or_none(form, "on") or day_of(now)
    plate, party = plain(form.get("plate", "")), form.get("party", "").strip()
    said = Told(form.get("category", ""), on, form.get("text", ""), "", party, plate, position)
    return said, place


def report_of(request: HttpRequest, *, channel: str = "web") -> Report:
    """What was sent."""
    form = request.POST
    category = category_asked(form.get("category", ""))
    files = request.FILES.getlist("photo")
    return Report(
        category.code,
        form.get("about", "") or (category.about[0] if len(category.about) == 1 else ""),
        form.get("text", ""),
        _place(form),
        channel,
        sent_day_or_none(form, "on"),
        form.get("party", ""),
        form.get("address", ""),
        _position(form) or _beside(form),
        form.get("name", ""),
        form.get("phone", ""),
        form.get("insider") == "1",
        _together(form),
        {field.name: form.get(field.name, "") for field in category.questions},
        tuple((file.name or "", file.read(LARGEST + 1)) for file in files[: MOST_PHOTOS + 1]),
    )


def _place(form: QueryDict) -> str:
    return typed_place(form.get("place", ""), settings.PLACE) or settings.PLACE


def _beside(form: QueryDict) -> tuple[float, float] | None:
    """The position of the station that was chosen from the list."""
    typed = form.get("near", "").split()
    if not typed:
        return None
    found = station_lookups.where_is(typed[0])
    if found is None:
        words_ = Text(
            "名录里没有这个单位的位置，请从列表中选。", "No position of it is known: choose from the list."
        )
        raise Malformed("wrong-value", words_, at="near")
    return found


def _together(form: QueryDict) -> int:
    text = form.get("together", "").strip()
    count = whole(text) if text else 1
    if count is None:
        raise Malformed("wrong-value", Text("人数应为整数。", "Give a whole number."), at="together")
    return count


def _position(form: QueryDict) -> tuple[float, float] | None:
    """Both degrees, or neither."""
    latitude, longitude = (form.get(name, "").strip() for name in ("latitude", "longitude"))
    if not latitude and not longitude:
        return None
    try:
        return float(latitude), float(longitude)
    except ValueError:
        words_ = Text(
            "经纬度应为两个数，如 24.3122 和 109.4280。", "Give both degrees, such as 24.3122, 109.4280."
        )
        raise Malformed("wrong-position", words_, at="latitude") from None
