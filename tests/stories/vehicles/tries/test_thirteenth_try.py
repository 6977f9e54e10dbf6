"""What was proposed before the car failed again, numbers that two stations use, outages that were taken back, days and
plates of another moment: nobody frees a car that failed by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.cases.objections import raise_objection
from imloop.steps.desk.acts import lapse_proposals
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.outages.declare_outage import Declaration, declare, end
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.steps.roads.ask_road import ask_road
from imloop.steps.second_person.decide import reject
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.store.models import Case, Mark, Proposal, Test, User, Vehicle
from stories.inspections.test_sixth_try import _checked, _gas_failed, by_two, failed, run
from stories.vehicles.tries.test_eleventh_try import replated_since
from stories.vehicles.tries.test_seventh_try import NEW_PLATE
from support.city import FAR, LISTED, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN
from support.stories import outages
from support.stories import second_person as two
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, POLICE, car, mark, permitted
from support.stories.second_person import ADMIN, SUPERVISOR, WORDS, another, confirmed
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-12-02 09:00", "2026-12-04 16:00", "2026-12-05 09:00"
DAY = "2026-12-03"
NUMBERS = {"certificate_no": "H77001", "settlement_no": "J77001", "invoice_no": "F77001"}
GAS = "标准气体已订，暂准检验"
OBJECTION = "仪器读数前后不一，请复核这次检验。"


def fails(city: City, **said: Any) -> str:
    city.enter()
    return str(run(city, FAILED, **{**FAIL, **said})["case"])


def way_out(city: City, case: str, when: str, kind: str = "objection", to: str = FAR) -> Any:
    said = {"kind": kind, "to_station": to, "expires_on": date(2026, 12, 20), **WORDS}
    return grant_exit(city.callers[ENV], case, now=at(when), **said)


def annulment(city: City, case: str, when: str) -> Any:
    return annul_case(city.callers[ENV], case, now=at(when), **WORDS)


def decided(made: Any, when: str) -> str:
    """Confirmed by another person, or the code of the refusal."""
    try:
        confirmed(made, at(when))
    except Refusal as refusal:
        return refusal.code
    return "confirmed"


def gate(city: City, when: str) -> bool:
    return any(permitted(city, each, when) for each in (NEAR, FAR))


def may_drive(city: City, when: str) -> bool:
    return ask_road(city.callers[POLICE], vin=VIN, at=at(when)).allowed


# A second opinion that was proposed before the car failed again


@pytest.mark.parametrize("to", [FAR, ""])
@pytest.mark.parametrize("late", [True, False])
def test_no_second_opinion_of_a_fail_is_one_of_the_next(city: City, to: str, late: bool) -> None:
    """Repaired and retested between, with a permit; or a fail without one that is told late."""
    made = way_out(city, fails(city), "2026-12-03 09:00", to=to)
    if late:
        run(city, "2026-12-05 09:30", station=FAR, outcome="aborted")
        run(city, RETEST, now=at("2026-12-05 10:00"), **FAIL)
    else:
        city.repair(REPAIRED)
        assert run(city, RETEST, purpose="retest", **FAIL)["counts"] == "case"
    decided(made, "2026-12-05 12:00")
    assert not gate(city, "2026-12-05 13:00")
    assert "refused" in run(city, "2026-12-06 09:00", station=FAR)


def test_no_second_of_two_opinions_once_the_first_has_failed(city: City) -> None:
    case = fails(city)
    one, other = (way_out(city, case, "2026-12-03 09:00", to=to) for to in (FAR, ""))
    assert decided(one, "2026-12-03 10:00") == "confirmed"
    assert run(city, "2026-12-04 09:00", station=FAR, **FAIL)["counts"] == "case"
    decided(other, "2026-12-04 12:00")
    assert not gate(city, "2026-12-04 13:00")


def test_no_station_gives_one_on_its_own_fail_after_another_has_failed_it_too(city: City) -> None:
    """Nothing was repaired between, and a new round knows nothing of who failed it before."""
    case = fails(city)
    decided(way_out(city, case, "2026-12-03 09:00"), "2026-12-03 10:00")
    assert run(city, "2026-12-04 09:00", station=FAR, **FAIL)["counts"] == "case"
    with pytest.raises(Refusal, match="opinion-of-its-own"):
        way_out(city, case, "2026-12-04 10:00", to=NEAR)
    decided(way_out(city, case, "2026-12-04 10:30", to=""), "2026-12-04 11:00")
    assert run(city, "2026-12-05 09:00").get("case_state") != "closed"


def test_none_by_a_station_that_failed_it_before_that_was_confirmed(city: City) -> None:
    made = way_out(city, fails(city), "2026-12-03 09:00")
    run(city, "2026-12-03 12:00", outcome="aborted")
    run(city, "2026-12-03 11:00", station=FAR, now=at("2026-12-03 12:30"), **FAIL)
    assert decided(made, "2026-12-03 14:00") == "opinion-of-its-own" and not gate(city, "2026-12-03 15:00")


def test_no_opinion_outlives_the_case_that_was_annulled(city: City) -> None:
    case = fails(city)
    decided(way_out(city, case, "2026-12-03 09:00"), "2026-12-03 10:00")
    confirmed(annulment(city, case, "2026-12-03 11:00"), at("2026-12-03 12:00"))
    assert run(city, "2026-12-04 09:00", **FAIL)["counts"] == "case" and not gate(city, "2026-12-04 10:00")
    run(city, "2026-12-03 08:00", station=FAR, now=at("2026-12-04 11:00"), **FAIL)
    assert not gate(city, "2026-12-04 12:00")


def test_another_way_out_that_waited_is_no_repair(city: City) -> None:
    made = way_out(city, fails(city), "2026-12-03 09:00", "moved")
    city.repair("2026-12-03 16:00")
    assert run(city, "2026-12-04 09:00", purpose="retest", **FAIL)["counts"] == "case"
    assert decided(made, "2026-12-04 12:00") == "confirmed" and not gate(city, "2026-12-04 13:00")


@pytest.mark.parametrize(
    ("when", "code"), [("2026-12-20 23:59", "confirmed"), ("2026-12-21 00:00", "exit-over")]
)
def test_none_after_its_last_day(city: City, when: str, code: str) -> None:
    made = way_out(city, fails(city), "2026-12-19 09:00")
    assert decided(made, when) == code
    assert run(city, "2026-12-21 00:00", station=FAR)["refused"] == "not-this-station"


# A paper that was read out before the car failed


def paper(city: City, when: str, **said: Any) -> Any:
    seen = PaperSeen(station=NEAR, shop=LISTED, plate=PLATE, reason="电话核对原件", **said)
    return unlock_by_operator(another(ENV, "operator"), seen, at(when))


def in_outage(city: City) -> None:
    city.enter()
    two.administrator()
    confirmed(two.outage(city, at("2026-12-02 10:00"), another(ADMIN, "declarer")), at("2026-12-02 10:05"))


@pytest.mark.parametrize("before", ["nothing", "annulled", "failed"])
def test_no_paper_that_was_read_out_before_it_failed(city: City, before: str) -> None:
    """The smallest: read out at 10:10, failed at 11:00, confirmed at 12:00. Before that no fail was known, or one that
    was annulled since; or it stands, and the other paper of the same repair opened the retest that failed."""
    in_outage(city)
    case = "" if before == "nothing" else run(city, FAILED, **FAIL)["case"]
    one = paper(city, "2026-12-02 10:10", settlement_no="J77001")
    if before == "annulled":
        confirmed(annulment(city, case, "2026-12-02 10:20"), at("2026-12-02 10:30"))
    elif before == "failed":
        other = paper(city, "2026-12-02 10:12", certificate_no="H77001")
        assert decided(other, "2026-12-02 10:30") == "confirmed"
    assert run(city, "2026-12-02 11:00", **FAIL)["counts"] == "case"
    assert not permitted(city, NEAR, "2026-12-02 11:30")
    decided(one, "2026-12-02 12:00")
    assert not permitted(city, NEAR, "2026-12-02 12:30")


# An annulment that knows its run by a number


def test_no_annulment_reaches_another_stations_run_of_the_same_number(city: City) -> None:
    """That station chose the number; when it is confirmed, the case rests on its fail."""
    case = fails(city, test_no="T1")
    made = annulment(city, case, "2026-12-03 09:00")
    decided(way_out(city, case, "2026-12-03 10:00"), "2026-12-03 11:00")
    assert run(city, "2026-12-03 15:00", station=FAR, test_no="T1", **FAIL)["counts"] == "case"
    decided(made, "2026-12-03 16:00")
    assert Test.objects.get(station__code=FAR).counts_why is None
    assert Case.objects.get(closed_at=None).case_no == case


def test_no_objection_reaches_an_earlier_fail_of_another_station(city: City) -> None:
    """Told after the objection, and released: it has the case now, and the run that was objected to is none of its
    station."""
    case = fails(city)
    token = Case.objects.get().owner_token
    raise_objection(token, ground="instrument", words=OBJECTION, now=at("2026-12-02 10:00"))
    said = run(city, "2026-12-02 08:00", station=FAR, now=at("2026-12-02 11:00"), **FAIL)
    released = Settlement("released", "检测线日志和监控相符")
    settle_run(city.callers[ENV], FAR, said["test_no"], released, at("2026-12-02 12:00"))
    decided(annulment(city, case, "2026-12-02 13:00"), "2026-12-02 14:00")
    assert Test.objects.get(station__code=FAR).counts_why is None


def test_no_annulment_of_the_first_fail_once_another_is_in_question(city: City) -> None:
    case = fails(city)
    made = annulment(city, case, "2026-12-03 09:00")
    assert decided(way_out(city, case, "2026-12-03 09:10"), "2026-12-03 10:00") == "confirmed"
    assert run(city, "2026-12-04 09:00", station=FAR, **FAIL)["counts"] == "case"
    assert decided(made, "2026-12-04 12:00") == "case-moved-on" and not gate(city, "2026-12-04 13:00")


def test_nor_of_one_whose_place_an_earlier_fail_has_taken(city: City) -> None:
    made = annulment(city, fails(city), "2026-12-02 10:00")
    run(city, "2026-12-02 08:00", now=at("2026-12-02 11:00"), **FAIL)
    decided(made, "2026-12-02 12:00")
    assert Case.objects.filter(closed_at=None).exists() and not gate(city, "2026-12-02 13:00")


def test_no_repair_of_an_annulled_case_answers_a_fail_after_it_nor_do_its_papers(city: City) -> None:
    case = fails(city)
    city.repair("2026-12-03 16:00", documents=NUMBERS)
    confirmed(annulment(city, case, "2026-12-03 17:00"), at("2026-12-03 18:00"))
    assert run(city, "2026-12-04 09:00", **FAIL)["counts"] == "case" and not gate(city, "2026-12-04 10:00")
    city.repair("2026-12-04 16:00", documents=NUMBERS)
    assert not gate(city, "2026-12-05 09:00")


@pytest.mark.parametrize("order", ["told before", "told after"])
def test_no_record_lends_its_papers_to_the_next_after_a_fail(city: City, order: str) -> None:
    """A second opinion fails after the repair; its record had come, or comes only then, and another with its papers."""
    decided(way_out(city, fails(city), "2026-12-03 09:00"), "2026-12-03 10:00")
    if order == "told before":
        city.repair(REPAIRED, documents=NUMBERS)
    assert run(city, RETEST, station=FAR, **FAIL)["counts"] == "case"
    if order == "told after":
        city.repair(REPAIRED, now=at("2026-12-05 11:00"), documents=NUMBERS)
    assert not gate(city, "2026-12-05 12:00")
    city.repair("2026-12-05 18:00", documents=NUMBERS)
    assert not gate(city, "2026-12-06 09:00")


# An outage that was taken back, or was over before anybody confirmed it


def with_voucher(doors: Doors) -> Any:
    """It failed the day before; the station has a voucher of the day."""
    doors.at("2026-12-02 08:00")
    voucher = outages.of_day(outages.stock(doors), DAY)
    doors.at("2026-12-02 09:10")
    doors.city.enter()
    outages.upload(doors, FAILED, vehicle=car(), **FAIL)
    return voucher


def declared(city: City, when: str, *, alone: bool = True, **said: Any) -> Any:
    if alone:
        User.objects.filter(party__code=SUPERVISOR).update(is_active=False)
    who = replace(another(ENV, "declarer"), alone="周末值班，无人可以确认" if alone else "")
    why = Declaration(scope="platform", cause="机房断电，平台停止服务", late_reason="事后查明", **said)
    return declare(who, why, at(when))


@pytest.mark.parametrize("how", ["rejected", "lapsed", "over"])
def test_no_outage_that_was_taken_back_lets_a_paper_in_afterwards(doors: Doors, how: str) -> None:
    """One person declared it alone on duty, as running or as over; then it is found that there was none."""
    city, voucher, after = doors.city, with_voucher(doors), f"{DAY} 14:00"
    ends = {"ends_at": at(f"{DAY} 12:00")} if how == "over" else {}
    made = declared(city, f"{DAY} 12:30", starts_at=at(f"{DAY} 09:30"), **ends)
    if how == "lapsed":
        assert lapse_proposals(at("2026-12-04 12:31")) == 1
        after = "2026-12-04 12:40"
    else:
        reject(another(SUPERVISOR), made.pk, said="没有这回事", now=at(f"{DAY} 13:00"))
    doors.at(after)
    outages.redeem(doors, voucher, used=f"{DAY} 10:30")
    said = run(city, f"{DAY} 14:10", purpose="retest", now=at(after.replace(":00", ":20")))
    assert said.get("case_state") != "closed"


def test_no_repair_counts_by_an_outage_that_was_taken_back(city: City) -> None:
    """Reported days late, it waits for a department; what would explain that was not so."""
    fails(city)
    city.repair("2026-12-03 16:00", now=at("2026-12-07 17:00"))
    assert not gate(city, "2026-12-07 17:10")
    made = declared(city, "2026-12-08 09:00", starts_at=at("2026-12-03 15:00"))
    reject(another(SUPERVISOR), made.pk, said="没有这回事", now=at("2026-12-08 09:30"))
    assert not gate(city, "2026-12-08 10:00")


@pytest.mark.parametrize("known", ["before", "after"])
def test_no_outage_lasts_because_it_waited_to_be_confirmed(doors: Doors, known: str) -> None:
    """It was over at eleven, as the department says before it is confirmed or after; the voucher was used at three."""
    city, voucher = doors.city, with_voucher(doors)
    made = declared(city, f"{DAY} 10:00", alone=False, starts_at=at(f"{DAY} 10:00"))
    doors.at(f"{DAY} 15:10")
    assert not outages.redeem(doors, voucher, used=f"{DAY} 15:00")["unlocked"]
    over = at(f"{DAY} 11:00")
    if known == "before":
        end(city.callers[ENV], f"P{made.pk}", at=over, now=at(f"{DAY} 15:20"))
    outage_no = confirmed(made, at("2026-12-03 20:00")).done["no"]
    if known == "after":
        end(city.callers[ENV], outage_no, at=over, now=at("2026-12-03 20:10"))
    assert not gate(city, "2026-12-03 20:20")
    said = run(city, f"{DAY} 15:10", purpose="retest", now=at("2026-12-03 20:30"))
    assert said.get("case_state") != "closed"


# A day, and a plate, of another moment


@pytest.mark.parametrize("told", ["before", "between", "marked"])
def test_no_late_fail_gives_a_longer_day_than_the_register_knew(city: City, told: str) -> None:
    """Its inspection ended a year ago, as the police enter before its pass, or between that and the fail before it,
    which comes late."""
    if told != "between":
        city.enter(due_on="2025-05-31")
    run(city, "2026-03-02 10:00")
    if told == "between":
        city.enter("2026-03-02 10:30", due_on="2025-05-31")
    if told == "marked":
        release_mark(city.callers[POLICE], vin=VIN, now=at("2026-03-02 10:20"))
    run(city, "2026-03-02 09:00", now=at("2026-03-02 11:00"), **FAIL)
    assert Case.objects.get(closed_at=None) and not may_drive(city, "2026-03-02 12:00")


def test_nor_than_two_people_have_corrected_since(city: City) -> None:
    city.enter(due_on="2026-12-31")
    run(city, "2026-03-02 10:00")
    city.enter("2026-03-02 10:30", due_on="2025-05-31")
    by_two(city, "2026-03-02 10:40")
    assert not may_drive(city, "2026-03-02 10:50")
    run(city, "2026-03-02 09:00", now=at("2026-03-02 11:00"), **FAIL)
    assert str(Vehicle.objects.get().due_on) == "2025-05-31" and not may_drive(city, "2026-03-02 12:00")


@pytest.mark.parametrize("names", [{}, {"vin": ""}])
def test_a_plate_names_the_car_that_bore_it_when_it_failed(city: City, names: dict[str, str]) -> None:
    """The evening before it got another one; the fail is told when the next car bears the plate."""
    city.enter()
    replated_since(city, "2026-03-02 09:00", date(2026, 3, 2), NEW_PLATE)
    city.enter("2026-03-02 10:00", vin=OTHER_VIN)
    run(city, "2026-03-01 20:00", vehicle=car(**names), now=at("2026-03-02 11:00"), **FAIL)
    run(city, "2026-03-02 12:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert not mark(city, "2026-03-02 13:00")


def test_no_paper_of_the_car_that_bore_the_plate_opens_the_gate_of_the_next(doors: Doors) -> None:
    """Both failed; the paper of one waits for its outage, and the other has the plate when that is declared."""
    city, voucher = doors.city, with_voucher(doors)
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(city, "2026-12-02 10:00", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE), **FAIL)
    doors.at(f"{DAY} 10:40")
    outages.redeem(doors, voucher, used=f"{DAY} 10:30", vehicle={"plate": PLATE})
    replated_since(city, f"{DAY} 11:00", date(2026, 12, 3), NEW_PLATE)
    replated_since(city, f"{DAY} 11:10", date(2026, 12, 3), PLATE, OTHER_VIN)
    hours = {"starts_at": at(f"{DAY} 10:00"), "ends_at": at(f"{DAY} 11:00")}
    confirmed(declared(city, f"{DAY} 12:00", alone=False, **hours), at(f"{DAY} 12:10"))
    asked = ask_permit(city.callers[NEAR], station=NEAR, vin=OTHER_VIN, at=at(f"{DAY} 13:00"))
    assert not asked["allowed"]


@pytest.mark.parametrize("came", ["2026-03-05 10:30", "2026-03-06 00:10"])
def test_no_run_of_the_hours_in_which_its_line_was_unlocked(city: City, came: str) -> None:
    """Its check had failed; the order that let it test ended at ten, and the message came after that."""
    failed(city)
    _checked(city, "2026-03-05")
    _gas_failed(city, "2026-03-05 08:00")
    order = NewOrder(kind="unlock", methods=["ASM"], until=at("2026-03-05 10:00"), reason=GAS, evidence=GAS)
    order_line(city.callers[ENV], NEAR, "01", order, at("2026-03-05 08:30"))
    said = run(city, "2026-03-05 09:50", purpose="retest", now=at(came))
    assert said["counts_why"] == "time-held"


def test_no_mark_that_waited_while_it_failed(city: City) -> None:
    new = {"produced_on": "2024-11-05", "vehicle_type": "K33", "usage": "A"}
    for day in ("2024-12-05", "2024-12-06"):
        city.enter("2026-11-20 08:00", first_registered_on=day, **new)
    by_two(city, "2026-11-21 09:00")
    held = release_mark(city.callers[POLICE], vin=VIN, now=at("2026-12-02 08:00"), reason="核对无误")
    assert isinstance(held, Proposal)
    run(city, FAILED, vehicle=car(produced_on="2024-11-05", first_registered_on="2024-12-06"), **FAIL)
    with pytest.raises(Refusal, match="open-case"):
        confirmed(held, at("2026-12-02 11:00"))
    assert not Mark.objects.exists()
