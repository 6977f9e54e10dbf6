"""Every page without an object in its address: a department finds vehicles masked there, and its look is kept, once an
hour; a station finds its own in full. A new list that shows other people's cars in full fails here."""

from __future__ import annotations

import json

import pytest

from imloop.facts.mask import masked_plate
from imloop.pages.guard import EVERY_DESK, audience_of
from imloop.pages.urls import urlpatterns
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES
from imloop.store.models import (
    Case,
    Enrolment,
    HeldRun,
    JournalEntry,
    Look,
    PartyKind,
    PollutionAlert,
    Vehicle,
    Zone,
)
from support.city import FAR, LISTED, NEAR, PLACE, at
from support.messages.uploads import PLATE, VIN
from support.people import person, search
from support.stories.two_cities import TwoCities

pytestmark = pytest.mark.every_case("each case asks the database something else")

LISTS = {
    str(each.pattern): audience_of(each.callback) for each in urlpatterns if "<" not in str(each.pattern)
}
SHOWN = (PLATE, f"{PLATE[:2]}·{PLATE[2:]}", VIN, VIN[-6:])
MASKED = masked_plate(PLATE)
OF_VEHICLES = {
    "cases": OFFICES,
    "work": (PartyKind.ENVIRONMENT, PartyKind.POLICE, PartyKind.SUPERVISOR),
    "desk/police": (PartyKind.POLICE,),
    "proposals": (PartyKind.POLICE, PartyKind.SUPERVISOR),
    "enrolments": (PartyKind.ENVIRONMENT, PartyKind.POLICE),
    "repairs": (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.SUPERVISOR),
    "tests?since=2026-03-02": (PartyKind.ENVIRONMENT, PartyKind.MARKET, PartyKind.SUPERVISOR),
    "held-runs": (PartyKind.ENVIRONMENT, PartyKind.SUPERVISOR),
}
OWN = {
    "desk/istation": NEAR,
    "tests?since=2026-03-02": NEAR,
    "cases": NEAR,
    "held-runs": NEAR,
    "desk/mstation": LISTED,
    "desk/mstation/repairs": LISTED,
}


@pytest.fixture
def world(db: None, two_cities: TwoCities, monkeypatch: pytest.MonkeyPatch) -> TwoCities:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
    for model in (Zone, PollutionAlert):
        model.objects.all().delete()  # their rules are nonsense
    case = Case.objects.get(case_no=two_cities.names["case_no"])
    Case.objects.filter(pk=case.pk).update(overdue=True)
    Enrolment.objects.create(
        vehicle=case.vehicle,
        place=PLACE,
        ground="resident",
        evidence="甲",
        since=at("2026-01-01 08:00").date(),
    )
    assert HeldRun.objects.exists()
    return two_cities


def at_desk(kind: str) -> str:
    return {PartyKind.ISTATION: NEAR, PartyKind.MSTATION: LISTED}.get(PartyKind(kind), f"{PLACE}-{kind}")


@pytest.mark.parametrize("kind", OFFICES)
def test_no_list_shows_a_department_a_vehicle(world: TwoCities, kind: str) -> None:
    desk = person(at_desk(kind), head=True)
    for route, kinds in LISTS.items():
        if kind not in kinds:
            continue
        text = desk.get(f"/{route}").content.decode(errors="replace")
        assert not [word for word in SHOWN if word in text], route


@pytest.mark.parametrize(("route", "kinds"), OF_VEHICLES.items())
def test_a_look_at_a_list_is_kept_once_an_hour(
    world: TwoCities, route: str, kinds: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in kinds:
        monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
        desk = person(at_desk(kind))
        before = Look.objects.count()
        text = desk.get(f"/{route}").content.decode()
        assert MASKED in text and not [word for word in SHOWN if word in text], kind
        (look,) = Look.objects.order_by("pk")[before:]
        assert (look.door, look.actor) == ("list", f"{at_desk(kind)}/u-{at_desk(kind)}")
        assert route == "held-runs" or world.names["vehicle_id"] in json.loads(look.body)["vehicles"]
        for _ in range(3):
            assert MASKED in desk.get(f"/{route}", headers={"HX-Request": "true"}).content.decode()
        assert Look.objects.count() == before + 1, "the page renewed itself"
        monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 10:00"))
        desk.get(f"/{route}")
        assert Look.objects.count() == before + 2, "another hour"


@pytest.mark.parametrize(("route", "code"), OWN.items())
def test_what_is_ones_own_stays_in_full(world: TwoCities, route: str, code: str) -> None:
    before = Look.objects.count()
    text = person(code).get(f"/{route}").content.decode()
    assert [word for word in SHOWN if word in text] and MASKED not in text
    assert Look.objects.count() == before


def test_every_desk_is_walked() -> None:
    assert {kind for kinds in LISTS.values() for kind in kinds} == set(EVERY_DESK)
    routes = {each.partition("?")[0] for each in (*OF_VEHICLES, *OWN)}
    assert routes <= set(LISTS)


def test_a_search_is_kept_beside_the_list(world: TwoCities) -> None:
    """Once an hour each; another search, another page or another person is another look."""
    desk = person(f"{PLACE}-market")
    for asked, looks in (("", 1), (PLATE, 2), (PLATE, 2), ("桂B99999", 3), ("桂B99999", 3), ("", 3)):
        search(desk, "/cases", {"q": asked} if asked else {})
        assert Look.objects.count() == looks, asked
    assert [bool(row.asked) for row in Look.objects.order_by("pk")] == [False, True, True]
    person(f"{PLACE}-market", name="another").get("/cases")
    assert Look.objects.count() == 4


def test_a_vehicle_that_is_new_on_a_list_is_kept_alone(world: TwoCities) -> None:
    desk = person(f"{PLACE}-market")
    desk.get("/cases")
    another = {"vin": "LSVAU2180N2183999", "plate": "桂B54321"}
    world.city.test("2026-03-05 09:00", station=FAR, co=0.9, test_no="T-9", vehicle=another)
    desk.get("/cases")
    new = Case.objects.latest("pk").vehicle_id
    assert json.loads(Look.objects.latest("pk").body)["vehicles"] == [new]


def test_a_list_as_a_file_is_an_export(world: TwoCities) -> None:
    for route in ("cases", "repairs", "tests", "enrolments", "held-runs"):
        desk = person(f"{PLACE}-environment", name=f"u-{route}")
        before = JournalEntry.objects.filter(kind="export").count()
        assert desk.get(f"/{route}", {"format": "csv", "since": "2026-03-01"}).status_code == 200
        assert JournalEntry.objects.filter(kind="export").count() == before + 1


def test_a_vin_is_not_given_for_a_plate(world: TwoCities) -> None:
    """A search that several fit names nobody; who opens the vehicle, or finds it alone, is entered in the journal, and
    reads both."""
    desk = person(f"{PLACE}-police")
    address = f"/vehicles/{world.names['vehicle_id']}"
    before = JournalEntry.objects.filter(kind="looked-up").count()
    found = search(desk, "/vehicles", {"q": PLATE})
    assert found.redirect_chain[-1][0] == address
    assert VIN in found.content.decode() and SHOWN[1] in found.content.decode()
    assert JournalEntry.objects.filter(kind="looked-up").count() == before + 2, "the search, and the vehicle"
    Vehicle.objects.create(plate="桂B54321", vin=f"LSVAU2180N2{VIN[-6:]}")
    text = search(desk, "/vehicles", {"q": VIN[-6:]}).content.decode()
    assert address in text and MASKED in text
    assert not [word for word in (VIN, PLATE, SHOWN[1]) if word in text]
