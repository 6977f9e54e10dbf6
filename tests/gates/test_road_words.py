"""Every condition of a restriction has its words, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.codes import Fuel
from imloop.gates.roads.zone_rules import EXCEPTIONS, parse_rules
from imloop.gates.roads.zone_texts import EXCEPTION_NAMES, rule_words


def said(rule: dict[str, object], *, zone: bool = True) -> tuple[str, str]:
    text = rule_words(parse_rules([rule])[0], zone=zone)
    return text.zh, text.en


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ({"fuels": ["diesel"]}, "燃料为柴油，全天，在限行区内", "fuel diesel; all day; inside the zone"),
        ({"stage_below": "6b"}, "低于国六b或不明", "below stage 6b"),
        ({"stage_below": "国五"}, "低于国五或不明", "below stage 5"),
        (
            {"vehicle_types": ["H", "K1", "Q11"]},
            "载货汽车、大型载客汽车、重型牵引车（Q11）",
            "large passenger",
        ),
        ({"vehicle_types": ["X9"]}, "车辆类型 X9", "vehicle type X9"),
        ({"usages": ["F", "W"]}, "使用性质为货运、W", "haulage, W"),
        ({"over_mass_kg": 3500}, "超过 3500 千克", "over 3500 kg"),
        ({"over_years": 15}, "15 年以上", "more than 15 years"),
        ({"digits": ["1", "6"]}, "尾号 1、6", "ending in 1, 6"),
        ({"odd_even": True}, "单日限双号、双日限单号", "even plates on odd days"),
        ({"elsewhere": ["桂B"]}, "非桂B号牌", "not beginning with 桂B"),
        (
            {"fuels": ["diesel"], "weekdays": [1, 7], "hours": ["22:00-06:00"]},
            "周一、周日，22:00–06:00",
            "Mon, Sun",
        ),
        ({"fuels": ["diesel"], "everywhere": True}, "全域道路", "on every road"),
        (
            {"fuels": ["diesel"], "except": ["bus", "taxi"]},
            "公交车、出租车除外",
            "except public buses, taxis",
        ),
    ],
)
def test_each_condition(rule: dict[str, object], zh: str, en: str) -> None:
    found = said(rule)
    assert zh in found[0] and en in found[1]


def test_an_alert_says_nothing_of_a_zone() -> None:
    assert said({"odd_even": True}, zone=False)[0] == "单日限双号、双日限单号，全天"


def test_every_exception_has_a_name() -> None:
    assert set(EXCEPTION_NAMES) == set(EXCEPTIONS)


@given(
    fuels=st.lists(st.sampled_from(list(Fuel)), min_size=1, unique=True),
    types=st.lists(st.from_regex(r"[A-Z][0-9]{0,2}", fullmatch=True)),
    exceptions=st.lists(st.sampled_from(EXCEPTIONS), min_size=1),
    days=st.lists(st.integers(1, 7), min_size=1),
)
def test_any_rule_can_be_said(
    fuels: list[Fuel], types: list[str], exceptions: list[str], days: list[int]
) -> None:
    rule: dict[str, object] = {"fuels": [*fuels], "weekdays": days, "except": exceptions}
    if types:
        rule["vehicle_types"] = types
    zh, en = said(rule)
    assert zh.startswith("燃料为") and en.startswith("fuel ") and "  " not in zh + en
