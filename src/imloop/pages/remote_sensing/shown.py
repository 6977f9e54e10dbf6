"""A reading as pages show it: values with limits, pictures, the points of evidence one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _

from imloop.exchange.uploads.soap_readings import picture_in
from imloop.facts.pictures import media_type, shown
from imloop.facts.records.reading import POLLUTANT_NAMES, VALUE_NAMES, DeviceVerdict
from imloop.facts.refusal import Refusal, Unknown
from imloop.facts.text import Text
from imloop.gates.remote_sensing.evidence import POINTS
from imloop.pages.guard import words
from imloop.steps.remote_sensing import lookups
from imloop.steps.remote_sensing.weigh import Weighed
from imloop.store.models import RemoteReading

_HASH = "sha256:"


def values(found: Weighed) -> list[dict[str, object]]:
    """Those that have a limit, for ``bar`` and words."""
    return [
        {
            "name": words(POLLUTANT_NAMES[each.pollutant]),
            "unit": VALUE_NAMES[each.pollutant][1],
            "value": f"{each.value:g}",
            "limit": "" if each.limit is None else f"{each.limit:g}",
            "cite": each.cite,
            "failed": each.over,
            "share": each.value / each.limit if each.limit else None,
        }
        for each in found.values
    ]


def other_values(row: RemoteReading) -> list[tuple[str, str]]:
    given, off = row.data["values"], row.data.get("off", ())
    return [
        (
            words(name),
            f"{given[key]:g} {unit}".strip() if key in given else _("设备标为无效"),
        )
        for key, (name, unit) in VALUE_NAMES.items()
        if key in off or (key in given and key not in POLLUTANT_NAMES)
    ]


def over_words(row: RemoteReading) -> str:
    """不透光度 35.2，林格曼黑度 2"""
    named = {str(each): words(name) for each, name in POLLUTANT_NAMES.items()}
    given = row.data["values"]
    return _("，").join(f"{named[name]} {given[name]:g}" for name in row.over.split(",") if name)


def device_says(row: RemoteReading) -> str:
    said = row.data.get("verdict", "")
    return {
        DeviceVerdict.PASS.value: _("设备判为通过"),
        DeviceVerdict.FAIL.value: _("设备判为超标"),
        DeviceVerdict.INVALID.value: _("设备判为无效"),
    }.get(said, "")


@dataclass(frozen=True, slots=True)
class Point:
    """``state``: held, missing, or open: not judged, as one that comes first is missing."""

    name: str
    state: str
    reasons: list[dict[str, object]]
    leads_to: str


def points(found: Weighed, site: int | None) -> list[Point]:
    """Penalty Law 41 line by line. ``site``: the key of the reading's site, whose page mends much of it."""
    missing: dict[str, list[dict[str, object]]] = {}
    for reason in found.evidence.refusals:
        missing.setdefault(reason.code, []).append(reason.to_json())
    out = []
    for code, name, first in POINTS:
        judged = not any(each in missing for each in first)
        state = "open" if not judged else "missing" if code in missing else "held"
        leads_to = _where(code, site) if state == "missing" else ""
        out.append(Point(words(name), state, missing.get(code, []), leads_to))
    return out


def _where(code: str, site: int | None) -> str:
    if code == "site-unknown":
        return "/remote-sensing/sites#new"
    if code.startswith(("site-", "legal-", "technical-")):
        return f"/remote-sensing/sites/{site}#change"
    if code.startswith(("instrument-", "verification-")):
        return f"/remote-sensing/sites/{site}#certificate"
    return "#next" if code in ("owner-not-told", "plate-not-checked", "review-missing") else ""


def photos(row: RemoteReading) -> Iterator[dict[str, object]]:
    """Each picture: ``here`` where its bytes are in the message, else its address as the sender gave it."""
    whole = (
        lookups.message_of(row)
        if any(each.startswith(_HASH) for each in row.data.get("photos", ()))
        else None
    )
    for number, said in enumerate(row.data.get("photos", ())):
        here = whole is not None and said.startswith(_HASH)
        yield {"number": number, "said": said.removeprefix(_HASH), "here": here}


def photo_response(row: RemoteReading, number: int) -> HttpResponse:
    """The picture alone, without what a camera writes behind it."""
    said = row.data.get("photos", [])
    whole = lookups.message_of(row)
    if whole is None or number >= len(said) or not said[number].startswith(_HASH):
        raise _no_picture()
    body = picture_in(whole, row.record_no, said[number].removeprefix(_HASH))
    try:
        if body is None:
            raise _no_picture()
        answer = HttpResponse(shown(body), content_type=media_type(body))
    except Refusal as refusal:
        raise _no_picture() from refusal
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _no_picture() -> Unknown:
    return Unknown("no-picture", Text("这条记录没有可显示的照片。", "This reading has no picture to show."))
