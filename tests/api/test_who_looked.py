"""Whoever is told a plate or VIN leaves a trace, whichever call it was: every call that reads is made by every party it
is for. A new call that shows a vehicle and leaves none fails here."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client

from imloop.api.app import CALLS
from imloop.steps.duty.duty_record import LOOKS
from imloop.steps.ground import clock
from imloop.store.models import JournalEntry, Look, PartyKind, PollutionAlert, Zone
from support.city import FAR, LISTED, NEAR, PLACE, at
from support.messages.uploads import PLATE, VIN
from support.stories.two_cities import TwoCities

pytestmark = pytest.mark.every_case("each case asks the database something else")

READING = [name for name, call in CALLS.items() if name.startswith("GET ") and call.who]
QUERY = {
    "GET gates/conflict": f"party={NEAR}",
    "GET gates/reception": f"plate={quote(PLATE)}&station={NEAR}&line=01&method=ASM",
    "GET retest-permit": f"plate={quote(PLATE)}&station={NEAR}",
    "GET gates/inspection-mark": f"plate={quote(PLATE)}",
    "GET gates/inspection-cycle": f"plate={quote(PLATE)}",
    "GET gates/registration": f"vin={VIN}&fuel=gasoline&emission_stage=6b",
    "GET gates/road": f"plate={quote(PLATE)}",
    "GET feed": "after=0",
    "GET feed/stream": "after=0",
}
TOLD_OF_A_VEHICLE = [name for name in QUERY if name.startswith(("GET gates/", "GET retest"))]
"""What they answer is about the vehicle that is named in the question, also where they do not say its name."""
OWN: dict[tuple[str, str], str] = {
    ("GET retest-permit", PartyKind.ISTATION): "the case is the station's own, asked before each retest",
    ("GET appointments", PartyKind.ISTATION): "who comes to the station itself",
    ("GET held-runs", PartyKind.ISTATION): "runs that the station itself sent",
    ("GET gates/conflict", PartyKind.ISTATION): "of stations, not of vehicles",
}
ABOUT_STATIONS = ("GET gates/conflict",)


@pytest.fixture
def world(db: None, two_cities: TwoCities, monkeypatch: pytest.MonkeyPatch) -> TwoCities:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
    for model in (Zone, PollutionAlert):
        model.objects.all().delete()  # their rules are nonsense, and would refuse the question
    return two_cities


def code_of(kind: str) -> str:
    return {PartyKind.ISTATION: NEAR, PartyKind.MSTATION: LISTED}.get(PartyKind(kind), f"{PLACE}-{kind}")


def ask(client: Client, name: str, world: TwoCities) -> HttpResponse:
    path = name.removeprefix("GET ").format(**world.names)
    query = QUERY.get(name, "")
    if path.startswith("notices/"):
        from imloop.steps.cases.lookups import notice_address

        path = notice_address(str(world.names["notice_no"]))
    return client.get(f"/api/v1/{path}" + (f"?{query}" if query else ""))


def traces() -> int:
    return Look.objects.count() + JournalEntry.objects.filter(kind__in=LOOKS).count()


def shows(name: str, answer: HttpResponse) -> bool:
    """A paper shows the vehicle it was printed for."""
    if answer.status_code != 200 or name in ABOUT_STATIONS:
        return False
    if name in TOLD_OF_A_VEHICLE or (answer["Content-Type"] == "application/pdf" and "form" not in name):
        return True
    return any(word in answer.content.decode("utf-8", "replace") for word in (PLATE, VIN, VIN[-6:]))


@pytest.mark.parametrize("name", READING)
def test_what_shows_a_vehicle_leaves_one_trace(world: TwoCities, name: str) -> None:
    for kind in CALLS[name].who:
        client = world.city.client(code_of(kind))
        before = traces()
        answer = ask(client, name, world)
        left = traces() - before
        if (name, kind) in OWN:
            assert left == 0, (kind, OWN[name, kind])
        elif shows(name, answer):
            assert left == 1, (kind, answer.status_code, answer.content[:300])


def test_the_doors_are_really_seen_through(world: TwoCities) -> None:
    """So that the test above does not pass because nothing was shown."""
    seen = {
        name
        for name in READING
        if any(shows(name, ask(world.city.client(code_of(kind)), name, world)) for kind in CALLS[name].who)
    }
    assert {*TOLD_OF_A_VEHICLE} - {*ABOUT_STATIONS} < seen
    assert {
        "GET feed",
        "GET feed/stream",
        "GET notices/{notice_no}.pdf",
        "GET cases/{case_no}",
        "GET vehicles/{vehicle_id}",
    } <= seen


@pytest.mark.parametrize("asked", [f"plate={quote(PLATE)}", f"vin={VIN}"])
@pytest.mark.parametrize("gate", ["inspection-mark", "inspection-cycle", "road"])
def test_a_gate_tells_no_name_that_was_not_given(world: TwoCities, gate: str, asked: str) -> None:
    other = VIN if asked.startswith("plate") else PLATE
    for kind in CALLS[f"GET gates/{gate}"].who:
        for code in (code_of(kind), *([FAR] if kind == PartyKind.ISTATION else [])):
            answer = world.city.client(code).get(f"/api/v1/gates/{gate}?{asked}")
            assert answer.status_code == 200 and other not in answer.content.decode(), code


def test_a_bystander_hears_yes_or_no_with_a_masked_number(world: TwoCities) -> None:
    number = str(world.names["case_no"])
    masked = f"{number[:-6]}****{number[-2:]}"
    far = world.city.client(FAR)
    permit = far.get(f"/api/v1/retest-permit?vin={VIN}").json()
    assert (permit["allowed"], permit["case"]) == (False, masked)
    assert [reason["code"] for reason in permit["reasons"]] == ["not-this-station"]
    assert NEAR not in str(permit) and not {"case_state", "deadline"} & permit.keys()
    mark = far.get(f"/api/v1/gates/inspection-mark?vin={VIN}").json()
    assert mark["cycle"]["due_on"] is None and "open-case" in {reason["code"] for reason in mark["reasons"]}
    counter = far.get(f"/api/v1/gates/reception?vin={VIN}&line=01&method=ASM").json()
    assert counter["case"] == masked
    for told in (permit, mark, counter):
        assert number not in str(told)
    own = world.city.client(NEAR).get(f"/api/v1/retest-permit?vin={VIN}").json()
    assert own["case"] == number and own["case_state"] and own["deadline"]
    assert (
        world.city.client(f"{PLACE}-police").get(f"/api/v1/gates/inspection-mark?vin={VIN}").json()["cycle"]
    )


def test_a_department_finds_no_notice_by_counting(world: TwoCities) -> None:
    number = str(world.names["notice_no"])
    market = world.city.client(f"{PLACE}-market")
    before = traces()
    assert market.get(f"/api/v1/notices/{number}.pdf").status_code == 404
    assert market.get(f"/api/v1/notices/{number}.pdf?key=0000").status_code == 404
    assert traces() == before
    address = market.get(f"/api/v1/cases/{world.names['case_no']}").json()["notice_addresses"][0]
    assert market.get(f"/api/v1/{address}").status_code == 200
    assert traces() == before + 2, "the case, and the paper"
    assert world.city.client(NEAR).get(f"/api/v1/notices/{number}.pdf").status_code == 200


def test_appointments_are_told_to_departments_without_plates(world: TwoCities) -> None:
    shown = world.city.client(f"{PLACE}-police").get("/api/v1/appointments?day=2026-03-05").json()
    assert shown["appointments"] and PLATE not in str(shown)
    assert Look.objects.latest("pk").door == "appointments"
    assert PLATE in str(world.city.client(NEAR).get("/api/v1/appointments?day=2026-03-05").json())


def test_a_look_says_whose_key_it_was(world: TwoCities) -> None:
    police = f"{PLACE}-police"
    key = world.city.machine_key(police)
    world.city.client(police, key).get(f"/api/v1/gates/road?plate={quote(PLATE)}")
    look = Look.objects.latest("pk")
    assert look.key == key.split("_")[1] and look.actor == police
    assert list(look.seen.values_list("vehicle_id", flat=True)) == [world.names["vehicle_id"]]
