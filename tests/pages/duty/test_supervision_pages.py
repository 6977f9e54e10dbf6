"""Who did what, who looked at whose data: read from the journal, shown to the supervisor, masked for the rest."""

from __future__ import annotations

import pytest

from imloop.facts.mask import masked_name, masked_phone
from imloop.steps.ground import clock
from imloop.store.models import Case, JournalEntry, Look, Party
from support.city import LISTED, NEAR, PLACE, City, at
from support.people import person

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
    police.get("/vehicles", {"q": case.vehicle.plate})
    person(f"{PLACE}-environment", name="wei").get(f"/cases/{case.case_no}")
    desk = person(f"{PLACE}-supervisor")
    text = desk.get("/supervision/looks", {"about": case.vehicle.plate}).content.decode()
    assert text.count(">lin</a>") == 2 and text.count(">wei</a>") == 1
    text = desk.get("/supervision/looks", {"about": case.vehicle.plate, "person": "wei"}).content.decode()
    assert ">lin</a>" not in text and case.case_no in text
    assert "没有符合的记录" in desk.get("/supervision/looks", {"about": "桂B99999"}).content.decode()
    assert "没有符合的记录" in desk.get("/supervision/looks", {"until": "2026-03-03"}).content.decode()


def test_the_supervisors_question_is_itself_entered(case: Case) -> None:
    person(f"{PLACE}-supervisor", name="mo").get("/supervision/looks", {"about": case.vehicle.plate})
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
    file = desk.get("/supervision/acts", {"person": "wei", "format": "csv"}).content.decode("utf-8-sig")
    assert file.splitlines()[0].startswith("序号") and case.case_no in file


def test_who_looks_unusually_often_stands_first(case: Case) -> None:
    from imloop.steps.ground.access import caller_of
    from imloop.steps.ground.ledger import writing
    from imloop.store.models import User

    person(f"{PLACE}-police", name="lin")
    with writing(NOW, caller_of(User.objects.get(username="lin"))) as ledger:
        for _ in range(201):
            ledger.note("looked-up", case.vehicle.plate, {"kind": "vehicle-search"})
    text = person(f"{PLACE}-supervisor").get("/supervision").content.decode()
    row = next(each for each in text.split("<tr>") if "person=lin" in each)
    assert "特别多" in row and ">201<" in row and text.count("特别多</span>") == 1


def test_only_for_supervisors_of_the_place(city: City, case: Case) -> None:
    for code in (f"{PLACE}-environment", f"{PLACE}-police", NEAR, LISTED):
        client = person(code)
        for path in ("/supervision", "/supervision/looks", "/supervision/acts"):
            assert client.get(path).status_code == 403
    Party.objects.create(code="450300-supervisor", kind="supervisor", name="桂林", place="450300")
    person(f"{PLACE}-environment", name="wei").get(f"/cases/{case.case_no}")
    elsewhere = person("450300-supervisor", name="far")
    assert "wei" not in elsewhere.get("/supervision/acts").content.decode()
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
    person(f"{PLACE}-police", name="lin").get("/desk/police", {"gate": "road", "plate": plate})
    with_key = case_city().client(f"{PLACE}-environment")
    with_key.get(f"/api/v1/gates/road?plate={plate}")
    person(f"{PLACE}-environment", name="wei").get(f"/cases/{case.case_no}")
    desk = person(f"{PLACE}-supervisor")

    def said(**asked: str) -> str:
        return desk.get("/supervision/looks", asked).content.decode()

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
    assert NEAR in desk.get("/supervision/looks", {"about": "桂B·77777"}).content.decode()
    assert "没有符合的记录" in desk.get("/supervision/looks", {"about": "桂B77778"}).content.decode()


def test_the_operators_looks_are_seen_by_every_supervisor(case: Case) -> None:
    from imloop.steps.ground.access import Caller
    from imloop.steps.ground.seen import Door, seen

    seen(Caller("imloop", "admin", "平台", "000000"), Door.BACKUP)
    Party.objects.create(code="450300-supervisor", kind="supervisor", name="桂林", place="450300")
    person(f"{PLACE}-police", name="lin").get("/desk/police", {"gate": "road", "plate": case.vehicle.plate})
    text = person("450300-supervisor", name="far").get("/supervision/looks").content.decode()
    assert ">imloop" in text and ">lin</a>" not in text


def case_city() -> City:
    return City({})
