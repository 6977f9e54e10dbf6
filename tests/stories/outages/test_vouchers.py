"""Vouchers issued before an outage: used once, told late and in any order, never by anyone else."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imloop.exchange import vouchers
from imloop.exchange.signing import sign_voucher
from imloop.store.models import Finding, JournalEntry, PaperUnlock, Party, Standing
from support.city import FAR, LISTED, NEAR, at
from support.doors import Doors
from support.examples import examples
from support.stories.outages import (
    FAIL,
    OFFICE,
    RETEST,
    SHOWN,
    declare,
    findings,
    issued_before,
    of_day,
    permit,
    redeem,
    repair,
    stock,
    upload,
)


@pytest.fixture
def failed(doors: Doors) -> Doors:
    """A vehicle failed on Monday, was repaired on Tuesday, and on Wednesday the record does not come."""
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    return doors


def test_a_stations_own_fault_is_recorded_and_opens_nothing(failed: Doors) -> None:
    rows = issued_before(failed)
    voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-04 10:00")
    own = {"scope": "own_fault", "cause": "本站光缆被挖断", "starts_at": at("2026-03-04 09:50").isoformat()}
    failed.post("outages", own, by=NEAR, expect=201)
    failed.post("outages", {**own, "scope": "platform"}, by=NEAR, expect=403)
    told = redeem(failed, voucher)
    assert (told["unlocked"], told["findings"][0]["code"]) == (False, "fallback-own-fault")
    assert permit(failed) == ["no-repair-record", "False"]
    assert findings() == [("fallback-own-fault", NEAR)]
    assert failed.get("public/outages")["outages"] == []


def test_a_voucher_redeemed_days_later_opens_the_retest_that_follows_it_in_the_spool(failed: Doors) -> None:
    rows = issued_before(failed)
    voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-06 08:00")
    number = declare(failed, ends_at=at("2026-03-05 20:00").isoformat(), late_reason="平台停机，恢复后宣布")
    assert upload(failed, RETEST, expect=403)["code"] == "no-repair-record"
    told = redeem(failed, voucher, clock=at("2026-03-06 08:00").isoformat())
    assert (told["unlocked"], told["outage"], told["findings"]) == (True, number, [])
    assert upload(failed, RETEST)["case_state"] == "closed"
    assert repair(failed)["case_state"] == "closed"
    assert PaperUnlock.objects.get().matched_at == at("2026-03-06 08:00")


def test_a_repairer_struck_off_since_writes_no_papers_of_the_day_before(failed: Doors) -> None:
    """The day of the paper is the station's word. Reported while the repairer was still listed, it opens."""
    rows = issued_before(failed)
    failed.at("2026-03-06 21:00")
    declare(failed, ends_at=at("2026-03-06 20:00").isoformat(), late_reason="平台停机，恢复后宣布")
    shop = Party.objects.get(code=LISTED)
    gone = Standing.objects.create(party=shop, state="suspended", since=date(2026, 3, 6), cite="x")
    told = redeem(failed, of_day(rows, "2026-03-04"))
    assert (told["unlocked"], told["findings"][0]["code"]) == (False, "repairer-not-listed")
    gone.delete()
    # What was reported that day stays what it was; another voucher, reported later, is another.
    assert redeem(failed, of_day(rows, "2026-03-05"), used="2026-03-05 09:00")["unlocked"] is True


def test_the_failed_test_itself_may_still_be_in_the_spool(doors: Doors) -> None:
    rows = issued_before(doors)
    voucher = of_day(rows, "2026-03-04")
    doors.at("2026-03-06 08:00")
    declare(
        doors,
        "2026-03-02 08:00",
        ends_at=at("2026-03-05 20:00").isoformat(),
        late_reason="平台停机，恢复后宣布",
    )
    told = redeem(doors, voucher)
    assert (told["unlocked"], told["findings"][0]["code"]) == (False, "failed-test-unknown")
    upload(doors, FAIL, co=0.9)
    assert PaperUnlock.objects.get().unlocked_at is not None
    assert upload(doors, RETEST)["case_state"] == "closed"
    assert findings() == []


def test_used_outside_any_outage_it_waits_for_the_declaration(failed: Doors) -> None:
    rows = issued_before(failed)
    voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-05 08:00")
    told = redeem(failed, voucher)
    assert (told["unlocked"], told["outage"]) == (False, None)
    assert findings() == [("fallback-outside-outage", NEAR)]
    assert permit(failed) == ["no-repair-record", "False"]
    declare(failed, ends_at=at("2026-03-04 20:00").isoformat(), late_reason="平台停机，恢复后宣布")
    assert permit(failed) == ["paper-fallback", "True"]
    assert Finding.objects.get(code="fallback-outside-outage").resolved_at is not None


def test_an_outage_at_another_time_changes_nothing(failed: Doors) -> None:
    rows = issued_before(failed)
    voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-05 08:00")
    redeem(failed, voucher)
    declare(
        failed,
        "2026-03-04 11:00",
        ends_at=at("2026-03-04 20:00").isoformat(),
        late_reason="平台停机，恢复后宣布",
    )
    assert permit(failed) == ["no-repair-record", "False"]
    assert Finding.objects.get(code="fallback-outside-outage").resolved_at is None


def test_told_after_its_record_it_is_matched_and_carries_the_retest_that_ran_before_the_record(
    failed: Doors,
) -> None:
    rows = issued_before(failed)
    voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-05 08:00")
    declare(failed, ends_at=at("2026-03-04 20:00").isoformat(), late_reason="平台停机，恢复后宣布")
    repair(failed)
    refused = upload(failed, RETEST, expect=403)
    assert refused["code"] == "record-after-retest", "it rested on paper, of which nothing is known yet"
    told = redeem(failed, voucher)
    assert (told["unlocked"], bool(told["matched"])) == (True, True)
    assert upload(failed, RETEST)["case_state"] == "closed"


def test_a_voucher_is_good_once(failed: Doors) -> None:
    rows = issued_before(failed)
    voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-04 11:00")
    declare(failed, late_reason="刚刚恢复联系")
    first = redeem(failed, voucher)
    assert redeem(failed, voucher, expect=200) == first
    again = redeem(failed, voucher, expect=200, clock=at("2026-03-04 11:00").isoformat())
    assert again == first
    other = redeem(failed, voucher, expect=409, vehicle={"vin": "", "plate": "桂B99999"})
    assert other["code"] == "voucher-used"
    assert redeem(failed, voucher, expect=409, used="2026-03-04 10:01")["code"] == "voucher-used"
    assert PaperUnlock.objects.count() == 1
    assert voucher["number"] not in [row["number"] for row in stock(failed)]


def test_forged_foreign_or_of_another_day(failed: Doors) -> None:
    rows = issued_before(failed)
    mine = of_day(rows, "2026-03-04")
    yesterday = of_day(rows, "2026-03-03")
    theirs = of_day(stock(failed, FAR), "2026-03-04")
    failed.at("2026-03-04 10:30")
    declare(failed)
    assert redeem(failed, {**mine, "station": FAR}, expect=403)["code"] == "voucher-forged"
    assert redeem(failed, {**yesterday, "day": "2026-03-04"}, expect=403)["code"] == "voucher-forged"
    assert findings("voucher-forged") == [("voucher-forged", NEAR)] * 2
    assert redeem(failed, theirs, expect=403)["code"] == "voucher-other-station"
    assert redeem(failed, yesterday, expect=403)["code"] == "voucher-other-day"
    guessed = {"number": mine["number"], "code": vouchers.new_code()}
    assert redeem(failed, guessed, expect=422)["code"] == "unknown-voucher"
    assert redeem(failed, {"code": theirs["code"]}, expect=422)["code"] == "unknown-voucher"
    assert PaperUnlock.objects.count() == 0
    assert redeem(failed, {"code": mine["code"].lower().replace("-", "")})["unlocked"] is True


def test_a_signed_voucher_that_a_restored_backup_forgot_is_taken(failed: Doors) -> None:
    failed.at("2026-03-04 10:30")
    declare(failed)
    lost = sign_voucher("V450200-2026-000999", NEAR, at(SHOWN).date(), at("2026-03-03 08:00"))
    assert redeem(failed, lost)["unlocked"] is True


def test_the_stock_is_refreshed_and_a_suspended_station_gets_none(doors: Doors) -> None:
    doors.at("2026-03-03 08:00")
    first = stock(doors)
    assert sorted({row["day"] for row in first}) == ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]
    assert len(first) == 20 == len({row["code"] for row in first})
    assert stock(doors) == first
    doors.at("2026-03-04 08:00")
    assert [row for row in stock(doors) if row["day"] < "2026-03-07"] == first[5:]
    key = doors.get("offline-vouchers", by=NEAR)["key"]
    for row in first:
        vouchers.verify(vouchers.read(row), key["pem"], station=NEAR, at=at(f"{row['day']} 12:00"))
    codes = {row["code"] for row in first}
    assert not any(code in entry.body for entry in JournalEntry.objects.all() for code in codes)


def test_a_clock_that_is_off_is_said(failed: Doors) -> None:
    rows = issued_before(failed)
    voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-04 10:30")
    declare(failed)
    told = redeem(failed, voucher, clock=at("2026-03-04 11:30").isoformat())
    assert [each["code"] for each in told["findings"]] == ["clock-skew"]
    assert told["unlocked"] is True


@settings(
    max_examples=examples(12),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    uses=st.lists(
        st.tuples(
            st.integers(0, 1), st.sampled_from(["桂B12345", "桂B00001"]), st.sampled_from(["10:00", "10:05"])
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_told_in_whatever_order_no_voucher_counts_twice(
    failed: Doors, uses: list[tuple[int, str, str]]
) -> None:
    failed.get("feed", by=OFFICE)  # its key outlives what is taken back
    with transaction.atomic():
        rows = issued_before(failed)
        mine = [row for row in rows if row["day"] == "2026-03-04"]
        failed.at("2026-03-04 10:30")
        declare(failed)
        first: dict[int, tuple[str, str]] = {}
        for index, plate, minute in uses:
            fits = first.setdefault(index, (plate, minute)) == (plate, minute)
            known = PaperUnlock.objects.filter(voucher__number=mine[index]["number"]).exists()
            expect = 409 if not fits else 200 if known else 201
            vehicle = {"vin": "", "plate": plate}
            redeem(failed, mine[index], used=f"2026-03-04 {minute}", expect=expect, vehicle=vehicle)
        assert PaperUnlock.objects.count() == len(first)
        transaction.set_rollback(True)
