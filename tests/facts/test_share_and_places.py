"""Uncertain shares, distances, and the names of places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.places import distance_km, full_name, name_of, places_within, typed_place
from imloop.facts.refusal import Malformed
from imloop.facts.share import Share


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_as_published(part: int, whole: int, low: float, high: float) -> None:
    """Newcombe (1998), table I, gives 81/263 and others."""
    found = Share(part, whole).interval
    assert found == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    assert Share(0, 0).value is None and Share(0, 0).interval == (0.0, 1.0)


@given(st.integers(1, 5000), st.data())
def test_the_share_lies_in_its_interval(whole: int, data: st.DataObject) -> None:
    share = Share(data.draw(st.integers(0, whole)), whole)
    low, high = share.interval
    assert share.value is not None and 0 <= low <= share.value + 1e-12 and share.value - 1e-12 <= high <= 1


def test_a_degree_of_latitude_and_none() -> None:
    assert distance_km((24.0, 109.0), (25.0, 109.0)) == pytest.approx(111.195, abs=0.001)
    assert distance_km((24.0, 109.0), (24.0, 109.0)) == 0
    assert distance_km((0, 0), (0, 180)) == pytest.approx(20015.1, abs=0.1)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("450203", "柳州市鱼峰区"),
        ("450200", "柳州市"),
        ("450000", "广西壮族自治区"),
        ("110101", "北京市东城区"),
        ("429004", "湖北省仙桃市"),
        ("000000", "全国"),
        ("450221", ""),  # a county that became a district
        ("450299", ""),
    ],
)
def test_places_have_the_names_of_today(code: str, name: str) -> None:
    assert (full_name(code) if name_of(code) else "") == name


def test_what_lies_in_a_place() -> None:
    city = dict(places_within("450200"))
    assert city["450203"] == "柳州市鱼峰区" and "450221" not in city and len(city) == 11
    assert dict(places_within("450203")) == {"450203": "柳州市鱼峰区"}
    assert set(city) < set(dict(places_within("450000")))
    assert {"000000", "450000", "450200"} <= set(dict(places_within("000000")))


@pytest.mark.parametrize(
    "typed",
    ["450203", "鱼峰区", "柳州市鱼峰区", "450203 柳州市鱼峰区", " 450203  鱼峰区 ", "450203\u3000鱼峰区"],
)
def test_a_place_is_found_by_its_name_or_its_code(typed: str) -> None:
    assert typed_place(typed, "450200") == "450203"


def test_a_code_without_a_name_can_be_typed_and_nothing_is_nothing() -> None:
    assert (typed_place("450299", "450200"), typed_place(" ", "450200")) == ("450299", "")


@pytest.mark.parametrize("typed", ["450203 柳南区", "鱼峰", "西湖区", "4502", "999999", "450203鱼峰区", "区"])
def test_what_names_no_place_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Malformed) as refused:
        typed_place(typed, "450200")
    assert refused.value.problems[0].path == "$.place"


def test_a_name_that_two_places_bear_asks_which() -> None:
    with pytest.raises(Malformed) as refused:
        typed_place("城区", "140000")
    assert "140" in refused.value.text.zh
