"""What one official alone, or under a second account, cannot do with a case; and what colleagues lawfully can."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.store.models import Matter, Test, User
from support.casework.penalties import DECIDED, DISCUSSED, NOTICE, OFFICE, REPORTED, Team
from support.city import FAR, NEAR, City
from support.doors import Doors


@pytest.fixture
def team(city: City, doors: Doors) -> Team:
    city.test("2026-08-20 09:30", co=0.1)
    doors.at("2026-09-02 09:00")
    return Team(doors)


def codes(answer: dict[str, Any]) -> list[str]:
    return [str(reason["code"]) for reason in answer["reasons"]]


def one_person(*names: str) -> None:
    """Accounts that show the same identity card."""
    User.objects.filter(username__in=names).update(natural_person="a" * 32)


def investigated(team: Team, doors: Doors) -> None:
    team.open(party=NEAR)
    team("head", "file", file_no="1")
    team.evidence(str(Test.objects.get().test_no))
    doors.at("2026-09-10 09:00")
    team("zhang", "report", REPORTED)


def test_nobody_reviews_or_votes_on_their_own_case_under_another_account(team: Team, doors: Doors) -> None:
    investigated(team, doors)
    one_person("zhang", "wang", "deputy")
    assert codes(team("wang", "clear", opinion="清楚", expect=403)) == ["same-person"]
    team("fazhi", "clear", opinion="清楚")
    doors.at("2026-09-18 09:00")
    team("zhang", "notify", NOTICE)
    doors.at("2026-10-15 09:00")
    team("zhang", "no_hearing_asked")
    assert codes(team("zhang", "discuss", DISCUSSED, expect=403)) == ["investigators-voted"]
    team("zhang", "discuss", {**DISCUSSED, "voter_2": "fazhi"})
    assert codes(team("deputy", "impose", DECIDED, expect=403)) == ["same-person"]
    assert team("head", "impose", DECIDED)["state"] == "decided"


def test_two_accounts_of_one_officer_are_not_two_officers(team: Team, doors: Doors) -> None:
    team.open(party=NEAR)
    one_person("zhang", "li", "head")
    assert codes(team("head", "file", file_no="1", expect=403)) == ["same-person"]
    team("deputy", "file", file_no="1")
    team.evidence(str(Test.objects.get().test_no))
    assert codes(team("zhang", "report", REPORTED, expect=403)) == ["too-few-officers"]
    assert team("zhang", "report", {**REPORTED, "officer_b": "wang"})["state"] == "case_review"


def test_a_case_is_not_buried_in_another(team: Team, doors: Doors) -> None:
    investigated(team, doors)
    first = team.number
    doors.at("2026-09-11 09:00")
    team.open(party=FAR)
    other = team.number
    merge = {"reason": "同一事实"}
    buried = doors.step(first, "merge", by="zhang", merged_into=other, expect=409, **merge)
    assert buried["code"] == "not-the-same"
    team.open(party=NEAR, acted_on="2026-08-19")
    second = team.number
    team.number = first
    team("wang", "clear", opinion="清楚")
    doors.at("2026-09-18 09:00")
    team("zhang", "notify", NOTICE)
    late = doors.step(first, "merge", by="zhang", merged_into=second, expect=409, **merge)
    assert late["code"] == "no-such-step", "what the party was told of does not vanish"
    assert doors.step(second, "merge", by="zhang", merged_into=first, **merge)["state"] == "merged"


def test_one_act_is_fined_once(team: Team, doors: Doors) -> None:
    team.open(party=NEAR)
    assert team.open(party=NEAR, expect=409)["code"] == "punished-already"
    assert team.open(party=NEAR, acted_on="2026-08-19")["state"] == "filing", "another day is another act"
    assert team.open(party=FAR)["state"] == "filing"
    first = Matter.objects.filter(kind="penalty").earliest("id").matter_no
    doors.step(first, "not_file", by="head", reasons="证据不足")
    assert team.open(party=NEAR)["state"] == "filing", "what came to nothing may be taken up again"


def test_nothing_is_put_right_copied_or_paused_for_ever(team: Team, doors: Doors) -> None:
    team.open(party=NEAR)
    required = {"required": "补正", "clause": "第一条"}
    far = team("zhang", "require", required, required_by="2199-12-31", expect=403)
    assert codes(far) == ["too-far-ahead"] and far["cite"]
    copied = {"of": "matter", "reference": team.number, "to": "450200-market", "wanted": "请核查资质"}
    far = doors.post("copies", {**copied, "answer_by": "2199-12-31"}, by="zhang", expect=403)
    assert far["code"] == "too-far-ahead"
    team("zhang", "pause", clock="filing", pause_ground="expertise", reason="送检仪器")
    doors.at("2026-12-01 09:00")
    assert not doors.get(f"matters/{team.number}", by=OFFICE)["late"]
    doors.at("2026-12-02 09:00")
    shown = doors.get(f"matters/{team.number}", by=OFFICE)
    assert shown["late"] and shown["due_on"] == "2026-12-01"
    team("zhang", "continue", clock="filing", reason="检测报告已出具")
    assert not doors.get(f"matters/{team.number}", by=OFFICE)["late"]
