"""The systems are down: paper stands in for the record, and afterwards every paper is matched or becomes a finding."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from imloop.facts.share import Share
from imloop.steps.desk.work_list import tasks
from imloop.steps.journal import prove_journal
from imloop.steps.outages.match_papers import find_unmatched
from imloop.steps.reports.compare_stations import Period, station_rows
from imloop.steps.reports.paper_shares import paper_shares, watch_shares
from imloop.store.models import Case, Finding, JournalEntry, OutboxEntry, PaperUnlock, Test
from support.city import FAR, LISTED, NEAR, PLACE, UNLISTED, at
from support.doors import Doors
from support.messages.uploads import VIN, test_message
from support.stories.outages import (
    FAIL,
    OFFICE,
    RETEST,
    declare,
    findings,
    permit,
    repair,
    unlock,
    upload,
)


@pytest.fixture
def failed(doors: Doors) -> Doors:
    """A vehicle failed on Monday, was repaired on Tuesday, and on Wednesday the record does not come."""
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    return doors


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
    assert prove_journal.faults() == []
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
    assert [reason["code"] for reason in answer["reasons"]] == ["not-this-station"]


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
    assert [task.about.zh for task in listed] == ["鱼峰环保检测站、柳南治理站"], "one event is told once"
    transport = tasks(callers[f"{PLACE}-transport"], at("2026-03-11 09:00"))
    assert [task.about.zh for task in transport] == ["柳南治理站"]
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


def test_an_end_is_told_once_and_not_before_the_start(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    number = declare(failed)
    unlock(failed)
    failed.at("2026-03-04 12:00")
    early = {"at": at("2026-03-04 09:15").isoformat()}
    assert failed.post(f"outages/{number}/end", early, by=OFFICE, expect=422)
    failed.post(f"outages/{number}/end", {"at": at("2026-03-04 11:00").isoformat()}, by=OFFICE)
    assert failed.post(f"outages/{number}/end", {}, by=OFFICE, expect=409)["code"] == "outage-ended"
    assert failed.post(f"outages/{number}/end", {}, by=NEAR, expect=403)
    assert unlock(failed, expect=403)["code"] == "fallback-outside-outage"
    shown = failed.get("public/outages")["outages"]
    assert [(row["outage_no"], row["ends_at"][:16]) for row in shown] == [(number, "2026-03-04T11:00")]


def test_a_station_that_rests_on_paper_too_often_is_a_finding_once(failed: Doors) -> None:
    failed.at("2026-03-04 10:00")
    declare(failed)
    unlock(failed)
    vehicles = [another(failed, number) for number in range(2)]
    assert paper_share(failed) == (Share(0, 0), False), "papers that no retest used are no share of retests"
    failed.at("2026-03-04 12:00")
    upload(failed, RETEST, co=0.9)
    for number, vehicle in enumerate(vehicles):
        upload(failed, f"2026-03-04 11:{30 * number:02}", co=0.9, test_no=f"P-{number}", vehicle=vehicle)
    assert paper_share(failed) == (Share(3, 3), False), "three retests make no share"
    retests_on_record(17)
    assert paper_share(failed) == (Share(3, 20), True)
    row = next(each for each in station_rows(failed.city.callers[OFFICE], WEEK) if each.code == NEAR)
    assert row.on_paper == Share(3, 20), "the same where stations are compared"
    assert watch_shares(at("2026-03-05 10:00")) == 1
    assert watch_shares(at("2026-03-06 10:00")) == 0
    assert findings("fallback-share") == [("fallback-share", NEAR)]


WEEK = Period(date(2026, 3, 1), date(2026, 3, 7))


def paper_share(doors: Doors) -> tuple[Share, bool]:
    (found,) = paper_shares(doors.city.callers[OFFICE], at("2026-03-05 10:00"))
    return found.share, found.high


def retests_on_record(count: int) -> None:
    """As many retests of the first case from before its paper was shown."""
    kept = Test.objects.filter(case_no=Case.objects.order_by("id")[0].case_no).order_by("started_at").last()
    assert kept is not None
    for number in range(count):
        kept.raw.pk, kept.raw.sha256 = None, f"{number:064x}"
        kept.raw.save(force_insert=True)
        kept.pk, kept.raw, kept.test_no = None, kept.raw, f"R-{number}"
        kept.started_at = kept.ended_at = at("2026-03-03 09:00") + timedelta(minutes=number)
        kept.save(force_insert=True)


def another(doors: Doors, number: int) -> dict[str, object]:
    """Another vehicle that failed, and its paper."""
    known = json.loads(json.dumps(test_message(at(FAIL), station=NEAR)["vehicle"]))
    vehicle = {**known, "vin": "", "plate": f"桂B5000{number}"}
    doors.at("2026-03-03 10:00")
    upload(doors, f"2026-03-03 09:{30 * number:02}", co=0.9, vehicle=vehicle)
    doors.at("2026-03-04 10:00")
    unlock(doors, plate=vehicle["plate"], settlement_no=f"J-{number}9", certificate_no="")
    return vehicle
