"""From a task to the police: a fail opens a case that no station began, the owner chooses where to go, and what is in
doubt binds nobody."""

from __future__ import annotations

import pytest

from imloop.facts.refusal import Unlawful
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.declare_overdue import declare_overdue
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.cases.objections import raise_objection
from imloop.store.models import Case, Finding, JournalEntry, OutboxEntry, RawUpload, SpotCheck, Vehicle
from support.casework.spot_checks import CHEN, DIRTY, LI, OFFICE, POLICE, WANG, SpotStory, the_case, the_row
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN
from support.people import person


@pytest.fixture
def story(doors: Doors) -> SpotStory:
    return SpotStory(doors)


def road(story: SpotStory, when: str) -> list[str]:
    answer = story.doors.get(
        f"gates/road?plate={PLATE}&at={at(when).isoformat()}".replace("+", "%2B"), by=POLICE
    )
    return [reason["code"] for reason in answer["reasons"] if not reason.get("warning")]


def test_a_clean_car_goes_on_with_its_result(story: SpotStory) -> None:
    found = story.send(story.record("2026-03-05 10:00"), expect=201)
    assert (found["result"], found["state"], found["free"]) == ("pass", "counts", True)
    assert (found["case"], found["order"]) == ("", "")
    assert found["items"][0]["limit"] == 0.6 and "GB 18285" in found["items"][0]["cite"]
    assert not Case.objects.exists()
    assert Vehicle.objects.get(plate=PLATE).cycle == 1, "a spot check is no inspection"


def test_a_fail_opens_a_case_without_a_station_and_any_may_retest(story: SpotStory) -> None:
    found = story.fail("2026-03-05 10:00")
    case = the_case()
    assert (case.origin, case.station, case.state) == ("spot_check", None, "awaiting_repair")
    assert (found["case"], found["deadline"]) == (case.case_no, case.deadline.isoformat())
    assert found["order"].startswith("SZ450200-2026-")
    refused = ask_permit(story.doors.city.callers[FAR], station=FAR, vin=VIN, at=at("2026-03-05 12:00"))
    assert [each["code"] for each in refused["reasons"]] == ["no-repair-record"], "nothing about the station"
    story.doors.city.repair("2026-03-06 16:00", vin=VIN, plate=PLATE)
    for station in (NEAR, FAR):
        asked = ask_permit(
            story.doors.city.callers[station], station=station, vin=VIN, at=at("2026-03-09 09:00")
        )
        assert asked["allowed"] is True, asked
    passed = story.doors.city.test("2026-03-09 09:00", station=FAR).body
    assert (passed["verdict"], passed["case"], passed["case_state"]) == ("pass", case.case_no, "closed")
    assert road(story, "2026-05-01 09:00") == []


def test_overdue_is_not_on_the_road_and_goes_to_the_police(story: SpotStory) -> None:
    number = story.fail("2026-03-05 10:00")["number"]
    handed = f"spot-checks/{number}/hand-over"
    because = {"reason": "责令期限已过，仍未维修复检"}
    assert story.doors.post(handed, because, by=CHEN, expect=409)["code"] == "not-overdue"
    assert road(story, "2026-03-20 09:00") == []
    late = at("2026-04-20 00:30")
    assert declare_overdue(late) == 1
    story.now("2026-04-20 09:00")
    assert road(story, "2026-04-20 09:00") == ["case-overdue"]
    assert story.doors.get(f"spot-checks/{number}", by=POLICE, expect=404)["code"] == "unknown-spot-check"
    assert story.doors.post(handed, because, by=CHEN)["handed_over_at"]
    (told,) = OutboxEntry.objects.filter(receiver=POLICE, topic="spot-check-handed-over")
    assert (told.body["plate"], told.body["check"]) == (PLATE, number)
    assert story.doors.get(f"spot-checks/{number}", by=POLICE)["number"] == number
    assert story.doors.post(handed, because, by=CHEN, expect=409)["code"] == "handed-over-already"


def test_the_owner_objects_and_a_station_of_their_choice_measures(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the place's law gives it, nobody has to grant it: once, and without a repair before."""
    story = SpotStory(Doors(City.build("330100"), monkeypatch))
    story.fail("2026-03-05 10:00")
    case = object_to(the_case())
    assert case.objected_at is None, "answered by the law itself"
    assert "第二十六条" in as_loop_case(case).exits[0].evidence
    asked = ask_permit(story.doors.city.callers[FAR], station=FAR, vin=VIN, at=at("2026-03-06 11:00"))
    assert asked["allowed"] is True, asked
    passed = story.doors.city.test("2026-03-06 11:00", station=FAR).body
    assert (passed["verdict"], passed["case_state"]) == ("pass", "closed")


def test_elsewhere_the_department_answers_the_objection(story: SpotStory) -> None:
    story.fail("2026-03-05 10:00")
    case = object_to(the_case())
    assert case.objected_at is not None
    refused = ask_permit(story.doors.city.callers[FAR], station=FAR, vin=VIN, at=at("2026-03-06 11:00"))
    assert refused["allowed"] is False
    way_out = {
        "kind": "objection",
        "to_station": "",
        "reason": "异议复核，车主自选检验机构",
        "evidence": "异议申请",
    }
    story.now("2026-03-06 12:00")
    story.doors.post(f"cases/{case.case_no}/exit", {**way_out, "expires_on": "2026-03-20"}, by=OFFICE)
    asked = ask_permit(story.doors.city.callers[FAR], station=FAR, vin=VIN, at=at("2026-03-06 13:00"))
    assert asked["allowed"] is True, asked


def object_to(case: Case) -> Case:
    said = "车刚保养过，怀疑抽测仪器不准"
    return raise_objection(case.owner_token, ground="instrument", words=said, now=at("2026-03-06 09:00"))


def test_one_officer_alone_is_refused_and_kept_as_evidence(story: SpotStory) -> None:
    assert story.make_task(expect=403, officers=[LI])["code"] == "second-officer-missing"
    refused = story.fail("2026-03-05 10:00", expect=403, officers=[LI])
    assert refused["code"] == "second-officer-missing" and "第四十二条" in str(refused)
    assert RawUpload.objects.get(refused="second-officer-missing").size > 0
    assert not SpotCheck.objects.exists() and not Case.objects.exists()
    assert JournalEntry.objects.filter(kind="spotcheck-refused").exists()


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"instrument": "OP-9"}, "instrument-unknown", 403),
        ({"instrument": ""}, "instrument-missing", 403),
        ({"officers": [LI, CHEN]}, "not-of-the-team", 403),
        ({"officers": [WANG, CHEN]}, "sender-not-there", 403),
        ({"at": "2019-04-98 10:00:00"}, "bad-date", 422),
        ({"vehicle": {"plate": "桂B1234567"}}, "bad-plate", 422),
        ({"values": {"ringelmann_grade": 6}}, "out-of-range", 422),
        ({"sample": {"number": "Y-1"}}, "seal-missing", 422),
        ({"task": "SC450200-2026-000999"}, "unknown-task", 422),
    ],
)
def test_bad_records_are_named_and_nothing_is_half_stored(
    story: SpotStory, change: dict[str, object], code: str, status: int
) -> None:
    story.now("2026-03-05 10:05")
    record = {**story.record("2026-03-05 10:00"), **change}
    refused = story.doors.post("spot-checks", record, by=LI, expect=status)
    assert refused["code"] == code and refused["detail"] and refused["detail_en"]
    assert RawUpload.objects.get(refused=code)
    assert not SpotCheck.objects.exists() and not Vehicle.objects.filter(plate=PLATE).exists()


def test_an_instrument_past_its_date_measures_nothing(story: SpotStory) -> None:
    story.now("2026-03-05 09:00")
    old = story.instrument("analyser", "GA-OLD", verified_from="2025-01-01", verified_until="2026-03-04")
    story.doors.post("spot-checks/instruments", old, by=LI, expect=201)
    assert story.fail("2026-03-05 10:00", expect=403, instrument="GA-OLD")["code"] == "instrument-past-date"
    renewed = {**old, "verified_from": "2026-03-05", "verified_until": "2027-03-04"}
    story.doors.post("spot-checks/instruments", renewed, by=LI, expect=201)
    assert story.fail("2026-03-05 11:00", instrument="GA-OLD")["result"] == "fail"


def test_sent_fifty_times_is_one_record(story: SpotStory) -> None:
    record = story.record("2026-03-05 10:00", values=DIRTY)
    first = story.send(record, expect=201)
    again = [story.send(record, later, expect=200) for later in range(2, 8)]
    assert {each["number"] for each in again} == {first["number"]}
    other = {**record, "values": {}}
    assert story.send(other, 9, expect=409)["code"] == "record-differs"
    assert SpotCheck.objects.count() == 1 and Case.objects.count() == 1


def test_a_refusal_is_noted_as_a_lead(story: SpotStory) -> None:
    refused = story.send(
        story.record(
            "2026-03-05 10:00",
            method=None,
            values={},
            refusal="锁车离开",
            signed="absent",
            signed_why="已离开",
        )
    )
    assert (refused["result"], refused["case"]) == ("refused", "")
    assert Finding.objects.get(code="check-declined").station_code == OFFICE
    assert not Case.objects.exists()


def test_a_record_that_comes_late_is_looked_at_first(story: SpotStory) -> None:
    """A phone without network for two days: what it holds is kept, and binds when somebody else has looked."""
    found = story.fail("2026-03-05 10:00", later=2 * 24 * 60)
    assert (found["state"], [each["code"] for each in found["doubts"]]) == ("held", ["time-held"])
    assert not Case.objects.exists()
    settle = f"spot-checks/{found['number']}/settle"
    said = {"accepted": True, "because": "与执法记录仪的时间一致"}
    assert story.doors.post(settle, said, by=WANG, expect=403)["code"] == "own-record"
    assert story.doors.post(settle, said, by=CHEN)["state"] == "counts"
    assert the_case().failed_at == at("2026-03-05 10:00")
    assert story.doors.post(settle, said, by=CHEN, expect=409)["code"] == "not-waiting"


def test_a_doubtful_car_binds_and_frees_nobody(story: SpotStory) -> None:
    """A plate of one car with the VIN of another."""
    story.doors.city.enter(by=POLICE, vin=VIN, plate=PLATE)
    story.doors.city.enter(by=POLICE, vin="LSVAG2180E2100002", plate="桂B54321")
    found = story.fail("2026-03-05 10:00", vehicle={"plate": "桂B54321", "vin": VIN, "fuel": "gasoline"})
    assert (found["result"], found["state"], len(found["candidates"])) == ("fail", "held", 2)
    assert not Case.objects.exists()
    settle = f"spot-checks/{found['number']}/settle"
    because = {"accepted": True, "because": "照片上的号牌为桂B12345"}
    assert story.doors.post(settle, because, by=CHEN, expect=422)["code"] == "wrong-value"
    wanted = Vehicle.objects.get(vin=VIN)
    story.doors.post(settle, {**because, "vehicle": wanted.pk}, by=CHEN)
    assert the_case().vehicle == wanted


def test_a_record_that_is_not_accepted_is_nothing(story: SpotStory) -> None:
    number = story.fail("2026-03-05 10:00", later=2 * 24 * 60)["number"]
    said = {"accepted": False, "because": "与执法记录仪的时间不一致"}
    assert story.doors.post(f"spot-checks/{number}/settle", said, by=CHEN)["state"] == "rejected"
    assert not Case.objects.exists()


def test_what_failed_again_on_the_road_is_not_answered_by_an_earlier_repair(story: SpotStory) -> None:
    story.fail("2026-03-05 10:00")
    story.doors.city.repair("2026-03-06 16:00", vin=VIN, plate=PLATE)
    second = story.fail("2026-03-09 10:00", task=story.make_task(planned_on="2026-03-09")["number"])
    case = the_case()
    assert (second["case"], case.round, case.state) == (case.case_no, 2, "awaiting_repair")
    refused = ask_permit(story.doors.city.callers[NEAR], station=NEAR, vin=VIN, at=at("2026-03-09 12:00"))
    assert refused["allowed"] is False


def test_a_car_that_failed_at_a_station_and_on_the_road_has_one_case(story: SpotStory) -> None:
    failed = story.doors.city.test("2026-03-05 09:00", co=0.9).body
    row = Vehicle.objects.get(cases__case_no=failed["case"])
    found = story.fail("2026-03-05 10:00", vehicle={"vin": row.vin, "plate": row.plate, "fuel": "gasoline"})
    assert found["result"] == "fail" and found["case"] == failed["case"]
    case = the_case()
    assert (case.round, case.station.code if case.station else "") == (1, NEAR), "it moves no round"
    asked = ask_permit(story.doors.city.callers[FAR], station=FAR, vin=row.vin, at=at("2026-03-09 09:00"))
    assert "not-this-station" in [each["code"] for each in asked["reasons"]]


def test_an_annulled_fail_does_not_come_back(story: SpotStory) -> None:
    story.fail("2026-03-05 10:00")
    case = the_case()
    said = {"reason": "仪器事后查明故障，检测结果不能成立", "evidence": "仪器检修记录"}
    annul_case(story.doors.city.callers[OFFICE], case.case_no, **said, now=at("2026-03-05 15:00"))
    assert the_row().state == "annulled"
    story.doors.city.test("2026-03-06 09:00")
    assert not Case.objects.filter(closed_at__isnull=True).exists()


def test_a_pass_before_the_fail_that_comes_later_keeps_its_order(story: SpotStory) -> None:
    story.fail("2026-03-05 10:00")
    earlier = story.doors.city.test("2026-03-05 08:30", now=at("2026-03-05 11:00")).body
    assert earlier["verdict"] == "pass"
    assert the_case().state == "awaiting_repair"


class TestEachSaysThatTheyWereThere:
    """Since December 2026."""

    @pytest.fixture
    def story(self, doors: Doors) -> SpotStory:
        return SpotStory(doors, "2026-12-15")

    def test_a_fail_binds_when_the_second_officer_has_confirmed(self, story: SpotStory) -> None:
        found = story.fail("2026-12-15 10:00")
        assert (found["result"], found["state"]) == ("fail", "officers"), (
            "the result at once, the order with both"
        )
        assert not Case.objects.exists()
        assert story.step("confirm", by=CHEN, expect=409)["code"] == "not-asked"
        there = story.step("confirm", by=WANG)["there"]
        assert there == [LI, WANG]
        after = story.check(found["number"])
        assert after["state"] == "counts" and after["order"]
        assert the_case().case_no == after["case"]

    def test_who_sends_has_said_it(self, story: SpotStory) -> None:
        story.step("begin", by=LI)
        found = story.fail("2026-12-15 10:00", by=WANG)
        assert found["state"] == "counts"
        assert story.send(story.record("2026-12-15 10:30"))["state"] == "counts"

    def test_nobody_begins_for_the_team(self, story: SpotStory) -> None:
        assert story.step("begin", by=CHEN, expect=403)["code"] == "not-of-the-team"

    def test_a_closed_task_takes_what_was_measured_before(self, story: SpotStory) -> None:
        story.step("begin", by=LI)
        story.now("2026-12-15 12:00")
        story.step("close", by=WANG)
        before = story.record("2026-12-15 11:00")
        assert story.send(before, 90, expect=201)["result"] == "pass"
        assert story.send(story.record("2026-12-15 12:30"), expect=409)["code"] == "task-closed"


def test_a_retest_without_repair_is_refused(story: SpotStory) -> None:
    story.fail("2026-03-05 10:00")
    with pytest.raises(Unlawful) as refused:
        story.doors.city.test("2026-03-06 09:00")
    assert refused.value.code == "no-repair-record"


def test_desks_and_the_owner_read_a_case_that_no_station_began(story: SpotStory) -> None:
    number = story.fail("2026-03-05 10:00")["number"]
    case = the_case()
    window = person(OFFICE, name="u-office")
    told = window.get(f"/cases/{case.case_no}").content.decode()
    assert case.case_no in told and PLATE[:2] in told
    assert window.get("/cases").status_code == 200
    owner = window.get(f"/c/{case.owner_token}")
    assert owner.status_code == 200 and case.deadline.strftime("%Y") in owner.content.decode()
    assert window.get(f"/c/{case.owner_token}/object").status_code == 200
    paper = window.get(f"/spot-checks/{number}/record.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert window.get("/work").status_code == 200
