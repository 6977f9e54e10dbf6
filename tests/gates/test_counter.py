"""The gates of the counter, clause by clause in both directions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from imloop.facts.codes import Method
from imloop.facts.days import CHINA
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.gates.appointments.reception import Arrival, reception
from imloop.gates.prices.charge import PassBefore, Price, charge, price_of
from imloop.gates.repairs.warranty import DoneBefore, owed_by, pollutants, rework_charged
from imloop.gates.stations.conflict import Firm, conflicts, shared
from imloop.gates.stations.staff import StaffFact, people_reasons
from imloop.gates.vehicles.case_fact import CaseFact
from imloop.gates.vehicles.subject import Subject
from imloop.law import Law, load
from support.law_files import book_with, law_file, row

DAY = date(2026, 3, 5)
LIUZHOU, ZHEJIANG = load().at(DAY, "450200"), load().at(DAY, "330000")

STATION = Firm(
    "I1", "甲检测站", "91450200MA5KC6D123", "韦某", "6222 0001", "柳州市鱼峰区 1 号", "0772-1234567"
)
SHOP = Firm("M1", "乙维修站", "91450200MA5KC6D999", "覃某", "6222 9999", "柳州市柳南区 9 号", "0772-7654321")

CAR = Subject(
    vehicle_type="K33",
    usage="A",
    fuel="gasoline",
    first_registered_on=date(2014, 4, 20),
    due_on=date(2026, 4, 30),
)
ARRIVAL = Arrival(
    station="I1",
    line="01",
    line_methods=["ASM", "TSI"],
    method=Method.ASM,
    day=DAY,
    subject=CAR,
    drive="2wd",
)
CASE = CaseFact("C1", "awaiting_retest", date(2026, 4, 1), overdue=False)
STAFF = (
    StaffFact("何平", "reviewer", date(2020, 1, 1)),
    StaffFact("欧健", "driver", date(2020, 1, 1), qualified_until=date(2030, 1, 1)),
    StaffFact("向阳", "driver", date(2020, 1, 1), qualified_until=DAY),
)
CLOSED = Reason(
    "station-not-active", Text("已暂停。", "Suspended."), "第五十四条", Text("恢复后再来。", "After it.")
)
LOCK = Reason("line-locked", Text("检测线已锁定。", "The line is locked."))


def codes(answer: Answer) -> list[str]:
    return [reason.code for reason in answer.reasons]


def test_nothing_stands_against_an_ordinary_arrival() -> None:
    answer = reception(ARRIVAL, LIUZHOU)
    assert answer.allowed and not answer.reasons
    assert answer.to_json()["retest"] is False


@pytest.mark.parametrize(
    ("allowed", "codes_wanted"), [("[VMAS]", ["method-not-allowed"]), ("[VMAS, ASM]", [])]
)
def test_a_city_allows_the_methods_it_chose(tmp_path: Path, allowed: str, codes_wanted: list[str]) -> None:
    city = law_file(tmp_path, "city", {"method.allowed": row("2026-01-01", allowed)}, "330100", unit="")
    answer = reception(ARRIVAL, book_with(city).at(DAY, "330100"))
    assert codes(answer) == codes_wanted
    for reason in answer.refusals:
        assert (
            reason.cite == "《city》 第一条"
            and reason.next is not None
            and "简易瞬态工况法" in reason.next.zh
        )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"closed": [CLOSED]}, "station-not-active"),
        ({"line_methods": None}, "unknown-line"),
        ({"line_methods": ["TSI"]}, "method-not-licensed"),
        ({"line_locks": [LOCK]}, "line-locked"),
        ({"subject": replace(CAR, status="scrapped")}, "vehicle-scrapped"),
        ({"subject": replace(CAR, fuel="electric")}, "vehicle-exempt"),
        ({"subject": replace(CAR, vehicle_type="B11")}, "no-engine"),
        (
            {"subject": replace(CAR, status="scrapped", plate="粤A12345"), "enrolled": True},
            "vehicle-scrapped",
        ),
        ({"subject": replace(CAR, fuel="diesel")}, "method-not-for-fuel"),
        ({"people": people_reasons({"driver": "甲"}, STAFF, DAY, LIUZHOU)}, "person-not-on-staff"),
        ({"people": people_reasons({"reviewer": "欧健"}, STAFF, DAY, LIUZHOU)}, "person-not-in-role"),
        ({"people": people_reasons({"driver": "向阳"}, STAFF, DAY, LIUZHOU)}, "qualification-expired"),
        ({"retest": [LOCK]}, "line-locked"),
    ],
)
def test_what_closes_the_counter(change: dict[str, object], code: str) -> None:
    answer = reception(replace(ARRIVAL, **change), LIUZHOU)  # type: ignore[arg-type]
    assert not answer.allowed and codes(answer) == [code]
    refusal = answer.refusal()
    assert refusal.code == code
    assert all(reason.cite and reason.next for reason in answer.reasons if reason is not LOCK)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": replace(CAR, fuel="")},
        {"subject": replace(CAR, fuel="diesel"), "method": Method.LUGDOWN, "line_methods": ["LUGDOWN"]},
        {"people": people_reasons({"reviewer": "何平", "driver": "欧健"}, STAFF, DAY, LIUZHOU)},
        {"retest": []},
        {"subject": replace(CAR, status="moved_out")},
        {"method": Method.TSI, "drive": "4wd"},
    ],
)
def test_what_leaves_it_open(change: dict[str, object]) -> None:
    assert reception(replace(ARRIVAL, **change), LIUZHOU).allowed  # type: ignore[arg-type]


def test_warnings_do_not_close_it() -> None:
    later = replace(CAR, due_on=date(2026, 12, 31))
    early = reception(replace(ARRIVAL, subject=later), LIUZHOU)
    other_method = reception(replace(ARRIVAL, method=Method.TSI), LIUZHOU)
    assert early.allowed and codes(early) == ["cycle-not-open"]
    assert other_method.allowed and codes(other_method) == ["method-needs-reason"]
    in_case = replace(ARRIVAL, subject=later, retest=[], case=CASE)
    assert codes(reception(in_case, LIUZHOU)) == []


@pytest.mark.parametrize(
    ("plate", "enrolled", "origin", "said"),
    [
        ("桂B12345", False, "own", []),
        ("粤A12345", False, "elsewhere", ["from-elsewhere"]),
        ("粤A12345", True, "enrolled", []),
        ("", False, "own", []),
    ],
)
def test_a_guest_is_welcome_and_told_where_it_counts(
    plate: str, enrolled: bool, origin: str, said: list[str]
) -> None:
    answer = reception(replace(ARRIVAL, subject=replace(CAR, plate=plate), enrolled=enrolled), LIUZHOU)
    assert answer.allowed and codes(answer) == said and answer.facts["origin"] == origin
    assert all(reason.warning and reason.next for reason in answer.reasons)


def test_a_year_without_a_test_is_said_and_does_not_close_the_counter() -> None:
    young = replace(CAR, first_registered_on=date(2024, 4, 20))
    answer = reception(replace(ARRIVAL, subject=young), LIUZHOU)
    assert answer.allowed and codes(answer) == ["mark-only-year"]
    gone = reception(replace(ARRIVAL, subject=replace(young, status="cancelled")), LIUZHOU)
    assert not gone.allowed and gone.refusals[0].code == "vehicle-cancelled"


def test_people_are_compared_only_where_the_staff_is_known() -> None:
    named = {"inspector": "何平", "reviewer": "", "driver": "甲"}
    assert people_reasons(named, (), DAY, LIUZHOU) == []
    assert [reason.item for reason in people_reasons(named, STAFF, DAY, LIUZHOU)] == ["driver"]


def test_someone_who_left_signs_until_the_day_before() -> None:
    left = [StaffFact("何平", "reviewer", DAY - timedelta(days=9), until=DAY)]
    assert people_reasons({"reviewer": "何平"}, left, DAY - timedelta(days=1), LIUZHOU) == []
    assert people_reasons({"reviewer": "何平"}, left, DAY, LIUZHOU)
    assert people_reasons({"reviewer": "何平"}, left, DAY - timedelta(days=10), LIUZHOU)


@pytest.mark.parametrize("trait", ["uscc", "legal_person", "account"])
def test_one_hand_is_refused(trait: str) -> None:
    other = replace(SHOP, **{trait: getattr(STATION, trait)})
    answer = conflicts(STATION, [SHOP, other], ZHEJIANG)
    assert not answer.allowed and codes(answer) == ["tests-and-repairs"]
    assert "第十八条" in answer.reasons[0].cite and answer.reasons[0].item == "M1"


@pytest.mark.parametrize(("trait", "value"), [("address", "柳州市鱼峰区1号"), ("phone", "07721234567")])
def test_a_shared_door_is_a_hint(trait: str, value: str) -> None:
    answer = conflicts(STATION, [replace(SHOP, **{trait: value})], LIUZHOU)
    assert answer.allowed and codes(answer) == ["same-address-or-phone"]


def test_strangers_and_unknown_traits_share_nothing() -> None:
    assert conflicts(STATION, [SHOP], LIUZHOU).reasons == ()
    assert shared(Firm("I1", "甲"), Firm("M1", "乙")) == ()


PRICE = Price("450200", "", Method.ASM, Decimal("90.00"), date(2026, 1, 1), None, "柳价费〔2025〕8号")
PASSED = PassBefore("T1", date(2026, 1, 10), date(2026, 6, 30))


def asked(**change: object) -> Answer:
    facts: dict[str, object] = {
        "station": "I1",
        "method": Method.ASM,
        "usage": "A",
        "day": DAY,
        "last_pass": None,
        "price": PRICE,
        "law": ZHEJIANG,
    }
    return charge(**{**facts, **change})  # type: ignore[arg-type]


def test_the_approved_price_is_due() -> None:
    answer = asked(charged=Decimal("90"))
    assert answer.allowed and not answer.reasons and answer.facts["due_yuan"] == "90.00"
    assert codes(asked(charged=Decimal("90.01"))) == ["fee-above-price"]
    assert asked(charged=Decimal("90.01")).reasons[0].cite == "柳价费〔2025〕8号"
    below = asked(charged=Decimal("80"))
    assert below.allowed and codes(below) == ["fee-below-price"]


def test_without_a_price_nothing_can_be_compared() -> None:
    answer = asked(price=None, charged=Decimal("500"))
    assert answer.allowed and codes(answer) == ["no-approved-price"] and answer.facts["due_yuan"] is None


def test_a_commercial_vehicle_is_not_charged_twice() -> None:
    answer = asked(usage="F", last_pass=PASSED, charged=Decimal("90"))
    assert codes(answer) == ["charged-twice", "fee-above-price"] and answer.facts["due_yuan"] == "0.00"
    assert "第十九条" in answer.reasons[0].cite


@pytest.mark.parametrize(
    "change",
    [
        {"usage": "A"},
        {"usage": "F", "day": date(2026, 7, 1)},
        {"usage": "F", "day": date(2026, 1, 9)},
        {"usage": "F", "law": LIUZHOU},
        {"usage": "F", "last_pass": None},
    ],
)
def test_anyone_else_pays_the_price(change: dict[str, object]) -> None:
    answer = asked(**{"last_pass": PASSED, "charged": Decimal("90"), **change})
    assert answer.allowed and answer.facts["due_yuan"] == "90.00"


def test_the_nearest_price_holds() -> None:
    province = replace(PRICE, place="450000", yuan=Decimal("100"))
    own = replace(PRICE, station="I1", yuan=Decimal("85"))
    ended = replace(own, yuan=Decimal("70"), since=date(2025, 1, 1), until=date(2026, 1, 1))
    found = price_of([province, PRICE, own, ended], "I1", Method.ASM, DAY)
    elsewhere = price_of([province, PRICE, own], "I2", Method.ASM, DAY)
    assert found == own and elsewhere == PRICE
    assert price_of([PRICE], "I1", Method.TSI, DAY) is None


@pytest.mark.parametrize(
    ("rework_of", "cost", "charged"),
    [
        ("R1", Decimal("60"), True),
        ("R1", Decimal("0"), False),
        ("R1", None, False),
        ("", Decimal("60"), False),
    ],
)
def test_rework_is_free(rework_of: str, cost: Decimal | None, charged: bool) -> None:
    found = rework_charged(rework_of, cost, ZHEJIANG)
    assert (found is not None) is charged
    assert found is None or found.cite


def test_an_answer_names_warnings_last() -> None:
    hint = replace(LOCK, code="hint", warning=True)
    answer = Answer.of("x", [hint, None, LOCK])
    assert codes(answer) == ["line-locked", "hint"] and not answer.allowed
    assert [reason.code for reason in answer.refusals] == ["line-locked"]


def test_every_law_has_what_the_gates_ask_for() -> None:
    for place in ("450200", "330000", "110000"):
        law: Law = load().at(date(2019, 5, 1), place)
        assert conflicts(STATION, [SHOP], law).allowed
        assert asked(law=law).allowed


DONE = DoneBefore(
    shop="M1",
    repair_no="W1",
    finished_at=datetime(2026, 3, 1, 16, tzinfo=CHINA),
    warranty_until=date(2026, 3, 11),
    warranty_km=52000.0,
    failed_items=("co_5025_pct",),
)
FAILED_AT = datetime(2026, 3, 5, 9, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("change", "owed"),
    [
        ({}, True),
        ({"failed_items": ["co_g_km"]}, True),
        ({"failed_items": ["no_5025_ppm"]}, False),
        ({"failed_items": []}, False),
        ({"at": datetime(2026, 3, 11, 23, 59, tzinfo=CHINA)}, True),
        ({"at": datetime(2026, 3, 12, 0, 0, tzinfo=CHINA)}, False),
        ({"at": datetime(2026, 3, 1, 15, 59, tzinfo=CHINA)}, False),
        ({"odometer_km": 52000.0}, True),
        ({"odometer_km": 52000.1}, False),
    ],
)
def test_a_repair_that_did_not_last_is_owed_again(change: dict[str, object], owed: bool) -> None:
    given: dict[str, object] = {"failed_items": ["co_2540_pct"], "at": FAILED_AT, "odometer_km": None}
    found = owed_by([DONE], law=LIUZHOU, **{**given, **change})  # type: ignore[arg-type]
    assert (found == DONE) is owed


def test_the_latest_repair_is_the_one_owed() -> None:
    later = replace(DONE, repair_no="W2", finished_at=datetime(2026, 3, 3, 16, tzinfo=CHINA))
    assert owed_by([later, DONE], ["co_5025_pct"], FAILED_AT, None, LIUZHOU) == later
    assert owed_by([], ["co_5025_pct"], FAILED_AT, None, LIUZHOU) is None


def test_the_same_thing_measured_another_way() -> None:
    assert pollutants(["hc_nox_g_km"]) == {"hc", "nox"}
    assert pollutants(["no_5025_ppm", "nox_80_ppm", "k_mean_per_m", "ringelmann_grade"]) == {"nox", "k"}
    assert pollutants(["max_power_kw", "power_ratio"]) == {"power"}
