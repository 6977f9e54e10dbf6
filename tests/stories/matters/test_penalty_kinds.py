"""The acts that departments fine: two parties of a removed device, a repairer's false certificate, an obstruction."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.store.models import Matter, Party, Repair, Test
from support.casework.penalties import DECIDED, NOTICE, OFFICE, REPORTED, Team
from support.city import LISTED, NEAR, City
from support.doors import Doors
from support.messages.uploads import VIN

TRANSPORT = "450200-transport"
PLAIN = {"level_harm": "", "level_fault": "", "level_manner": ""}


def decide(team: Team, reported: dict[str, Any], people: tuple[str, str, str, str], **notice: str) -> Any:
    """From the filing to the decision, by an investigator, a second one, a reviewer and a head."""
    one, two, reviewer, head = people
    team(head, "file", file_no="1")
    team.doors.at("2026-09-10 09:00")
    team(one, "report", {**REPORTED, **PLAIN, **reported, "officer_a": one, "officer_b": two})
    team(reviewer, "clear", opinion="清楚")
    team.doors.at("2026-09-18 09:00")
    team(one, "notify", {**NOTICE, **notice})
    team.doors.at("2026-09-28 09:00")
    team(one, "no_hearing_asked")
    return team(head, "impose", DECIDED)


ENVIRONMENT = ("zhang", "li", "wang", "head")


def test_owner_and_repairer_of_one_removed_device(city: City, doors: Doors) -> None:
    """Two cases of one act, each with its own fine by the vehicle, the second with the evidence of the first."""
    city.test("2026-08-20 09:30", co=0.1)
    doors.at("2026-09-02 09:00")
    team = Team(doors)
    swap = {"violation": "device_removed", "findings": "三元催化器已拆除"}
    team.open(vin=VIN, payer="owner", party_name="王某", is_person="yes", **swap)
    team.evidence(Test.objects.get().test_no)
    owner = team.number
    refused = team.open(party=LISTED, payer="repairer", twin="450200-S2026-99999", **swap, expect=422)
    assert refused["errors"][0]["path"] == "$.twin" and Matter.objects.count() == 1
    team.open(party=LISTED, payer="repairer", twin=owner, **swap)
    repairer = team.number
    assert repairer != owner
    shown = doors.get(f"matters/{repairer}", by=OFFICE)
    assert [(link["kind"], link["matter_no"]) for link in shown["links"]] == [("twin", owner)]
    assert len(shown["evidence"]) == 1
    decided = decide_owner(team, owner)
    assert decided["facts"]["decided_fine"] == 5_000
    assert decided["penalty"]["range"]["punished_by"].endswith("第一千一百二十四条")


def decide_owner(team: Team, number: str) -> Any:
    team.number = number
    reported = {"findings": "三元催化器已拆除〔1〕", "vehicles": "1"}
    return decide(team, reported, ENVIRONMENT, rights="two")


def test_a_repairer_that_certified_what_it_did_not_repair(city: City, doors: Doors) -> None:
    """Transport decides; the fine is counted from the gains; the record of the repair is the evidence."""
    city.test("2026-08-19 09:30", co=0.9)
    city.repair("2026-08-20 15:00")
    doors.at("2026-09-02 09:00")
    people = ("tan", "tu", "tao", "tong")
    team = Team(doors, TRANSPORT, people)
    certificate = {"violation": "false_certificate", "payer": "repairer", "findings": "未维修而签发合格证"}
    refused = Team(doors).open(party=LISTED, **certificate, expect=403)
    assert [reason["code"] for reason in refused["reasons"]] == ["wrong-body"]
    team.open("tan", party=LISTED, **certificate)
    team.evidence(Repair.objects.get().repair_no, "tan", kind="repair")
    reported = {"findings": "未维修而签发合格证〔1〕", "gains": "4000"}
    decided = decide(team, reported, people, rights="two")
    assert (decided["facts"]["decided_fine"], decided["state"]) == (8_000, "decided")
    assert (decided["penalty"]["range"]["least"], decided["penalty"]["range"]["most"]) == (8_000, 40_000)


def test_who_obstructs_is_fined_by_who_checks(city: City, doors: Doors) -> None:
    doors.at("2026-09-02 09:00")
    people = ("tan", "tu", "tao", "tong")
    team = Team(doors, TRANSPORT, people)
    city.test("2026-08-20 09:30", co=0.1)
    obstruction = {"violation": "obstruction", "payer": "checked", "findings": "拒绝提供台账"}
    team.open("tan", party=LISTED, **obstruction)
    kept = {"kind": "video", "reference": "https://video.invalid/1", "sha256": "a" * 64, "words": "现场视频"}
    doors.post(f"matters/{team.number}/evidence", kept, by="tan")
    decided = decide(team, {"findings": "拒绝提供台账〔1〕"}, people, rights="two")
    assert decided["facts"]["decided_fine"] == 50_000


@pytest.mark.parametrize(
    ("violation", "instead"), [("station_repairs", "从事排放维修"), ("double_charge", "责令退费")]
)
def test_what_no_text_of_the_place_punishes_is_not_fined(
    city: City, doors: Doors, violation: str, instead: str
) -> None:
    """The refusal says what the department can do."""
    doors.at("2026-09-02 09:00")
    refused = Team(doors).open(party=NEAR, violation=violation, expect=403)
    (reason,) = refused["reasons"]
    assert reason["code"] == "not-punished-here" and instead in reason["next"]


TRANSPORTS = ("tan", "tu", "tao", "tong")


@pytest.mark.parametrize(
    ("violation", "office", "people", "counted", "fine"),
    [
        ("station_repairs", OFFICE, ENVIRONMENT, {}, 10_000),
        ("double_charge", TRANSPORT, TRANSPORTS, {"charge": "800"}, 800),
    ],
)
def test_in_zhejiang_both_are_fined(
    city: City,
    doors: Doors,
    violation: str,
    office: str,
    people: tuple[str, str, str, str],
    counted: dict[str, str],
    fine: int,
) -> None:
    """By the regulation of the province, from the first sign to the decision."""
    Party.objects.update(place="330100")
    city.test("2026-08-20 09:30", co=0.1)
    doors.at("2026-09-02 09:00")
    team = Team(doors, office, people)
    team.open(people[0], party=NEAR, violation=violation, findings="台账与收费记录不符")
    team.evidence(Test.objects.get().test_no, people[0])
    reported = {"findings": "台账与收费记录不符〔1〕", "vehicles": "1", **counted}
    decided = decide(team, reported, people, rights="two")
    assert (decided["state"], decided["facts"]["decided_fine"]) == ("decided", fine)
