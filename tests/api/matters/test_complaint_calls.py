"""Complaints by calls: reported and followed without a log-in, as the form has it; listed and read by who has them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client, override_settings

from imloop.law import load
from imloop.store.models import Attachment, Complaint, Matter, Reward, User
from support.city import NEAR, PLACE, City
from support.doors import Doors
from support.messages.photographs import SECRET, by_telephone
from support.people import person

ENVIRONMENT, TRANSPORT, MARKET = (f"{PLACE}-{kind}" for kind in ("environment", "transport", "market"))
SMOKE = {
    "category": "smoky_vehicle",
    "place": "450203",
    "text": "一辆红色货车冒黑烟，味道很大",
    "address": "飞鹅路与跃进路口",
    "latitude": 24.3122,
    "longitude": 109.428,
    "name": "韦小明",
    "phone": "13907720120",
    "answers": {"plate": "桂B12345", "kind": "truck"},
}


def reported(doors: Doors, **change: object) -> dict[str, object]:
    return dict(doors.post("public/complaints", {**SMOKE, **change}, expect=201))


def photo(token: object, body: bytes) -> int:
    at = f"/api/v1/public/complaints/{token}/photos"
    return Client().post(at, body, content_type="application/octet-stream").status_code


def test_reported_followed_answered_and_rated(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    codes = [each["code"] for each in doors.get("public/complaint-categories")["categories"]]
    assert SMOKE["category"] in codes
    made = reported(doors)
    token, number = made["token"], made["number"]
    assert (made["office"], made["due_on"], len(made["codes"])) == (ENVIRONMENT, "2026-09-04", 1)  # type: ignore[arg-type]
    assert photo(token, by_telephone()) == 201
    assert photo(token, b"%PDF-1.7") == 422
    seen = doors.get(f"public/complaints/{token}")
    assert (seen["number"], seen["own"], seen["state"]) == (number, True, "received")
    assert "withdraw" in [step["step"] for step in seen["steps"]] and seen["clocks"]
    follower = doors.post("public/complaints/follow", {"number": number}, expect=201)["token"]
    followed = doors.get(f"public/complaints/{follower}")
    assert (followed["own"], followed["steps"]) == (False, [])
    assert "红色货车" not in json.dumps(followed, ensure_ascii=False)
    withdraw = {"step": "withdraw", "fields": {"reason": "已经问到了"}}
    assert doors.post(f"public/complaints/{follower}/steps", withdraw, expect=403)["code"] == "followers-read"
    assert photo(follower, by_telephone() + b"2") == 403
    gone = doors.post(f"public/complaints/{token}/steps", withdraw)
    assert gone["state"] == "withdrawn" and gone["closed_at"]
    assert photo(token, by_telephone() + b"3") == 403


def test_its_department_lists_reads_and_takes_the_steps(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    made = reported(doors)
    number, token = str(made["number"]), made["token"]
    photo(token, by_telephone())
    assert [each["matter_no"] for each in doors.get("complaints", by=ENVIRONMENT)["complaints"]] == [number]
    for query, count in (
        ("state=late", 0),
        ("state=open&category=smoky_vehicle", 1),
        ("since=2026-09-02", 0),
    ):
        assert len(doors.get(f"complaints?{query}", by=ENVIRONMENT)["complaints"]) == count, query
    shown = doors.get(f"complaints/{number}", by=ENVIRONMENT)
    assert (shown["plate"], shown["named"], shown["text"]) == ("桂B12345", True, SMOKE["text"])
    said = json.dumps(shown, ensure_ascii=False)
    assert "韦小明" not in said and "13907720120" not in said and str(token) not in said
    (digest,) = shown["photos"]
    file = city.client(ENVIRONMENT).get(f"/api/v1/matters/{number}/files/{digest}")
    assert SECRET in by_telephone() and SECRET not in file.content
    doors.step(number, "triage", by=ENVIRONMENT, priority="normal")
    assert doors.get(f"public/complaints/{token}")["state"] == "triaged"
    for other in (TRANSPORT, MARKET):
        assert doors.get("complaints", by=other)["complaints"] == []
        assert doors.get(f"complaints/{number}", by=other, expect=404)["code"] == "unknown-matter"
    figures = doors.get("complaints/figures", by=ENVIRONMENT)
    assert figures["categories"] == [
        {"category": "smoky_vehicle", "received": "<5", "open": "<5", "founded": "0", "late": "0"}
    ]
    assert (figures["since"], figures["until"]) == ("2025-09-01", "2026-09-30"), "whole months"
    day = doors.get("complaints/figures?since=2026-09-02&until=2026-09-02", by=ENVIRONMENT)
    assert day == {**figures, "since": "2026-09-01"}


def test_who_pays_rewards_reads_no_complaint(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    number = reported(doors)["number"]
    User.objects.filter(party__code=ENVIRONMENT).update(pays_rewards=True)
    assert doors.get("complaints", by=ENVIRONMENT)["complaints"] == []
    assert doors.get(f"complaints/{number}", by=ENVIRONMENT, expect=404)


def test_a_tip_about_a_station_is_not_its_to_read(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    answers = {"how": "no_test", "money": "yes"}
    made = reported(doors, category="false_test", party=NEAR, place=PLACE, answers=answers)
    assert doors.post("public/complaints/follow", {"number": made["number"]}, expect=422)
    assert doors.get("complaints", by=NEAR, expect=403)["code"] == "wrong-kind-of-party"
    window = person(NEAR)
    assert window.get(f"/matters/{made['number']}").status_code in (403, 404)


def test_a_desk_takes_one_down(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    body = {**SMOKE, "channel": "hotline"}
    made = doors.post("complaints", body, by=TRANSPORT, expect=201)
    assert doors.get(f"complaints/{made['number']}", by=ENVIRONMENT)["channel"] == "hotline"
    assert (
        doors.post("complaints", {**body, "channel": "web"}, by=TRANSPORT, expect=422)["code"]
        == "wrong-value"
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "……"}, "text"),
        ({"category": "rocket"}, "category"),
        ({"place": "nowhere"}, "place"),
        ({"latitude": None}, "latitude"),
        ({"latitude": 91.0}, "latitude"),
        ({"on": "2026-09-02"}, "on"),
        ({"phone": "12"}, "phone"),
        ({"answers": {"kind": "truck"}}, "plate"),
        ({"answers": {"plate": "桂B12345", "kind": "rocket"}}, "kind"),
        ({"together": 99}, "together"),
    ],
)
def test_wrong_answers_are_named_and_nothing_is_kept(
    city: City, doors: Doors, change: dict[str, object], field: str
) -> None:
    doors.at("2026-09-01 09:00")
    said = doors.post("public/complaints", {**SMOKE, **change}, expect=422)
    assert field in str(said.get("errors") or said), said
    assert not Matter.objects.exists() and not Complaint.objects.exists() and not Reward.objects.exists()


def test_the_limits_are_those_of_the_form(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    token = reported(doors)["token"]
    for count in range(6):
        assert photo(token, by_telephone() + bytes([count])) == 201
    assert photo(token, by_telephone() + b"more") == 422
    assert Attachment.objects.count() == 6
    with override_settings(PUBLIC_ASKS_PER_MINUTE=0):
        refused = doors.post("public/complaints", SMOKE, expect=429)
    assert refused["code"] == "too-many-questions" and Matter.objects.count() == 1


def test_what_strangers_hand_in_on_a_day_is_bounded_together(city: City, doors: Doors) -> None:
    """With each complaint a stranger is somebody new: one of them could fill the disk."""
    doors.at("2026-09-01 09:00")
    first, second = (reported(doors)["token"] for _ in range(2))
    assert photo(first, by_telephone()) == 201
    row = Attachment.objects.get()
    most = load().at(date(2026, 9, 1), PLACE).integer("files.public_mb_per_day") * 1_000_000
    row.pk, row.size, row.sha256 = None, most - 2 * row.size, "0" * 64
    row.save(force_insert=True)  # as many small ones of many complaints would have made it
    assert photo(second, by_telephone() + b"22") == 429
    assert photo(first, by_telephone()) == 201, "what is there already takes no room"
    assert reported(doors)["number"], "what is said without a photograph is taken as ever"
    doors.at("2026-09-02 09:00")
    assert photo(second, by_telephone() + b"22") == 201


def test_one_address_does_not_take_the_room_of_all(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    token = reported(doors)["token"]
    with override_settings(PUBLIC_FILE_MB_PER_HOUR=0):
        assert photo(token, by_telephone()) == 429
    assert photo(token, by_telephone()) == 201
