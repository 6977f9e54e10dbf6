"""The menu of a desk: in groups, and it says where one is."""

from __future__ import annotations

import pytest
from django.test import Client

from support.city import PLACE, City
from support.people import person


def current(window: Client, path: str) -> list[str]:
    shown = window.get(path).content.decode()
    menu = shown[shown.index('class="entries"') : shown.index("</details>")]
    return [part.split(">")[1].split("<")[0] for part in menu.split("aria-current=")[1:]]


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/vehicles", ["车辆"]),
        ("/complaints/new", ["投诉举报"]),
        ("/account", ["我的账号"]),
    ],
)
def test_the_nearest_entry_is_marked(city: City, path: str, marked: list[str]) -> None:
    assert current(person(f"{PLACE}-environment"), path) == marked


def test_entries_stand_under_their_headings(city: City) -> None:
    shown = person(f"{PLACE}-environment").get("/work").content.decode()
    order = ("待办", "检测与维修", "案件", "线索与办理", "线索<", "登记簿", "站点", "账号", "我的账号")
    places = [shown.index(f">{word}") for word in order]
    assert places == sorted(places)
