"""Every paper of a penalty case: what it says, the same bytes every time, and who may read it."""

from __future__ import annotations

import pypdfium2
import pytest

from imloop.law import Law
from imloop.papers.penalty_papers import penalty_paper
from imloop.papers.words import in_capitals
from imloop.steps.ground import clock
from imloop.steps.matters.penalties.papers import NAMES, PaperKind
from imloop.store.models import Test, User
from support.casework.penalties import DECIDED, NOTICE, OFFICE, OPENED, REPORTED, Team
from support.city import NEAR, City
from support.doors import Doors
from support.messages.uploads import VIN

pytestmark = pytest.mark.one_database("sqlite", reason="a paper is made of what was read already")


@pytest.fixture
def team(city: City, doors: Doors) -> Team:
    """A case with everything in it: an answer, a hearing, a review, a decision, a demand."""
    city.test("2026-08-20 09:30", co=0.1)
    doors.at("2026-09-02 09:00")
    team = Team(doors)
    User.objects.filter(username="wang").update(first_name="王审")
    team.open(party=NEAR)
    team("head", "file", file_no="柳环立〔2026〕9号")
    team.evidence(str(Test.objects.get().test_no))
    doors.at("2026-09-10 09:00")
    team("zhang", "report", REPORTED)
    team("wang", "clear", opinion="事实清楚")
    doors.at("2026-09-18 09:00")
    team("zhang", "notify", NOTICE)
    doors.at("2026-09-22 09:00")
    doors.step(team.number, "state", by=NEAR, statement="设备故障所致")
    doors.step(team.number, "ask_hearing", by=NEAR, request="不服")
    doors.at("2026-09-24 09:00")
    announced = {
        "announced_on": "2026-09-24",
        "hearing_on": "2026-10-13",
        "hearing_at": "九时，三楼会议室",
        "chair": "wang",
    }
    team("zhang", "announce_hearing", announced)
    doors.at("2026-10-13 15:00")
    held = {"announced_on": "2026-09-24", "held_on": "2026-10-13", "chair": "wang", "record": "双方陈述"}
    team("zhang", "hold_hearing", held)
    team("zhang", "weigh", weighed="不采纳：曲线逐点相同")
    doors.at("2026-10-15 09:00")
    team("fazhi", "review_legally", passed_review="yes", opinion="合法")
    team.until_served()
    doors.at("2026-11-13 09:00")
    team("zhang", "demand", demanded_on="2026-11-13", how="direct")
    return team


POLICE, TRANSPORT, MARKET, SUPERVISOR = (
    f"450200-{kind}" for kind in ("police", "transport", "market", "supervisor")
)


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)


SAID = {
    "filing": ["立案审批表", "柳环立〔2026〕9号", "2026年12月1日"],
    "report": [
        "调查终结报告",
        "zhang，执法证桂-0001，有效期至2027年12月31日",
        "li，执法证桂-0002",
        "拟作出如下处罚",
        "起点：最低额",
        "调查人员二",
    ],
    "review": ["案件审查意见", "由王审审查（不是本案调查人员）", "事实清楚"],
    "legal-review": ["法制审核意见书", "由fazhi审核", "通过", "罚款人民币225000元", "合法"],
    "notice": [
        "行政处罚事先（听证）告知书",
        "三份报告出自同一条曲线",
        "第一千二百三十条第二款",
        "第二百二十五条",
        "100000元以上500000元以下",
        "罚款人民币225000元（大写：贰拾贰万伍仟元整）",
        "2026年9月24日",
        "以前（含当日）",
        "过程数据，2026-09-02取得",
        "裁量等次的理由：三份报告同一曲线",
        "没有查明违法所得，不予没收",
        "适用行为时的规定",
        "书面意见送本机关",
        "陈述、申辩，并要求举行听证",
        "起点：最低额",
        "20%",
    ],
    "notice-receipt": ["送达回证", "行政处罚事先告知书", "直接送达"],
    "hearing-notice": ["听证通知书", "2026年10月13日", "九时，三楼会议室", "王审"],
    "hearing-record": ["听证笔录", "双方陈述", "九时，三楼会议室"],
    "discussion": ["集体讨论记录", "同意处罚", "不参加表决", "罚款人民币225000元", "起点：最低额"],
    "decision": [
        "行政处罚决定书",
        DECIDED["decision_no"],
        "设备故障所致",
        "不采纳",
        "举行了听证",
        "十五日内",
        "百分之三",
        "经法制审核",
        "经本机关负责人集体讨论",
        "收款银行和账户",
        "向柳州市人民政府申请行政复议",
        "直接向有管辖权的人民法院起诉",
        "六十日",
        "第四十六条",
        "收到复议决定书之日起十五日内",
        "罚款人民币225000元",
    ],
    "decision-receipt": ["行政处罚决定书（柳环罚〔2026〕9号）", "2026年11月3日"],
    "demand": ["催告书", "逾期10日", "加处罚款67500元", "应缴292500元", "十日内"],
}


_INSIDE = ("filing", "report", "review", "legal-review", "discussion")


def test_every_paper_says_what_it_must_and_is_the_same_again(city: City, team: Team, doors: Doors) -> None:
    office = city.callers[OFFICE]
    for kind, elements in SAID.items():
        pdf = penalty_paper(office, team.number, kind)
        text = text_of(pdf)
        for element in elements:
            assert element in text, (kind, element, text)
        assert "None" not in text and "{" not in text
        doors.at("2027-03-01 09:00")
        assert penalty_paper(office, team.number, kind) == pdf
        doors.at("2026-11-13 09:00")
    assert clock.now()


def test_the_party_reads_its_own_papers_and_not_the_side_volume(team: Team, doors: Doors) -> None:
    station = doors.city.client(NEAR)
    for kind in SAID:
        answer = station.get(f"/api/v1/matters/{team.number}/papers/{kind}")
        assert answer.status_code == (404 if kind in _INSIDE else 200), kind
    assert doors.get(f"matters/{team.number}/papers/novel", by=OFFICE, expect=404)["code"] == "unknown-paper"


def test_another_office_reads_the_main_volume_only(team: Team, doors: Doors) -> None:
    for office, inside in ((OFFICE, 200), (TRANSPORT, 404), (MARKET, 404), (SUPERVISOR, 200)):
        client = doors.city.client(office)
        for kind in SAID:
            status = client.get(f"/api/v1/matters/{team.number}/papers/{kind}").status_code
            assert status == (inside if kind in _INSIDE else 200), (office, kind)


@pytest.mark.parametrize("let_out", [False, True])
def test_a_copy_encloses_the_side_volume_only_where_the_law_lets_it_out(
    team: Team, doors: Doors, monkeypatch: pytest.MonkeyPatch, let_out: bool
) -> None:
    asked = Law.flag
    said = {"copy.side_volume": True} if let_out else {}
    monkeypatch.setattr(Law, "flag", lambda law, key: said.get(key) or asked(law, key))
    body = {"of": "matter", "reference": team.number, "to": MARKET, "wanted": "通报检验资质主管部门"}
    sent = doors.post("copies", body, by=OFFICE)
    names = {file["name"] for file in sent["files"]}
    main = {f"{NAMES[PaperKind(kind)].zh}.pdf" for kind in SAID if kind not in _INSIDE}
    side = {f"{NAMES[PaperKind(kind)].zh}.pdf" for kind in _INSIDE}
    assert names & (main | side) == (main | side if let_out else main)


def test_a_decision_on_the_spot_has_its_record(city: City, doors: Doors) -> None:
    doors.at("2026-09-02 09:00")
    police = Team(doors, POLICE, ("po", "desk"))
    city.test("2026-08-20 09:30", co=0.9)
    said = {"violation": "failed_vehicle_driven", "payer": "driver", "party_name": "王某", "is_person": "yes"}
    form = {
        "acted_on": "2026-09-02",
        "found_on": "2026-09-02",
        "fine": "200",
        "form_no": "柳公简 1",
        "acted_where": "文惠路口",
        "proof": "检验记录、现场照片",
        "officer_a": "po",
        "card_a": "警 1",
        "card_a_until": "2027-12-31",
        "told": "yes",
        "compared": "yes",
    }
    police.open("po", "simple-penalty", vin=VIN, **said, **form)
    police("desk", "report_to_office", reported_on="2026-09-02", record_no="备 1")
    text = text_of(penalty_paper(city.callers[POLICE], police.number, "record"))
    for element in (
        "当场处罚决定备案表",
        "柳公简1",
        "罚款200元",
        "自行缴纳",
        "登记号备1",
        "第五十二条",
        "王某",
    ):
        assert element in text, (element, text)


def test_an_owner_gets_the_address_to_answer_at(city: City, doors: Doors) -> None:
    city.test("2026-08-20 09:30", co=0.1)
    doors.at("2026-09-02 09:00")
    team = Team(doors)
    said = {"violation": "device_swap", "payer": "owner", "party_name": "王某", "is_person": "yes"}
    team.open(vin=VIN, **said)
    team("head", "file", file_no="1")
    doors.at("2026-09-10 09:00")
    team("zhang", "report", {**REPORTED, "vehicles": "1"}, level_harm="", level_fault="", level_manner="")
    team("wang", "clear", opinion="清楚")
    doors.at("2026-09-18 09:00")
    assert doors.get(f"matters/{team.number}/papers/notice", by=OFFICE, expect=404)["code"] == "unknown-paper"
    team("zhang", "notify", {**NOTICE, "rights": "two"})
    text = text_of(penalty_paper(city.callers[OFFICE], team.number, "notice"))
    assert "王某" in text and VIN in text and "/m/" in text and "罚款人民币5000元" in text
    assert OPENED["findings"] in text and "听证" not in text.split("你（单位）的权利")[1].split("依据")[0]


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        (0, "零元整"),
        (200, "贰佰元整"),
        (5_000, "伍仟元整"),
        (10_050, "壹万零伍拾元整"),
        (100_000, "壹拾万元整"),
        (225_000, "贰拾贰万伍仟元整"),
        (1_000_001, "壹佰万零壹元整"),
        (2_003_004, "贰佰万叁仟零肆元整"),
        (100_000_000, "壹亿元整"),
        (100_000_001, "壹亿零壹元整"),
        (100_200_000, "壹亿零贰拾万元整"),
    ],
)
def test_an_amount_in_capitals(yuan: int, words: str) -> None:
    assert in_capitals(yuan) == words


@pytest.mark.parametrize("yuan", [-1, 10**12])
def test_what_is_not_written_out(yuan: int) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        in_capitals(yuan)
