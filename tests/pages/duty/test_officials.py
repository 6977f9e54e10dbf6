"""What officials did, by when it was due and by whose right; what is overdue; whose vehicles go to one place; and what
the person says about it (D6)."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest
from django.db import Error, transaction
from django.test import Client

from imloop.facts.refusal import Malformed, NotAllowed
from imloop.steps.cases.grant_exit import grant_exit, reject_objection
from imloop.steps.cases.objections import raise_objection
from imloop.steps.desk.inaction import Overdue, overdue_clocks
from imloop.steps.desk.official_record import Record, own_record, records
from imloop.steps.desk.steered import Sender, steering_figures
from imloop.steps.duty.comments import comment
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.matters.open_matter import open_measure
from imloop.steps.matters.take_step import take_step
from imloop.store.models import Case, JournalEntry, Party, RecordComment, User
from support.city import FAR, LISTED, NEAR, OTHER, PLACE, City, at
from support.doors import Doors
from support.messages.uploads import PLATE
from support.people import person
from support.stories.settled import Settlement, settle_run

OFFICE, POLICE = f"{PLACE}-environment", f"{PLACE}-police"
SAID = "前一天在另一家测过，一氧化碳只有这里的一半。"
WORDS = {"reason": "现场核对一致", "evidence": "核查单 3 号"}
SPRING = (date(2026, 3, 1), date(2026, 4, 30))


@pytest.fixture
def supervisor(city: City) -> Caller:
    return city.callers[f"{PLACE}-supervisor"]


def office(city: City, username: str = "wei") -> Caller:
    """The environment department by this person."""
    User.objects.get_or_create(username=username, defaults={"party_id": party_id(city), "password": "!"})
    return replace(city.callers[OFFICE], user=username)


def party_id(city: City) -> int:
    found = User.objects.get(username=city.callers[OFFICE].user)
    assert found.party is not None
    return found.party.pk


def of(rows: list[Record], username: str) -> Record:
    (found,) = (row for row in rows if row.user.username == username)
    return found


def objected(city: City) -> Case:
    city.test("2026-03-02 09:00", co=0.9)
    case = Case.objects.get()
    raise_objection(case.owner_token, ground="procedure", words=SAID, now=at("2026-03-03 10:00"))
    return case


def late_and_in_time(city: City) -> None:
    """One thing done late and one in time, by the same person."""
    case = objected(city)
    reject_objection(office(city), case.case_no, **WORDS, now=at("2026-03-20 10:00"))
    another = {"vin": "LSVAU2180N2183294", "plate": PLATE, "fuel": "gasoline", "produced_on": "2010-03-01"}
    held = city.test("2026-03-25 09:00", vehicle=another).body
    said = Settlement("rejected", "照片上是另一辆车")
    settle_run(office(city), NEAR, str(held["test_no"]), said, at("2026-03-25 15:00"))


def test_an_answer_in_time_and_one_that_came_late(city: City, supervisor: Caller) -> None:
    late_and_in_time(city)
    row = of(records(supervisor, *SPRING, at("2026-04-01 09:00")), "wei")
    assert [(each.kind, each.late) for each in row.done] == [("objection", True), ("held-run", False)]
    assert (row.timed, row.in_time, row.late) == (2, 1, 1)
    early = of(records(supervisor, date(2026, 3, 1), date(2026, 3, 19), at("2026-04-01 09:00")), "wei")
    assert early.done == [] and early.acts == 0


def test_a_lent_right_counts_for_both_and_says_whose(city: City, supervisor: Caller) -> None:
    case = objected(city)
    office(city, "li")
    lent = replace(office(city), behalf="li")
    reject_objection(lent, case.case_no, **WORDS, now=at("2026-03-05 10:00"))
    rows = records(supervisor, *SPRING, at("2026-04-01 09:00"))
    for username, other in (("wei", "li"), ("li", "wei")):
        row = of(rows, username)
        assert len(row.done) == 1 and row.done[0].who == f"{OFFICE}/wei for li"
        assert row.acts and row.lent == {other: row.acts}


def test_exits_and_looks_are_counted_with_who_granted_and_looked(city: City, supervisor: Caller) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    case, expires = Case.objects.get(), date(2026, 3, 30)
    grant_exit(
        office(city),
        case.case_no,
        kind="other",
        to_station=FAR,
        **WORDS,
        expires_on=expires,
        now=at("2026-03-05 10:00"),
    )
    row = of(records(supervisor, *SPRING, at("2026-04-01 09:00")), "wei")
    assert (row.exits, row.done) == (1, []), "it answered no objection"
    assert of(records(supervisor, *SPRING, at("2026-04-01 09:00")), f"clerk-{POLICE}").exits == 0


def test_an_overdue_clock_names_the_office_and_then_who_has_it(city: City, supervisor: Caller) -> None:
    fields = {"ground": "false_report", "findings": "甲", "evidence": "乙"}
    matter = open_measure(office(city), "suspension", NEAR, fields, at("2026-03-02 10:00"))
    assert overdue_clocks(supervisor, at("2026-03-02 11:00")) == []
    matter.refresh_from_db()
    assert matter.due_on is not None
    later = at("2026-12-01 09:00")
    (late,) = [each for each in overdue_clocks(supervisor, later) if each.task.kind == "matter"]
    assert (late.office.code, late.user) == (OFFICE, None)
    assert late.days == (date(2026, 12, 1) - matter.due_on).days > 0
    take_step(office(city), matter.matter_no, "assign", {"assigned_to": "wei"}, at("2026-03-03 10:00"))
    (late,) = [each for each in overdue_clocks(supervisor, later) if each.task.kind == "matter"]
    assert late.user is not None and late.user.username == "wei"
    assert [task.kind for task in of(records(supervisor, *SPRING, later), "wei").waiting] == ["matter"]


def overdue_matters(supervisor: Caller, now: str) -> list[Overdue]:
    return [each for each in overdue_clocks(supervisor, at(now)) if each.task.kind == "matter"]


def test_a_clock_that_stands_still_for_a_reason_is_not_overdue(city: City, supervisor: Caller) -> None:
    fields = {"ground": "false_report", "findings": "甲", "evidence": "乙"}
    matter = open_measure(office(city), "suspension", NEAR, fields, at("2026-03-02 10:00"))
    given = {"clock": "state", "pause_ground": "expertise", "reason": "送计量院检定"}
    take_step(office(city), matter.matter_no, "pause", given, at("2026-03-03 10:00"))
    assert overdue_matters(supervisor, "2026-05-29 09:00") == []
    (forgotten,) = overdue_matters(supervisor, "2026-06-02 09:00")
    assert forgotten.task.what.zh.startswith("暂停"), "nobody looked at it again within 90 days"


def test_an_objection_without_an_answer_is_overdue(city: City, supervisor: Caller) -> None:
    objected(city)
    assert overdue_clocks(supervisor, at("2026-03-04 09:00")) == []
    (late,) = (
        each for each in overdue_clocks(supervisor, at("2026-04-20 09:00")) if each.task.kind == "objection"
    )
    assert late.office.code == OFFICE and late.days > 20


def steered(city: City, supervisor: Caller) -> tuple[list[Sender], list[Sender]]:
    law = registers.law_at(date(2026, 4, 1), PLACE)
    found = steering_figures(supervisor, *SPRING, law)
    return found.stations, found.officials


def test_vehicles_of_a_station_and_of_an_official_that_all_go_to_one_shop(
    city: City, supervisor: Caller
) -> None:
    """Twenty-four cars fail at the one station and go to one repairer; at the other one they choose evenly."""
    for number in range(48):
        vehicle = {"vin": f"LFV2A21K6J3{number:06d}", "plate": f"桂B7{number:04d}", "fuel": "gasoline"}
        station = (NEAR, FAR)[number % 2]
        day = f"2026-03-{2 + number // 4:02d}"
        city.test(f"{day} {9 + number % 4 * 2:02d}:00", station=station, co=0.9, vehicle=vehicle)
        case = Case.objects.get(vehicle__vin=vehicle["vin"])
        if station == NEAR:
            raise_objection(case.owner_token, ground="procedure", words=SAID, now=at(f"{day} 18:00"))
            reject_objection(office(city), case.case_no, **WORDS, now=at(f"{day} 18:30"))
        shop = LISTED if station == NEAR or number % 4 == 1 else OTHER
        named = {name: vehicle[name] for name in ("vin", "plate")}
        city.repair(f"2026-03-{20 + number % 4} {9 + number // 4:02d}:30", shop=shop, **named)
    stations, officials = steered(city, supervisor)
    by = {each.party.code: each for each in stations}
    assert (by[NEAR].receiver.code, by[NEAR].row.sent, by[NEAR].row.whole) == (LISTED, 24, 24)
    assert by[NEAR].row.flagged and not by[FAR].row.flagged and not by[FAR].row.few
    (li,) = officials
    assert (li.person, li.receiver.code, li.row.sent) == ("wei", LISTED, 24) and li.row.flagged


def test_few_vehicles_are_marked(city: City, supervisor: Caller) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-04 16:00")
    stations, officials = steered(city, supervisor)
    assert [(each.row.few, each.row.flagged) for each in stations] == [(True, False)] and officials == []


# -- pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def spring(doors: Doors, city: City) -> City:
    case = objected(city)
    reject_objection(office(city), case.case_no, **WORDS, now=at("2026-03-20 10:00"))
    doors.at("2026-04-01 09:30")
    return city


def read(window: Client, path: str) -> str:
    answer = window.get(path)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return str(answer.content.decode())


def rows_of(window: Client, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(window.get(path).content.decode("utf-8-sig"))))


def test_the_supervisor_reads_people_side_by_side(spring: City) -> None:
    window = person(f"{PLACE}-supervisor")
    page = read(window, "/supervision/officials")
    assert "/supervision/officials/wei?" in page and "超期 1" in page and "去向是否集中" in page
    one = read(window, "/supervision/officials/wei")
    assert Case.objects.get().case_no in one and "超期" in one
    assert window.get("/supervision/officials/nobody").status_code == 404
    (wei,) = [row for row in rows_of(window, "/supervision/officials?format=csv") if row["用户名"] == "wei"]
    assert (wei["办结"], wei["有期限的"], wei["超期"]) == ("1", "1", "1")
    (done,) = rows_of(window, "/supervision/officials/wei?format=csv")
    assert done["超期"] == "是" and done["经办人"] == f"{OFFICE}/wei"
    rows_of(window, "/supervision/officials?list=inaction&format=csv")
    assert not rows_of(window, "/supervision/officials?list=steering&format=csv"), "nothing was repaired"
    exported = JournalEntry.objects.filter(kind="export").values_list("subject", flat=True)
    assert set(exported) == {"officials", "official", "inaction", "steering"}


def test_people_of_another_place_are_not_there(spring: City, supervisor: Caller) -> None:
    Party.objects.create(code="450300-supervisor", kind="supervisor", name="桂林", place="450300")
    window = person("450300-supervisor")
    assert "wei" not in read(window, "/supervision/officials").split('id="people"')[1].split("</section>")[0]
    assert window.get("/supervision/officials/wei").status_code == 404


def test_the_person_sees_the_own_record_first_and_says_something(spring: City) -> None:
    window = Client()
    window.force_login(User.objects.get(username="wei"))
    page = read(window, "/my-record")
    number = JournalEntry.objects.get(kind="case-event", actor=f"{OFFICE}/wei").number
    assert Case.objects.get().case_no in page and f'value="{number}"' in page
    assert "/my-record" in read(window, "/account")
    for form in ({"entry": str(number), "reason": "当日系统故障"}, {"entry": "", "reason": "三月请假两周"}):
        assert window.post("/my-record", form).status_code == 302
    page = read(window, "/my-record")
    assert "当日系统故障" in page and "三月请假两周" in page
    bodies = [json.loads(row.body) for row in JournalEntry.objects.filter(kind="record-commented")]
    assert [(body["entry"], body["text"]) for body in bodies] == [
        (number, "当日系统故障"),
        (None, "三月请假两周"),
    ]
    above = person(f"{PLACE}-supervisor")
    assert "当日系统故障" in read(above, "/supervision/acts?person=wei")
    assert "当日系统故障" in read(above, f"/supervision/acts/{number}")
    assert "三月请假两周" in read(above, "/supervision/officials/wei")


def test_only_ones_own_entries_and_nothing_is_changed_afterwards(spring: City) -> None:
    wei, other = office(spring), office(spring, "li")
    number = JournalEntry.objects.get(kind="case-event", actor=f"{OFFICE}/wei").number
    for caller, entry in ((other, number), (wei, 1), (wei, 10**9)):
        with pytest.raises(Malformed, match="not-your-entry"):
            comment(caller, entry, "不是我的", clock.now())
    with pytest.raises(Malformed, match="reason-missing"):
        comment(wei, number, "。", clock.now())
    with pytest.raises(NotAllowed):
        comment(replace(wei, user=""), number, "机器", clock.now())
    assert RecordComment.objects.count() == 0
    comment(wei, number, "系统故障", clock.now())
    for change in (
        lambda: RecordComment.objects.update(text="别的"),
        lambda: RecordComment.objects.all().delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()
    assert own_record(wei, *SPRING, clock.now()).user.username == "wei"


def test_a_refused_comment_comes_back_with_its_words(spring: City) -> None:
    window = Client()
    window.force_login(User.objects.get(username="wei"))
    answer = window.post("/my-record", {"entry": "1", "reason": "不是我的条目"})
    assert answer.status_code == 422 and "只能对自己履职记录中的条目说明" in answer.content.decode()


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_file(
    city: City, supervisor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_and_in_time(city)
    page = f"/supervision/officials/wei?since={SPRING[0]}&until={SPRING[1]}"
    window = person(f"{PLACE}-supervisor")
    assert "见导出文件" not in window.get(page).content.decode()
    monkeypatch.setattr("imloop.pages.duty.officials.SHOWN", 1)
    shown = window.get(page).content.decode()
    assert "只显示 1 条，全部 2 条见导出文件。" in shown
    assert shown[shown.index('id="done"') :].count("<tr") == 1 + 1
    assert window.get(f"{page}&format=csv").content.decode().count("\n") == 1 + 2
