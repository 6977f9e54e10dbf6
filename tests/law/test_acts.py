"""Which law for which act, and penalties of a place within the nation's: figures of the Air Law and the Code."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.refusal import Conflict
from imloop.law import Book, Imposed, LawError, LawMissing, LawUnseen, highest_only, time_barred
from imloop.law.acts import WHY, Why, to_print
from support.law_files import alone, book, law_file, row, unseen

END, START = "2026-08-15", date(2026, 8, 15)
DECIDED = date(2026, 10, 20)
AIR = {
    "penalty.obstruction.min_yuan": row("2016-01-01", 20_000, END),
    "penalty.obstruction.max_yuan": row("2016-01-01", 200_000, END),
    "penalty.forged_report.min_yuan": row("2016-01-01", 100_000, END),
    "penalty.forged_report.max_yuan": row("2016-01-01", 500_000, END),
    "penalty.bad_fuel.max_times": row("2016-01-01", 3, END),
    "penalty.repealed.owner_yuan": row("2016-01-01", 300, END),
    "penalty.lighter.min_yuan": row("2016-01-01", 5_000, END),
    "penalty.lighter.max_yuan": row("2016-01-01", 20_000, END),
    "penalty.measures": row("2016-01-01", "[closure]", END),
    "penalty.licence": row("2016-01-01", "revoked", END),
    "penalty.device_swap.owner_yuan": row("2016-01-01", 5_000, END),
}
CODE = {
    "penalty.obstruction.min_yuan": row(END, 50_000),
    "penalty.obstruction.max_yuan": row(END, 200_000),
    "penalty.forged_report.min_yuan": row(END, 100_000),
    "penalty.forged_report.max_yuan": row(END, 500_000),
    "penalty.forged_report.person_yuan": row(END, 10_000),
    "penalty.bad_fuel.max_times": row(END, 5),
    "penalty.lighter.min_yuan": row(END, 8_000),
    "penalty.lighter.max_yuan": row(END, 10_000),
    "penalty.measures": row(END, "[ban]"),
    "penalty.licence": row(END, "revoked"),
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The law until 2026-08-14 and the one from the day after."""
    folder = tmp_path_factory.mktemp("two")
    law_file(folder, "air", AIR, text="ends: 2026-08-14")
    law_file(folder, "code", CODE)
    law_file(folder, "per-vehicle", {"penalty.device_swap.owner_yuan": row(END, 5_000)}, unit="元/辆")
    return alone([folder])


def imposed(two: Book, key: str, act: date, decided: date = DECIDED) -> Imposed:
    return two.for_act(act, decided, "450200").value(f"penalty.{key}")


def amount(found: Imposed) -> object:
    return None if found.value is None else found.value.value


@pytest.mark.parametrize(
    ("key", "act", "wanted", "why"),
    [
        ("obstruction.min_yuan", "2026-08-10", 20_000, Why.NOT_MILDER),
        ("obstruction.min_yuan", "2026-08-14", 20_000, Why.NOT_MILDER),
        ("obstruction.min_yuan", "2026-08-15", 50_000, Why.NOT_MILDER),
        ("obstruction.min_yuan", "2026-08-16", 50_000, Why.NOT_MILDER),
        ("bad_fuel.max_times", "2026-08-14", 3, Why.NOT_MILDER),
        ("bad_fuel.max_times", "2026-08-15", 5, Why.NOT_MILDER),
        ("forged_report.person_yuan", "2026-08-10", None, Why.NOT_PUNISHED_THEN),
        ("forged_report.person_yuan", "2026-08-15", 10_000, Why.NOT_MILDER),
        ("repealed.owner_yuan", "2026-08-10", None, Why.NO_LONGER_PUNISHED),
        ("lighter.max_yuan", "2026-08-10", 10_000, Why.MILDER),
        ("lighter.min_yuan", "2026-08-10", 8_000, Why.MILDER),
        ("device_swap.owner_yuan", "2026-08-10", 5_000, Why.NOT_COMPARABLE),
        ("measures", "2026-08-10", ("closure",), Why.NOT_COMPARABLE),
        ("licence", "2026-08-10", "revoked", Why.NOT_MILDER),
    ],
)
def test_the_act_decides_and_a_milder_later_law_prevails(
    two: Book, key: str, act: str, wanted: object, why: Why
) -> None:
    found = imposed(two, key, date.fromisoformat(act))
    assert (amount(found), found.why) == (wanted, why)
    assert found.says == WHY[why] and found.says.zh and found.says.en
    later = why in (Why.MILDER, Why.NO_LONGER_PUNISHED)
    assert found.on == (DECIDED if later else date.fromisoformat(act))


def test_a_false_report_before_the_code_is_fined_by_the_law_of_its_day(two: Book) -> None:
    found = imposed(two, "forged_report.max_yuan", date(2026, 8, 10))
    assert found.value is not None and found.value.cite == "《air》 第一条"
    after = imposed(two, "forged_report.max_yuan", START)
    assert after.value is not None and after.value.cite == "《code》 第一条"


def test_decided_while_the_old_law_stood(two: Book) -> None:
    found = imposed(two, "lighter.max_yuan", date(2026, 8, 1), date(2026, 8, 14))
    assert (amount(found), found.why) == (20_000, Why.NOT_MILDER)
    with pytest.raises(ValueError, match="before the act"):
        two.for_act(DECIDED, DECIDED - timedelta(days=1), "450200")


def test_an_end_that_one_law_leaves_open(tmp_path: Path) -> None:
    """An open maximum is heavier than any; the end that the deciding law lacks is missing, not nothing."""
    law_file(tmp_path, "old", {"penalty.x.min_yuan": row("2016-01-01", 100, END)})
    law_file(tmp_path, "new", {"penalty.x.max_yuan": row(END, 900)})
    law = alone([tmp_path]).for_act(date(2026, 8, 1), DECIDED, "450200")
    assert amount(law.value("penalty.x.max_yuan")) == 900
    with pytest.raises(LawMissing):
        law.value("penalty.x.min_yuan")


@pytest.mark.parametrize(("act", "decided"), [("2019-01-01", "2026-10-20"), ("2016-01-01", "2019-01-01")])
def test_a_text_not_seen_on_either_day_answers_nothing(tmp_path: Path, act: str, decided: str) -> None:
    dated = ", ".join([row("2014-03-01", 500), unseen("2017-11-30", "2020-11-27"), row("2020-11-27", 5000)])
    found = book(law_file(tmp_path, "province", {"penalty.device_removed.max_yuan": dated}, "330000"))
    law = found.for_act(date.fromisoformat(act), date.fromisoformat(decided), "330100")
    with pytest.raises(LawUnseen):
        law.value("penalty.device_removed.max_yuan")
    both = found.for_act(date(2017, 11, 29), date(2020, 11, 27), "330100")
    assert amount(both.value("penalty.device_removed.max_yuan")) == 500


_RANGE = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted)


@given(then=_RANGE, now=_RANGE)
def test_nobody_is_fined_more_than_under_either_law(
    tmp_path_factory: pytest.TempPathFactory, then: list[int], now: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("range")
    for name, ends, since, until in (("old", then, "2016-01-01", END), ("new", now, END, "")):
        rows = {
            f"penalty.x.{end}_yuan": row(since, value, until)
            for end, value in zip(("min", "max"), ends, strict=True)
        }
        law_file(folder, name, rows)
    law = alone([folder]).for_act(date(2026, 8, 1), DECIDED, "450200")
    least, most = (amount(law.value(f"penalty.x.{end}_yuan")) for end in ("min", "max"))
    assert [least, most] in (then, now)
    assert most == min(then[1], now[1])
    assert most != then[1] or most != now[1] or least == min(then[0], now[0])


def test_of_several_norms_the_highest_fine_only(two: Book) -> None:
    law = two.for_act(START, DECIDED, "450200")
    names = ("obstruction.max_yuan", "forged_report.max_yuan", "lighter.max_yuan")
    fines = [law.value(f"penalty.{name}") for name in names]
    assert highest_only(fines) == fines[1]
    nothing = imposed(two, "repealed.owner_yuan", date(2026, 8, 1))
    assert highest_only([nothing, fines[2]]) == fines[2]
    assert highest_only([nothing]) is None
    with pytest.raises(ValueError, match="units"):
        highest_only([fines[0], law.value("penalty.device_swap.owner_yuan")])


@pytest.mark.parametrize(
    ("ended", "found", "years", "barred"),
    [
        ("2024-08-31", "2026-08-31", 2, False),
        ("2024-08-31", "2026-09-01", 2, True),
        ("2024-08-31", "2026-09-01", 5, False),
        ("2024-08-31", "2029-08-31", 5, False),
        ("2024-08-31", "2029-09-01", 5, True),
        ("2024-02-29", "2026-02-28", 2, False),
        ("2024-02-29", "2026-03-01", 2, True),
        ("2024-02-28", "2026-02-28", 2, False),
    ],
)
def test_an_act_that_came_to_light_too_late(ended: str, found: str, years: int, barred: bool) -> None:
    assert time_barred(date.fromisoformat(ended), date.fromisoformat(found), years) is barred


NATION = {
    "penalty.x.min_yuan": row("2020-01-01", 100),
    "penalty.x.max_yuan": f"{row('2020-01-01', 500, '2024-01-01')}, {row('2024-01-01', 300)}",
    "penalty.fixed.owner_yuan": row("2020-01-01", 5_000),
}


def with_local(folder: Path, key: str, dated: str, unit: str = "元") -> Book:
    law_file(folder, "nation", NATION)
    law_file(folder, "local", {key: dated}, "330000", unit=unit)
    return alone([folder])


INSIDE = {
    "at both ends": ("penalty.x.min_yuan", row("2020-01-01", 100)),
    "the most, until it falls": ("penalty.x.max_yuan", row("2020-01-01", 500, "2024-01-01")),
    "the most after it fell": ("penalty.x.max_yuan", row("2024-01-01", 300)),
    "before the nation punished it": ("penalty.x.max_yuan", row("2019-01-01", 900, "2020-01-01")),
    "what the nation does not name": ("penalty.y.max_yuan", row("2020-01-01", 9_999)),
    "the same amount": ("penalty.fixed.owner_yuan", row("2020-01-01", 5_000)),
    "no penalty": ("speed", row("2020-01-01", 9_999)),
    "not seen": ("penalty.x.max_yuan", unseen("2020-01-01")),
}
OUTSIDE = {
    "below the least": ("penalty.x.min_yuan", row("2020-01-01", 99), "2020-01-01"),
    "a maximum below the least": ("penalty.x.max_yuan", row("2020-01-01", 50, "2024-01-01"), "2020-01-01"),
    "above the most": ("penalty.x.max_yuan", row("2020-01-01", 501, "2024-01-01"), "2020-01-01"),
    "above the most on one day": ("penalty.x.max_yuan", row("2020-01-01", 500, "2024-01-02"), "2024-01-01"),
    "a least above the most": ("penalty.x.min_yuan", row("2025-01-01", 301), "2025-01-01"),
    "more than the amount": ("penalty.fixed.owner_yuan", row("2021-01-01", 5_001), "2021-01-01"),
    "less than the amount": ("penalty.fixed.owner_yuan", row("2021-01-01", 4_999), "2021-01-01"),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_local_penalty_within_the_nations_loads(tmp_path: Path, name: str) -> None:
    key, dated = INSIDE[name]
    assert with_local(tmp_path, key, dated).values[key]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_local_penalty_outside_the_nations_does_not_load(tmp_path: Path, name: str) -> None:
    key, dated, day = OUTSIDE[name]
    with pytest.raises(LawError, match=f"local.yaml and nation.yaml {key}: on {day} ") as error:
        with_local(tmp_path, key, dated)
    assert "330000" in str(error.value) and "adds: true" in str(error.value)


@pytest.mark.parametrize("name", OUTSIDE)
def test_an_addition_may_lie_outside(tmp_path: Path, name: str) -> None:
    key, dated, _ = OUTSIDE[name]
    added = with_local(tmp_path, key, dated.replace("}", ", adds: true}"))
    assert [value.adds for value in added.values[key] if value.place == "330000"] == [True]


def test_amounts_in_other_units_cannot_be_compared_by_the_loader(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="元/辆"):
        with_local(tmp_path, "penalty.fixed.owner_yuan", row("2021-01-01", 5_000), unit="元/辆")


def test_only_a_place_adds(tmp_path: Path) -> None:
    dated = row("2020-01-01", 1, more="adds: true")
    with pytest.raises(LawError, match="for a penalty of a place"):
        book(law_file(tmp_path, "nation", {"penalty.x.max_yuan": dated}))
    assert book(law_file(tmp_path, "city", {"penalty.x.max_yuan": dated}, "450200"))


@pytest.mark.parametrize("confidence", ["seen, source: a page", "recalled", "derived", "chosen"])
def test_no_paper_prints_a_fine_that_nobody_compared_with_the_text(tmp_path: Path, confidence: str) -> None:
    rows = {"penalty.odour.max_yuan": row("2016-01-01", 500).replace("chosen", confidence)}
    law = book(law_file(tmp_path, "air", rows)).for_act(date(2020, 1, 1), date(2020, 2, 1), "450200")
    imposed = law.value("penalty.odour.max_yuan")
    assert imposed.value is not None and imposed.value.value == 500
    with pytest.raises(Conflict) as refused:
        to_print(imposed)
    assert refused.value.code == "law-not-compared" and refused.value.cite == "《air》 第一条"


def test_a_paper_prints_what_was_compared_and_nothing_where_nothing_may_be_imposed(tmp_path: Path) -> None:
    rows = {"penalty.odour.max_yuan": row("2016-01-01", 500).replace("chosen", "verified")}
    law = book(law_file(tmp_path, "air", rows)).for_act(date(2020, 1, 1), date(2020, 2, 1), "450200")
    printed = to_print(law.value("penalty.odour.max_yuan"))
    assert printed is not None and printed.value == 500
    assert to_print(law.value("penalty.forged_report.max_yuan")) is None
