"""The systems are down: paper stands in for the record, and afterwards every paper is matched or becomes a finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imloop.exchange import vouchers
from imloop.steps import journal
from imloop.steps.match_papers import find_unmatched, watch_shares
from imloop.steps.work import tasks
from imloop.store.models import Case, Finding, JournalEntry, OutboxEntry, PaperUnlock
from support.city import FAR, LISTED, NEAR, PLACE, UNLISTED, at
from support.doors import Doors
from support.uploads import PLATE, VIN, repair_message, test_message

OFFICE = f"{PLACE}-environment"
PAPERS = {"settlement_no": "J-77", "certificate_no": "H-77"}
FAIL, DONE, SHOWN, RETEST = "2026-03-02 09:00", "2026-03-03 16:00", "2026-03-04 10:00", "2026-03-04 10:30"


@pytest.fixture
def failed(doors: Doors) -> Doors:
    """A vehicle failed on Monday, was repaired on Tuesday, and on Wednesday the record does not come."""
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    return doors


def upload(
    doors: Doors, when: str, *, station: str = NEAR, expect: int = 201, **change: Any
) -> dict[str, Any]:
    message = test_message(at(when), station=station, **change)
    return doors.post("tests", message, by=station, expect=expect)


def repair(doors: Doors, *, shop: str = LISTED, expect: int = 201, **change: Any) -> dict[str, Any]:
    documents = {**PAPERS, "invoice_no": "F-77", **change.pop("documents", {})}
    message = repair_message(at(change.pop("done", DONE)), shop=shop, documents=documents, **change)
    return doors.post("repairs", message, by=shop, expect=expect)


def declare(doors: Doors, starts: str = "2026-03-04 09:30", *, by: str = OFFICE, **said: Any) -> str:
    body = {"scope": "platform", "cause": "机房断电", "starts_at": at(starts).isoformat(), **said}
    return str(doors.post("outages", body, by=by, expect=201)["outage_no"])


def unlock(doors: Doors, *, expect: int = 201, **said: Any) -> dict[str, Any]:
    body = {"station": NEAR, "shop": LISTED, "plate": PLATE, "reason": "电话核对", **PAPERS, **said}
    return doors.post("fallback-unlocks", body, by=OFFICE, expect=expect)


def stock(doors: Doors, station: str = NEAR) -> list[dict[str, str]]:
    return list(doors.get("offline-vouchers", by=station)["vouchers"])


def of_day(rows: list[dict[str, str]], day: str) -> dict[str, str]:
    return next(row for row in rows if row["day"] == day)


def redeem(
    doors: Doors,
    voucher: dict[str, str],
    *,
    used: str = SHOWN,
    by: str = NEAR,
    expect: int = 201,
    **said: Any,
) -> dict[str, Any]:
    body = {
        "voucher": voucher,
        "vehicle": {"vin": VIN, "plate": PLATE},
        "shop": LISTED,
        "documents": PAPERS,
        "used_at": at(used).isoformat(),
        **said,
    }
    return doors.post("offline-vouchers/redeem", body, by=by, expect=expect)


def permit(doors: Doors, when: str = RETEST) -> list[str]:
    """Codes, refusals first; the last word is whether it is allowed."""
    answer = doors.get(f"retest-permit?vin={VIN}&at={when.replace(' ', 'T')}", by=NEAR)
    return [*(reason["code"] for reason in answer["reasons"]), str(answer["allowed"])]


def findings(code: str = "fallback") -> list[tuple[str, str]]:
    rows = Finding.objects.filter(code__startswith=code).order_by("id")
    return list(rows.values_list("code", "station_code"))


@contextmanager
def issued_before(doors: Doors) -> Iterator[list[dict[str, str]]]:
    """The station fetches its stock on the morning before."""
    doors.at("2026-03-03 08:00")
    yield stock(doors)


def test_declared_unlocked_retested_and_the_late_record_matches(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    number = declare(failed)
    opened = unlock(failed)
    assert (opened["outage"], opened["unlocked"], opened["state"]) == (number, True, "waiting")
    assert permit(failed) == ["paper-fallback", "True"]
    failed.at("2026-03-04 10:40")
    assert upload(failed, RETEST)["case_state"] == "closed"
    failed.post(f"outages/{number}/end", {}, by=OFFICE)

    failed.at("2026-03-05 09:00")
    late = repair(failed)
    assert late["case_state"] == "closed"
    row = PaperUnlock.objects.get()
    assert row.repair is not None and row.repair.repair_no == late["repair_no"]
    assert find_unmatched(at("2026-04-01 09:00")) == 0
    assert findings() == []
    kinds = set(JournalEntry.objects.values_list("kind", flat=True))
    assert {"outage-declared", "outage-ended", "paper-accepted", "paper-matched"} <= kinds
    assert journal.faults() == []
    assert OutboxEntry.objects.filter(receiver=NEAR, topic="outage-declared").exists()
    assert OutboxEntry.objects.filter(receiver=LISTED, topic="record-awaited").exists()


def test_without_an_outage_nobody_unlocks(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    assert unlock(failed, expect=403)["code"] == "fallback-outside-outage"
    assert PaperUnlock.objects.count() == 0
    assert permit(failed) == ["no-repair-record", "False"]


def test_an_unlock_ends_with_the_laws_hours_and_holds_at_its_station_alone(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    declare(failed)
    unlock(failed)
    assert permit(failed, "2026-03-04 18:00")[-1] == "True"
    assert permit(failed, "2026-03-04 18:01") == ["no-repair-record", "False"]
    answer = failed.get(f"retest-permit?vin={VIN}&at=2026-03-04T10:30", by=FAR)
    assert "no-repair-record" in [reason["code"] for reason in answer["reasons"]]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"settlement_no": "", "certificate_no": ""}, "paper-missing"),
        ({"settlement_no": "无", "certificate_no": ""}, "paper-missing"),
        ({"shop": UNLISTED}, "repairer-not-listed"),
    ],
)
def test_what_the_law_wants_of_the_paper(failed: Doors, said: dict[str, str], code: str) -> None:
    failed.at("2026-03-04 10:00")
    declare(failed)
    assert unlock(failed, expect=403, **said)["code"] == code
    assert PaperUnlock.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "reached"),
    [
        ({"scope": "link", "link": "transport-environment"}, True),
        ({"scope": "place", "place": PLACE}, True),
        ({"scope": "place", "place": "450203"}, False),
        ({"scope": "stations", "stations": [NEAR]}, True),
        ({"scope": "stations", "stations": [FAR]}, False),
        ({"scope": "own_fault", "stations": [NEAR]}, False),
    ],
)
def test_the_scope_says_who_may_use_paper(failed: Doors, said: dict[str, Any], reached: bool) -> None:
    failed.at("2026-03-04 10:00")
    number = declare(failed, **said)
    assert unlock(failed, outage=number, expect=201 if reached else 403)
    assert permit(failed)[-1] == str(reached)


def test_a_stations_own_fault_is_recorded_and_opens_nothing(failed: Doors) -> None:
    with issued_before(failed) as rows:
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
    with issued_before(failed) as rows:
        voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-06 08:00")
    number = declare(failed, ends_at=at("2026-03-05 20:00").isoformat(), late_reason="平台停机，恢复后宣布")
    assert upload(failed, RETEST, expect=403)["code"] == "no-repair-record"
    told = redeem(failed, voucher, clock=at("2026-03-06 08:00").isoformat())
    assert (told["unlocked"], told["outage"], told["findings"]) == (True, number, [])
    assert upload(failed, RETEST)["case_state"] == "closed"
    assert repair(failed)["case_state"] == "closed"
    assert PaperUnlock.objects.get().matched_at == at("2026-03-06 08:00")


def test_the_failed_test_itself_may_still_be_in_the_spool(doors: Doors) -> None:
    with issued_before(doors) as rows:
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
    with issued_before(failed) as rows:
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
    with issued_before(failed) as rows:
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


def test_told_after_the_record_had_closed_the_case_it_is_matched_all_the_same(failed: Doors) -> None:
    with issued_before(failed) as rows:
        voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-05 08:00")
    declare(failed, ends_at=at("2026-03-04 20:00").isoformat(), late_reason="平台停机，恢复后宣布")
    repair(failed)
    assert upload(failed, RETEST)["case_state"] == "closed"
    told = redeem(failed, voucher)
    assert (told["unlocked"], bool(told["matched"])) == (True, True)


def test_unmatched_after_the_laws_days_station_and_shop_are_named(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    number = declare(failed)
    unlock(failed)
    failed.at("2026-03-04 18:00")
    upload(failed, RETEST)
    assert find_unmatched(at("2026-03-20 09:00")) == 0  # still running
    failed.post(f"outages/{number}/end", {}, by=OFFICE)
    assert find_unmatched(at("2026-03-09 23:00")) == 0
    assert find_unmatched(at("2026-03-10 00:10")) == 1
    assert find_unmatched(at("2026-03-11 00:10")) == 0
    assert findings() == [("fallback-unmatched", NEAR), ("fallback-unmatched", LISTED)]
    callers = failed.city.callers
    listed = [task for task in tasks(callers[OFFICE], at("2026-03-11 09:00")) if "柳南治理站" in task.what.zh]
    assert len(listed) == 2
    assert [task.about for task in tasks(callers[f"{PLACE}-transport"], at("2026-03-11 09:00"))] == [
        f"{LISTED} · {PaperUnlock.objects.get().unlock_no}"
    ]
    failed.at("2026-03-12 09:00")
    repair(failed)  # late, but the same
    assert PaperUnlock.objects.get().matched_at is not None


def test_a_record_with_other_numbers_is_a_finding_and_the_right_one_still_matches(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    declare(failed)
    unlock(failed)
    upload(failed, "2026-03-04 09:55", expect=403)
    failed.at("2026-03-04 10:40")
    upload(failed, RETEST)
    repair(failed, documents={"settlement_no": "J-78"})
    assert findings() == [("fallback-differs", NEAR), ("fallback-differs", LISTED)]
    assert "结算清单编号" in Finding.objects.filter(code="fallback-differs")[0].data["text"]
    repair(failed, documents={"invoice_no": "F-79"})
    assert PaperUnlock.objects.get().matched_at is not None


def test_a_repair_of_the_next_round_is_not_taken_for_the_missing_one(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    declare(failed)
    unlock(failed)
    failed.at("2026-03-04 10:40")
    upload(failed, RETEST, co=0.9)
    failed.at("2026-03-05 17:00")
    repair(failed, done="2026-03-05 16:00", documents={"settlement_no": "J-90", "certificate_no": "H-90"})
    assert findings() == []
    assert Case.objects.get().state == "awaiting_retest"


def test_a_voucher_is_good_once(failed: Doors) -> None:
    with issued_before(failed) as rows:
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
    with issued_before(failed) as rows:
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
    from imloop.exchange.signing import sign_voucher

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


def test_declared_late_only_with_a_reason_and_not_too_late(doors: Doors) -> None:
    doors.at("2026-03-04 10:31")
    body = {"scope": "platform", "cause": "断电", "starts_at": at("2026-03-04 09:30").isoformat()}
    assert doors.post("outages", body, by=OFFICE, expect=422)["code"] == "late-reason-missing"
    over = {**body, "ends_at": at("2026-03-04 20:00").isoformat(), "late_reason": "平台停机"}
    assert doors.post("outages", over, by=OFFICE, expect=422)["code"] == "time-in-future"
    doors.at("2026-03-09 23:00")
    doors.post("outages", over, by=OFFICE, expect=201)
    doors.at("2026-03-10 00:10")
    too_late = doors.post("outages", over, by=OFFICE, expect=403)
    assert (too_late["code"], bool(too_late["cite"])) == ("declared-too-late", True)


def test_an_end_is_told_once_and_not_before_what_rested_on_it(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    number = declare(failed)
    unlock(failed)
    failed.at("2026-03-04 12:00")
    early = {"at": at("2026-03-04 09:45").isoformat()}
    assert failed.post(f"outages/{number}/end", early, by=OFFICE, expect=422)
    failed.post(f"outages/{number}/end", {"at": at("2026-03-04 11:00").isoformat()}, by=OFFICE)
    assert failed.post(f"outages/{number}/end", {}, by=OFFICE, expect=409)["code"] == "outage-ended"
    assert failed.post(f"outages/{number}/end", {}, by=NEAR, expect=403)
    assert unlock(failed, expect=403)["code"] == "fallback-outside-outage"
    shown = failed.get("public/outages")["outages"]
    assert [(row["outage_no"], row["ends_at"][:16]) for row in shown] == [(number, "2026-03-04T11:00")]


def test_a_clock_that_is_off_is_said(failed: Doors) -> None:
    with issued_before(failed) as rows:
        voucher = of_day(rows, "2026-03-04")
    failed.at("2026-03-04 10:30")
    declare(failed)
    told = redeem(failed, voucher, clock=at("2026-03-04 11:30").isoformat())
    assert [each["code"] for each in told["findings"]] == ["clock-skew"]
    assert told["unlocked"] is True


def test_a_station_that_rests_on_paper_too_often_is_a_finding_once(failed: Doors, monkeypatch: Any) -> None:
    from imloop.facts.share import Share
    from imloop.steps import match_papers

    failed.at("2026-03-04 10:00")
    declare(failed)
    unlock(failed)
    assert watch_shares(at("2026-03-05 10:00")) == 0  # one retest makes no share
    monkeypatch.setattr(match_papers, "_retests", lambda *_: 9)
    assert watch_shares(at("2026-03-05 10:00")) == 0
    for number in range(3):
        upload_another(failed, number)
    monkeypatch.setattr(match_papers, "_retests", lambda *_: 20)
    shares = match_papers.paper_shares(failed.city.callers[OFFICE], at("2026-03-05 10:00"))
    assert [(each.share, each.high) for each in shares] == [(Share(4, 20), True)]
    assert watch_shares(at("2026-03-05 10:00")) == 1
    assert watch_shares(at("2026-03-06 10:00")) == 0
    assert findings("fallback-share") == [("fallback-share", NEAR)]


def upload_another(doors: Doors, number: int) -> None:
    vehicle = {
        **json.loads(json.dumps(test_message(at(FAIL), station=NEAR)["vehicle"])),
        "vin": "",
        "plate": f"桂B5000{number}",
    }
    upload(doors, "2026-03-03 09:00", co=0.9, vehicle=vehicle)
    unlock(doors, plate=vehicle["plate"], settlement_no=f"J-{number}")


@settings(
    max_examples=12,
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
    from django.db import transaction

    failed.get("feed", by=OFFICE)  # its key outlives what is taken back
    with transaction.atomic():
        with issued_before(failed) as rows:
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
