"""A police list comes in; marks, registration, roads and guests are decided through the public doors."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client

from imloop.exchange.imports import Imported, import_file, rejected_rows
from imloop.facts.days import day_of
from imloop.steps.ground import clock
from imloop.steps.second_person.decide import confirm
from imloop.store.models import (
    Enrolment,
    JournalEntry,
    Mark,
    OutboxEntry,
    PlateSpan,
    Proposal,
    Vehicle,
    VehicleChange,
)
from support.city import NEAR, City, at
from support.messages.uploads import PLATE, VIN

POLICE, ENVIRONMENT = "450200-police", "450200-environment"
CAR = {
    "vin": VIN,
    "plate": PLATE,
    "plate_colour": "blue",
    "vehicle_type": "K33",
    "usage": "A",
    "fuel": "A",
    "emission_stage": "国四",
    "max_mass_kg": "1800",
    "status": "正常",
}


def lists(city: City, tmp_path: Path, *rows: dict[str, str], when: str = "2026-03-01 08:00") -> Imported:
    """Import rows as the police's CSV."""
    file = tmp_path / f"list{len(list(tmp_path.iterdir()))}.csv"
    columns = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(out.getvalue(), encoding="gb18030")
    return import_file("vehicles", file, tmp_path / "marks", city.callers[POLICE], lambda: at(when))


def registered_years_ago(years: int) -> str:
    """A first registration whose ``years``-th cycle ends this month."""
    today = day_of(clock.now())
    return date(today.year - years, today.month, 1).isoformat()


def post(client: Client, path: str, body: object) -> HttpResponse:
    return client.post(f"/api/v1/{path}", msgspec.json.encode(body), content_type="application/json")


def codes(answer: dict[str, object]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"] if not reason.get("warning")]  # type: ignore[attr-defined, index]


def today_at(days: int) -> str:
    return f"{clock.now() + timedelta(days=days):%Y-%m-%d %H:%M}"


def test_no_pass_no_mark_then_a_pass_and_a_mark(city: City, tmp_path: Path) -> None:
    dates = {"first_registered_on": registered_years_ago(10), "produced_on": "2010-03-01"}
    lists(city, tmp_path, {**CAR, **dates}, when=today_at(-8))
    client = city.client(POLICE)
    assert Vehicle.objects.get().due_on is not None

    asked = client.get("/api/v1/gates/inspection-mark", {"plate": PLATE}).json()
    assert (asked["allowed"], codes(asked)) == (False, ["no-pass-in-cycle"])
    refused = post(client, "marks", {"vin": VIN})
    assert refused.status_code == 409 and refused.json()["code"] == "no-pass-in-cycle"

    city.test(today_at(-5), co=0.9)
    assert "open-case" in codes(client.get("/api/v1/gates/inspection-mark", {"vin": VIN}).json())
    city.repair(today_at(-4))
    city.test(today_at(-3))
    vehicle = Vehicle.objects.get()
    assert vehicle.due_on is not None and vehicle.due_on > day_of(clock.now()) + timedelta(days=300)

    released = post(client, "marks", {"vin": VIN})
    assert released.status_code == 201, released.content
    mark = Mark.objects.get()
    assert mark.valid_until == vehicle.due_on and mark.test_no and mark.cite
    assert post(client, "marks", {"vin": VIN}).json()["code"] == "mark-already-released"
    assert OutboxEntry.objects.filter(receiver=ENVIRONMENT, topic="mark-released").exists()
    assert JournalEntry.objects.filter(kind="mark-released").exists()


def test_an_exempt_year_gives_a_mark_without_a_test(city: City, tmp_path: Path) -> None:
    lists(city, tmp_path, {**CAR, "first_registered_on": registered_years_ago(2)}, when=today_at(-8))
    released = post(city.client(POLICE), "marks", {"plate": PLATE})
    assert (released.status_code, released.json()["kind"]) == (202, "mark")
    second = replace(city.callers[POLICE], user="second")
    confirm(second, released.json()["id"], said="已核对登记", now=clock.now())
    assert Mark.objects.get().test_no == ""
    assert Vehicle.objects.get().due_on == Mark.objects.get().valid_until


def test_only_the_police_release_marks_and_change_the_register(city: City, tmp_path: Path) -> None:
    lists(city, tmp_path, {**CAR, "first_registered_on": registered_years_ago(2)})
    for code in (ENVIRONMENT, NEAR):
        assert post(city.client(code), "marks", {"plate": PLATE}).status_code == 403
        change = {"vin": VIN, "kind": "sold", "on": "2026-03-01"}
        assert post(city.client(code), "vehicles/changes", change).status_code == 403
    assert city.client(NEAR).get("/api/v1/gates/inspection-mark", {"plate": PLATE}).status_code == 200
    assert city.client(NEAR).get("/api/v1/gates/road", {"plate": PLATE}).status_code == 403
    assert city.client(NEAR).get(f"/api/v1/vehicles/{Vehicle.objects.get().pk}").status_code == 403


def test_registration_by_what_is_stated(city: City) -> None:
    client = city.client(POLICE)
    asked = {"fuel": "A", "emission_stage": "国五", "vehicle_type": "K33", "usage": "A", "max_mass_kg": 1800}
    new = client.get("/api/v1/gates/registration", asked).json()
    assert (new["allowed"], codes(new), new["stage_required"]) == (False, ["stage-below"], "国六b")
    moved = client.get("/api/v1/gates/registration", {**asked, "application": "transfer_in"}).json()
    assert moved["allowed"] is True and moved["stage_required"] == "国五"
    then = client.get("/api/v1/gates/registration", {**asked, "at": "2019-05-01T09:00"}).json()
    assert then["allowed"] is True
    assert client.get("/api/v1/gates/registration", {**asked, "fuel": "coal"}).status_code == 422
    assert client.get("/api/v1/gates/registration", {**asked, "application": "x"}).status_code == 422


def test_a_zone_and_an_alert_close_roads_until_they_end(city: City, tmp_path: Path) -> None:
    truck = {**CAR, "vehicle_type": "H31", "usage": "F", "fuel": "B", "max_mass_kg": "4000"}
    lists(city, tmp_path, {**truck, "first_registered_on": "2015-06-15", "due_on": "2027-06-30"})
    office, police = city.client(ENVIRONMENT), city.client(POLICE)
    rules = [{"fuels": ["diesel"], "stage_below": "5", "hours": ["07:00-22:00"]}]
    zone = {
        "code": "LEZ",
        "name": "中心城区",
        "rules": rules,
        "since": "2026-03-01",
        "cite": "柳政告〔2026〕1号",
    }
    assert post(police, "zones", zone).status_code == 403
    kept = post(office, "zones", zone)
    assert kept.status_code == 201, kept.content
    assert post(office, "zones", zone).json()["code"] == "zone-overlaps"
    wrong = post(office, "zones", {**zone, "code": "B", "rules": [{"fuels": ["coal"]}]})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["path"] == "$.rules[0].fuels"

    ask = {"plate": PLATE, "zone": "LEZ", "at": "2026-03-05T09:00"}
    closed = police.get("/api/v1/gates/road", ask).json()
    assert codes(closed) == ["zone-closed"] and closed["reasons"][0]["cite"] == "柳政告〔2026〕1号"
    assert police.get("/api/v1/gates/road", {**ask, "at": "2026-03-05T23:00"}).json()["allowed"] is True
    assert police.get("/api/v1/gates/road", {**ask, "zone": "X"}).status_code == 404
    assert OutboxEntry.objects.filter(receiver=POLICE, topic="zone-entered").exists()

    alert = {"level": "orange", "rules": [{"over_mass_kg": 3500}], "since": "2026-03-04T00:00:00"}
    assert post(office, "alerts", {**alert, "level": "pink"}).status_code == 422
    declared = post(office, "alerts", alert).json()
    late = {**ask, "zone": "", "at": "2026-03-05T23:00"}
    assert codes(police.get("/api/v1/gates/road", late).json()) == ["pollution-alert"]
    assert post(office, f"alerts/{declared['id']}/lift", {}).status_code == 201
    assert post(office, f"alerts/{declared['id']}/lift", {}).status_code == 409
    end = post(office, f"zones/{kept.json()['id']}/end", {"on": "2026-03-05"})
    assert end.status_code == 201
    assert police.get("/api/v1/gates/road", ask).status_code == 404


def test_anyone_asks_with_what_is_written_on_the_vehicle(city: City, tmp_path: Path) -> None:
    """The register only answers who knows the end of the VIN."""
    truck = {**CAR, "vehicle_type": "H31", "usage": "F", "fuel": "B", "due_on": "2027-06-30"}
    lists(city, tmp_path, truck)
    rules = [{"fuels": ["diesel"], "stage_below": "5"}]
    zone = {"code": "LEZ", "name": "中心城区", "rules": rules, "since": "2026-03-01", "cite": "通告"}
    assert post(city.client(ENVIRONMENT), "zones", zone).status_code == 201
    public = Client()
    stated = {
        "plate": PLATE,
        "fuel": "diesel",
        "emission_stage": "4",
        "zone": "LEZ",
        "at": "2026-03-05T09:00",
    }
    assert codes(public.get("/api/v1/public/roads", stated).json()) == ["zone-closed"]
    assert public.get("/api/v1/public/roads", {**stated, "emission_stage": "5"}).json()["allowed"] is True
    known = {"plate": PLATE, "vin_tail": VIN[-6:], "zone": "LEZ", "at": "2026-03-05T09:00"}

    def by_the_register(**change: str) -> HttpResponse:
        return public.post("/api/v1/public/roads", {**known, **change}, content_type="application/json")

    assert codes(by_the_register().json()) == ["zone-closed"]
    assert by_the_register(vin_tail="000000").status_code == 422


def test_an_overdue_case_and_an_expired_inspection_keep_it_off_the_road(city: City, tmp_path: Path) -> None:
    from imloop.steps.cases.declare_overdue import declare_overdue

    lists(city, tmp_path, {**CAR, "first_registered_on": "2016-03-15"})
    city.test("2026-03-02 09:00", co=0.9)
    police = city.client(POLICE)
    fresh = police.get("/api/v1/gates/road", {"plate": PLATE, "at": "2026-03-05T09:00"}).json()
    assert fresh["allowed"] is True and fresh["reasons"][0]["code"] == "open-case"
    declare_overdue(at("2026-03-24 00:10"))
    late = police.get("/api/v1/gates/road", {"plate": PLATE, "at": "2026-04-01T09:00"}).json()
    assert codes(late) == ["case-overdue", "inspection-expired"]


def test_a_plate_that_moves_leaves_its_history(city: City, tmp_path: Path) -> None:
    other = "LFV2A21K6J3123457"
    lists(city, tmp_path, {**CAR, "first_registered_on": "2016-03-15"})
    moved = lists(city, tmp_path, {**CAR, "plate": "桂B54321"}, when="2026-04-01 08:00")
    assert (moved.new, moved.changed, moved.same) == (0, 1, 0)
    lists(city, tmp_path, {**CAR, "vin": other}, when="2026-05-01 08:00")
    spans = list(PlateSpan.objects.filter(vehicle__vin=VIN).values_list("plate", "since", "until"))
    assert spans == [
        (PLATE, date(2016, 3, 15), date(2026, 4, 1)),
        ("桂B54321", date(2026, 4, 1), None),
    ]
    # The plate taken by another VIN, when a second person agrees: its former bearer is left without one.
    lists(city, tmp_path, {**CAR, "vin": other, "plate": "桂B54321"}, when="2026-06-01 08:00")
    assert Vehicle.objects.get(vin=VIN).plate == "桂B54321"
    held = Proposal.objects.get()
    second = replace(city.callers[POLICE], user="second")
    confirm(second, held.pk, said="登记证书", now=at("2026-06-02 08:00"))
    assert Vehicle.objects.get(vin=VIN).plate == ""
    answer = city.client(POLICE).get("/api/v1/gates/road", {"plate": PLATE})
    assert (answer.status_code, answer.json()["code"]) == (404, "plate-changed-hands")
    assert VIN[-6:] not in answer.content.decode() and other[-6:] not in answer.content.decode()


def test_two_vehicles_may_swap_plates_in_one_list(city: City, tmp_path: Path) -> None:
    other = "LFV2A21K6J3123457"
    lists(city, tmp_path, CAR, {**CAR, "vin": other, "plate": "桂B54321"})
    lists(city, tmp_path, {**CAR, "plate": "桂B54321"}, {**CAR, "vin": other}, when="2026-04-01 08:00")
    assert dict(Vehicle.objects.values_list("vin", "plate")) == {VIN: "桂B54321", other: PLATE}
    running = PlateSpan.objects.filter(until__isnull=True)
    assert dict(running.values_list("vehicle__vin", "plate")) == {VIN: "桂B54321", other: PLATE}
    assert PlateSpan.objects.count() == 4


def test_a_test_under_another_plate_is_a_finding_and_changes_no_plate(city: City) -> None:
    city.test("2026-03-02 09:00")
    message = {"vin": VIN, "plate": "桂B54321", "fuel": "gasoline", "produced_on": "2010-03-01"}
    receipt = city.test("2026-03-03 09:00", vehicle=message).body
    assert "plate-differs" in [finding["code"] for finding in receipt["findings"]]
    assert receipt["counts"] == "cycle"
    assert Vehicle.objects.get().plate == PLATE and not PlateSpan.objects.exists()


def test_an_open_case_outlives_a_sale_and_a_move(city: City, tmp_path: Path) -> None:
    lists(city, tmp_path, {**CAR, "first_registered_on": "2016-03-15"})
    city.test("2026-03-02 09:00", co=0.9)
    police = city.client(POLICE)
    sold = {"vin": VIN, "kind": "sold", "on": "2026-03-03", "owner_name": "覃小红", "new_plate": "桂B54321"}
    assert post(police, "vehicles/changes", sold).json()["plate"] == "桂B54321"
    assert post(police, "vehicles/changes", {**sold, "kind": "gone"}).status_code == 422
    out = post(police, "vehicles/changes", {"vin": VIN, "kind": "moved_out", "on": "2026-03-04"})
    assert out.json()["status"] == "moved_out"
    gate = police.get("/api/v1/gates/inspection-mark", {"vin": VIN, "at": "2026-03-05T09:00"}).json()
    assert "open-case" in codes(gate)
    assert "vehicle-moved-out" in [reason["code"] for reason in gate["reasons"]]
    assert city.case().closed_at is None
    assert OutboxEntry.objects.filter(receiver=NEAR, topic="vehicle-changed").count() == 2
    assert list(VehicleChange.objects.order_by("id").values_list("kind", flat=True)) == ["sold", "moved_out"]
    assert (
        post(police, "vehicles/changes", {"vin": VIN, "kind": "scrapped", "on": "2026-03-05"}).status_code
        == 201
    )
    again = post(police, "vehicles/changes", {"vin": VIN, "kind": "sold", "on": "2026-03-06"})
    assert (again.status_code, again.json()["code"]) == (409, "vehicle-scrapped")


def test_a_guest_is_enrolled_on_a_ground_of_the_law(city: City) -> None:
    office = city.client(ENVIRONMENT)
    guest = {
        "vin": VIN,
        "plate": "粤A12345",
        "ground": "fixed_route",
        "evidence": "线路许可",
        "since": "2026-03-01",
    }
    assert post(office, "enrolments", {**guest, "ground": "liked"}).status_code == 422
    assert post(office, "enrolments", {**guest, "evidence": " "}).status_code == 422
    operating = {**guest, "ground": "operating"}
    assert post(office, "enrolments", operating).json()["code"] == "not-long-enough"
    assert post(office, "enrolments", {**operating, "operating_since": "2025-12-02"}).status_code == 422
    assert post(city.client(NEAR), "enrolments", guest).status_code == 403
    kept = post(office, "enrolments", {**operating, "operating_since": "2025-12-01", "until": "2027-03-01"})
    assert kept.status_code == 201 and kept.json()["cite"]
    assert post(office, "enrolments", guest).json()["code"] == "enrolled-already"
    assert Enrolment.objects.get().vehicle.plate == "粤A12345"
    due = (
        city.client(NEAR).get("/api/v1/gates/inspection-cycle", {"vin": VIN, "at": "2026-06-01T09:00"}).json()
    )
    assert (due["allowed"], due["origin"]) == (True, "enrolled")
    rules = [{"elsewhere": ["桂B"], "except": ["enrolled"], "everywhere": True}]
    zone = {"code": "EW", "name": "外地车限行", "rules": rules, "since": "2026-03-01", "cite": "通告"}
    assert post(office, "zones", zone).status_code == 201
    road = {"vin": VIN, "at": "2026-06-01T09:00"}
    assert city.client(POLICE).get("/api/v1/gates/road", road).json()["allowed"] is True
    later = city.client(POLICE).get("/api/v1/gates/road", {**road, "at": "2027-06-01T09:00"}).json()
    assert codes(later) == ["road-closed"]


BAD_ROWS = {
    "missing": {"vin": "", "plate": ""},
    "bad-vin": {"vin": "LGWEF4A59MF00001"},
    "bad-plate": {"plate": "桂B1"},
    "fuel": {"fuel": "coal"},
    "contradictory-dates": {"produced_on": "2016-03-16", "first_registered_on": "2016-03-15"},
    "晚于今天": {"first_registered_on": "2026-03-02"},
    "不是日期": {"produced_on": "2015-02-30"},
    "due_on": {"due_on": "2010-01-01", "first_registered_on": "2016-03-15"},
    "不是数值": {"max_mass_kg": "1800kg"},
    "超出范围": {"max_mass_kg": "-5"},
    "emission_stage": {"emission_stage": "欧五"},
    "plate_colour": {"plate_colour": "pink"},
    "status": {"status": "丢失"},
}


@pytest.mark.every_case("what one database keeps and finds as it was written another may not")
@pytest.mark.parametrize("named", BAD_ROWS)
def test_a_bad_row_names_what_is_wrong_and_the_others_go_in(city: City, tmp_path: Path, named: str) -> None:
    good = {**CAR, "vin": "LFV2A21K6J3123457", "plate": "桂B54321"}
    done = lists(city, tmp_path, {**CAR, **BAD_ROWS[named]}, good)
    assert (done.rows, done.rejected, done.new) == (2, 1, 1)
    [(number, reason)] = rejected_rows(tmp_path / "marks", "vehicles", done.digest)
    assert number == "2" and named in reason
    assert Vehicle.objects.get().vin == good["vin"]


def test_a_repeated_vin_or_plate_is_refused_across_blocks(city: City, tmp_path: Path) -> None:
    many = [{**CAR, "vin": f"LFV2A21K6J3{n:06d}", "plate": f"桂C{n:05d}"} for n in range(4100)]
    done = lists(city, tmp_path, *many, many[0], {**CAR, "vin": "LFV2A21K6J3999999", "plate": "桂C00001"})
    reasons = list(rejected_rows(tmp_path / "marks", "vehicles", done.digest))
    assert [number for number, _ in reasons] == ["4102", "4103"]
    assert all("duplicate-in-file" in reason for _, reason in reasons)
    assert Vehicle.objects.count() == 4100


def test_an_interrupted_import_goes_on_where_it_stopped(city: City, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    rows = [f"LFV2A21K6J3{n:06d},桂C{n:05d}" for n in range(5000)]
    file.write_text("\n".join(["vin,plate", *rows, rows[0]]))

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file("vehicles", file, tmp_path, city.callers[POLICE], clock.now, stop)
    assert Vehicle.objects.count() == 4000
    done = import_file("vehicles", file, tmp_path, city.callers[POLICE], clock.now)
    assert (done.rows, done.new, done.same, done.rejected) == (5001, 5000, 0, 1)
    assert Vehicle.objects.count() == 5000
    again = import_file("vehicles", file, tmp_path, city.callers[POLICE], clock.now)
    assert again == done
    assert JournalEntry.objects.filter(kind="import").count() == 2


def test_only_police_and_environment_import(city: City, tmp_path: Path) -> None:
    from imloop.facts.refusal import NotAllowed

    file = tmp_path / "list.csv"
    file.write_text(f"vin,plate\n{VIN},{PLATE}\n")
    with pytest.raises(NotAllowed):
        import_file("vehicles", file, tmp_path, city.callers[NEAR], clock.now)
    assert Vehicle.objects.count() == 0
