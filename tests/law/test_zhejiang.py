"""The provincial regulation through its two amendments: the number, the amount or the silence of its day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from imloop.law import Law, LawUnseen, load
from imloop.law.acts import Why

BOOK = load()
FIRST, LAST_2013, GAP, LAST_GAP, NOW = (
    date.fromisoformat(day) for day in ("2014-03-01", "2017-11-29", "2017-11-30", "2020-11-26", "2020-11-27")
)
CODE = date(2026, 8, 15)
LOCAL = [value for values in BOOK.values.values() for value in values if value.place == "330000"]
OLD = {value.key for value in LOCAL if value.since == FIRST}
UNKNOWN = {value.key for value in LOCAL if value.unseen}
DROPPED = {"limits.set_by", "elsewhere.enrolled", "elsewhere.operating_months", "machinery.limits_apply"}


def law(day: date) -> Law:
    return BOOK.at(day, "330100")


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("penalty.device_removed.min_yuan", 500, 5_000),
        ("penalty.device_removed.max_yuan", 2_000, 5_000),
        ("fleet.clean_bus_share", 50, 80),
    ],
)
def test_what_changed_is_not_answered_between(key: str, old: int, new: int) -> None:
    assert [law(day).integer(key) for day in (FIRST, LAST_2013, NOW)] == [old, old, new]
    for day in (GAP, date(2019, 1, 1), LAST_GAP):
        with pytest.raises(LawUnseen, match="2017-11-30 至 2020-11-26"):
            law(day).value(key)


def test_devices_are_fined_by_the_vehicle_under_the_code() -> None:
    for key in ("penalty.device_removed.max_yuan", "penalty.device_removed.repairer_yuan"):
        value = law(CODE).value(key)
        assert (value.value, value.unit, value.place) == (5_000, "元/辆", "000000")
        assert "第一千一百二十四条" in value.cite
    before = law(date(2026, 8, 14))
    assert before.value("penalty.device_removed.max_yuan").unit == "元"
    assert before.cite("penalty.device_removed.repairer_yuan").endswith("第三十一条第三款")


@pytest.mark.parametrize(
    ("act", "decided", "wanted", "why"),
    [
        (LAST_2013, NOW, 2_000, Why.NOT_MILDER),
        (NOW, date(2026, 8, 14), 5_000, Why.NOT_MILDER),
        (date(2026, 8, 14), CODE, 5_000, Why.NOT_COMPARABLE),
        (CODE, CODE, 5_000, Why.NOT_MILDER),
    ],
)
def test_the_fine_for_a_removed_device(act: date, decided: date, wanted: int, why: Why) -> None:
    imposed = BOOK.for_act(act, decided, "330100").value("penalty.device_removed.max_yuan")
    assert imposed.value is not None and (imposed.value.value, imposed.why) == (wanted, why)


def test_driving_on_after_a_spot_check() -> None:
    ends = [
        f"penalty.overdue_driven.{kind}.{end}_yuan" for kind in ("diesel", "other") for end in ("min", "max")
    ]
    assert [law(NOW).integer(key) for key in ends] == [500, 3_000, 200, 200]
    assert [BOOK.at(NOW, "450200").get(key) for key in ends] == [None] * 4
    assert [law(LAST_2013).get(key) for key in ends] == [None] * 4
    assert law(NOW).words("penalty.overdue_driven.decided_by") == ("police",)


def test_the_dropped_articles_have_no_successor() -> None:
    assert DROPPED <= OLD
    for key in DROPPED | {"station.fee_approved"}:
        assert law(LAST_2013).value(key).place == "330000"
        with pytest.raises(LawUnseen):
            law(GAP).value(key)
        after = law(NOW).get(key)
        assert after is None or after.place == "000000"


NUMBERS = {
    "fuel.grade_shown": ("第十条", "第九条"),
    "moped.fuel_banned": ("第十四条", "第十三条"),
    "devices.must_work": ("第十五条", "第十四条"),
    "mark.pass_required": ("第十六条", "第十五条"),
    "station.conditions": ("第十七条", "第十六条"),
    "station.may_not_repair": ("第十九条第二款", "第十八条"),
    "commercial.no_double_charge": ("第二十条", "第十九条"),
    "repair.hands_over": ("第二十一条", "第二十条"),
    "scrap.unrepairable": ("第二十二条", "第二十一条"),
    "road.screening_sources": ("第二十三条", "第二十二条"),
    "overdue.no_road": ("第二十七条第四款", "第二十六条"),
    "penalty.station_repairs.max_yuan": ("第三十四条", "第三十三条"),
    "penalty.double_charge.max_times": ("第三十五条", "第三十四条"),
    "steering.forbidden": ("第三十六条", "第三十五条"),
    "vehicle.clean_kinds": ("第三十七条", "第三十六条"),
    "registration.standard_required": ("第八条", "第八条"),
}


@pytest.mark.parametrize("key", NUMBERS)
def test_the_article_of_its_day(key: str) -> None:
    old, new = NUMBERS[key]
    assert law(LAST_2013).cite(key) == f"《机动车排气污染防治条例》 {old}"
    assert law(NOW).cite(key) == f"《浙江省机动车排气污染防治条例》 {new}"
    between = law(GAP).value(key)
    assert between.confidence == "derived" and old in between.cite and new in between.cite
    assert ("条号未见" in between.cite) is (old != new)
    assert between.value == law(LAST_2013).value(key).value == law(NOW).value(key).value


def test_between_the_amendments_only_what_stayed_the_same_is_answered() -> None:
    """Both ways: a value that is answered is equal before and after; one that is not was changed, dropped or new."""

    def known(day: date) -> Callable[[str], object]:
        return lambda key: found.value if (found := law(day).get(key)) and found.place == "330000" else None

    before, after = known(LAST_2013), known(NOW)
    local = OLD | UNKNOWN
    assert UNKNOWN and {row.key for row in law(GAP).rows if row.place == "330000"} == local
    for key in local:
        changed = before(key) != after(key) or key == "penalty.device_removed.decided_by"
        assert changed is (key in UNKNOWN), key


@pytest.mark.parametrize("day", [date(2016, 1, 1), date(2019, 1, 1), date(2026, 1, 1)])
def test_a_record_before_the_retest_is_the_platforms_choice(day: date) -> None:
    """The article orders repair and retest; of a record in a system it says nothing."""
    row = load().at(day, "330100").value("retest.record_required")
    assert (row.value, row.confidence) == (True, "chosen")
    assert row.cite.endswith("未规定，由平台取值")
