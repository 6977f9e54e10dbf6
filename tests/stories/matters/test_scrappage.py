"""A11: a car that no repair brings below the limits. Nothing of it is automatic."""

from __future__ import annotations

from dataclasses import replace

from django.test import Client

from imloop.steps.matters.kept.address import token_of
from imloop.steps.second_person.decide import confirm
from imloop.steps.vehicles.ask_mark import ask_mark
from imloop.store.models import Case, Matter, OutboxEntry, Proposal, Vehicle, VehicleChange
from support.city import LISTED, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN

OFFICE, POLICE = "450200-environment", "450200-police"
FIELDS = {"findings": "催化器损坏，缸体磨损，两次维修仍超标", "evidence": "案件与两份维修记录"}


def nominate(doors: Doors, **options: object) -> dict[str, object]:
    body = {"kind": "scrappage", "plate": PLATE, "fields": FIELDS}
    return doors.post("matters", body, by=OFFICE, **options)  # type: ignore[arg-type]


def failed_again(city: City, times: int) -> None:
    """One failed test, then ``times`` repairs each followed by a failed retest."""
    city.test("2026-03-02 09:00", co=0.9)
    for number in range(times):
        city.repair(f"2026-03-{4 + 2 * number:02d} 10:00", case_no=city.case().case_no)
        city.test(f"2026-03-{5 + 2 * number:02d} 10:00", co=0.9)


def test_no_nomination_without_a_ground(city: City, doors: Doors) -> None:
    failed_again(city, 1)
    doors.at("2026-03-10 09:00")
    refused = nominate(doors, expect=403)
    assert refused["code"] == "no-ground-to-scrap"
    assert refused["cite"]
    body = {"kind": "scrappage", "plate": PLATE, "fields": FIELDS}
    assert doors.post("matters", body, by="450200-transport", expect=403)["code"] == "wrong-kind-of-party"
    assert not Matter.objects.exists()


def test_from_nomination_to_the_dismantling_certificate(city: City, doors: Doors) -> None:
    failed_again(city, 2)
    doors.at("2026-03-10 09:00")
    number = str(nominate(doors)["matter_no"])
    doors.step(number, "notify", by=OFFICE, served_on="2026-03-10", intended="责令报废")
    row = Matter.objects.get()
    assert doors.get(f"matters/{number}", by="450200-transport", expect=404)
    assert doors.get(f"matters/{number}", by=NEAR, expect=404)

    # The owner answers on the secret page; no account is needed.
    page = Client().post(
        f"/m/{token_of(row)}", {"step": "state", "state-statement": "愿意换催化器", "sure": "1"}
    )
    assert page.status_code == 302
    own = {"step": "waive_hearing", "fields": {}}
    doors.post(f"public/applications/{token_of(row)}/steps", own)
    doors.step(
        number, "decide", by=OFFICE, decision_no="柳报〔2026〕1号", since="2026-03-10", reasons="无法修复"
    )
    early = doors.step(number, "hand_over", by=OFFICE, expect=403, handed_to="柳州回收公司 王")
    assert early["code"] == "appeal-time-runs"
    assert Vehicle.objects.get().status == "active", "a decision alone scraps nothing"
    assert doors.get("public/decisions")["decisions"] == [], "what concerns a person is not published"

    doors.at("2026-05-10 09:00")
    doors.step(number, "hand_over", by=OFFICE, handed_to="柳州回收公司 王")
    told = OutboxEntry.objects.filter(topic="scrappage").values_list("receiver", flat=True)
    assert sorted(told) == ["450200-police", "commerce:450200"]
    doors.at("2026-05-20 09:00")
    proof = {"certificate_no": "HS-2026-1", "dismantler": "柳州回收公司", "dismantled_on": "2026-05-19"}
    assert doors.step(number, "confirm_dismantled", by=POLICE, **proof)["state"] == "dismantled"
    case, vehicle = Case.objects.get(), Vehicle.objects.get()
    assert (case.state, vehicle.status) == ("scrapped", "scrapped")
    assert VehicleChange.objects.get().data["certificate_no"] == "HS-2026-1"
    assert "已报废" in Client().get(f"/c/{case.owner_token}").content.decode()
    assert LISTED in {each["shop"] for each in case.snapshot["repairs"]}


def test_who_is_on_the_road_again_has_failed_all_the_same(city: City, doors: Doors) -> None:
    """It had passed in this cycle before it failed; then it was scrapped, and two of the police take that back."""
    city.enter()
    city.test("2026-03-01 09:00")
    failed_again(city, 2)
    doors.at("2026-03-10 09:00")
    number = str(nominate(doors)["matter_no"])
    doors.step(number, "notify", by=OFFICE, served_on="2026-03-10", intended="责令报废")
    token = token_of(Matter.objects.get())
    doors.post(f"public/applications/{token}/steps", {"step": "waive_hearing", "fields": {}})
    decided = {"decision_no": "柳报〔2026〕1号", "since": "2026-03-10", "reasons": "无法修复"}
    doors.step(number, "decide", by=OFFICE, **decided)
    doors.at("2026-05-10 09:00")
    doors.step(number, "hand_over", by=OFFICE, handed_to="柳州回收公司 王")
    proof = {"certificate_no": "HS-2026-1", "dismantler": "柳州回收公司", "dismantled_on": "2026-05-10"}
    doors.step(number, "confirm_dismantled", by=POLICE, **proof)
    assert (Case.objects.get().state, Vehicle.objects.get().status) == ("scrapped", "scrapped")
    city.enter("2026-05-11 09:00", status="正常")
    second = replace(city.callers[POLICE], user="second")
    confirm(second, Proposal.objects.get().pk, said="误登记报废", now=at("2026-05-11 10:00"))
    assert Vehicle.objects.get().status == "active"

    def reasons() -> list[str]:
        answer = ask_mark(city.callers[POLICE], vin=VIN, at=at("2026-05-12 09:00"))
        return [each.code for each in answer.refusals]

    assert reasons() == ["no-pass-in-cycle"]
    city.test("2026-05-12 08:00")
    assert reasons() == []


def test_the_store_keeps_no_address_that_opens_a_page(city: City, doors: Doors) -> None:
    failed_again(city, 2)
    doors.at("2026-03-10 09:00")
    nominate(doors)
    row = Matter.objects.get()
    token = token_of(row)
    assert Client().get(f"/m/{token}").status_code == 200
    kept = str(Matter.objects.filter(pk=row.pk).values().get())
    assert len(token) == 24 and token not in kept
    for other in (row.token_sha256, row.token_sha256[:24], "", token[:-1]):
        assert Client().get(f"/m/{other}").status_code == 404
        assert Client().get(f"/api/v1/public/applications/{other}").status_code in (404, 405)
