"""The draw by clicking through the pages: two departments' people, a station's person, and anyone."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from imloop.store.models import Draw, DrawVisit, JournalEntry, User
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.people import person
from support.stories.draw_story import ENVIRONMENT, MARKET, NUMBERS, SECRETS, DrawStory, plan, sha256
from support.stories.drawn_officers import NAMES, PEOPLE, OfficersStory


@pytest.fixture
def story(doors: Doors) -> DrawStory:
    return DrawStory(doors)


def form(**change: str) -> dict[str, str]:
    asked = plan()
    fields = {
        "period": "2026Q1",
        "visits_I": "1",
        "visits_M": "1",
        "first": asked["first"],
        "last": asked["last"],
    }
    for number, source in enumerate(asked["sources"], 1):
        fields |= {
            f"code_{number}": source["code"],
            f"name_{number}": source["name"],
            f"on_{number}": source["on"],
            f"fallback_{number}": source["fallback"]["name"],
            f"fallback_on_{number}": source["fallback"]["on"],
        }
    return {**fields, "sure": "1", **change}


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_two_departments_draw_by_their_pages(story: DrawStory, city: City) -> None:
    story.doors.at("2026-01-05 09:00")
    env, market = person(ENVIRONMENT), person(MARKET)
    assert "还没有抽取" in read(env, "/draws") and "还没有抽取" in read(Client(), "/public/draws")
    made = env.post("/draws/new", form())
    draw = Draw.objects.get()
    address = f"/draws/{draw.no}"
    assert made["Location"] == address
    for client, conflicts in ((env, f"莫丽 {NEAR} 配偶在该站"), (market, "")):
        code = ENVIRONMENT if client is env else MARKET
        said = {"what": "join", "nonce_sha256": sha256(SECRETS[code]), "inspectors": "莫丽\n韦晓东\n"}
        answer = client.post(address, {**said, "conflicts": conflicts, "sure": "1"})
        assert answer.status_code == 302, answer.content.decode()
    given = read(env, address)
    assert "锁定前请核对" not in given and ">莫丽\n韦晓东</textarea>" in given
    text = read(market, address)
    assert "锁定前请核对" in text and "配偶在该站" in text and "检查人员 2 名" in text
    assert market.post(address, {"what": "commit"}).status_code == 422  # the box was not ticked
    assert market.post(address, {"what": "commit", "sure": "1"}).status_code == 302
    draw.refresh_from_db()
    public = read(Client(), f"/public/draws/{draw.no}")
    assert draw.commitment in public and "已交存哈希" in public
    story.doors.at("2026-01-09 22:00")
    for source, value in NUMBERS.items():
        for client in (env, market):
            assert "录入公开随机数" in read(client, address)
            said = {"what": "number", "source": source, "value": value, "sure": "1"}
            assert client.post(address, said).status_code == 302
    for client, code in ((market, MARKET), (env, ENVIRONMENT)):
        assert "公开本部门的秘密数" in read(client, address)
        assert (
            client.post(address, {"what": "reveal", "nonce": SECRETS[code], "sure": "1"}).status_code == 302
        )
    story.doors.at("2026-01-14 09:00")
    for visit in DrawVisit.objects.all():
        assert env.post(address, {"what": "begin", "unit": visit.unit, "sure": "1"}).status_code == 302
        said = {"what": "result", "unit": visit.unit, "outcome": "faults", "result": "漏气", "sure": "1"}
        assert env.post(address, said).status_code == 302
    assert "期限 2026-02-11" in read(env, address)
    assert env.post(address, {"what": "publish", "whole": "0", "sure": "1"}).status_code == 302
    public = read(Client(), f"/public/draws/{draw.no}")
    assert "漏气" in public and "check.pyz verify draw.json roots.json" in public
    assert JournalEntry.objects.filter(kind="looked-up", subject=draw.no).exists()


def test_a_refusal_keeps_what_was_typed_and_names_the_fault(story: DrawStory, city: City) -> None:
    story.doors.at("2026-01-05 09:00")
    env = person(ENVIRONMENT)
    for change, said in (
        ({"period": "x"}, "period 应如 2026Q1"),
        ({"on_1": "soon"}, "开奖日 1：请填日期"),
        ({"visits_I": "two"}, "请填整数"),
        ({"visits_I": "3"}, "检查次数应在"),
    ):
        answer = env.post("/draws/new", form(**change))
        text = answer.content.decode()
        assert 400 <= answer.status_code < 500 and said in text and "双色球" in text, change
    assert not Draw.objects.exists()


def test_a_station_sees_its_own_chance_and_proof_after_publication(story: DrawStory, city: City) -> None:
    station, other = person(NEAR), person(MARKET)
    story.visited()
    address = f"/public/draws/{story.no}"
    assert "本站的证明" not in read(station, address)
    story.doors.at("2026-01-20 09:00")
    story.step("publish", {"whole": False}, by=ENVIRONMENT, expect=201)
    text = read(station, address)
    assert "本站的证明" in text and re.search(r"0\.\d{12}", text)
    assert "本站的证明" not in read(other, address) and "本站的证明" not in read(Client(), address)
    mine = station.get(f"/api/v1/draws/{story.no}/own").json()
    assert (
        mine["unit"]["id"] == NEAR
        and FAR not in station.get(f"/api/v1/draws/{story.no}/own").content.decode()
    )


def test_a_proposed_secret_is_not_kept(story: DrawStory, city: City) -> None:
    story.prepare()
    text = read(person(MARKET), f"/draws/{story.no}?propose=1")
    nonce = re.findall(r"<b>([0-9a-f]{64})</b>", text)[0]
    assert sha256(nonce) in text
    assert nonce not in read(person(ENVIRONMENT), f"/draws/{story.no}?propose=1")
    assert not any(nonce in entry.body for entry in JournalEntry.objects.all())


def test_a_void_draw_stays_public_with_its_reason(story: DrawStory, city: City) -> None:
    story.prepare()
    env = person(ENVIRONMENT)
    answer = env.post(f"/draws/{story.no}", {"what": "void", "reason": "名单有误", "sure": "1"})
    assert answer.status_code == 302
    assert "名单有误" in read(Client(), "/public/draws") and "名单有误" in read(
        Client(), f"/public/draws/{story.no}"
    )
    assert env.post(f"/draws/{story.no}", {"what": "dance", "sure": "1"}).status_code == 422
    assert Client().get("/public/draws/nothing").status_code == 404


def test_english_and_files(story: DrawStory, city: City) -> None:
    story.published()
    client = person(ENVIRONMENT)
    client.get("/settings", {"language": "en"})
    for path in ("/draws", "/draws/new", f"/draws/{story.no}", "/public/draws", f"/public/draws/{story.no}"):
        text = read(client, path)
        assert "Random inspection" in text or "Prepare a list" in text, path
    file = client.get("/draws", {"format": "csv"}).content.decode("utf-8-sig")
    assert story.no in file and at("2026-01-05 09:00").strftime("%Y-%m-%d") in file


def desk_of(name: str) -> Client:
    window = Client()
    window.force_login(User.objects.get(username=name))
    return window


def test_officers_are_listed_by_account_and_each_confirms_with_one_click(doors: Doors) -> None:
    story = OfficersStory(doors)
    story.prepare()
    address = f"/draws/{story.no}"
    for code, names in PEOPLE.items():
        head = desk_of(names[0])
        text = read(head, address)
        assert (
            all(f'name="inspectors" value="{name}"' in text for name in names)
            and '<textarea id="insp' not in text
        )
        said = {"what": "join", "nonce_sha256": sha256(SECRETS[code]), "inspectors": list(names), "sure": "1"}
        assert head.post(address, said).status_code == 302
    story.step("commit", by=MARKET, expect=201)
    story.numbers()
    for by in (MARKET, ENVIRONMENT):
        story.step("reveal", {"nonce": SECRETS[by]}, by=by, expect=201)
    story.doors.at("2026-12-15 10:00")
    visit = DrawVisit.objects.get(stratum="I")
    (lead, member), unit = story.team(visit), {"unit": visit.unit}
    outsider = desk_of(next(name for name in PEOPLE[ENVIRONMENT] if name not in (lead, member)))
    refused = outsider.post(address, {"what": "begin", **unit, "sure": "1"})
    assert refused.status_code == 422 and "只有抽中的检查人员本人可以办理" in refused.content.decode()
    assert desk_of(lead).post(address, {"what": "begin", **unit, "sure": "1"}).status_code == 302
    text = read(desk_of(member), address)
    assert "确认本人到场" in text and NAMES[lead] in text and "本人已确认到场" in text
    assert "确认本人到场" not in read(desk_of(lead), address)
    assert desk_of(member).post(address, {"what": "confirm", **unit, "sure": "1"}).status_code == 302
    text = read(desk_of(member), address)
    assert text.count("本人已确认到场") == 2
    result = {"what": "result", **unit, "outcome": "faults", "result": "漏气", "sure": "1"}
    assert outsider.post(address, result).status_code == 422
    assert desk_of(member).post(address, result).status_code == 302


def test_who_cannot_come_says_so_on_the_page_and_the_next_is_there(doors: Doors) -> None:
    story = OfficersStory(doors)
    visit = story.at_the_door()
    gone = story.team(visit)[1]
    address = f"/draws/{story.no}"
    assert f"{NAMES[gone]} 不能到场" in read(desk_of(gone), address)
    said = {"what": "step-back", "unit": visit.unit, "officer": gone, "ground": "absent", "sure": "1"}
    assert desk_of(gone).post(address, {**said, "reason": ""}).status_code == 422
    assert desk_of(gone).post(address, {**said, "reason": "外出培训不能到场"}).status_code == 302
    text = read(desk_of(gone), address)
    assert "已退出" in text and "外出培训不能到场" in text and gone not in story.team(visit)
    english = desk_of(story.team(visit)[1])
    english.get("/settings", {"language": "en"})
    assert "stepped back" in read(english, address)
