"""Who did what, who looked at whose data: read from the journal, shown to the supervisor, masked for the rest."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from imloop.facts.mask import masked_name, masked_phone, masked_vin
from imloop.steps.accounts.create_user import create_user
from imloop.steps.duty.unusual import count_looks
from imloop.steps.ground import clock
from imloop.steps.ground.access import caller_of
from imloop.steps.ground.ledger import writing
from imloop.store.models import Case, JournalEntry, Look, Party, User, Vehicle
from support.city import LISTED, NEAR, PLACE, City, at
from support.people import person, search

NOW = at("2026-03-04 10:00")


@pytest.fixture
def case(city: City, monkeypatch: pytest.MonkeyPatch) -> Case:
    city.test("2026-03-02 09:00", co=0.9)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    found = Case.objects.get()
    found.vehicle.owner_name, found.vehicle.owner_phone = "覃大勇", "13907720120"
    found.vehicle.save()
    return found


def test_a_look_is_found_by_plate_whichever_door_it_went_through(case: Case) -> None:
    police = person(f"{PLACE}-police", name="lin")
    police.get(f"/vehicles/{case.vehicle.pk}")
    search(police, "/vehicles", {"q": case.vehicle.plate})
    person(f"{PLACE}-environment", name="wei").get(f"/cases/{case.case_no}")
    desk = person(f"{PLACE}-supervisor")
    text = search(desk, "/supervision/looks", {"about": case.vehicle.plate}).content.decode()
    assert text.count(">lin</a>") == 3 and text.count(">wei</a>") == 1
    text = search(desk, "/supervision/looks", {"about": case.vehicle.plate, "person": "wei"}).content.decode()
    assert ">lin</a>" not in text and case.case_no in text
    assert "没有符合的记录" in search(desk, "/supervision/looks", {"about": "桂B99999"}).content.decode()
    assert "没有符合的记录" in desk.get("/supervision/looks", {"until": "2026-03-03"}).content.decode()


def test_people_are_called_by_their_names(case: Case) -> None:
    party = Party.objects.get(code=f"{PLACE}-environment")
    officer = Client()
    officer.force_login(create_user("wei", "a-long-password", party, NOW, name="韦小明"))
    officer.get(f"/cases/{case.case_no}")
    desk = person(f"{PLACE}-supervisor")
    text = search(desk, "/supervision/looks", {"about": case.case_no}).content.decode()
    assert ">韦小明</a>" in text and '<span class="small muted">wei</span>' in text
    nameless = person(f"{PLACE}-market", name="lu", head=True).get("/people/lu").content.decode()
    assert nameless.partition("<h1>")[2].partition("</h1>")[0].count("lu") == 1, "no name: said once"


@pytest.mark.parametrize("page", ["looks", "acts"])
def test_no_two_kinds_of_the_record_are_called_the_same(case: Case, page: str) -> None:
    text = person(f"{PLACE}-supervisor").get(f"/supervision/{page}").content.decode()
    select = text.partition('<select id="kind"')[2].partition("</select>")[0]
    kinds = re.findall(r'<option value="([^"]*)"[^>]*>([^<]+)</option>', select)
    values, names = zip(*kinds, strict=True)
    assert len(kinds) > 3 and len(set(values)) == len(values) and len(set(names)) == len(names)


def test_the_supervisors_question_is_itself_entered(case: Case) -> None:
    search(person(f"{PLACE}-supervisor", name="mo"), "/supervision/looks", {"about": case.vehicle.plate})
    last = JournalEntry.objects.order_by("-number").first()
    assert last is not None
    assert (last.kind, last.actor, last.subject) == (
        "looked-up",
        f"{PLACE}-supervisor/mo",
        case.vehicle.plate,
    )


def test_acts_and_their_file(case: Case) -> None:
    person(f"{PLACE}-environment", name="wei").post(
        f"/cases/{case.case_no}/decide",
        {"what": "annul", "reason": "仪器故障", "evidence": "核查单", "sure": "1"},
    )
    desk = person(f"{PLACE}-supervisor")
    text = desk.get("/supervision/acts", {"person": "wei"}).content.decode()
    assert "案件变化" in text and case.case_no in text
    User.objects.filter(username="wei").update(first_name="韦晓芸")
    file = desk.get("/supervision/acts", {"person": "wei", "format": "csv"}).content.decode("utf-8-sig")
    assert file.splitlines()[0].startswith("序号") and case.case_no in file
    assert ",wei,韦晓芸," in file, "people by name, too"


def test_who_saw_unusually_many_vehicles_stands_first_here_and_on_the_work_list(case: Case) -> None:
    """One definition for both pages: different vehicles of a day, however often each was looked at."""
    for name in ("lin", "mei"):
        person(f"{PLACE}-police", name=name)
    cars = [Vehicle(plate=f"桂B{number:05}") for number in range(201)]
    with writing(NOW, caller_of(User.objects.get(username="mei"))) as ledger:
        for _ in range(300):
            ledger.note("looked-up", case.vehicle.plate, {"kind": "vehicle-search"})
    with writing(NOW, caller_of(User.objects.get(username="lin"))) as ledger:
        for car in Vehicle.objects.bulk_create(cars):
            ledger.note("looked-up", car.plate, {"kind": "vehicle-search"})
    desk = person(f"{PLACE}-supervisor")
    assert "特别多</span>" not in desk.get("/supervision").content.decode(), "not counted yet"
    count_looks(NOW)
    text = desk.get("/supervision").content.decode()
    rows = [each for each in text.split("<tr>") if "person=" in each]
    assert "person=lin" in rows[0] and "特别多" in rows[0] and "201 辆" in " ".join(rows[0].split())
    assert text.count("特别多</span>") == 1 and any(">300<" in row for row in rows), (
        "looks are counted beside"
    )
    work = desk.get("/work").content.decode()
    assert "一天看了 201 辆不同的车" in work and "300" not in work
    file = desk.get("/supervision", {"format": "csv"}).content.decode("utf-8-sig")
    counted = {line.partition(",")[0]: line.rpartition(",")[2] for line in file.splitlines()[1:]}
    assert (counted["lin"], counted["mei"]) == ("201", "")


def test_only_for_supervisors_of_the_place(city: City, case: Case) -> None:
    for code in (f"{PLACE}-environment", f"{PLACE}-police", NEAR, LISTED):
        client = person(code)
        for path in ("/supervision", "/supervision/looks", "/supervision/acts"):
            assert client.get(path).status_code == 403
    Party.objects.create(code="450300-supervisor", kind="supervisor", name="桂林", place="450300")
    person(f"{PLACE}-environment", name="wei").get(f"/cases/{case.case_no}")
    elsewhere = person("450300-supervisor", name="far")
    assert ">wei</a>" not in elsewhere.get("/supervision/acts").content.decode()
    assert "wei" not in elsewhere.get("/supervision").content.decode()


def test_an_owner_is_masked_until_somebody_answers_for_seeing_them(case: Case) -> None:
    police, path = person(f"{PLACE}-police", name="lin"), f"/vehicles/{case.vehicle.pk}"
    text = police.get(path).content.decode()
    assert "覃**" in text and "139****0120" in text and "覃大勇" not in text and "13907720120" not in text
    assert not JournalEntry.objects.filter(kind="shown").exists()
    shown = police.post(path, {"what": "show"}).content.decode()
    assert "覃大勇" in shown and "13907720120" in shown
    entry = JournalEntry.objects.get(kind="shown")
    assert entry.subject == case.vehicle.vin and entry.actor.endswith("/lin")


@pytest.mark.parametrize(
    ("name", "said"),
    [("覃大勇", "覃**"), ("李", "李"), ("", ""), ("柳州市公共交通有限公司", "柳州市公共交通有限公司")],
)
def test_masked_names(name: str, said: str) -> None:
    assert masked_name(name) == said


@pytest.mark.parametrize(
    ("phone", "said"),
    [("13907720120", "139****0120"), ("12369", "***69"), ("", ""), ("07725550188", "077****0188")],
)
def test_masked_phones(phone: str, said: str) -> None:
    assert masked_phone(phone) == said


def test_looks_beside_the_journal_stand_among_the_others(case: Case) -> None:
    """By plate, case number, person, party, door and day; a key by its id."""
    plate = case.vehicle.plate
    search(person(f"{PLACE}-police", name="lin"), "/desk/police", {"gate": "road", "plate": plate})
    with_key = case_city().client(f"{PLACE}-environment", case_city().machine_key(f"{PLACE}-environment"))
    with_key.get(f"/api/v1/gates/road?plate={plate}")
    person(f"{PLACE}-environment", name="wei").get(f"/cases/{case.case_no}")
    desk = person(f"{PLACE}-supervisor")

    def said(**asked: str) -> str:
        return search(desk, "/supervision/looks", asked).content.decode()

    for about in (plate, case.vehicle.vin, case.case_no):
        text = said(about=about)
        assert text.count("上路通行") == 3 and ">lin</a>" in text, about
    assert Look.objects.get(actor=f"{PLACE}-environment").key in said(party=f"{PLACE}-environment")
    assert ">wei</a>" not in said(kind="gate-road") and ">lin</a>" in said(kind="gate-road")
    assert ">lin</a>" not in said(kind="looked-up") and ">wei</a>" in said(kind="looked-up")
    assert "没有符合的记录" in said(until="2026-03-03") and ">lin</a>" in said(since="2026-03-04")
    file = desk.get("/supervision/looks", {"format": "csv"}).content.decode("utf-8-sig")
    assert "上路通行" in file and plate in file


def test_a_search_that_found_nobody_is_found_by_what_was_typed(case: Case) -> None:
    case_city().client(NEAR).get("/api/v1/retest-permit?plate=桂B77777")
    desk = person(f"{PLACE}-supervisor")
    assert (
        Party.objects.get(code=NEAR).name
        in search(desk, "/supervision/looks", {"about": "桂B·77777"}).content.decode()
    )
    assert "没有符合的记录" in search(desk, "/supervision/looks", {"about": "桂B77778"}).content.decode()


def test_the_operators_looks_are_seen_by_every_supervisor(case: Case) -> None:
    from imloop.steps.ground.access import Caller
    from imloop.steps.ground.seen import Door, seen

    seen(Caller("imloop", "admin", "平台", "000000"), Door.BACKUP)
    Party.objects.create(code="450300-supervisor", kind="supervisor", name="桂林", place="450300")
    search(
        person(f"{PLACE}-police", name="lin"), "/desk/police", {"gate": "road", "plate": case.vehicle.plate}
    )
    text = person("450300-supervisor", name="far").get("/supervision/looks").content.decode()
    assert ">平台</span>" in text and ">lin</a>" not in text


def case_city() -> City:
    return City({})


def rows_of(text: str) -> str:
    return text.partition("<table")[2].partition("</table>")[0]


def test_what_was_looked_at_is_masked_until_the_row_is_opened(case: Case) -> None:
    """Both kinds of rows: of the journal, and beside it. Opening one is a look that the owner hears of."""
    vehicle = case.vehicle
    police = person(f"{PLACE}-police", name="lin")
    police.post(f"/vehicles/{vehicle.pk}", {"what": "show"})
    search(police, "/desk/police", {"gate": "road", "plate": vehicle.plate})
    desk = person(f"{PLACE}-supervisor", name="mo")
    for path in ("/supervision/looks", "/supervision/acts"):
        text = rows_of(search(desk, path, {"about": vehicle.plate}).content.decode())
        assert not [word for word in (vehicle.plate, vehicle.vin, vehicle.vin[-6:]) if word in text], path
    text = rows_of(desk.get("/supervision/looks").content.decode())
    assert "桂B·**345" in text and masked_vin(vehicle.vin) in text
    before = Look.objects.filter(door="duty-record", seen__vehicle=vehicle).count()
    opened = sorted(set(re.findall(r'href="(/supervision/(?:looks|acts)/\d+)"', text)))
    assert {each.split("/")[2] for each in opened} == {"looks", "acts"}
    for address in opened:
        shown = desk.get(address).content.decode()
        assert vehicle.vin in shown or "对象" in shown, address
    vehicles = [each for each in opened if f"/vehicles/{vehicle.pk}" in desk.get(each).content.decode()]
    assert {each.split("/")[2] for each in vehicles} == {"looks", "acts"}
    looks = Look.objects.filter(door="duty-record", seen__vehicle=vehicle)
    assert looks.count() == before + 2 * len(vehicles)
    assert looks[0].actor == f"{PLACE}-supervisor/mo"
    assert "打开履职记录" in desk.get("/supervision/looks").content.decode()


@pytest.mark.parametrize("typed", ["183201", "LSVAU2180N218320", "桂B0", "桂B88888"])
def test_what_was_typed_is_masked_whatever_it_is(case: Case, typed: str) -> None:
    search(person(f"{PLACE}-police", name="lin"), "/vehicles", {"q": typed})
    desk = person(f"{PLACE}-supervisor", name="mo")
    text = rows_of(desk.get("/supervision/looks").content.decode())
    assert typed not in text or len(typed) < 4, "too short to be searched for"
    if len(typed) >= 4:
        (address,) = re.findall(r'href="(/supervision/acts/\d+)"', text)
        assert typed in desk.get(address).content.decode()


def test_numbers_of_cases_and_tests_are_no_names_of_vehicles(case: Case) -> None:
    desk = person(f"{PLACE}-supervisor", name="mo")
    desk.get(f"/cases/{case.case_no}")
    search(desk, "/supervision/looks", {"about": case.case_no})
    assert rows_of(desk.get("/supervision/looks").content.decode()).count(case.case_no) == 2


def test_a_row_of_another_place_opens_for_nobody(case: Case) -> None:
    Party.objects.create(code="450300-supervisor", kind="supervisor", name="桂林", place="450300")
    person(f"{PLACE}-police", name="lin").get(f"/vehicles/{case.vehicle.pk}")
    number = JournalEntry.objects.get(kind="looked-up", actor=f"{PLACE}-police/lin").number
    assert person(f"{PLACE}-supervisor").get(f"/supervision/acts/{number}").status_code == 200
    before = Look.objects.count()
    assert person("450300-supervisor", name="far").get(f"/supervision/acts/{number}").status_code == 404
    assert Look.objects.count() == before
