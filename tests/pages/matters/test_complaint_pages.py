"""Reporting without a log-in, and what each desk does with it: by the pages that people use."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.test import Client

from imloop.steps.complaints.payment_code import hash_of
from imloop.steps.matters.kept.address import token_of
from imloop.store.models import (
    Attachment,
    Complaint,
    JournalEntry,
    Matter,
    MatterParty,
    OutboxEntry,
    Reward,
    User,
)
from support.casework.reports import FAKE, SMOKE, photo, reported
from support.city import LISTED, NEAR, PLACE, City
from support.doors import Doors
from support.messages.photographs import SECRET, by_telephone
from support.people import person

ENVIRONMENT, TRANSPORT = f"{PLACE}-environment", f"{PLACE}-transport"


def act(window: Client, number: str, step: str, **said: str) -> str:
    """A step on the page of the matter; what the page then says."""
    form = {f"{step}-{name}": value for name, value in said.items()}
    answer = window.post(f"/matters/{number}", {"step": step, "sure": "1", **form}, follow=True)
    text = str(answer.content.decode())
    assert answer.status_code == 200, re.sub(r"<[^>]+>|\s+", " ", text)
    return text


def looked_into(window: Client, number: str, user: str, day: str) -> None:
    act(window, number, "triage", priority="normal")
    act(window, number, "accept")
    act(window, number, "send_out", assigned_to=user, how="visit")
    act(window, number, "look_into", checked_on=day, how="visit", findings="现场检测不合格")


def journal(kind: str) -> list[dict[str, object]]:
    return [json.loads(entry.body) for entry in JournalEntry.objects.filter(kind=kind).order_by("number")]


def test_from_the_report_to_the_paid_reward(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    assert "冒黑烟的车" in Client().get("/report").content.decode()
    form = Client().get("/report?category=smoky_vehicle").content.decode()
    assert "奖励 200 元" in form and "60" in form
    number, address, (code,) = reported(SMOKE, photo())
    assert "受理" in Client().get(address).content.decode()
    office = person(ENVIRONMENT, head=True)
    page = office.get(f"/matters/{number}").content.decode()
    assert "红色货车冒黑烟" in page and "韦小明" not in page and "13907720120" not in page
    looked_into(office, number, f"u-{ENVIRONMENT}", "2026-09-01")
    act(office, number, "find_true", found="属实")
    act(office, number, "answer", template="founded", done="责令维修复检")
    own = Client().get(address).content.decode()
    assert "情况属实。处理情况：责令维修复检。" in own and "第一百四十六条" in own
    assert "现场检测不合格" not in own, "what the file says is not what the reporter is told"
    Client().post(address, {"step": "rate", "rate-stars": "5", "sure": "1"})
    other = person(ENVIRONMENT, name="lan")
    act(other, number, "grant_reward", decision_no="柳环罚1号", in_force_on="2026-09-01")
    assert "200 元" in Client().get(address).content.decode()
    paid(code, number, address)


def paid(code: str, number: str, address: str) -> None:
    drawn = Client().post("/report/reward", {"code": code.lower()}).content.decode()
    secret = re.search(r"<pre>(\d{8})</pre>", drawn)
    assert secret and number not in drawn
    payer = person(ENVIRONMENT, name="payer")
    User.objects.filter(username="payer").update(pays_rewards=True)
    assert number not in payer.get("/complaints").content.decode()
    assert payer.get(f"/matters/{number}").status_code == 404
    paying = {"code": code, "secret": secret[1], "receipt_no": "P-1", "sure": "1"}
    wrong = payer.post("/rewards", {**paying, "secret": "00000000"})
    assert wrong.status_code == 422 and "领取号不对" in wrong.content.decode()
    done = payer.post("/rewards", paying, follow=True).content.decode()
    assert "200" in done and number not in done and "黑烟" not in done
    assert payer.post("/rewards", paying).status_code == 422
    assert "奖励已领取" in Client().get(address).content.decode()
    assert Matter.objects.get().state == "paid"
    (entry,) = journal("reward-paid")
    assert entry["fen"] == 20000 and number not in json.dumps(entry)


def test_what_a_photograph_says_beside_is_shown_to_nobody(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    number, address, _ = reported(SMOKE, photo(), photo(by_telephone() + b"2"))
    kept = Attachment.objects.order_by("id")
    assert [SECRET in bytes(each.body) for each in kept] == [True, True], "the original is evidence"
    office = person(ENVIRONMENT)
    for each in kept:
        for answer in (
            office.get(f"/matters/{number}/files/{each.sha256}"),
            Client().get(f"{address}/files/{each.sha256}"),
        ):
            assert answer["Content-Type"] == "image/jpeg" and SECRET not in answer.content
    assert "IMG_0001" not in office.get(f"/matters/{number}").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "……"}, "text"),
        ({"text": "好" * 4001}, "text"),
        ({"plate": ""}, "plate"),
        ({"kind": "rocket"}, "kind"),
        ({"on": "2026-09-02"}, "on"),
        ({"on": "2019-01-01"}, "on"),
        ({"latitude": "91", "longitude": "109"}, "latitude"),
        ({"latitude": "here"}, "latitude"),
        ({"phone": "12"}, "phone"),
        ({"place": "nowhere"}, "place"),
        ({"together": "99"}, "together"),
        ({"together": "two"}, "together"),
        ({"sure": ""}, "sure"),
    ],
)
def test_wrong_answers_are_named_and_nothing_is_kept(
    city: City, doors: Doors, change: dict[str, str], field: str
) -> None:
    doors.at("2026-09-01 09:00")
    answer = Client().post("/report?category=smoky_vehicle", {**SMOKE, **change})
    text = answer.content.decode()
    assert answer.status_code == 422, text
    assert re.search(rf'<(input|select|textarea)[^>]*name="{field}"[^>]*aria-invalid', text), text
    assert not Complaint.objects.exists() and not Matter.objects.exists() and not Reward.objects.exists()


def test_a_photograph_that_is_none_is_refused(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    for body in (b"%PDF-1.7", b"\xff\xd8\xff\xe0 not a picture", by_telephone()[:-60]):
        answer = Client().post("/report?category=smoky_vehicle", {**SMOKE, "photo": photo(body)})
        assert answer.status_code == 422 and "no-photograph" not in answer.content.decode()
        assert "照片" in answer.content.decode()
    assert not Matter.objects.exists() and not Attachment.objects.exists()


def test_others_that_may_be_the_same_are_proposed_and_followed(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    number, _, _ = reported(SMOKE)
    again = {**SMOKE, "plate": "桂B·12345", "text": "货车黑烟"}
    found = Client().post("/report/twins", again).content.decode()
    assert number in found and "同一辆车" in found and "红色货车" not in found
    answer = Client().post("/report/follow", {"number": number})
    page = Client().get(answer["Location"])
    assert number in page.content.decode() and "红色货车" not in page.content.decode()
    refused = Client().post(answer["Location"], {"step": "withdraw", "withdraw-reason": "x", "sure": "1"})
    assert refused.status_code == 422 and "只能查看" in refused.content.decode()
    assert Matter.objects.get().state == "received"


def test_typing_fast_shows_no_refusal_inside_the_form(
    city: City, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors.at("2026-09-01 09:00")
    monkeypatch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 0)
    assert Client().post("/report/twins", SMOKE).status_code == 204
    assert Client().get("/report/twins").status_code == 302


def test_a_tip_about_a_station_is_hidden_from_the_public_and_from_the_station(
    city: City, doors: Doors
) -> None:
    doors.at("2026-09-01 09:00")
    number, _, codes = reported(FAKE)
    assert codes and MatterParty.objects.get().party.code == NEAR  # type: ignore[union-attr]
    assert number not in Client().post("/report/twins", FAKE).content.decode()
    assert Client().post("/report/follow", {"number": number}).status_code in (404, 422)
    assert Client().get(f"/open311/v2/requests/{number}.json").status_code == 404
    station = person(NEAR)
    assert station.get(f"/matters/{number}").status_code in (403, 404)
    assert number not in station.get("/matters").content.decode()
    for code in (TRANSPORT, f"{PLACE}-market"):
        other = person(code)
        assert number not in other.get("/complaints").content.decode()
        assert other.get(f"/matters/{number}").status_code in (403, 404)
    assert number in person(f"{PLACE}-supervisor").get("/complaints").content.decode()
    token = token_of(Matter.objects.get())
    assert Client().get(f"/m/{token}").status_code == 404
    assert Client().get(f"/api/v1/public/applications/{token}").status_code == 404


def test_who_reported_is_opened_by_two_with_a_reason(city: City, doors: Doors) -> None:
    doors.at("2026-12-02 09:00")
    number, _, _ = reported(SMOKE)
    assert "韦小明" not in Complaint.objects.get().reporter
    at = f"/complaints/{number}/reporter"
    clerk, head = person(ENVIRONMENT), person(ENVIRONMENT, name="head", head=True)
    asking = {"do": "ask", "reason": "需要核实时间", "sure": "1"}
    assert "由办理部门负责人申请" in clerk.post(at, asking).content.decode()
    assert head.post(at, {**asking, "reason": "。"}).status_code == 422
    card = head.post(at, asking)["Location"]
    assert head.post(at, asking).status_code in (409, 422), "one waits already"
    confirming, reading = {"what": "confirm", "said": "确需联系"}, {"do": "read", "sure": "1"}
    for early in (head.post(at, reading), head.post(card, confirming)):
        assert early.status_code in (403, 422)
    supervisor = person(f"{PLACE}-supervisor")
    assert f'href="{card}"' in supervisor.get("/work").content.decode()
    assert supervisor.post(card, confirming).status_code == 302
    for other in (clerk, supervisor):
        assert other.post(at, reading).status_code in (403, 422)
    shown = head.post(at, reading).content.decode()
    assert "韦小明" in shown and "13907720120" in shown
    for window in (head, supervisor):
        assert "韦小明" not in window.get(card).content.decode() + window.get(at).content.decode()
    doors.at("2026-12-03 09:01")
    assert "韦小明" not in head.post(at, reading).content.decode()
    assert [entry["reason"] for entry in journal("identity-read")] == ["需要核实时间"]
    assert not any(
        "韦小明" in entry.body or "13907720120" in entry.body for entry in JournalEntry.objects.all()
    )


def test_who_pays_sees_no_request_to_read_who_reported(city: City, doors: Doors) -> None:
    doors.at("2026-12-02 09:00")
    number, _, _ = reported(SMOKE)
    head, payer = person(ENVIRONMENT, name="head", head=True), person(ENVIRONMENT, name="payer")
    User.objects.filter(username="payer").update(pays_rewards=True)
    asking = {"do": "ask", "reason": "需要核实时间", "sure": "1"}
    card = head.post(f"/complaints/{number}/reporter", asking)["Location"]
    assert number in head.get("/proposals").content.decode()
    assert number not in payer.get("/proposals").content.decode()
    assert payer.get(card).status_code == 404


def test_why_it_is_asked_is_for_the_head_and_supervision_alone(city: City, doors: Doors) -> None:
    doors.at("2026-12-02 09:00")
    number, _, _ = reported(SMOKE)
    clerk, head = person(ENVIRONMENT), person(ENVIRONMENT, name="head", head=True)
    supervisor = person(f"{PLACE}-supervisor")
    asking = {"do": "ask", "reason": "需要核实时间", "sure": "1"}
    card = head.post(f"/complaints/{number}/reporter", asking)["Location"]
    for knows in (head, supervisor):
        assert "需要核实时间" in knows.get(card).content.decode()
    assert clerk.get(card).status_code == 404
    assert number not in clerk.get("/proposals").content.decode()
    assert supervisor.post(card, {"what": "confirm", "said": "确需联系"}).status_code == 302
    told: dict[str, list[str]] = {ENVIRONMENT: [], f"{PLACE}-supervisor": []}
    for entry in OutboxEntry.objects.filter(subject=number, topic__startswith="proposal"):
        told[entry.receiver] += [entry.body["reason"], entry.body["decision"]]
    assert set(told[ENVIRONMENT]) == {""}
    assert set(told[f"{PLACE}-supervisor"]) >= {"需要核实时间"}


def test_a_clerk_takes_it_down_on_the_telephone(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    desk = person(TRANSPORT)
    form = {
        **SMOKE,
        "category": "not_repaired",
        "about": "mstation",
        "party": LISTED,
        "billed": "更换三元催化",
    }
    form |= {"channel": "phone", "receipt": "yes", "paid_yuan": "1200"}
    del form["kind"]
    refused = desk.post("/complaints/new?category=not_repaired", {**form, "channel": "web"})
    assert refused.status_code == 422
    text = desk.post("/complaints/new?category=not_repaired", form).content.decode()
    assert "已登记" in text and "/report/p/" in text
    row = Matter.objects.get()
    assert (row.office, row.data["facts"]["channel"]) == (TRANSPORT, "phone")
    assert row.data["clocks"][1]["due_on"] == "2026-09-16"
    page = desk.get(f"/matters/{row.matter_no}").content.decode()
    assert "更换三元催化" in page and "柳南治理站" in page
    csv = desk.get("/complaints?format=csv").content.decode()
    assert row.matter_no in csv and "三元" not in csv and "柳南治理站" not in csv


def test_nobody_looks_into_what_names_them(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    number, _, _ = reported({**SMOKE, "text": "环保局的莫小平收钱放行这辆货车"})
    office = person(ENVIRONMENT)
    User.objects.filter(username=f"u-{ENVIRONMENT}").update(first_name="莫小平")
    act(office, number, "triage", priority="urgent")
    act(office, number, "accept")
    form = {"step": "send_out", "sure": "1", "send_out-how": "visit"}
    answer = office.post(f"/matters/{number}", {**form, "send_out-assigned_to": f"u-{ENVIRONMENT}"})
    assert answer.status_code == 422 and "莫小平" in answer.content.decode()
    assert Matter.objects.get().state == "accepted"


def test_it_is_passed_on_or_not_accepted_and_the_reporter_is_told(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    number, address, _ = reported(SMOKE)
    office, market = person(ENVIRONMENT), person(f"{PLACE}-market")
    act(office, number, "refer", receiver="market-report", reason="油品问题")
    assert office.get(f"/matters/{number}").status_code in (403, 404)
    assert "已转交" in Client().get(address).content.decode()
    act(market, number, "not_accept", why="other_department", go_to="柳州市城市管理局")
    assert "请向柳州市城市管理局反映" in Client().get(address).content.decode()


def test_a_second_report_of_the_same_is_merged_and_gets_no_reward(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    first, _, _ = reported(SMOKE)
    doors.at("2026-09-02 09:00")
    second, address, _ = reported({**SMOKE, "text": "又看见那辆红色货车冒黑烟"})
    office = person(ENVIRONMENT)
    assert first in office.get(f"/matters/{second}").content.decode()
    looked_into(office, second, f"u-{ENVIRONMENT}", "2026-09-02")
    act(office, second, "find_true", found="属实")
    act(office, second, "answer", template="founded", done="责令维修")
    form = {"step": "grant_reward", "sure": "1", "grant_reward-decision_no": "1"}
    colleague = person(ENVIRONMENT, name="lan")
    answer = colleague.post(f"/matters/{second}", {**form, "grant_reward-in_force_on": "2026-09-02"})
    assert answer.status_code == 422 and "只奖励第一个举报人" in answer.content.decode()
    merge = {"step": "merge", "sure": "1", "merge-merged_into": first, "merge-reason": "同一辆车"}
    late = office.post(f"/matters/{second}", merge)
    assert late.status_code == 422, "what was answered can be rated and reopened: it does not vanish"
    third, address, _ = reported({**SMOKE, "text": "红色货车冒黑烟，又来了"})
    other, _, _ = reported({**SMOKE, "category": "machine", "text": "工地的挖掘机冒黑烟"})
    act(office, third, "triage", priority="normal")
    buried = office.post(f"/matters/{third}", {**merge, "merge-merged_into": other})
    assert buried.status_code == 422 and "不是同一" in buried.content.decode()
    act(office, third, "merge", merged_into=first, reason="同一辆车")
    assert first in Client().get(address).content.decode()


def test_a_code_pays_once_and_only_what_is_due(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    _, _, codes = reported({**SMOKE, "together": "3"})
    assert len(codes) == 3 == Reward.objects.count()
    assert not any(code in str(Reward.objects.values()) for code in codes)
    assert Reward.objects.filter(code_sha256=hash_of(codes[0])).exists()
    answer = Client().post("/report/reward", {"code": codes[0]})
    assert answer.status_code in (409, 422) and "还没有到奖励" in answer.content.decode()
    answer = Client().post("/report/reward", {"code": "ABCD-EFGH-JKMN-PQRS"})
    assert "没有这个领奖码" in answer.content.decode()
    clerk = person(ENVIRONMENT)
    paying = {"code": codes[0], "secret": "1", "receipt_no": "P-1", "sure": "1"}
    assert 'name="secret"' not in clerk.get("/rewards").content.decode()
    assert clerk.post("/rewards", paying).status_code in (403, 422)
    assert not Reward.objects.filter(paid_at__isnull=False).exists()
