"""The shipped texts around the day the Air Law ended: which article, which fine, who decides."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from imloop.law import Law, LawUnseen, load, time_barred
from imloop.law.report import title_rows
from imloop.matters.matter import last_day

BOOK = load()
LAST, FIRST = date(2026, 8, 14), date(2026, 8, 15)
DECIDED = date(2026, 10, 20)
PLACES = sorted({text.place for text in BOOK.texts.values()} | {"330100", "450103", "659001"})
ROLES = {"environment", "police", "market", "transport", "customs", "checking"}
AIR, CODE = "《中华人民共和国大气污染防治法》", "《中华人民共和国生态环境法典》"


def nation(day: date) -> Law:
    return BOOK.at(day, "000000")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("day", [LAST, FIRST])
def test_whatever_is_cited_is_in_force_that_day(day: date, place: str) -> None:
    rows = BOOK.at(day, place).rows
    assert rows
    for row in rows:
        text = BOOK.texts[row.text_id]
        assert text.rules(day) and row.cite.startswith(text.short), row
    named = {short for short in (AIR, CODE) if any(short in row.cite for row in rows)}
    assert named == {AIR if day == LAST else CODE}


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("driving.pass_required", "第五十三条第一款", "第二百二十三条第一款"),
        ("mark.pass_required", "第五十三条第一款", "第二百二十三条第一款"),
        ("exempt.fuels", "第五十三条", "第二百二十三条第一款"),
        ("spot_check.where", "第五十三条第二款", "第二百二十三条第二款"),
        ("station.networked_required", "第五十四条", "第二百二十五条"),
        ("station.conditions", "第五十四条", "第二百二十五条"),
        ("station.answers_for_data", "第五十四条", "第二百二十五条"),
        ("repair.no_device_swap", "第五十五条第二款、第三款", "第二百二十六条第二款、第三款"),
        ("repair.owner_duty", "第六十条", "第二百二十九条"),
        ("scrap.unrepairable", "第六十条", "第二百二十九条"),
        ("road.heavy_pollution", "第九十六条", "第二百六十四条"),
        ("penalty.forged_report.max_yuan", "第一百一十二条第一款", "第一千二百三十条第二款"),
        ("penalty.device_swap.owner_yuan", "第一百一十二条第三款", "第一千一百二十四条"),
        ("penalty.failed_vehicle_driven.max_yuan", "第一百一十三条", "第一千一百二十六条"),
        ("penalty.obstruction.min_yuan", "第九十八条", "第一千二百二十九条"),
        ("penalty.bad_fuel.max_times", "第一百零三条", "第一千一百一十五条"),
        ("penalty.odour.max_yuan", "第一百二十条", "第一千一百三十三条"),
    ],
)
def test_the_article_of_its_day(key: str, before: str, after: str) -> None:
    assert (nation(LAST).cite(key), nation(FIRST).cite(key)) == (f"{AIR} {before}", f"{CODE} {after}")


def test_what_the_code_adds() -> None:
    assert nation(LAST).words("spot_check.where") == ("parking", "repair", "remote_sensing")
    assert nation(FIRST).words("spot_check.where") == ("parking", "repair", "heavy_users", "road_monitoring")
    for key in ("devices.system", "station.answers_for_data", "machinery.pass_required"):
        assert (nation(LAST).get(key) is not None) is (key == "station.answers_for_data")
        assert nation(FIRST).get(key) is not None
    assert "完整性" in nation(FIRST).value("station.answers_for_data").says
    assert "完整性" not in nation(LAST).value("station.answers_for_data").says


def test_only_what_was_compared_with_the_print_is_called_verified() -> None:
    gists = [value for values in BOOK.values.values() for value in values if value.text_id == "eco-code"]
    assert gists and {value.confidence for value in gists} == {"seen", "derived"}
    assert all(value.note and (value.source or value.confidence == "derived") for value in gists)


@pytest.mark.parametrize(
    ("act", "key", "wanted"),
    [
        ("2026-08-10", "forged_report.min_yuan", 100_000),
        ("2026-08-10", "forged_report.max_yuan", 500_000),
        ("2026-08-10", "forged_report.serious.max_yuan", None),
        ("2026-08-10", "forged_report.person.max_yuan", None),
        ("2026-08-15", "forged_report.max_yuan", 500_000),
        ("2026-08-15", "forged_report.serious.min_yuan", 500_000),
        ("2026-08-15", "forged_report.serious.max_yuan", 2_000_000),
        ("2026-08-15", "forged_report.person.min_yuan", 10_000),
        ("2026-08-15", "forged_report.person.max_yuan", 50_000),
        ("2026-08-15", "forged_report.person.ban_years", 5),
        ("2026-08-15", "forged_report.serious.person.ban_years", 10),
        ("2026-08-14", "station_equipment.max_yuan", None),
        ("2026-08-15", "station_equipment.max_yuan", 200_000),
        ("2026-08-10", "obstruction.min_yuan", 20_000),
        ("2026-08-16", "obstruction.min_yuan", 50_000),
        ("2026-08-16", "obstruction.max_yuan", 200_000),
        ("2026-08-16", "obstruction.person.min_yuan", 5_000),
        ("2026-08-14", "bad_fuel.max_times", 3),
        ("2026-08-15", "bad_fuel.max_times", 5),
        ("2026-08-14", "cheating_device.max_times", None),
        ("2026-08-15", "cheating_device.goods_at_least_yuan", 50_000),
        ("2026-08-14", "machine_ban_zone.owner_yuan", None),
        ("2026-08-15", "machine_ban_zone.owner_yuan", 5_000),
        ("2026-08-15", "failed_vehicle_driven.max_yuan", 200),
        ("2026-08-14", "odour.max_yuan", 20_000),
    ],
)
def test_the_fine_for_an_act(act: str, key: str, wanted: int | None) -> None:
    imposed = BOOK.for_act(date.fromisoformat(act), DECIDED, "450200").value(f"penalty.{key}")
    assert (imposed.value.value if imposed.value else None) == wanted
    if imposed.value:
        assert (CODE if act >= "2026-08-15" else AIR) in imposed.value.cite


def test_a_swapped_device_is_counted_by_the_vehicle_now() -> None:
    units = {day: nation(day).value("penalty.device_swap.owner_yuan").unit for day in (LAST, FIRST)}
    assert units == {LAST: "元", FIRST: "元/辆"}
    assert nation(LAST).get("penalty.device_removed.max_yuan") is None
    assert nation(FIRST).integer("penalty.device_removed.max_yuan") == 5_000


def test_every_penalty_has_somebody_who_decides() -> None:
    by_act = defaultdict(list)
    for key, values in BOOK.values.items():
        if key.startswith("penalty."):
            by_act[key.split(".")[1]] += values
    assert len(by_act) > 10
    for act, values in by_act.items():
        for value in values:
            if value.unseen:
                continue
            last = date.max if value.until is None else date.fromordinal(value.until.toordinal() - 1)
            for day in (value.since, min(last, date(2030, 1, 1))):
                deciders = set(BOOK.at(day, value.place).words(f"penalty.{act}.decided_by"))
                assert deciders and deciders <= ROLES, (act, day, value.place)


@pytest.mark.parametrize(
    ("key", "served", "last"),
    [
        ("matter.notified_days", "2026-09-18", "2026-09-24"),
        ("matter.notified_days", "2026-09-29", "2026-10-12"),
        ("matter.notified_days", "2026-02-12", "2026-02-26"),
        ("matter.notified_days", "2026-06-17", "2026-06-25"),
        ("matter.hearing_notice_days", "2026-09-18", "2026-09-29"),
        ("matter.hearing_notice_days", "2026-09-29", "2026-10-14"),
        ("procedure.evidence_kept_days", "2026-09-18", "2026-09-29"),
        ("procedure.serve_days", "2026-09-29", "2026-10-14"),
        ("procedure.decide_days", "2026-09-01", "2026-11-30"),
        ("procedure.pay_days", "2026-09-01", "2026-09-16"),
    ],
)
def test_two_three_five_and_seven_days_are_working_days(key: str, served: str, last: str) -> None:
    day = date.fromisoformat(served)
    assert last_day(key, day, nation(day)) == date.fromisoformat(last)
    assert (nation(day).value(key).unit == "工作日") is (nation(day).integer(key) in (2, 3, 5, 7))


@pytest.mark.parametrize(
    ("clocks", "last"),
    [
        (["procedure.decide_days"], "2026-11-30"),
        (["procedure.decide_days", "procedure.decide_extended_days"], "2026-12-30"),
        (["procedure.decide_days", *["procedure.decide_extended_days"] * 2], "2027-01-29"),
        (["complaint.environment.transfer_days"], "2026-09-04"),
        (["complaint.environment.tell_days"], "2026-09-16"),
        (["complaint.environment.finish_days"], "2026-10-31"),
        (["complaint.environment.finish_days", "complaint.environment.extended_days"], "2026-11-30"),
        (["complaint.petitions.finish_days", "complaint.petitions.extended_days"], "2026-11-30"),
        (["complaint.market.check_days"], "2026-09-21"),
        (["complaint.market.check_days", "complaint.market.extended_days"], "2026-10-19"),
        (["complaint.market.check_days", "complaint.market.told_days"], "2026-09-29"),
    ],
)
def test_one_clock_after_another_from_the_first_of_september(clocks: list[str], last: str) -> None:
    day, law = date(2026, 9, 1), nation(date(2026, 9, 1))
    for key in clocks:
        day = law.term(key, day).deadline
    assert day == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("place", "fine", "may"),
    [
        ("450200", 200_000, False),
        ("450200", 200_001, True),
        ("310000", 200_000, True),
        ("310000", 200_001, True),
        ("310000", 50_000, False),
        ("110000", 30_001, True),
        ("510000", 20_001, True),
        ("370000", 20_000, False),
        ("500000", 50_001, True),
    ],
)
def test_from_which_fine_on_there_is_a_hearing(place: str, fine: int, may: bool) -> None:
    assert (fine > BOOK.at(FIRST, place).number("hearing.organisation_above_yuan")) is may


@pytest.mark.parametrize(
    ("key", "found", "barred"),
    [
        ("limitation.years", "2026-08-31", False),
        ("limitation.years", "2026-09-01", True),
        ("limitation.harm_years", "2026-09-01", False),
        ("limitation.harm_years", "2029-08-31", False),
        ("limitation.harm_years", "2029-09-01", True),
    ],
)
def test_an_act_that_came_to_light_too_late(key: str, found: str, barred: bool) -> None:
    act = date(2024, 8, 31)
    assert time_barred(act, date.fromisoformat(found), nation(act).integer(key)) is barred
    assert nation(act).integer(key) == nation(FIRST).integer(key)
    assert "第三十六条" in nation(act).cite(key) and "第一千零五十四条" in nation(FIRST).cite(key)


@pytest.mark.parametrize(("fine", "days", "more"), [(5_000, 1, 150), (5_000, 10, 1_500), (5_000, 33, 4_950)])
@pytest.mark.parametrize("beyond", [0, 1])
def test_the_surcharge_of_a_fine_never_exceeds_it(fine: int, days: int, more: int, beyond: int) -> None:
    law = nation(FIRST)
    daily, most = law.number("procedure.surcharge_percent"), law.number("procedure.surcharge_max_percent")
    days, more = (days, more) if not beyond else (34 + days, fine)
    assert fine * min(daily * days, most) / 100 == more


def test_a_repairers_fines_are_unknown_before_the_text_we_have() -> None:
    law = BOOK.at(date(2023, 7, 20), "450200")
    assert law.integer("penalty.false_certificate.times_from_gains_yuan") == 3_000
    assert [law.integer(f"penalty.false_certificate.{end}") for end in ("min_yuan", "max_times")] == [
        5_000,
        10,
    ]
    with pytest.raises(LawUnseen, match="道路运输条例"):
        BOOK.for_act(date(2023, 7, 19), DECIDED, "450200").value("penalty.false_certificate.max_yuan")


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("450200", {"gx-air-regulation", "gx-exhaust-measures", "gx-remote-sensing-183", "gx-letter-1348"}),
        ("450100", {"gx-air-regulation", "nanning-exhaust-regulation"}),
        ("450300", {"gx-exhaust-measures", "guilin-machine-zone-2025"}),
        ("330100", {"enforcement-2025-34"}),
    ],
)
def test_texts_known_by_title_alone_are_listed_where_they_hold(place: str, named: set[str]) -> None:
    listed = {row["cite"] for row in title_rows(BOOK, BOOK.at(DECIDED, place))}
    assert {BOOK.texts[name].short for name in named} <= listed
    elsewhere = "330100" if place.startswith("45") else "450200"
    local = {BOOK.texts[name].short for name in named if BOOK.texts[name].place != "000000"}
    assert not local & {row["cite"] for row in title_rows(BOOK, BOOK.at(DECIDED, elsewhere))}
