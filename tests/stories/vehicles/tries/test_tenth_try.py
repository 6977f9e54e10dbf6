"""Fails that had no permit beside a second opinion or a paper, days between a claimed time and its arrival, a rule that
began meanwhile, a fuel that is stated later: nobody frees a car that failed by what was true at both ends alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Unlawful
from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.store.models import Case, Certificate, PaperUnlock, Party, Standing
from stories.inspections.test_fifth_tables import free_accelerations
from stories.inspections.test_sixth_try import by_two, failed, run
from stories.vehicles.tries.test_ninth_try import assumed
from support.city import FAR, LISTED, NEAR, OTHER, City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN
from support.stories import outages
from support.stories.one_car import ENV, FAIL, car, mark, permitted
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"


# A second opinion


def opinion(city: City, case: str, to: str = FAR, *, when: str = "2026-03-02 15:00") -> None:
    way = {"kind": "objection", "to_station": to, "reason": "x", "evidence": "x"}
    grant_exit(city.callers[ENV], case, expires_on=date(2026, 3, 20), now=at(when), **way)


def failed_besides(city: City, when: str, *, now: str, station: str = NEAR) -> None:
    """Without a permit, and told when a later run is known already."""
    run(city, now, station=FAR, outcome="aborted")
    said = run(city, when, station=station, now=at(now.replace(":00", ":30")), **FAIL)
    assert said["counts_why"] == "retest-without-permit"


@pytest.mark.parametrize("told", ["before", "after"])
def test_a_fail_after_it_was_granted_uses_a_second_opinion_up(city: City, told: str) -> None:
    """Known before the run that it allows, or only after it."""
    city.enter()
    opinion(city, run(city, FAILED, **FAIL)["case"])
    if told == "before":
        failed_besides(city, "2026-03-03 11:00", now="2026-03-03 12:00")
        assert run(city, "2026-03-03 13:00", station=FAR)["refused"] == "no-repair-record"
    else:
        assert run(city, "2026-03-03 13:00", station=FAR)["case_state"] == "closed"
        said = run(city, "2026-03-03 11:00", now=at("2026-03-03 14:00"), **FAIL)
        assert said["counts_why"] == "retest-without-permit"
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-04 09:00")


def test_one_that_was_granted_after_all_fails_measures_the_car_as_it_is(city: City) -> None:
    city.enter()
    case = run(city, FAILED, **FAIL)["case"]
    failed_besides(city, "2026-03-02 11:00", now="2026-03-02 12:00")
    opinion(city, case)
    assert run(city, "2026-03-03 13:00", station=FAR)["case_state"] == "closed"


def test_no_station_gives_a_second_opinion_on_its_own_run(city: City) -> None:
    """Any station was granted."""
    city.enter()
    case = run(city, FAILED, **FAIL)["case"]
    with pytest.raises(Unlawful, match="opinion-of-its-own"):
        opinion(city, case, NEAR)
    opinion(city, case, "")
    assert not permitted(city, NEAR, "2026-03-03 12:00") and permitted(city, FAR, "2026-03-03 12:00")
    assert run(city, "2026-03-03 13:00", purpose="retest")["refused"] == "no-repair-record"
    assert run(city, "2026-03-03 14:00", station=FAR)["case_state"] == "closed"


# Papers


def _an_outage(doors: Doors, *, known: str = "") -> dict[str, str]:
    """It failed on 2 March, and once more on 4 March without a permit; a repair between. ``known``: what came before
    the paper was shown: ``record``, ``fail``."""
    doors.city.enter()
    doors.at("2026-03-04 07:00")
    voucher = outages.of_day(outages.stock(doors), "2026-03-04")
    doors.at("2026-03-02 09:10")
    outages.upload(doors, FAILED, vehicle=car(), **FAIL)
    if "record" in known:
        doors.at("2026-03-03 16:10")
        outages.repair(doors)
    doors.at("2026-03-04 09:00")
    outages.upload(doors, "2026-03-04 08:50", vehicle=car(), outcome="aborted")
    if "fail" in known:
        _fails_besides(doors)
    doors.at("2026-03-04 10:10")
    outages.declare(doors)
    return voucher


def _fails_besides(doors: Doors) -> None:
    said = outages.upload(doors, "2026-03-04 08:30", vehicle=car(), station=FAR, **FAIL)
    assert said["counts"] == "nothing"


def test_paper_of_a_repair_opens_nothing_after_a_fail_without_a_permit(doors: Doors) -> None:
    told = outages.redeem(doors, _an_outage(doors, known="record, fail"))
    assert [each["code"] for each in told["findings"]] == ["paper-used"]
    assert not permitted(doors.city, NEAR, "2026-03-04 10:30")


@pytest.mark.parametrize("shop", [LISTED, OTHER])
def test_nor_when_that_fail_comes_after_the_paper(doors: Doors, shop: str) -> None:
    """Shown under the name of its repairer, or of another one."""
    assert outages.redeem(doors, _an_outage(doors, known="record"), shop=shop)["unlocked"]
    _fails_besides(doors)
    assert not permitted(doors.city, NEAR, "2026-03-04 10:30")
    said = outages.upload(doors, "2026-03-04 10:05", vehicle=car(), purpose="retest", expect=403)
    assert "repair" in said["code"] and Case.objects.get().state == "awaiting_repair"


def test_the_record_of_such_a_paper_differs_from_it(doors: Doors) -> None:
    assert outages.redeem(doors, _an_outage(doors, known="fail"))["unlocked"]
    assert permitted(doors.city, NEAR, "2026-03-04 10:11")
    doors.at("2026-03-04 10:20")
    outages.repair(doors)
    assert not permitted(doors.city, NEAR, "2026-03-04 10:30")
    unlock = PaperUnlock.objects.get()
    assert unlock.repair is None and unlock.contradicted_at is not None


def test_paper_of_a_repair_after_it_opens_the_retest(doors: Doors) -> None:
    voucher = _an_outage(doors, known="record, fail")
    papers = {"settlement_no": "J-99", "certificate_no": "H-99"}
    assert outages.redeem(doors, voucher, documents=papers)["unlocked"]
    doors.at("2026-03-04 10:40")
    said = outages.upload(doors, "2026-03-04 10:30", vehicle=car(), purpose="retest")
    assert said["case_state"] == "closed"


# Days between


def _kept_back(doors: Doors) -> None:
    """An outage kept everything of the night from 4 to 6 March."""
    doors.at("2026-03-06 07:00")
    over = {"ends_at": at("2026-03-06 06:00").isoformat(), "late_reason": "恢复后宣布"}
    outages.declare(doors, "2026-03-04 18:00", **over)


def _suspended(code: str, until: date | None = date(2026, 3, 6)) -> None:
    party = Party.objects.get(code=code)
    Standing.objects.create(party=party, state="suspended", since=date(2026, 3, 5), until=until, cite="-")


def _lapsed(code: str) -> None:
    """Its certificate is renewed a day late."""
    party = Party.objects.get(code=code)
    for since, until in ((date(2020, 3, 5), date(2026, 3, 5)), (date(2026, 3, 6), date(2032, 3, 6))):
        Certificate.objects.create(party=party, kind="cma", number=f"{since}", since=since, until=until)


@pytest.mark.parametrize("closed", [_suspended, _lapsed])
def test_no_run_of_the_day_on_which_its_station_was_closed(doors: Doors, closed: Any) -> None:
    """It works again when the run comes, which is said to be of the day before."""
    failed(doors.city)
    _kept_back(doors)
    closed(NEAR)
    said = run(doors.city, "2026-03-04 20:00", purpose="retest", now=at("2026-03-06 08:00"))
    assert [each["item"] for each in said["findings"] if each["code"] == "time-held"] == ["before-closing"]
    assert Case.objects.get().state == "awaiting_retest" and not mark(doors.city, "2026-03-06 09:00")


def test_what_an_open_station_sends_after_an_outage_counts(doors: Doors) -> None:
    failed(doors.city)
    _kept_back(doors)
    _suspended(FAR)
    said = run(doors.city, "2026-03-04 20:00", purpose="retest", now=at("2026-03-06 08:00"))
    assert said["case_state"] == "closed" and mark(doors.city, "2026-03-06 09:00")


@pytest.mark.parametrize("closed", [True, False])
def test_no_repair_of_the_day_on_which_its_shop_was_not_listed(doors: Doors, closed: bool) -> None:
    doors.city.enter()
    run(doors.city, FAILED, **FAIL)
    _kept_back(doors)
    _suspended(LISTED if closed else OTHER)
    doors.city.repair("2026-03-04 20:00", now=at("2026-03-06 08:00"))
    assert permitted(doors.city, NEAR, "2026-03-06 09:00") is not closed


@pytest.mark.parametrize("closed", [True, False])
def test_no_paper_of_that_shop(doors: Doors, closed: bool) -> None:
    doors.city.enter()
    run(doors.city, FAILED, **FAIL)
    doors.at("2026-03-04 08:00")
    voucher = outages.of_day(outages.stock(doors), "2026-03-04")
    _suspended(LISTED if closed else OTHER)
    _kept_back(doors)
    assert outages.redeem(doors, voucher, used="2026-03-04 20:00")["unlocked"] is not closed


# A rule that began meanwhile

RULES = {"retest.record_required": NEAR, "retest.same_station": FAR}
"""Each with the station that may not retest once it holds."""


def from_the_fifth(patch: pytest.MonkeyPatch, rule: str) -> None:
    assumed(
        patch,
        f"""
values:
  {rule}:
    - {{value: false, until: 2026-03-05, place: "450200"}}
    - {{value: true, from: 2026-03-05, place: "450200"}}
""",
    )


def _failed_before(city: City, rule: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    if rule == "retest.same_station":
        city.repair(REPAIRED)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("late", [True, False])
def test_no_retest_of_the_evening_before_a_rule_holds(
    city: City, monkeypatch: pytest.MonkeyPatch, rule: str, late: bool
) -> None:
    """It is said to be of the last minutes; another run of it is known by then, or not."""
    from_the_fifth(monkeypatch, rule)
    _failed_before(city, rule)
    if late:
        run(city, "2026-03-05 00:10", outcome="aborted")
    said = run(city, "2026-03-04 23:50", station=RULES[rule], now=at("2026-03-05 00:20"))
    assert said["counts_why"] == "time-held" and not mark(city, "2026-03-05 09:00")
    assert [each["item"] for each in said["findings"] if each["code"] == "time-held"] == [
        "before-stricter-law"
    ]


def test_nor_one_that_comes_before_its_fail(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """No case is known yet when the pass comes."""
    from_the_fifth(monkeypatch, "retest.record_required")
    city.enter()
    run(city, "2026-03-04 23:50", now=at("2026-03-05 00:20"))
    run(city, "2026-03-04 23:30", now=at("2026-03-05 00:25"), **FAIL)
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-05 09:00")


@pytest.mark.parametrize("rule", RULES)
def test_one_that_a_department_released_counts(
    city: City, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    from_the_fifth(monkeypatch, rule)
    _failed_before(city, rule)
    said = run(city, "2026-03-04 23:50", station=RULES[rule], now=at("2026-03-05 00:20"))
    released = Settlement("released", "检测线日志和监控相符")
    settle_run(city.callers[ENV], RULES[rule], said["test_no"], released, at("2026-03-05 10:00"))
    assert Case.objects.get().state == "closed" and mark(city, "2026-03-05 11:00")


@pytest.mark.parametrize("rule", RULES)
def test_what_comes_that_evening_counts(city: City, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    from_the_fifth(monkeypatch, rule)
    _failed_before(city, rule)
    assert run(city, "2026-03-04 23:50", station=RULES[rule])["case_state"] == "closed"


@pytest.mark.parametrize("rule", RULES)
def test_what_the_rule_permits_as_well_counts_over_midnight(
    city: City, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    from_the_fifth(monkeypatch, rule)
    failed(city)
    assert run(city, "2026-03-04 23:50", now=at("2026-03-05 00:20"))["case_state"] == "closed"


# A fuel that is stated later

SMOKE: dict[str, Any] = {
    "method": "FREEACC",
    "line": "02",
    "trace": {"columns": free_accelerations(4.0)},
    "vehicle": car(fuel="diesel", rated_speed_rpm=3000),
}


@pytest.mark.parametrize("known", ["nothing", "names", "fuel"])
def test_no_shop_is_able_by_what_is_stated_after_the_fail(city: City, known: str) -> None:
    """A run that waits says petrol; the shop repairs petrol engines. Only an authority's word is another matter."""
    Party.objects.filter(code=LISTED).update(capability=["gasoline"])
    if known == "names":
        guest = NewEnrolment(ground="resident", evidence="x", since=date(2026, 1, 1), vin=VIN, plate=PLATE)
        enrol(city.callers[ENV], guest, at("2026-01-01 08:00"))
    assert run(city, FAILED, **SMOKE)["counts"] == "case"
    run(city, "2026-03-02 08:00", now=at("2026-03-04 09:00"), vehicle=car())
    run(city, "2026-03-02 12:00", now=at("2026-03-04 10:00"), vehicle=car(), **FAIL)
    if known == "fuel":
        city.enter("2026-03-04 11:00", fuel="gasoline")
        by_two(city, "2026-03-04 11:10")
    said = city.repair(REPAIRED).body["retest"]
    able = "shop-not-able" not in [each["code"] for each in said["reasons"]]
    assert able is (known == "fuel")


def test_a_shop_that_is_able_repairs_what_failed_in_its_scope(city: City) -> None:
    Party.objects.filter(code=LISTED).update(capability=["diesel"])
    run(city, FAILED, **SMOKE)
    assert city.repair(REPAIRED).body["retest"]["allowed"]
