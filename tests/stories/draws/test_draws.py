"""Two departments draw stations: neither can steer it, everyone can do it again, nobody knows before the visit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client, override_settings

from imloop.proof import draw as proof
from imloop.proof.check_draw import check
from imloop.proof.journal import Checked, published_in
from imloop.steps.desk.work_list import tasks
from imloop.steps.journal.seals import seal
from imloop.store.models import Draw, DrawVisit, JournalEntry, Party
from support.city import FAR, LISTED, NEAR, PLACE, City, at
from support.doors import Doors
from support.mutations import mutations
from support.stories.draw_story import ENVIRONMENT, MARKET, NUMBERS, SECRETS, DrawStory, plan, sha256

TRANSPORT = f"{PLACE}-transport"


@pytest.fixture
def story(doors: Doors) -> DrawStory:
    return DrawStory(doors)


def public(story: DrawStory) -> dict[str, Any]:
    answer: dict[str, Any] = Client().get(f"/api/v1/public/draws/{story.no}").json()
    return answer


def verify(tmp_path: Path, export: object, *own: object) -> tuple[int, str]:
    """By the program as it is served, alone with its files and the roots published by now."""
    program, file, roots = tmp_path / "check.pyz", tmp_path / "draw.json", tmp_path / "roots.json"
    program.write_bytes(Client().get("/public/draws/check.pyz").content)
    file.write_text(json.dumps(export), encoding="utf-8")
    roots.write_bytes(Client().get("/api/v1/public/journal/root?days=366").content)
    arguments = ["verify", str(file), str(roots)]
    if own:
        (tmp_path / "own.json").write_text(json.dumps(own[0]), encoding="utf-8")
        arguments = ["own", str(tmp_path / "own.json"), str(file), str(roots)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_from_the_list_to_the_publication(story: DrawStory, tmp_path: Path) -> None:
    listed = story.prepare()["list"]
    assert {unit["id"] for unit in listed} == {NEAR, FAR, LISTED, "M450204001"}
    story.join(ENVIRONMENT)
    story.join(MARKET, conflicts=[])
    fixed = story.step("commit", by=MARKET, expect=201)
    entry = JournalEntry.objects.get(number=fixed["journal_number"])
    assert entry.kind == "draw-committed" and fixed["commitment"] in entry.body
    assert proof.digest(fixed["header"]) == fixed["commitment"]
    story.numbers()
    assert story.step("reveal", {"nonce": SECRETS[MARKET]}, by=MARKET)["state"] == "committed"
    assert story.step("reveal", {"nonce": SECRETS[ENVIRONMENT]}, by=ENVIRONMENT)["state"] == "drawn"
    visits = story.doors.get(f"draws/{story.no}", by=ENVIRONMENT)["plan"]
    assert [visit["id"][0] == "M" for visit in sorted(visits, key=lambda v: v["id"])] == [False, True]
    for visit in visits:
        assert {visit["lead"].split("/")[0], visit["member"].split("/")[0]} == {ENVIRONMENT, MARKET}
        if visit["id"] == NEAR:
            assert f"{ENVIRONMENT}/莫丽" not in (visit["lead"], visit["member"])
    story.doors.at("2026-01-14 10:00")
    for visit in visits:
        story.step(f"visits/{visit['id']}/begin", by=MARKET, expect=201)
        story.step(
            f"visits/{visit['id']}/result", {"outcome": "sound", "result": "符合"}, by=MARKET, expect=201
        )
    story.step("publish", {}, by=ENVIRONMENT, expect=201)
    code, said = verify(tmp_path, public(story))
    assert code == 3 and said.count("not sealed yet") == 1, said
    seal(at("2026-01-14 11:05"))
    export = public(story)
    assert verify(tmp_path, export) == (0, "sound\n")
    program = Client().get("/public/draws/draw.py").content
    assert export["header"]["code"] == proof.hashlib.sha256(program).hexdigest()


def test_what_was_published_stays_word_for_word(story: DrawStory, tmp_path: Path) -> None:
    """Whatever is renamed later; and what anyone flips in it is noticed, with the roots that were published."""
    story.published()
    seal(at("2026-01-20 10:05"))
    export = public(story)
    Party.objects.filter(code=MARKET).update(name="改名的局")
    assert public(story) == export and verify(tmp_path, export) == (0, "sound\n")
    roots = published_in(Client().get("/api/v1/public/journal/root?days=366").json())
    assert check(export, roots) == Checked()
    for name, changed in mutations(export, every=2):
        try:
            assert check(changed, roots).faults, name
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, StopIteration):
            continue


def test_nothing_is_given_away_before_the_visits_are_over(story: DrawStory) -> None:
    """With a secret, a chance or a salt a station could work out that it will be visited."""
    story.drawn()
    row = Draw.objects.get()
    hidden = [*SECRETS.values(), "韦晓东", row.salt, NEAR, FAR, *(u["salt"] for u in row.frame["units"])]
    for address in ("/api/v1/public/draws", f"/api/v1/public/draws/{row.no}", "/public/draws"):
        text = Client().get(address).content.decode()
        assert row.no in text
        assert [each for each in hidden if each in text] == []
    assert story.doors.get(f"draws/{row.no}/own", by=NEAR, expect=409)["code"] == "not-published"


def test_a_station_proves_its_own_part_where_the_list_stays_closed(story: DrawStory, tmp_path: Path) -> None:
    export = story.published(whole=False)
    drawn = {each["id"] for each in export["drawn"]}
    assert {unit["id"] for unit in export["units"]} == drawn and len(drawn) == 2
    seal(at("2026-01-20 10:05"))
    export = public(story)
    code, said = verify(tmp_path, export)
    assert code == 3 and said.startswith("not checkable: the numbers of 2 units without a name"), said
    for station in (NEAR, FAR, LISTED):
        mine = story.doors.get(f"draws/{story.no}/own", by=station)
        assert mine["drawn"] is (station in drawn)
        assert verify(tmp_path, export, mine) == (0, "sound\n")
        mine["unit"]["pi"] += 1
        assert verify(tmp_path, export, mine)[0] == 1
    assert story.doors.get(f"draws/{story.no}/own", by="X450205001", expect=404)["code"] == "unknown-draw"


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e["units"][0].update(pi=e["units"][0]["pi"] + 1),
        lambda e: e["units"][0].update(name="别的站"),
        lambda e: e["nonces"].update({MARKET: "00" * 32}),
        lambda e: e["values"][0].update(value="03 07 12 19 25 31 09"),
        lambda e: e["people"]["conflicts"].clear(),
        lambda e: e["drawn"].pop(),
    ],
    ids=["chance", "name", "secret", "lottery", "exclusions", "drawn"],
)
def test_a_changed_export_is_found_out(story: DrawStory, tmp_path: Path, change: Any) -> None:
    story.published()
    seal(at("2026-01-20 10:05"))
    export = public(story)
    change(export)
    code, said = verify(tmp_path, export)
    assert code == 1 and said.endswith("faults\n")


def test_no_department_alone(story: DrawStory) -> None:
    story.prepare()
    refusal = story.step("commit", by=ENVIRONMENT, expect=403)
    assert refusal["code"] == "not-taking-part"
    story.join(ENVIRONMENT)
    assert story.step("commit", by=ENVIRONMENT, expect=409)["code"] == "departments-missing"
    same = {"nonce_sha256": sha256(SECRETS[ENVIRONMENT]), "inspectors": []}
    assert story.step("join", same, by=MARKET, expect=409)["code"] == "same-secret"
    story.join(MARKET, inspectors=[], conflicts=[])
    assert story.step("commit", by=MARKET, expect=409)["code"] == "no-team"
    story.join(MARKET, conflicts=[])
    assert story.step("commit", by=ENVIRONMENT, expect=403)["code"] == "not-by-the-same"
    story.step("commit", by=MARKET, expect=201)
    assert story.step("join", same, by=TRANSPORT, expect=409)["code"] == "draw-not-there"
    assert (
        story.step("reveal", {"nonce": SECRETS[MARKET]}, by=MARKET, expect=409)["code"] == "numbers-missing"
    )


def test_public_numbers_are_typed_twice_and_not_before_their_day(story: DrawStory) -> None:
    story.committed()
    first = {"source": "ssq", "value": NUMBERS["ssq"]}
    assert story.step("numbers", first, by=MARKET, expect=409)["code"] == "too-early"
    story.doors.at("2026-01-08 22:00")
    assert (
        story.step("numbers", {"source": "xyz", "value": "1"}, by=MARKET, expect=422)["code"]
        == "unknown-source"
    )
    assert (
        story.step("numbers", {"source": "ssq", "value": " － "}, by=MARKET, expect=422)["code"]
        == "wrong-value"
    )
    wrong = {"source": "ssq", "value": "03 07 12 19 25 31 09"}
    assert not story.step("numbers", wrong, by=MARKET)["confirmed"]
    assert story.step("numbers", first, by=ENVIRONMENT, expect=409)["code"] == "number-differs"
    assert not story.step("numbers", first, by=MARKET)["confirmed"]  # its own mistake put right
    again = {"source": "ssq", "value": "０３、07、12、19、25、31、08"}
    assert story.step("numbers", again, by=ENVIRONMENT)["confirmed"]
    assert story.step("numbers", wrong, by=MARKET, expect=409)["code"] == "number-fixed"
    assert story.step("numbers", wrong, by=TRANSPORT, expect=403)["code"] == "not-taking-part"


def test_the_substitute_counts_with_a_reason_from_its_day_on(story: DrawStory, tmp_path: Path) -> None:
    story.committed()
    story.doors.at("2026-01-11 09:00")
    late = {"source": "ssq", "value": "01 02 03 04 05 06 07", "fallback": "停售，当期未开奖"}
    story.step("numbers", late, by=MARKET, expect=201)
    assert (
        story.step("numbers", {**late, "fallback": ""}, by=ENVIRONMENT, expect=409)["code"]
        == "number-differs"
    )
    story.step("numbers", late, by=ENVIRONMENT, expect=201)
    for by in (MARKET, ENVIRONMENT):
        story.step("numbers", {"source": "dlt", "value": NUMBERS["dlt"]}, by=by, expect=201)
    for by, secret in SECRETS.items():
        story.step("reveal", {"nonce": secret}, by=by, expect=201)
    assert public(story)["values"][0]["fallback"] == "停售，当期未开奖"


def test_a_wrong_secret_is_refused_and_whoever_holds_one_back_cannot_end_the_draw(story: DrawStory) -> None:
    story.committed()
    story.numbers()
    assert story.step("reveal", {"nonce": "ab"}, by=MARKET, expect=422)["code"] == "wrong-secret"
    story.step("reveal", {"nonce": SECRETS[MARKET]}, by=MARKET, expect=201)
    refusal = story.step("void", {"reason": "重来"}, by=ENVIRONMENT, expect=403)
    assert refusal["code"] == "reveal-first"
    assert story.step("void", {"reason": "重来"}, by=TRANSPORT, expect=403)["code"] == "not-taking-part"
    ended = story.step("void", {"reason": "生态环境局逾期不公开秘密数"}, by=MARKET, expect=201)
    assert (ended["state"], ended["voided_by"]) == ("voided", MARKET)
    assert [each["revealed"] for each in public(story)["departments"]] == [False, True]
    assert story.step("reveal", {"nonce": SECRETS[ENVIRONMENT]}, by=ENVIRONMENT, expect=409)
    listed = Client().get("/api/v1/public/draws").json()["draws"]
    assert [(each["no"], each["void_reason"]) for each in listed] == [
        (story.no, "生态环境局逾期不公开秘密数")
    ]


def test_a_drawn_list_cannot_be_voided_and_a_period_is_drawn_once(story: DrawStory) -> None:
    story.drawn()
    assert story.step("void", {"reason": "x"}, by=MARKET, expect=409)["code"] == "draw-not-there"
    again = plan(period="2026Q1", first="2026-02-01", last="2026-02-10")
    for number, source in enumerate(again["sources"]):
        source["on"], source["fallback"]["on"] = f"2026-01-2{number}", f"2026-01-2{number + 2}"
    assert story.doors.post("draws", again, by=MARKET, expect=409)["code"] == "period-drawn"
    second = story.doors.post("draws", {**again, "period": "2026Q2"}, by=MARKET, expect=201)
    assert second["no"] == f"{PLACE}-D2026-0002"


def test_what_was_prepared_cannot_be_changed_behind_the_programs_back(story: DrawStory) -> None:
    story.prepare()
    row = Draw.objects.get()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Draw.objects.update(frame={**row.frame, "units": []})
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        row.delete()


def test_doubts_weigh_clean_volume_lightens_and_a_weight_grows_slowly(story: DrawStory, city: City) -> None:
    """NEAR was doubted and tests little, FAR tests much and is clean."""
    from imloop.store.models import Finding

    for number in range(4):
        city.test(f"2025-12-2{number} 09:00", station=FAR, test_no=f"F{number}")
    city.test("2025-12-24 09:00", station=NEAR, test_no="N1")
    Finding.objects.all().delete()
    Finding.objects.bulk_create(
        Finding(
            created_at=at("2025-12-25 09:00"),
            code="copied-trace",
            station_code=NEAR,
            subject=f"N{number}",
            subject_kind="test",
            data={},
        )
        for number in range(10)
    )
    found = {unit["id"]: unit for unit in story.prepare()["list"]}
    assert found[NEAR]["why"] == {"found": 10, "volume": 1, "last_visit": ""}
    # expected: 10 findings by volume 1 : 4 are 2 and 8; weight (10 + 2) / (2 + 2) and (0 + 2) / (8 + 2), at least 0.25
    assert (found[NEAR]["weight"], found[FAR]["weight"]) == (300, 25)
    assert found[NEAR]["pi"] > found[FAR]["pi"]
    assert found[NEAR]["pi"] + found[FAR]["pi"] == proof.ONE


def test_who_was_not_visited_for_two_years_must_be(story: DrawStory) -> None:
    story.published()
    visited = set(DrawVisit.objects.filter(outcome__in=["sound", "faults"]).values_list("unit", flat=True))
    later = plan(period="2028Q1", first="2028-01-17", last="2028-01-28")
    for number, source in enumerate(later["sources"]):
        source["on"], source["fallback"]["on"] = f"2028-01-1{number}", f"2028-01-1{number + 2}"
    story.doors.at("2028-01-06 09:00")
    found = story.doors.post("draws", {**later, "visits": {"I": 2, "M": 2}}, by=MARKET, expect=201)["list"]
    assert {unit["id"] for unit in found if unit["compulsory"]} == {NEAR, FAR, LISTED, "M450204001"} - visited
    assert {unit["pi"] for unit in found if unit["compulsory"]} == {proof.ONE}


def test_the_last_visitors_do_not_come_again(story: DrawStory) -> None:
    story.published()
    first = DrawVisit.objects.get(stratum="I")
    story.doors.at("2026-04-01 09:00")
    later = plan(period="2026Q2", first="2026-04-13", last="2026-04-24", visits={"I": 2})
    for number, source in enumerate(later["sources"]):
        source["on"], source["fallback"]["on"] = f"2026-04-0{number + 3}", f"2026-04-0{number + 5}"
    story.no = story.doors.post("draws", later, by=ENVIRONMENT, expect=201)["no"]
    story.join(ENVIRONMENT, conflicts=[])
    story.join(MARKET, conflicts=[])
    story.step("commit", by=MARKET, expect=201)
    people = Draw.objects.get(no=story.no).people
    barred = {each["inspector"] for each in people["conflicts"] if each["unit"] == first.unit}
    assert barred == {first.lead, first.member}


def test_papers_of_a_visit_are_drawn_from_the_last_days(story: DrawStory, city: City, tmp_path: Path) -> None:
    story.drawn()
    visit = DrawVisit.objects.get(stratum="I")
    for number in range(12):
        city.test(
            f"2026-01-13 {8 + number // 2:02d}:{30 * (number % 2):02d}",
            station=visit.unit,
            test_no=f"T{number}",
        )
    city.test("2025-12-01 09:00", station=visit.unit, test_no="OLD")
    story.doors.at("2026-01-14 10:00")
    began = story.step(f"visits/{visit.unit}/begin", by=MARKET, expect=201)
    assert len(began["looked_at"]) == 10 and "OLD" not in began["looked_at"]
    assert story.step(f"visits/{visit.unit}/begin", by=MARKET, expect=409)["code"] == "visit-begun"
    for each in DrawVisit.objects.all():
        if each.unit != visit.unit:
            early = {"outcome": "sound", "result": "x"}
            path = f"visits/{each.unit}/result"
            assert story.step(path, early, by=MARKET, expect=409)["code"] == "visit-not-begun"
            assert story.step("publish", {}, by=MARKET, expect=409)["code"] == "visits-missing"
            story.step(path, {"outcome": "impossible", "result": "已停业"}, by=MARKET, expect=201)
    done = {"outcome": "faults", "result": "未按规定校准"}
    assert story.step(f"visits/{visit.unit}/result", {**done, "outcome": "x"}, by=MARKET, expect=422)
    story.step(f"visits/{visit.unit}/result", done, by=MARKET, expect=201)
    assert story.step(f"visits/{visit.unit}/result", done, by=MARKET, expect=409)["code"] == "visit-recorded"
    export = story.step("publish", {}, by=MARKET, expect=201)
    seal(at("2026-01-31 11:05"))
    export = public(story)
    assert verify(tmp_path, export) == (0, "sound\n")
    export["visits"][0]["looked_at"] = export["visits"][0]["looked_at"][1:]
    assert verify(tmp_path, export)[0] == 1


def test_poisson_sampling_is_verifiable_too(story: DrawStory, tmp_path: Path) -> None:
    story.prepare(methods={"I": "poisson"})
    story.join(ENVIRONMENT, conflicts=[])
    story.join(MARKET, conflicts=[])
    story.step("commit", by=MARKET, expect=201)
    story.numbers()
    for by, secret in SECRETS.items():
        story.step("reveal", {"nonce": secret}, by=by, expect=201)
    story.doors.at("2026-01-14 10:00")
    for visit in DrawVisit.objects.all():
        story.step(f"visits/{visit.unit}/begin", by=MARKET)
        story.step(f"visits/{visit.unit}/result", {"outcome": "sound", "result": "x"}, by=MARKET)
    story.step("publish", {}, by=MARKET)
    seal(at("2026-01-14 11:05"))
    assert verify(tmp_path, public(story)) == (0, "sound\n")


def waiting(city: City, code: str, when: str) -> list[str]:
    return [task.what.en for task in tasks(city.callers[code], at(when)) if task.kind == "draw"]


def test_the_work_list_says_whose_turn_it_is(story: DrawStory, city: City) -> None:
    story.prepare()
    assert [len(waiting(city, code, "2026-01-05 10:00")) for code in (ENVIRONMENT, MARKET, TRANSPORT)] == [
        1
    ] * 3
    story.join(ENVIRONMENT)
    story.join(MARKET, conflicts=[])
    assert waiting(city, ENVIRONMENT, "2026-01-05 10:00") == []
    assert "check the list" in waiting(city, MARKET, "2026-01-05 10:00")[0]
    story.step("commit", by=MARKET)
    assert waiting(city, MARKET, "2026-01-07 10:00") == []
    assert "enter a public number" in waiting(city, MARKET, "2026-01-08 22:00")[0]
    story.numbers()
    assert "secret" in waiting(city, MARKET, "2026-01-09 23:00")[0]
    assert waiting(city, TRANSPORT, "2026-01-09 23:00") == []
    for by, secret in SECRETS.items():
        story.step("reveal", {"nonce": secret}, by=by)
    assert waiting(city, MARKET, "2026-01-10 10:00") == []
    assert len(waiting(city, MARKET, "2026-01-23 10:00")) == 2
    story.doors.at("2026-01-14 10:00")
    for visit in DrawVisit.objects.all():
        said = {"outcome": "impossible", "result": "停业"}
        story.step(f"visits/{visit.unit}/result", said, by=MARKET)
    due = [t for t in tasks(city.callers[MARKET], at("2026-01-14 11:00")) if t.kind == "draw"]
    assert (str(due[0].due), due[0].late) == (
        "2026-02-11",
        False,
    )  # 20 working days over Spring Festival's start
    late = [t for t in tasks(city.callers[MARKET], at("2026-02-25 11:00")) if t.kind == "draw"]
    assert late[0].late


@override_settings(PUBLIC_ASKS_PER_MINUTE=2)
def test_anonymous_questions_are_counted(story: DrawStory) -> None:
    story.prepare()
    answers = [Client().get("/api/v1/public/draws").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
