"""Values of the law are said in words on its page: a code of the program tells a reader nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.conf import settings
from django.test import Client

from imloop.law import load
from imloop.law.report import show_rows
from imloop.pages.public.law_words import in_words, unit_in_words
from support.city import City

_CODE = re.compile(r"[a-z][a-z0-9]*(?:[_+-][a-z0-9+_-]+)*|[A-Z]\d*")
_AS_THEY_ARE = {"6b"}
"""Stages are called so by everybody."""


@pytest.mark.parametrize("place", ["450200", "330100", "450100"])
@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 12, 1)])
def test_no_value_in_force_is_said_as_a_code(place: str, day: date) -> None:
    bare = set()
    for row in show_rows(load().at(day, place)):
        for one in row["value"] if isinstance(row["value"], list) else [row["value"]]:
            if isinstance(one, str) and _CODE.fullmatch(one) and one not in _AS_THEY_ARE:
                said = in_words(str(row["key"]), one)
                bare |= {(row["key"], one)} if one in (said.zh, said.en) and said.zh == said.en else set()
        unit = unit_in_words(str(row["unit"]))
        assert unit.en.isascii() or not re.search("[\u4e00-\u9fff]", unit.en), row["unit"]
    assert not bare


def test_the_page_says_them(city: City) -> None:
    text = Client().get("/law").content.decode()
    for said in ("竣工出厂合格证", "检验机构", "交通运输", "公安交管"):
        assert said in text
    assert "certificate+settlement" not in text and ">refuse<" not in text
    reader = Client()
    reader.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = reader.get("/law").content.decode()
    assert "working days" in english and "15 工作日" not in english
