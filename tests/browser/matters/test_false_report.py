"""An I-station's false report at the desks of all who act: lead, notice, hearing, decision, surcharge, strike-off."""

from __future__ import annotations

from typing import Any

import msgspec

from support.casework.penalties import DECIDED, DISCUSSED, NOTICE, OPENED, REPORTED
from support.city import NEAR, PLACE, at
from support.desks import Desk
from support.messages.uploads import test_message
from support.stories.people_at_desks import People, send


def upload(station: Desk) -> str:
    message = test_message(at("2026-08-20 09:00"), station=NEAR)
    station.click("上传")
    station.hand_in("检验报文", "test.json", msgspec.json.encode(message))
    station.press("上传")
    station.sees("合格")
    return f"{NEAR}/{message['test_no']}"


def test_from_the_false_report_to_the_strike_off(steered: Any) -> None:
    steered.at("2026-08-20 09:10")
    reference = upload(steered.desk(NEAR))
    people = People(steered)
    opened_and_filed(people, reference)
    told_and_heard(people)
    decided_and_paid(people)
    struck_off(people)


def opened_and_filed(people: People, reference: str) -> None:
    """One proposes with a test as evidence, another files; two investigate, a third reviews."""
    people.at("2026-09-02 09:00")
    zhang = people("zhang")
    zhang.go(f"/matters/open?kind=penalty&party={NEAR}")
    send(zhang, "propose", {**OPENED, "party_name": "鱼峰环保检测站"})
    zhang.sees("待立案")
    people.number = zhang.path.rpartition("/")[2]
    zhang.page.get_by_text("添加证据", exact=True).click()
    zhang.choose("种类", "test")
    zhang.fill("编号；视频填 https:// 地址", reference)
    zhang.press("添加")
    zhang.sees(reference, "SHA-256")
    people.take("head", "file", file_no="柳环立〔2026〕9号").sees("调查取证")
    people.at("2026-09-10 09:00")
    people.take(
        "zhang", "report", **{**REPORTED, "serious": "yes", "serious_ground": "vehicles", "vehicles": "10"}
    ).sees("案件审查")
    people.take("li", "clear", opinion="清楚").sees("您是调查人员")
    people.take("wang", "clear", opinion="清楚").sees("10/10")
    assert people(NEAR).go(f"/matters/{people.number}") == 404, "nothing is told before the notice"


def told_and_heard(people: People) -> None:
    """The station reads the notice, answers in time and asks for a hearing; it is held and weighed."""
    people.at("2026-09-18 09:00")
    people.take("zhang", "notify", **NOTICE)
    people.take(NEAR, "state", statement="设备故障所致").sees("2026-09-24")
    people.take(NEAR, "ask_hearing", request="不服")
    people.at("2026-09-24 09:00")
    hearing = {
        "announced_on": "2026-09-24",
        "hearing_on": "2026-10-13",
        "hearing_at": "九时",
        "chair": "wang",
    }
    people.take("zhang", "announce_hearing", **hearing)
    people.at("2026-10-13 15:00")
    held = {"announced_on": "2026-09-24", "held_on": "2026-10-13", "chair": "wang", "record": "双方陈述"}
    people.take("zhang", "hold_hearing", **held)
    people.take("zhang", "weigh", weighed="不采纳：曲线逐点相同")


def decided_and_paid(people: People) -> None:
    """No decision while a defect is red; then decided, published, paid late with its surcharge, archived."""
    people.take("head", "impose", **DECIDED).sees("没有通过法制审核")
    people.at("2026-10-15 09:00")
    people.take("fazhi", "review_legally", passed_review="yes", opinion="合法")
    people.take("zhang", "discuss", **DISCUSSED).sees("没有一票否决情形")
    people.at("2026-10-16 09:00")
    people.take("head", "impose", **DECIDED).sees("已决定，待送达")
    people.at("2026-10-19 09:00")
    people.take("zhang", "serve", served_on="2026-10-19", how="direct").sees("已送达，待缴款")
    people.take("zhang", "publish")
    reader = people("zhang")
    reader.go("/public/decisions")
    reader.sees("鱼峰环保检测站", "1,000,000")
    people.at("2026-11-13 09:00")
    people.take("zhang", "pay", paid_on="2026-11-13", amount="1300000", receipt_no="甲")
    people.take("zhang", "archive", volume_no="正 1、副 1").sees("已结案归档")


def struck_off(people: People) -> None:
    """The serious case has opened a strike-off of its own, which ends the station's standing."""
    desk = people("head")
    desk.page.goto(f"{desk.base_url}/matters/{people.number}")
    desk.page.get_by_role("main").get_by_role("link", name=f"{PLACE}-S2026-").first.click()
    desk.sees("注销联网")
    people.number = desk.path.rpartition("/")[2]
    people.take("head", "notify", served_on="2026-11-13", intended="注销联网")
    people.take(NEAR, "waive_hearing")
    ended = {"decision_no": "柳环注〔2026〕1号", "since": "2026-11-14", "reasons": "虚假报告情节严重"}
    people.take("head", "decide", **ended)
    people.at("2026-11-14 09:00")
    desk = people("head")
    desk.go(f"/parties/{NEAR}")
    desk.sees("注销")
