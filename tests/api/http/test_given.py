"""Every body, day and moment that a call is given is read as at every other door: nothing is guessed, nothing is kept
that only one database could keep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, get_args

import pytest
from django.test import Client
from pydantic import BaseModel, BeforeValidator

from imloop.api.app import CALLS, SUBJECTS
from imloop.store.models import Complaint, PollutionAlert
from support.city import NEAR, PLACE, City
from support.doors import Doors

SMOKE = {
    "category": "smoky_vehicle",
    "place": "450203",
    "text": "一辆红色货车冒黑烟，味道很大",
    "address": "飞鹅路与跃进路口",
    "answers": {"plate": "桂B12345", "kind": "truck"},
}
PATH = "/api/v1/public/complaints"
WRITTEN = json.dumps(SMOKE, ensure_ascii=False)


def sent(body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = Client(raise_request_exception=False).post(
        PATH, body, content_type="application/json", headers=headers or None
    )
    return answer.status_code, answer.json()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gbk", "gb18030"])
def test_a_body_in_any_promised_encoding_says_the_same(city: City, encoding: str) -> None:
    assert sent(WRITTEN.encode(encoding) + b"\x1a\0\0")[0] == 201
    assert Complaint.objects.get().text == SMOKE["text"]


@pytest.mark.parametrize(
    ("body", "status", "code", "path"),
    [
        (WRITTEN[:-1] + ',"text":"另一段话，不知道哪个算数"}', 422, "given-twice", "$.text"),
        (WRITTEN.replace('"kind"', '"pl\\u0061te":"桂B00000","kind"'), 422, "given-twice", "$.plate"),
        (WRITTEN.replace("红色", "红\\u0000色"), 422, "malformed", "$.text"),
        (WRITTEN.replace("红色", "红\\u001b[31m色"), 422, "malformed", "$.text"),
        (WRITTEN.replace("桂B12345", "桂B1\\u00852345"), 422, "malformed", "$.answers.plate"),
        (WRITTEN.replace('"address"', '"addr\\u0000ess"'), 422, "malformed", "$.addr␀ess"),
        (WRITTEN[:-1] + f',"{"n" * 65}":1}}', 422, "malformed", f"$.{'n' * 63}…"),
        (WRITTEN[:-1] + f',"x":{"[" * 18}{"]" * 18}}}', 422, "malformed", "$.x" + "[0]" * 16),
        (WRITTEN.replace("红色", "红\\ud83d色"), 400, "malformed-json", "$"),
        (WRITTEN[:-1] + ',"latitude":NaN,"longitude":109.4}', 400, "malformed-json", "$"),
        (WRITTEN[:-1] + ',"latitude":"NaN","longitude":109.4}', 422, "malformed", "$.latitude"),
        (WRITTEN[:-1] + ',"latitude":"inf","longitude":109.4}', 422, "malformed", "$.latitude"),
        (WRITTEN.replace('"桂B12345"', "true"), 422, "malformed", "$.answers.plate.str"),
        (WRITTEN.replace('"桂B12345"', "1.0"), 422, "malformed", "$.answers.plate.str"),
        (f"[{WRITTEN}]", 400, "malformed-json", "$"),
        ("[" * 100_000, 400, "malformed-json", "$"),
        (WRITTEN[:-1], 400, "malformed-json", "$"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused_by_name(
    city: City, body: str, status: int, code: str, path: str
) -> None:
    said, told = sent(body.encode())
    assert (said, told["code"]) == (status, code), told
    assert path in [each["path"] for each in told["errors"]]
    assert not Complaint.objects.exists()


def test_a_body_in_another_coating_is_refused_here_too(city: City) -> None:
    assert sent(WRITTEN.encode(), **{"Content-Encoding": "gzip"})[1]["code"] == "body-encoded"


ALERT = {
    "level": "orange",
    "since": "2026-03-10T18:00:00+08:00",
    "until": "2026-03-12T18:00:00+08:00",
    "rules": [{"everywhere": True, "except": ["electric", "emergency"], "odd_even": True}],
}
NO_MOMENT = ["2015112", 2015112, "1764547200", 1764547200, "2016.111", "0001-01-01", "9999-12-31", "昨天"]


@pytest.mark.parametrize("moment", [*NO_MOMENT, True, 1.5, [], ""])
def test_digits_are_no_moment_of_1970(city: City, doors: Doors, moment: object) -> None:
    """``since: "2015112"`` made an alert that had been in force since January 1970."""
    doors.at("2026-03-09 09:00")
    told = doors.post("alerts", {**ALERT, "since": moment}, by=f"{PLACE}-environment", expect=422)
    assert "$.since" in [each["path"] for each in told["errors"]]
    assert not PollutionAlert.objects.exists()
    doors.post("alerts", {**ALERT, "since": "2026-03-10T10:00:00Z"}, by=f"{PLACE}-environment", expect=201)
    assert PollutionAlert.objects.get().since == datetime.fromisoformat("2026-03-10T18:00:00+08:00")


@pytest.mark.parametrize("moment", NO_MOMENT)
def test_a_gate_is_asked_of_no_guessed_moment(city: City, doors: Doors, moment: object) -> None:
    doors.at("2026-03-09 09:00")
    environment, station = f"{PLACE}-environment", f"plate=桂B12345&station={NEAR}"
    for call, by in (
        (f"retest-permit?{station}", NEAR),
        ("gates/inspection-mark?plate=桂B12345", environment),
        ("gates/inspection-cycle?plate=桂B12345", environment),
        ("gates/registration?fuel=diesel", environment),
        ("lines?station=", environment),
    ):
        told = doors.get(f"{call}&at={moment}", by=by, expect=422)
        assert [each["path"] for each in told["errors"]] == ["$.at"], call


@pytest.mark.parametrize(
    "day", ["2015112", "0", "86400", "1764547200", "2016.111", "0001-01-01", "9999-12-31"]
)
def test_digits_are_no_day(city: City, doors: Doors, day: str) -> None:
    for call in ("complaints", "complaints/figures"):
        for end in ("since", "until"):
            told = doors.get(f"{call}?{end}={day}", by=f"{PLACE}-environment", expect=422)
            assert [each["path"] for each in told["errors"]] == [f"$.{end}"], call


def test_an_instant_is_the_day_in_china(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    status, _ = sent(json.dumps({**SMOKE, "on": "2026-08-29T16:00:00Z"}).encode())
    assert (status, Complaint.objects.get().on) == (201, date(2026, 8, 30))


def test_a_day_before_any_law_is_refused_and_no_error(city: City, doors: Doors) -> None:
    told = doors.get(f"gates/conflict?party={NEAR}&on=1990-01-01", by=f"{PLACE}-market", expect=404)
    assert told["code"] == "law-missing" and "1990-01-01" in told["detail"]


def test_a_place_that_is_none_is_refused(city: City, doors: Doors) -> None:
    told = doors.get("gates/registration?fuel=diesel&place=柳州", by=f"{PLACE}-environment", expect=422)
    assert told["code"] == "wrong-value"


@pytest.mark.parametrize("closes", ["12:00:00+08:00", "24:00", "12", 43200, "1200", "12:00Z", ""])
def test_a_time_of_day_is_hours_and_minutes(city: City, doors: Doors, closes: object) -> None:
    doors.at("2026-03-09 09:00")
    hours = {"since": "2026-03-16", "hours": [{"opens": "08:00", "closes": closes}]}
    doors.post("opening-hours", hours, by=NEAR, expect=422)
    hours["hours"] = [{"opens": "08:00", "closes": "12:00"}]
    doors.post("opening-hours", hours, by=NEAR, expect=201)


GUESSED = (date, datetime, time, Decimal)
"""Types that the framework reads out of digits, too."""


def bare(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        for kind, about in parts(field.annotation, field.metadata):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from bare(kind)
            elif kind in GUESSED and not any(isinstance(each, BeforeValidator) for each in about):
                yield f"{model.__name__}.{name}"


def parts(kind: Any, about: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Each type that is named in an annotation, with what is said of it."""
    if hasattr(kind, "__metadata__"):
        yield from parts(kind.__origin__, list(kind.__metadata__))
    elif inner := get_args(kind):
        for each in inner:
            yield from parts(each, [])
    else:
        yield kind, about


def test_no_call_reads_a_day_or_an_amount_as_the_framework_would() -> None:
    found = [
        f"{operation.view_func.__name__}: {name}"
        for subject in SUBJECTS
        for router in (subject.routes, *(inner for _, inner, _ in subject.routes._routers))
        for view in router.path_operations.values()
        for operation in view.operations
        for model in operation.models
        for name in bare(model)
    ]
    assert not found
    assert len(CALLS) > 100


def test_the_guard_tells_them_apart() -> None:
    from imloop.api.http.given import Day

    class Asked(BaseModel):
        bare_one: date | None = None
        ours: Day | None = None
        ours_too: Day

    assert list(bare(Asked)) == ["Asked.bare_one"]


def test_the_page_of_the_law_takes_no_blank_for_a_place(city: City) -> None:
    answer = Client(raise_request_exception=False).get("/law", {"place": "\u3000"})
    assert answer.status_code == 422
