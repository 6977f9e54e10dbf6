"""Penalty cases through the API, each step by the person whose it is."""

from __future__ import annotations

import pytest
from django.test import Client

from imloop.store.models import Matter, MatterEvent, OutboxEntry, Party, Publication, Test, User
from support.casework.penalties import DECIDED, DISCUSSED, NOTICE, OFFICE, OPENED, REPORTED, TEAM, Team
from support.city import LISTED, NEAR, City
from support.doors import Doors
from support.messages.uploads import VIN
from support.people import person

POLICE, MARKET, TRANSPORT = (f"450200-{kind}" for kind in ("police", "market", "transport"))


@pytest.fixture
def team(city: City, doors: Doors) -> Team:
    """The environment department's people, and a test that a case can be built on."""
    city.test("2026-08-20 09:30", co=0.1)
    doors.at("2026-09-01 09:00")
    return Team(doors)


def test_reference() -> str:
    return str(Test.objects.get().test_no)


test_reference.__test__ = False  # type: ignore[attr-defined]


def codes(answer: dict[str, object]) -> list[str]:
    return [str(reason["code"]) for reason in answer["reasons"]]  # type: ignore[attr-defined]


def test_from_the_lead_to_the_archive(team: Team, doors: Doors) -> None:
    team.until_heard(test_reference())
    team.until_served()
    shown = doors.get(f"matters/{team.number}", by=OFFICE)
    assert (shown["state"], shown["facts"]["decided_fine"], shown["due_on"]) == (
        "served",
        225_000,
        "2026-10-28",
    )
    assert shown["office"] == OFFICE
    team("zhang", "publish")
    (published,) = doors.get("public/decisions")["decisions"]
    assert published["name"] == Party.objects.get(code=NEAR).name and "225,000" in published["reasons"]
    assert published["decision_no"] == DECIDED["decision_no"]
    doors.at("2026-11-13 09:00")
    team("zhang", "pay", paid_on="2026-11-13", amount="225000", receipt_no="甲")
    assert codes(team("zhang", "archive", volume_no="1", expect=403)) == ["fine-open"]
    team("zhang", "pay", paid_on="2026-11-13", amount="67500", receipt_no="乙")
    assert team("zhang", "archive", volume_no="1")["state"] == "archived"
    assert not Matter.objects.filter(kind="strike-off").exists()


def test_a_serious_case_opens_the_strike_off_with_its_evidence(team: Team, doors: Doors) -> None:
    team.until_heard(test_reference(), serious="yes", serious_ground="vehicles", vehicles="10", departure="")
    doors.at("2026-10-15 09:00")
    team("zhang", "discuss", DISCUSSED)
    decided = team("head", "impose", DECIDED)
    assert decided["facts"]["decided_fine"] == 1_000_000
    strike_off = Matter.objects.get(kind="strike-off")
    shown = doors.get(f"matters/{strike_off.matter_no}", by=OFFICE)
    assert shown["state"] == "opened" and shown["facts"]["ground"] == "false_report"
    assert [link["matter_no"] for link in shown["links"]] == [team.number]
    assert [each["sha256"] for each in shown["evidence"]] == [Test.objects.get().raw.sha256]


def test_the_party_knows_of_it_from_the_notice_on_and_reads_no_vote(team: Team, doors: Doors) -> None:
    doors.at("2026-09-02 09:00")
    team.open(party=NEAR)
    assert doors.get(f"matters/{team.number}", by=NEAR, expect=404)["code"] == "unknown-matter"
    assert not doors.get("matters", by=NEAR)["matters"]
    assert not OutboxEntry.objects.filter(receiver=NEAR, topic="matter-step").exists()
    team("head", "file", file_no="1")
    team.evidence(test_reference())
    doors.at("2026-09-10 09:00")
    team("zhang", "report", REPORTED)
    team("wang", "clear", opinion="清楚")
    doors.at("2026-09-18 09:00")
    team("zhang", "notify", NOTICE)
    team("zhang", "discuss", {**DISCUSSED, "discussed_on": "2026-09-18"})
    shown = doors.get(f"matters/{team.number}", by=NEAR)
    assert [event["step"] for event in shown["events"]] == ["propose", "notify"]
    assert (
        shown["due_on"] == "2026-09-24" and "voter_1" not in shown["facts"] and "card_a" not in shown["facts"]
    )
    assert {step["step"] for step in shown["steps"]} == {"state", "ask_hearing", "waive_hearing"}
    assert OutboxEntry.objects.filter(receiver=NEAR, topic="matter-step").count() == 1
    doors.at("2026-09-25 09:00")
    late = doors.step(team.number, "ask_hearing", by=NEAR, request="不服", expect=403)
    assert codes(late) == ["hearing-too-late"] and late["cite"]


def test_what_is_missing_forbids_the_decision_and_nothing_is_kept(team: Team, doors: Doors) -> None:
    doors.at("2026-09-02 09:00")
    team.open(party=NEAR)
    team("head", "file", file_no="1")
    doors.at("2026-09-10 09:00")
    team("zhang", "report", REPORTED)
    team("wang", "clear", opinion="清楚")
    doors.at("2026-09-18 09:00")
    team("zhang", "notify", NOTICE)
    doors.at("2026-09-28 09:00")
    team("zhang", "no_hearing_asked")
    events = MatterEvent.objects.count()
    refused = team("head", "impose", DECIDED, expect=403)
    assert codes(refused) == ["facts-not-proven", "not-discussed"]
    assert all(reason["cite"] and reason["text"] and reason["next"] for reason in refused["reasons"])
    assert MatterEvent.objects.count() == events
    team.evidence(test_reference())
    voted = team("zhang", "discuss", {**DISCUSSED, "discussed_on": "2026-09-28", "voter_2": "li"}, expect=403)
    assert codes(voted) == ["investigators-voted"]
    team("zhang", "discuss", {**DISCUSSED, "discussed_on": "2026-09-28"})
    assert team("head", "impose", DECIDED)["state"] == "decided"


def test_a_case_is_opened_by_who_decides_against_who_did_it(team: Team, doors: Doors) -> None:
    doors.at("2026-09-02 09:00")
    assert codes(team.open(party=LISTED, expect=403)) == ["wrong-party"]
    assert codes(team.open(party=NEAR, acted_on="2026-09-01", found_on="2026-08-31", expect=403)) == [
        "before-the-act"
    ]
    assert codes(team.open(party=NEAR, violation="double_charge", expect=403)) == ["not-punished-here"]
    wanted = {"violation": "bad_fuel", "payer": "seller", "party_name": "某加油站"}
    assert codes(team.open(**wanted, expect=403)) == ["wrong-body"]
    assert team.open(party="nobody", party_name="甲", expect=422)["code"] == "unknown-station"
    assert team.open(party_name="", expect=422)["errors"][0]["path"] == "$.party"
    market = Team(doors, MARKET, ("mei", "lan"))
    assert market.open("mei", **wanted)["state"] == "filing"
    assert doors.get(f"matters/{market.number}", by=MARKET)["title"] == "某加油站"
    # Nobody else's business: neither the transport department's nor the police's.
    for office in (TRANSPORT, POLICE):
        assert doors.get(f"matters/{market.number}", by=office, expect=404)["code"] == "unknown-matter"
    assert doors.step(market.number, "file", by="head", file_no="1", expect=403)["code"] == "not-your-step"


def test_the_police_decide_on_the_spot(city: City, doors: Doors) -> None:
    city.enter()
    doors.at("2026-09-02 09:00")
    police = Team(doors, POLICE, ("po", "desk"))
    said = {
        "violation": "failed_vehicle_driven",
        "payer": "driver",
        "party_name": "王某",
        "is_person": "yes",
        "acted_on": "2026-09-02",
        "found_on": "2026-09-02",
        "fine": "200",
        "form_no": "柳公简〔2026〕1号",
        "acted_where": "文惠路口",
        "proof": "检验记录、现场照片",
        "officer_a": "po",
        "card_a": "警 1",
        "card_a_until": "2027-12-31",
        "told": "yes",
        "compared": "yes",
    }
    about = {"vin": VIN}
    assert codes(police.open("po", "simple-penalty", **said, **about, cash="yes", expect=403)) == [
        "too-much-cash"
    ]
    User.objects.filter(username__in=("po", "desk")).update(natural_person="a" * 32)
    second = {"officer_b": "desk", "card_b": "警 2", "card_b_until": "2027-12-31"}
    alone = police.open("po", "simple-penalty", **said, **about, **second, expect=403)
    assert codes(alone) == ["too-few-officers"], "two accounts of one officer are not two officers"
    User.objects.filter(username="desk").update(natural_person="b" * 32)
    opened = police.open("po", "simple-penalty", **said, **about)
    assert (opened["state"], opened["due_on"], opened["facts"]["decided_fine"]) == (
        "served",
        "2026-09-04",
        200,
    )
    police("po", "pay", paid_on="2026-09-02", amount="200", receipt_no="甲")
    assert codes(police("po", "archive", volume_no="简 1", expect=403)) == ["not-reported"]
    recorded = {"reported_on": "2026-09-02", "record_no": "备 1"}
    assert codes(police("po", "report_to_office", recorded, expect=403)) == ["same-person"]
    page = (reader := person(POLICE, name="reader")).get(f"/matters/{police.number}").content.decode()
    assert "下一步期限" in page and "起点：最低额" not in page, "the report is the office's to make"
    assert police("desk", "report_to_office", recorded)["due_on"] == "2026-09-17"
    page = reader.get(f"/matters/{police.number}").content.decode()
    assert all(said in page for said in ("当场处罚决定备案表", "备 1", "当事人期限"))
    pdf = city.client(POLICE).get(f"/api/v1/matters/{police.number}/papers/record").content
    assert pdf.startswith(b"%PDF")
    assert police("po", "archive", volume_no="简 1")["state"] == "archived"
    assert doors.get(f"matters/{police.number}", by=POLICE)["state"] == "archived"
    assert doors.get(f"matters/{police.number}", by=MARKET, expect=404)["code"] == "unknown-matter"


def test_overturned_on_review_the_publication_is_withdrawn(team: Team, doors: Doors) -> None:
    team.until_heard(test_reference())
    team.until_served()
    team("zhang", "publish")
    assert Publication.objects.filter(withdrawn_at__isnull=True).count() == 1
    doors.step(team.number, "overturn", by="450200-supervisor", appeal_no="复 1", reason="证据不足")
    assert not doors.get("public/decisions")["decisions"]
    sent = OutboxEntry.objects.filter(topic="standing-published", receiver="regional:450000").order_by("id")
    assert [each.body.get("withdrawn", False) for each in sent] == [False, True], (
        "who was sent it takes it back"
    )


def test_the_card_says_range_table_defects_and_account(team: Team, doors: Doors) -> None:
    team.until_heard(test_reference())
    card = doors.get(f"matters/{team.number}", by=OFFICE)["penalty"]
    assert (card["range"]["least"], card["range"]["most"], card["fine"]) == (100_000, 500_000, 225_000)
    assert [line["yuan"] for line in card["lines"]] == [100_000, 50_000, 25_000, 50_000]
    assert [check["code"] for check in card["checks"] if check["red"]] == ["not-discussed"]
    assert len(card["checks"]) == 24
    assert (card["serious"]["vehicles"], card["serious"]["of"], card["serious"]["holds"]) == (3, 10, False)
    assert doors.get(f"matters/{team.number}", by=NEAR)["penalty"] is None
    page = person(OFFICE, name="reader").get(f"/matters/{team.number}").content.decode()
    for said in ("100,000 – 500,000", "起点：最低额", "没有集体讨论记录", "3/10", "1 项否决"):
        assert said in page
    team.until_served()
    doors.at("2026-11-13 09:00")
    account = doors.get(f"matters/{team.number}", by=OFFICE)["penalty"]["account"]
    assert (account["days_late"], account["surcharge"], account["open"]) == (10, 67_500, 292_500)
    team("zhang", "pay", paid_on="2026-11-13", amount="292500", receipt_no="甲")
    doors.at("2026-11-23 09:00")
    account = doors.get(f"matters/{team.number}", by=OFFICE)["penalty"]["account"]
    assert (account["days_late"], account["surcharge"], account["open"]) == (10, 67_500, 0), (
        "no day is late after the fine was paid"
    )


def test_a_case_is_opened_on_its_page(team: Team, doors: Doors) -> None:
    doors.at("2026-09-02 09:00")
    window = person(OFFICE, name="desk")
    assert "违法行为" in window.get("/matters/open?kind=penalty").content.decode()
    form = {f"propose-{name}": value for name, value in OPENED.items()}
    name = Party.objects.get(code=NEAR).name
    sent = {
        "kind": "penalty",
        "step": "propose",
        "party": NEAR,
        "sure": "1",
        **form,
        "propose-party_name": name,
    }
    refused = window.post("/matters/open", {**sent, "propose-acted_on": "2026-09-02"})
    assert "先后不对" in refused.content.decode() and not Matter.objects.filter(kind="penalty").exists()
    answer = window.post("/matters/open", sent)
    row = Matter.objects.get(kind="penalty")
    assert answer.status_code == 302 and answer["Location"] == f"/matters/{row.matter_no}"
    assert window.get(answer["Location"]).status_code == 200


class Windows:
    """The same people at the pages, each logged in."""

    def __init__(self, number: str, people: dict[str, Client]) -> None:
        self.number, self.people = number, people

    def __call__(self, who: str, step: str, **fields: str) -> str:
        """What the page says after the step's form was sent: itself again, or why not."""
        form = {"step": step, "sure": "1", **{f"{step}-{name}": value for name, value in fields.items()}}
        answer = self.people[who].post(f"/matters/{self.number}", form, follow=True)
        return str(answer.content.decode())


def decided_at_the_desks(team: Team, doors: Doors) -> Windows:
    """From the filing to the decision by the forms of the office's people and of the station itself."""
    doors.at("2026-09-02 09:00")
    team.open(party=NEAR)
    team.evidence(test_reference())
    people = {name: Client() for name in TEAM}
    for name, window in people.items():
        window.force_login(User.objects.get(username=name))
    people["station"] = person(NEAR)
    step = Windows(team.number, people)
    assert "调查取证" in step("head", "file", file_no="柳环立〔2026〕9号")
    doors.at("2026-09-10 09:00")
    step("zhang", "report", **{**REPORTED, "serious": "yes", "serious_ground": "vehicles", "vehicles": "10"})
    assert "您是调查人员" in step("li", "clear", opinion="清楚")
    assert "10/10" in step("wang", "clear", opinion="清楚") and team.number
    assert people["station"].get(f"/matters/{team.number}").status_code == 404
    doors.at("2026-09-18 09:00")
    step("zhang", "notify", **NOTICE)
    assert "2026-09-24" in step("station", "state", statement="设备故障所致")
    step("station", "ask_hearing", request="不服")
    doors.at("2026-09-24 09:00")
    step(
        "zhang",
        "announce_hearing",
        announced_on="2026-09-24",
        hearing_on="2026-10-13",
        hearing_at="九时",
        chair="wang",
    )
    assert people["station"].get(f"/matters/{team.number}/papers/hearing-notice.pdf").status_code == 200
    doors.at("2026-10-13 15:00")
    step(
        "zhang",
        "hold_hearing",
        announced_on="2026-09-24",
        held_on="2026-10-13",
        chair="wang",
        record="双方陈述",
    )
    step("zhang", "weigh", weighed="不采纳：曲线逐点相同")
    assert "没有通过法制审核" in step("head", "impose", **DECIDED)
    doors.at("2026-10-15 09:00")
    step("fazhi", "review_legally", passed_review="yes", opinion="合法")
    assert "没有一票否决情形" in step("zhang", "discuss", **DISCUSSED)
    doors.at("2026-10-16 09:00")
    step("head", "impose", **DECIDED)
    return step


def test_a_false_report_through_the_desks(team: Team, doors: Doors) -> None:
    """To the archive with its surcharge, then the strike-off that the serious case opened."""
    step = decided_at_the_desks(team, doors)
    people = step.people
    doors.at("2026-10-19 09:00")
    step("zhang", "serve", served_on="2026-10-19", how="direct")
    step("zhang", "publish")
    assert "1,000,000" in Client().get("/public/decisions").content.decode()
    doors.at("2026-11-13 09:00")
    assert "1,299,999" in step("zhang", "pay", paid_on="2026-11-13", amount="1", receipt_no="甲")
    step("zhang", "pay", paid_on="2026-11-13", amount="1299999", receipt_no="乙")
    assert "已结案归档" in step("zhang", "archive", volume_no="正 1、副 1")
    strike_off = Windows(Matter.objects.get(kind="strike-off").matter_no, people)
    assert "告知" in strike_off("head", "notify", served_on="2026-11-13", intended="注销联网")
    strike_off("station", "waive_hearing")
    strike_off(
        "head", "decide", decision_no="柳环注〔2026〕1号", since="2026-11-14", reasons="虚假报告情节严重"
    )
    assert Party.objects.get(code=NEAR).standings.filter(state="struck_off", since="2026-11-14").exists()
