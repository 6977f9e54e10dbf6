"""Filters of lists are written once: a label above a field of the same name, with the choice that was made."""

from __future__ import annotations

import re

import pytest

from imloop.steps.ground import clock
from imloop.store.models import Party
from support.city import FAR, NEAR, PLACE, City, at
from support.people import person

pytestmark = pytest.mark.every_case("each case asks the database something else")

ASKED = {
    "/cases": {"state": "closed", "station": FAR, "overdue": "1"},
    "/findings": {"state": "resolved"},
    "/tests": {"role": "retest", "result": "pass", "station": FAR, "since": "2026-03-01"},
    "/repairs": {},
    "/parties": {"kind": "mstation"},
    "/parties/compare": {"order": "late"},
    "/matters": {"kind": "suspension"},
}


@pytest.fixture
def walked(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-04 10:00"))
    city.test("2026-03-02 09:00", co=0.9)
    return city


@pytest.mark.parametrize("path", ASKED)
def test_a_filter_shows_what_was_chosen(walked: City, path: str) -> None:
    text = person(f"{PLACE}-environment").get(path, ASKED[path]).content.decode()
    for name, value in ASKED[path].items():
        if name == "since":
            continue
        field = re.search(rf'<select id="(\w+)"\s+name="{name}">(.*?)</select>', text, re.DOTALL)
        assert field and f'<label for="{field[1]}">' in text
        assert re.search(rf'<option value="{value}" selected>', field[2]), (name, field[2])
    ids = re.findall(r'\bid="([\w-]+)"', text)
    assert len(ids) == len(set(ids))


def test_a_station_is_offered_no_other(walked: City) -> None:
    assert Party.objects.get(code=FAR).name not in person(NEAR).get("/tests").content.decode()
