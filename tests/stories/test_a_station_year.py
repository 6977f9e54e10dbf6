"""A year of an I-station's life and an M-station's revocation, told through the public doors alone."""

from __future__ import annotations

from typing import Any

from django.test import Client

from imloop.sim.world.identifiers import make_vin, unified_code
from imloop.steps.stations.certificates import warn_of_expiry
from imloop.store.models import Case, Certificate, JournalEntry, OutboxEntry, Party, Standing
from support.casework.applications import shop_application, station_application
from support.city import FAR, LISTED, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import repair_message, test_message

OFFICE, MARKET, TRANSPORT, APPEAL = (
    f"450200-{kind}" for kind in ("environment", "market", "transport", "supervisor")
)
PDF = b"%PDF-1.7 a lease"


def upload(station: str, when: str, *, plate: str, co: float = 0.1) -> dict[str, object]:
    message = test_message(at(when), station=station, co=co)
    vehicle = dict(message["vehicle"])  # type: ignore[call-overload]
    vehicle |= {"plate": plate, "vin": make_vin("LFV", "2A21K", 2018, "3", int(plate[-4:]))}
    return {**message, "vehicle": vehicle}


def test_a_station(doors: Doors, station: str, when: str, plate: str, co: float = 0.1) -> dict[str, Any]:
    return doors.post("tests", upload(station, when, plate=plate, co=co), by=station)


test_a_station.__test__ = False  # type: ignore[attr-defined]


def apply(doors: Doors) -> tuple[str, str]:
    """Handed in with a gap, refused by name; complete, then returned once for a missing paper."""
    doors.at("2026-03-02 09:00")
    message = station_application("2026-03-02", unified_code("龙潭"))
    conditions = dict(message["conditions"])  # type: ignore[call-overload]
    refused = doors.post(
        "public/applications",
        {**message, "conditions": {**conditions, "premises": {"holds": False}}},
        expect=422,
    )
    assert [problem["path"] for problem in refused["errors"]] == ["$.conditions.premises.holds"]
    filed = doors.post("public/applications", message)
    number, token = filed["matter_no"], filed["token"]
    assert filed["due_on"] == "2026-03-09"
    assert doors.post("public/applications", message, expect=409)["code"] == "applied-already"
    doors.step(number, "return", by=OFFICE, missing="场所租赁合同")
    kept = doors.post(f"public/applications/{token}/files?name=lease.pdf", PDF)
    assert kept["size"] == len(PDF)
    assert (
        doors.post(f"public/applications/{token}/files?name=x.pdf", b"MZ..", expect=422)["code"]
        == "wrong-file"
    )
    assert doors.call("put", f"public/applications/{token}", message)["state"] == "submitted"
    return number, token


def admit(doors: Doors, number: str, token: str) -> str:
    """Review, on-site check, decision; the key is handed out once and opens the door for the station."""
    doors.step(number, "accept", by=OFFICE)
    assert (
        doors.step(number, "review", by=TRANSPORT, expect=403, opinion="材料真实")["code"] == "not-your-step"
    )
    doors.step(number, "review", by=OFFICE, opinion="材料真实")
    doors.at("2026-03-10 10:00")
    assert doors.post(f"public/applications/{token}/key", {}, expect=409)["code"] == "not-approved"
    check = {
        "checked_on": "2026-03-10",
        "officers": "韦强、黄敏",
        "passed": "yes",
        "findings": "场所、设备、人员符合",
    }
    doors.step(number, "check_site", by=OFFICE, **check)
    doors.at("2026-03-12 10:00")
    granted = doors.step(number, "approve", by=OFFICE, decision_no="柳环联〔2026〕3号", since="2026-03-16")
    key = doors.post(f"public/applications/{token}/key", {})["key"]
    assert doors.post(f"public/applications/{token}/key", {}, expect=409)["code"] == "key-collected"
    code = str(granted["party"])
    doors.use_key(code, key)
    return code


def against(doors: Doors, station: str, kind: str, month: str, by: str = OFFICE, **decided: str) -> str:
    """Grounds, notice, a waived hearing, decision: all within a month."""
    doors.at(f"{month}-01 09:00")
    opened = doors.post(
        "matters",
        {
            "kind": kind,
            "party": station,
            "fields": {"ground": "false_report", "findings": "三车曲线逐点相同", "evidence": "比对记录 7"},
        },
        by=by,
    )
    number = opened["matter_no"]
    doors.at(f"{month}-03 09:00")
    doors.step(number, "notify", by=OFFICE, served_on=f"{month}-03", intended=kind)
    doors.step(number, "waive_hearing", by=station)
    doors.at(f"{month}-08 09:00")
    doors.step(
        number, "decide", by=OFFICE, decision_no=f"柳环决〔{month}〕号", reasons="出具虚假报告", **decided
    )
    return str(number)


def test_a_year_of_a_station(doors: Doors, city: City) -> None:
    number, token = apply(doors)
    code = admit(doors, number, token)
    assert code == "450203002"

    doors.at("2026-03-13 09:00")
    early = doors.post("tests", upload(code, "2026-03-13 08:50", plate="桂B10001"), by=code, expect=403)
    assert early["code"] == "station-not-active"
    doors.at("2026-03-16 09:00")
    assert test_a_station(doors, code, "2026-03-16 08:50", "桂B10001")["verdict"] == "pass"

    the_certificate_lapses_and_is_renewed(doors, code)
    doors.at("2026-06-29 09:00")
    waiting = test_a_station(doors, code, "2026-06-29 08:50", "桂B10002", co=0.9)
    suspended = against(
        doors,
        code,
        "suspension",
        "2026-07",
        by=MARKET,
        since="2026-07-09",
        until="2026-08-09",
        remedy="更换分析仪",
    )
    doors.at("2026-07-10 09:00")
    refused = doors.post("tests", upload(code, "2026-07-10 08:50", plate="桂B10003"), by=code, expect=403)
    assert refused["code"] == "station-not-active"
    exits = doors.get(f"cases/{waiting['case']}", by=OFFICE)["exits"]
    assert [way_out["to_station"] for way_out in exits] == [None]

    doors.at("2026-07-20 09:00")
    doors.step(suspended, "resume", by=OFFICE, decision_no="柳环复〔2026〕1号", mended="分析仪已更换并检定")
    assert test_a_station(doors, code, "2026-07-20 08:50", "桂B10004")["verdict"] == "pass"

    doors.at("2026-08-31 09:00")
    left = test_a_station(doors, code, "2026-08-31 08:50", "桂B10005", co=0.9)
    struck = against(doors, code, "strike-off", "2026-09", since="2026-09-08")
    the_case_finds_its_exit(doors, code, str(left["case"]))

    doors.at("2026-11-10 09:00")
    assert doors.step(struck, "finish", by=OFFICE)["state"] == "final"
    published = doors.get("public/decisions")["decisions"]
    assert [each["step"] for each in published] == ["decide", "resume", "decide", "approve"]
    assert OutboxEntry.objects.filter(receiver=TRANSPORT, topic="standing-published").count() == 4
    assert JournalEntry.objects.filter(kind="matter-step", subject=number).count() == 7


def the_certificate_lapses_and_is_renewed(doors: Doors, code: str) -> None:
    """Warned of three times, then nothing is taken until the market regulator enters the new one."""
    for day, left in (("2026-03-31", 60), ("2026-04-02", 60), ("2026-05-04", 30), ("2026-05-27", 7)):
        warn_of_expiry(at(f"{day} 00:05"))
        last = Certificate.objects.get(party__code=code, kind="cma")
        assert last.warned_days == (left if day != "2026-03-31" else None), day
    assert OutboxEntry.objects.filter(topic="certificate-expiring", receiver=code).count() == 3
    assert OutboxEntry.objects.filter(topic="certificate-expiring", receiver=MARKET).count() == 3
    ending = doors.get("certificates", by=MARKET)["certificates"]
    assert [each["party"] for each in ending][:1] == [code]

    doors.at("2026-06-01 09:00")
    run = upload(code, "2026-06-01 08:50", plate="桂B10012")
    refused = doors.post("tests", run, by=code, expect=403)
    assert refused["code"] == "certificate-lapsed" and refused["cite"]
    new = {"kind": "cma", "number": "CMA-20260002", "since": "2026-06-01", "until": "2032-06-01"}
    path = f"parties/{code}/certificates"
    assert doors.post(path, new, by=code, expect=403)["code"] == "wrong-kind-of-party", (
        "a station does not open itself"
    )
    assert (
        doors.post(path, {**new, "until": "2026-05-31"}, by=MARKET, expect=422)["code"]
        == "ends-before-it-starts"
    )
    doors.post(path, new, by=MARKET)
    assert doors.post(path, new, by=MARKET, expect=409)["code"] == "certificate-known"
    assert (
        doors.post("tests", upload(code, "2026-06-01 08:55", plate="桂B10012"), by=code)["verdict"] == "pass"
    )


def the_case_finds_its_exit(doors: Doors, code: str, case_no: str) -> None:
    """Struck off, its case goes to the next station: the owner asks nobody."""
    doors.at("2026-09-09 18:00")
    plate = "桂B10005"
    repair = repair_message(at("2026-09-09 17:00"), shop=LISTED, case_no=case_no)
    doors.post("repairs", {**repair, "vin": "", "plate": plate}, by=LISTED)
    doors.at("2026-09-10 09:00")
    assert not doors.get(f"retest-permit?plate={plate}", by=code)["allowed"]
    assert doors.get(f"retest-permit?plate={plate}", by=FAR)["allowed"]
    assert test_a_station(doors, FAR, "2026-09-10 08:50", plate)["verdict"] == "pass"
    assert doors.get(f"cases/{case_no}", by=OFFICE)["state"] == "closed"


def test_an_m_station_is_admitted_revoked_heard_and_restored(doors: Doors, city: City) -> None:
    doors.at("2026-05-06 09:00")
    filed = doors.post("public/applications", shop_application("2026-05-06", unified_code("鹅山")))
    number, token = filed["matter_no"], filed["token"]
    doors.step(number, "accept", by=TRANSPORT)
    check = {"checked_on": "2026-05-06", "officers": "韦强、黄敏", "passed": "yes", "findings": "符合"}
    doors.step(number, "recommend", by=TRANSPORT, **check)
    shop = doors.step(number, "approve", by=TRANSPORT, decision_no="柳交〔2026〕9号", since="2026-05-06")[
        "party"
    ]
    assert shop == "450204M01"
    doors.use_key(shop, doors.post(f"public/applications/{token}/key", {})["key"])
    assert listed(doors, shop)
    kept = Party.objects.get(code=shop)
    assert kept.sign_no == "M站 450204 第 0001 号"
    assert {"TWC", "gasoline", "brand:五菱"} <= set(kept.capability)

    doors.at("2026-06-01 09:00")
    fields = {"ground": "record_sold", "findings": "一日上传九十份", "evidence": "抽查 2"}
    body = {"kind": "revocation", "party": shop, "fields": fields}
    assert doors.post("matters", body, by=MARKET)["matter_no"]
    number = doors.get("matters?mine=true", by=TRANSPORT)["matters"][0]["matter_no"]
    doors.step(number, "notify", by=TRANSPORT, served_on="2026-06-01", intended="取消资格")
    doors.at("2026-06-03 09:00")
    doors.step(number, "ask_hearing", by=shop, request="记录属实")
    doors.at("2026-06-15 17:00")
    heard = {"announced_on": "2026-06-04", "held_on": "2026-06-15", "record": "双方陈述，出示原件"}
    doors.step(number, "hold_hearing", by=TRANSPORT, **heard)
    doors.step(
        number,
        "decide",
        by=TRANSPORT,
        decision_no="柳交取〔2026〕1号",
        since="2026-06-16",
        reasons="出售记录",
    )
    doors.at("2026-06-17 09:00")
    assert not listed(doors, shop)
    doors.step(number, "appeal", by=shop, appeal="原件齐全")
    doors.at("2026-07-15 09:00")
    assert doors.step(number, "overturn", by=TRANSPORT, expect=403, appeal_no="甲", reasons="乙")
    doors.step(number, "overturn", by=APPEAL, appeal_no="柳政复〔2026〕5号", reasons="事实不清")
    assert listed(doors, shop)
    steps = [each["step"] for each in doors.get("public/decisions")["decisions"]]
    assert steps == ["overturn", "decide", "approve"]


def listed(doors: Doors, shop: str) -> bool:
    found = doors.get("public/stations?kind=mstation")["stations"]
    return next(bool(each["active"]) for each in found if each["code"] == shop)


def test_a_test_that_arrives_after_the_strike_off_finds_the_exit_too(doors: Doors, city: City) -> None:
    """The run was lawful on its day; its upload comes when the station is gone."""
    against(doors, NEAR, "strike-off", "2026-04", since="2026-04-08")
    doors.at("2026-04-09 09:00")
    late = test_a_station(doors, NEAR, "2026-04-07 16:00", "桂B10006", co=0.9)
    exits = doors.get(f"cases/{late['case']}", by=OFFICE)["exits"]
    assert [way_out["kind"] for way_out in exits] == ["station-closed"]
    assert exits[0]["expires_on"] == "2026-05-25"
    token = Case.objects.get().owner_token
    assert "任一已联网检验机构" in Client().get(f"/c/{token}").content.decode()


def test_everybody_reads_where_to_go_when_a_station_is_gone(doors: Doors, city: City) -> None:
    doors.at("2026-03-30 09:00")
    test_a_station(doors, NEAR, "2026-03-30 08:50", "桂B10012", co=0.9)
    owner = f"/c/{Case.objects.get().owner_token}"

    def reads(path: str) -> str:
        return str(Client().get(path).content.decode())

    before = Client().get(f"{owner}/notice.pdf").content
    assert "再回原站复检" in reads(owner) and "预约检验" in reads(f"/public/stations/{NEAR}")
    against(doors, NEAR, "strike-off", "2026-04", since="2026-04-08")
    page = reads(owner)
    assert "请先维修，再到其他检验机构复检" in page and "原站" not in page and "回原检验机构" not in page
    gone = reads(f"/public/stations/{NEAR}")
    assert "可到任一家已联网的检验机构复检，无需申请" in gone and "重新申请" in gone
    assert "预约检验" not in gone and "回本站复检" not in gone
    reprinted = Client().get(f"{owner}/notice.pdf").content
    assert reprinted != before and Client().get(f"{owner}/notice.pdf").content == reprinted


def test_an_appeal_brings_the_station_back_and_exits_stay(doors: Doors, city: City) -> None:
    doors.at("2026-03-30 09:00")
    waiting = test_a_station(doors, NEAR, "2026-03-30 08:50", "桂B10007", co=0.9)
    number = against(doors, NEAR, "strike-off", "2026-04", since="2026-04-08")
    doors.step(number, "appeal", by=NEAR, appeal="曲线不同")
    doors.at("2026-04-20 09:00")
    doors.step(number, "overturn", by=APPEAL, appeal_no="柳政复〔2026〕6号", reasons="事实不清")
    assert test_a_station(doors, NEAR, "2026-04-20 08:50", "桂B10008")["verdict"] == "pass"
    assert len(doors.get(f"cases/{waiting['case']}", by=OFFICE)["exits"]) == 1
    refused = doors.post("tests", upload(NEAR, "2026-04-10 09:00", plate="桂B10009"), by=NEAR, expect=403)
    assert refused["code"] == "station-not-active", "what was closed on its day stays closed"


def test_a_station_leaves_on_its_own_and_comes_back_with_its_code(doors: Doors, city: City) -> None:
    doors.at("2026-04-01 09:00")
    wish = {"reasons": "停业改造", "last_day": "2026-04-30"}
    assert doors.post("matters", {"kind": "withdrawal", "party": NEAR, "fields": wish}, by=FAR, expect=403)
    number = doors.post("matters", {"kind": "withdrawal", "party": NEAR, "fields": wish}, by=NEAR)[
        "matter_no"
    ]
    assert (
        doors.post("matters", {"kind": "withdrawal", "party": NEAR, "fields": wish}, by=NEAR, expect=409)[
            "code"
        ]
        == "matter-open-already"
    )
    doors.step(number, "approve", by=OFFICE, decision_no="柳环注〔2026〕1号", since="2026-05-01")
    doors.at("2026-05-02 09:00")
    assert doors.post("tests", upload(NEAR, "2026-05-02 08:50", plate="桂B10010"), by=NEAR, expect=403)
    body = {
        "kind": "suspension",
        "party": NEAR,
        "fields": {"ground": "other", "findings": "甲", "evidence": "乙"},
    }
    assert doors.post("matters", body, by=OFFICE, expect=409)["code"] == "station-gone"

    Party.objects.filter(code=NEAR).update(uscc=unified_code("鱼峰"))
    form = station_application("2026-05-02", unified_code("鱼峰"), place="450200")
    filed = doors.post("public/applications", form)
    back = filed["matter_no"]
    doors.step(back, "accept", by=OFFICE)
    doors.step(back, "review", by=OFFICE, opinion="真实")
    check = {"checked_on": "2026-05-02", "officers": "甲、乙", "passed": "yes", "findings": "符合"}
    doors.step(back, "check_site", by=OFFICE, **check)
    assert doors.step(back, "approve", by=OFFICE, decision_no="乙", since="2026-05-25")["party"] == NEAR
    doors.at("2026-05-25 09:00")
    assert test_a_station(doors, NEAR, "2026-05-25 08:50", "桂B10011")["verdict"] == "pass"
    states = Standing.objects.filter(party__code=NEAR).order_by("since", "id").values_list("state", "until")
    assert [(state, str(until)) for state, until in states] == [
        ("networked", "2026-05-25"),
        ("withdrawn", "2026-05-25"),
        ("networked", "None"),
    ]


def test_someone_who_left_can_no_longer_sign(doors: Doors, city: City) -> None:
    """The run is taken, what is doubtful about it is found; a stranger to the station changes nothing."""
    doors.at("2026-03-02 08:00")
    path = f"parties/{NEAR}/staff"
    person = {"name": "莫丽", "role": "reviewer", "since": "2020-01-01"}
    assert doors.post(path, person, by=FAR, expect=403)["code"] == "not-your-station"
    kept = doors.post(path, person, by=NEAR)
    assert doors.post(path, person, by=NEAR, expect=409)["code"] == "on-staff-already"
    doors.at("2026-03-02 10:00")
    signed = {"inspector": "莫丽", "reviewer": "莫丽"}
    good = {**upload(NEAR, "2026-03-02 09:00", plate="桂B10020"), "people": signed}
    assert "person-not-on-staff" not in codes(doors.post("tests", good, by=NEAR))
    assert doors.post(f"{path}/{kept['id']}/leave", {"until": "2019-01-01"}, by=NEAR, expect=422)
    doors.post(f"{path}/{kept['id']}/leave", {"until": "2026-03-03"}, by=NEAR)
    doors.at("2026-03-03 10:00")
    late = {**upload(NEAR, "2026-03-03 09:00", plate="桂B10021"), "people": signed}
    assert "person-not-on-staff" in codes(doors.post("tests", late, by=NEAR))
    query = f"gates/reception?vin={late['vehicle']['vin']}&line=01&method=ASM&reviewer=莫丽"  # type: ignore[index]
    assert "person-not-on-staff" in str(doors.get(query, by=NEAR)["reasons"])


def codes(receipt: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in receipt["findings"]]


def test_a_line_and_its_instruments_come_and_go(doors: Doors, city: City) -> None:
    doors.at("2026-03-02 08:00")
    path = f"parties/{NEAR}/lines/03"
    line = {"methods": ["ASM"], "since": "2026-03-02"}
    assert doors.call("put", path, line, by=NEAR, expect=403)["code"] == "wrong-kind-of-party"
    assert doors.call("put", path, {**line, "methods": ["XYZ"]}, by=OFFICE, expect=422)
    assert doors.call("put", path, line, by=OFFICE)["methods"] == ["ASM"]
    analyser = {"kind": "analyser", "model": "FGA", "serial": "A-9", "since": "2026-03-02"}
    doors.post(f"{path}/instruments", analyser, by=OFFICE)
    assert doors.post(f"{path}/instruments", analyser, by=OFFICE, expect=409)["code"] == "equipment-elsewhere"
    paper = {
        "kind": "verification",
        "number": "J-1",
        "serial": "A-9",
        "since": "2026-03-01",
        "until": "2027-03-01",
    }
    doors.post(f"parties/{NEAR}/certificates", paper, by=MARKET)
    doors.at("2026-03-02 10:00")
    run = {**upload(NEAR, "2026-03-02 09:00", plate="桂B10030"), "line": "03"}
    refused = doors.post("tests", run, by=NEAR, expect=403)
    assert refused["code"] == "line-locked", "a line with instruments needs all of them"
    assert doors.post(f"parties/{NEAR}/instruments/A-9/end", {"until": "2026-03-02"}, by=OFFICE, expect=422)
    doors.post(f"parties/{NEAR}/instruments/A-9/end", {"until": "2026-03-05"}, by=OFFICE)
    doors.post(f"{path}/end", {"until": "2026-03-05"}, by=OFFICE)
    doors.at("2026-03-05 10:00")
    gone = {**upload(NEAR, "2026-03-05 09:00", plate="桂B10031"), "line": "03"}
    assert doors.post("tests", gone, by=NEAR, expect=422)["code"] == "unknown-line"
