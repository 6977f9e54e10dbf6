"""Which range for which act: by its day, by what it is counted from, by who pays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.law import LawUnseen, load
from imloop.law.acts import Why
from imloop.matters.penalties import VIOLATIONS, Act, Counted, Payer, Range, choose, of_several
from imloop.matters.penalties.catalogue import PAYERS
from imloop.matters.penalties.ranges import range_on

BOOK = load()
DECIDED = date(2026, 10, 20)
AIR, CODE = "《中华人民共和国大气污染防治法》", "《中华人民共和国生态环境法典》"


def chosen(
    code: str,
    act_day: str,
    payer: Payer | None = None,
    *,
    place: str = "450200",
    decided: date = DECIDED,
    serious: bool = False,
    uncorrected: bool = False,
    variant: str = "",
    **counted: int,
) -> Range | None:
    violation = VIOLATIONS[code]
    sums = {name: number if name == "vehicles" else Decimal(number) for name, number in counted.items()}
    act = Act(
        violation,
        payer or violation.payers[0],
        Counted(**sums),  # type: ignore[arg-type]
        serious,
        uncorrected,
        variant,
    )
    return choose(act, BOOK.for_act(date.fromisoformat(act_day), decided, place))


def ends(found: Range | None) -> tuple[int, int] | None:
    return None if found is None else (found.least, found.most)


@pytest.mark.parametrize(
    ("code", "day", "more", "wanted"),
    [
        ("forged_report", "2026-08-10", {}, (100_000, 500_000)),
        ("forged_report", "2026-08-10", {"serious": True}, (100_000, 500_000)),
        ("forged_report", "2026-08-10", {"payer": Payer.PERSON}, None),
        ("forged_report", "2026-08-15", {}, (100_000, 500_000)),
        ("forged_report", "2026-08-15", {"serious": True}, (500_000, 2_000_000)),
        ("forged_report", "2026-08-15", {"payer": Payer.PERSON}, (10_000, 50_000)),
        ("station_equipment", "2026-08-14", {}, None),
        ("station_equipment", "2026-08-15", {}, (20_000, 200_000)),
        ("device_swap", "2026-08-14", {"vehicles": 3}, (5_000, 5_000)),
        ("device_swap", "2026-08-14", {"vehicles": 3, "payer": Payer.REPAIRER}, (15_000, 15_000)),
        ("device_swap", "2026-08-15", {"vehicles": 3}, (15_000, 15_000)),
        ("device_removed", "2026-08-15", {"vehicles": 2}, (10_000, 10_000)),
        ("device_removed", "2026-08-15", {"vehicles": 2, "payer": Payer.REPAIRER}, (10_000, 10_000)),
        ("device_removed", "2026-08-14", {}, None),
        ("failed_vehicle_driven", "2026-08-15", {}, (20, 200)),
        ("machine_failed", "2026-08-14", {"vehicles": 4}, (5_000, 5_000)),
        ("machine_failed", "2026-08-15", {"vehicles": 4}, (20_000, 20_000)),
        ("machine_ban_zone", "2026-08-14", {}, None),
        ("machine_ban_zone", "2026-08-15", {}, (5_000, 5_000)),
        ("bad_fuel", "2026-08-14", {"goods": 9_000}, (9_000, 27_000)),
        ("bad_fuel", "2026-08-15", {"goods": 9_000}, (9_000, 45_000)),
        ("cheating_device", "2026-08-14", {"goods": 9_000}, None),
        ("cheating_device", "2026-08-15", {"goods": 9_000}, (50_000, 250_000)),
        ("cheating_device", "2026-08-15", {"goods": 60_000}, (60_000, 300_000)),
        ("obstruction", "2026-08-10", {}, (20_000, 200_000)),
        ("obstruction", "2026-08-10", {"payer": Payer.PERSON}, None),
        ("obstruction", "2026-08-16", {}, (50_000, 200_000)),
        ("obstruction", "2026-08-16", {"payer": Payer.PERSON}, (5_000, 50_000)),
        ("odour", "2026-08-14", {}, (2_000, 20_000)),
        ("odour", "2026-08-16", {}, (2_000, 20_000)),
        ("false_certificate", "2026-08-16", {}, (5_000, 20_000)),
        ("false_certificate", "2026-08-16", {"gains": 2_999}, (5_000, 20_000)),
        ("false_certificate", "2026-08-16", {"gains": 3_000}, (6_000, 30_000)),
        ("fake_parts", "2026-08-16", {"gains": 9_999}, (20_000, 50_000)),
        ("fake_parts", "2026-08-16", {"gains": 10_000}, (20_000, 100_000)),
        ("repairer_unfiled", "2026-08-16", {}, (3_000, 10_000)),
        ("station_repairs", "2026-08-16", {}, None),
        ("station_repairs", "2026-08-16", {"place": "330100"}, (10_000, 50_000)),
        ("double_charge", "2026-08-16", {"place": "330100", "charge": 800}, (800, 4_000)),
        ("double_charge", "2026-08-16", {"charge": 800}, None),
        ("terminal_missing", "2026-08-16", {"place": "330100"}, (1_000, 5_000)),
        ("overdue_driven", "2026-08-16", {"place": "330100", "variant": "diesel"}, (500, 3_000)),
        ("overdue_driven", "2026-08-16", {"place": "330100", "variant": "other"}, (200, 200)),
        ("overdue_driven", "2026-08-16", {"variant": "other"}, None),
    ],
)
def test_the_range_of_an_act(
    code: str, day: str, more: dict[str, object], wanted: tuple[int, int] | None
) -> None:
    found = chosen(code, day, **more)  # type: ignore[arg-type]
    assert ends(found) == wanted
    if found is not None:
        assert found.punished_by and found.forbidden_by and found.decided_by and found.values
        assert found.why is Why.NOT_MILDER and found.on == date.fromisoformat(day)
        assert found.is_fixed is (found.least == found.most)


@pytest.mark.parametrize(
    ("day", "decided", "wanted"),
    [
        ("2017-11-29", "2017-11-29", (500, 2_000)),
        ("2020-11-27", "2020-11-28", (5_000, 5_000)),
        ("2026-08-15", "2026-10-20", (10_000, 10_000)),
    ],
)
def test_a_removed_device_in_zhejiang(day: str, decided: str, wanted: tuple[int, int]) -> None:
    found = chosen("device_removed", day, place="330100", decided=date.fromisoformat(decided), vehicles=2)
    assert ends(found) == wanted


@pytest.mark.parametrize("day", ["2017-11-30", "2020-11-26"])
def test_a_text_that_was_not_seen_gives_no_range(day: str) -> None:
    with pytest.raises(LawUnseen):
        chosen("device_removed", day, place="330100")


def test_the_clauses_of_a_range() -> None:
    new, old = (
        chosen("forged_report", "2026-08-15", serious=True),
        chosen("forged_report", "2026-08-14", serious=True),
    )
    assert new is not None and old is not None
    assert (
        new.punished_by == f"{CODE} 第一千二百三十条第二款" and new.forbidden_by == f"{CODE} 第二百二十五条"
    )
    assert old.punished_by == f"{AIR} 第一百一十二条第一款" and old.forbidden_by == f"{AIR} 第五十四条"
    assert new.also == ("gains", "permits", "ban", "closure") and old.also == ("gains", "qualification")
    assert new.decided_by == ("environment",) and new.ban_years is None
    equipment = chosen("station_equipment", "2026-08-15", uncorrected=True)
    assert equipment is not None and equipment.also == ("gains", "closure")
    removed = chosen("device_removed", "2026-08-15", place="330100")
    assert removed is not None
    assert removed.punished_by == f"{CODE} 第一千一百二十四条"
    assert removed.forbidden_by == f"{CODE} 第二百二十六条第二款、第三款"
    local = chosen("device_removed", "2021-01-01", place="330100", decided=date(2021, 8, 1))
    assert local is not None and local.forbidden_by == "《浙江省机动车排气污染防治条例》 第十四条"
    obstruction = chosen("obstruction", "2026-08-16")
    assert obstruction is not None and obstruction.forbidden_by == obstruction.punished_by


@pytest.mark.parametrize(("serious", "years"), [(False, 5), (True, 10)])
def test_a_person_is_banned_from_the_trade(serious: bool, years: int) -> None:
    found = chosen("forged_report", "2026-08-15", Payer.PERSON, serious=serious)
    assert found is not None and (found.ban_years, found.also) == (years, ("ban",))
    obstruction = chosen("obstruction", "2026-08-16", Payer.PERSON)
    assert obstruction is not None and (obstruction.ban_years, obstruction.also) == (None, ())


def test_who_is_not_named_is_not_fined() -> None:
    assert chosen("odour", "2026-08-16", Payer.STATION) is None


def test_of_several_norms_the_highest() -> None:
    equipment, forged = chosen("station_equipment", "2026-08-15"), chosen("forged_report", "2026-08-15")
    assert of_several([equipment, None, forged]) is forged
    assert of_several([forged, equipment]) is forged
    assert of_several([None]) is None


def test_a_milder_law_of_the_decision_is_taken_whole() -> None:
    """An act that ended while the fuel fine was 5 times would be judged milder by a law of 3 times: turned round."""
    violation = VIOLATIONS["obstruction"]
    act = Act(violation, Payer.CHECKED)
    old, new = BOOK.at(date(2026, 8, 10), "450200"), BOOK.at(DECIDED, "450200")

    class Turned:
        of_act, of_decision = new, old

    found = choose(act, Turned())  # type: ignore[arg-type]
    assert found is not None and (found.why, found.least) == (Why.MILDER, 20_000)
    assert found.on == old.on and found.punished_by == f"{AIR} 第九十八条"


def test_what_amounts_do_not_compare_is_for_people() -> None:
    """The same fine; the Code drops the loss of the qualification and adds others: which is milder is weighed."""
    old = chosen("station_equipment", "2026-08-15")
    assert old is not None and old.why is Why.NOT_MILDER
    act = Act(VIOLATIONS["odour"], Payer.REPAIRER)
    law = BOOK.at(DECIDED, "450200")
    grave = law.with_values({"penalty.odour.also": law.value("penalty.forged_report.also")})

    class Pair:
        of_act, of_decision = law, grave

    found = choose(act, Pair())  # type: ignore[arg-type]
    assert found is not None and found.why is Why.NOT_COMPARABLE and found.also == ()


@given(st.integers(1, 500), st.integers(0, 10**7), st.sampled_from(sorted(VIOLATIONS)))
def test_every_range_is_one(vehicles: int, yuan: int, code: str) -> None:
    violation = VIOLATIONS[code]
    counted = Counted(vehicles, Decimal(yuan) / 100, Decimal(yuan) / 100, Decimal(yuan) / 100)
    for payer in violation.payers:
        for place in ("450200", "330100"):
            for variant in violation.variants or ("",):
                act = Act(violation, payer, counted, variant=variant)
                found = range_on(act, BOOK.at(DECIDED, place))
                assert found is None or 0 <= found.least <= found.most


@pytest.mark.parametrize("code", sorted(VIOLATIONS))
def test_every_violation_is_punished_somewhere_and_named(code: str) -> None:
    violation = VIOLATIONS[code]
    assert violation.name.zh and violation.name.en and all(PAYERS[payer].zh for payer in violation.payers)
    act = Act(
        violation,
        violation.payers[0],
        Counted(1, *[Decimal(100_000)] * 3),
        variant=(*violation.variants, "")[0],
    )
    assert range_on(act, BOOK.at(DECIDED, "330100")) is not None


def test_whatever_the_law_punishes_is_a_violation() -> None:
    acts = {key.split(".")[1] for key in BOOK.values if key.startswith("penalty.")}
    assert acts == set(VIOLATIONS)
