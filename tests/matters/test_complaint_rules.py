"""Complaints: who receives what, by which clocks, what is proposed as the same, what is paid, what is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from imloop.facts.refusal import Malformed
from imloop.facts.text import Reason, Text
from imloop.law import Law, load
from imloop.matters.complaints.answers import TEMPLATES, blanks_of, filled, templates_for
from imloop.matters.complaints.categories import ABOUT, CATEGORIES, category_of
from imloop.matters.complaints.clocks import RECEIVERS
from imloop.matters.complaints.duplicates import Told, likeness, twins
from imloop.matters.complaints.rewards import Award, Proven, award, yuan
from imloop.steps.ground.access import OFFICE_NAMES

TOLD = date(2026, 9, 1)


def liuzhou(day: date = TOLD) -> Law:
    return load().at(day, "450200")


def test_every_category_says_who_receives_it_and_whom_it_is_about() -> None:
    codes = [category.code for category in CATEGORIES]
    assert len(codes) == len(set(codes)) and codes[-1] == "other"
    for category in CATEGORIES:
        assert RECEIVERS[category.receiver].office in {str(kind) for kind in OFFICE_NAMES}
        assert all(category.receiver_about(about) in RECEIVERS for about in category.about)
        assert category.about and set(category.about) <= set(ABOUT)
        names = [question.name for question in category.questions]
        assert len(names) == len(set(names))
        assert category_of(category.code) is category
    assert category_of("nothing") is None


def test_nobody_receives_what_is_about_themselves() -> None:
    found = {code: category_of(code) for code in ("steering", "service", "not_repaired")}
    assert found["steering"] and found["steering"].receiver_about("office") == "supervisor"
    assert found["service"] and found["service"].receiver_about("mstation") == "transport"
    assert found["not_repaired"] and found["not_repaired"].receiver_about("istation") == "environment"


SMOKE = Told(
    "smoky_vehicle",
    TOLD,
    "飞鹅路上一辆红色货车冒黑烟，味道很大",
    plate="桂B12345",
    position=(24.3122, 109.4280),
)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"text": "看见一辆车冒烟", "position": None}, ["同一辆车", "同一天"]),
        ({"plate": "", "text": "味道难闻", "on": date(2026, 9, 3)}, ["相距 0 米", "相隔 2 天"]),
        ({"plate": "桂B99999", "position": (24.3152, 109.4280), "text": "黑烟车"}, ["相距 334 米", "同一天"]),
        (
            {"plate": "", "position": None, "text": "飞鹅路上有一辆红色货车冒黑烟！"},
            ["文字相似 76%", "同一天"],
        ),
    ],
)
def test_what_may_be_the_same_is_proposed_with_its_reasons(other: dict[str, object], why: list[str]) -> None:
    known = replace(SMOKE, number="450200-S2026-00001", **other)
    (twin,) = twins(SMOKE, [known], liuzhou())
    assert [str(each) for each in twin.why] == why


@pytest.mark.parametrize(
    "other",
    [
        {"category": "machine"},
        {"on": date(2026, 7, 31)},
        {"plate": "桂B99999", "position": (24.4, 109.4280), "text": "早上在桥头看到公交车排气发黑"},
    ],
    ids=["another category", "too long ago", "elsewhere, another car, other words"],
)
def test_what_is_something_else_is_not_proposed(other: dict[str, object]) -> None:
    assert not twins(SMOKE, [replace(SMOKE, **other)], liuzhou())


def test_the_likeliest_comes_first_and_not_too_many() -> None:
    known = [replace(SMOKE, number=f"{count:02}", plate="") for count in range(9)]
    known.append(replace(SMOKE, number="same car"))
    found = twins(SMOKE, known, liuzhou())
    assert [twin.number for twin in found] == ["same car", "00", "01", "02", "03"]


@pytest.mark.parametrize(
    ("one", "other", "share"), [("", "", 0.0), ("黑烟", "黑烟", 1.0), ("ABC 12", "abc12!", 1.0)]
)
def test_likeness(one: str, other: str, share: float) -> None:
    assert likeness(one, other) == share == likeness(other, one)


def proven(category: str = "false_test", **said: object) -> Proven:
    found = category_of(category)
    assert found is not None
    return replace(Proven(found, founded=True, in_force=True), **said)


@pytest.mark.parametrize(
    ("place", "case", "shares"),
    [
        ("320600", proven(), ["3000"]),
        ("410100", proven("smoky_vehicle"), ["500"]),
        ("410100", proven("other_car"), ["5000"]),
        ("410100", proven(insider=True), ["10000"]),
        ("450200", proven(insider=True), ["6000"]),
        ("450200", proven(reporters=7), ["428.58", *["428.57"] * 6]),
    ],
)
def test_what_is_due(place: str, case: Proven, shares: list[str]) -> None:
    law = load().at(TOLD, place)
    found = award(case, TOLD, law)
    assert isinstance(found, Award)
    assert [yuan(share) for share in found.shares] == shares
    assert found.cite


def test_a_highest_sum_holds_for_insiders_too() -> None:
    law = load().at(TOLD, "410100")
    high = replace(law.value("reward.false_test_yuan"), value=15000)
    found = award(proven(insider=True), TOLD, law.with_values({"reward.false_test_yuan": high}))
    assert isinstance(found, Award) and found.fen == 2_000_000


@pytest.mark.parametrize(
    ("place", "case", "code"),
    [
        ("450200", proven("service"), "reward-not-for-this"),
        ("450100", proven(), "reward-without-law"),
        ("450200", proven(founded=False), "reward-not-founded"),
        ("450200", proven(in_force=False), "reward-too-early"),
        ("450200", proven(earlier="450200-S2026-00001"), "reward-not-first"),
    ],
)
def test_why_nothing_is_due(place: str, case: Proven, code: str) -> None:
    found = award(case, TOLD, load().at(TOLD, place))
    assert isinstance(found, Reason) and found.code == code


def test_a_reward_is_collected_in_working_days() -> None:
    found = award(
        proven(),
        TOLD,
        load()
        .at(TOLD, "410300")
        .with_values({"reward.false_test_yuan": load().at(TOLD, "450200").value("reward.false_test_yuan")}),
    )
    assert isinstance(found, Award) and found.collect_by == date(2026, 9, 21)


BLANKS = {
    "number": Text("450200-S2026-00007", "450200-S2026-00007"),
    "office": Text("柳州市生态环境局", "the bureau"),
    "category": Text("冒黑烟的车", "a smoky vehicle"),
    "received": Text("9 月 1 日", "1 September"),
    "due": Text("2026-10-31", "2026-10-31"),
    "go_to": Text("市场监管局", "the market regulator"),
    "done": Text("已责令维修", "it must be repaired"),
    "said": Text("检测合格。", "it passed."),
    "party": Text("桂检公司", "the station"),
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.code)
def test_every_answer_can_be_filled_and_names_what_is_missing(template: object) -> None:
    assert template in TEMPLATES
    names = blanks_of(template)  # type: ignore[arg-type]
    said = filled(template, BLANKS, liuzhou())  # type: ignore[arg-type]
    assert "{" not in said.zh + said.en and "。。" not in said.zh and ".." not in said.en
    for name in names:
        with pytest.raises(Malformed) as refused:
            filled(template, {**BLANKS, name: Text(" ", " ")}, liuzhou())  # type: ignore[arg-type]
        assert refused.value.problems[0].path == f"$.{name}"


def test_an_answer_fits_its_outcome_and_cites_its_clause() -> None:
    assert [each.code for each in templates_for("answer", "founded", "double_charge")] == [
        "refund",
        "founded",
    ]
    (only,) = templates_for("answer", "unfounded", "service")
    assert filled(only, BLANKS, liuzhou()).zh.endswith("）")
    assert "第一百四十六条" in filled(only, BLANKS, liuzhou()).zh
    assert "第一百四十六条" not in filled(only, BLANKS, liuzhou(date(2026, 8, 14))).zh
    assert not templates_for("answer", "accepted", "service")
