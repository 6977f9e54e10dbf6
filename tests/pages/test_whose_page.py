"""Every desk page of somebody else's object, by people of another party of the same kind or of another city: refused.

A new page with an object in its address fails the first test until it is decided here.
"""

from __future__ import annotations

import re

import pytest

from imloop.pages.guard import EVERY_DESK, audience_of
from imloop.pages.urls import urlpatterns
from imloop.steps.ground import clock
from imloop.steps.ground.seen import Door, seen
from imloop.steps.leads.add_evidence import add_file
from imloop.steps.vehicles.lookups import show_owner
from imloop.store.models import JournalEntry, Look
from support.city import PLACE, at
from support.people import person
from support.stories.two_cities import PNG, TwoCities

pytestmark = pytest.mark.every_case("each case asks the database something else")

PAGES = {str(pattern.pattern): audience_of(pattern.callback) for pattern in urlpatterns}
NAMED = [route for route, kinds in PAGES.items() if kinds and "<" in route]
LISTS = [route for route, kinds in PAGES.items() if kinds and "<" not in route]
TOKEN = re.compile(r"<str:token>")
REGISTER = {
    "vehicles/<int:vehicle_id>": "the register of vehicles is one; every look is journalled",
    "vehicles/<int:vehicle_id>/trace-back": "the same; tests and repairs of the place alone (pages/trace_back)",
    "vehicles/<int:vehicle_id>/trace-back.pdf": "the same",
    "vehicles/import/<str:digest>.csv": "named by the digest of a list that only its sender knows",
    "filters/<int:number>/delete": "only one's own filters are looked for; leads back in any case",
    "desk/mstation/repairs/<number:repair_no>": "",
}
"""Pages whose object is not the party's, with the reason;
empty: looked for among one's own only, refused like the rest."""
ADDRESSES = {
    "people/<str:username>": "people/u-450203001",
    "desk/istation/visits/<int:number>": "desk/istation/visits/{number}",
    "notices/<str:notice_no>.pdf": "notices/{notice_no}.pdf",
    "reports/<number:test_no>.pdf": "reports/{test_no}.pdf",
    "tests/<number:test_no>": "tests/{test_no}",
    "traces/<number:test_no>.csv": "traces/{test_no}.csv",
    "desk/mstation/repairs/<number:repair_no>": "desk/mstation/repairs/{repair_no}",
    "repairs/<str:shop>/<number:repair_no>/files/<str:digest>": "repairs/{shop}/{repair_no}/files/{photo}",
    "remote-sensing/<int:number>": "remote-sensing/{reading_id}",
    "remote-sensing/<int:number>/files/<int:which>": "remote-sensing/{reading_id}/files/0",
    "remote-sensing/review/<int:number>": "remote-sensing/review/{reading_id}",
    "remote-sensing/sites/<int:number>": "remote-sensing/sites/{site_id}",
    "findings/<int:number>": "findings/{finding}",
    "findings/<int:number>/files/<str:digest>": "findings/{finding}/files/{lead_file}",
    "repairs/<str:shop>/<number:repair_no>": "repairs/{shop}/{repair_no}",
    "proposals/<int:number>": "proposals/{proposal_id}",
    "proposals/<int:number>/files/<str:digest>": "proposals/{proposal_id}/files/{digest}",
    "outages/<str:number>": "outages/{outage_no}",
    "unlocks/<str:number>": "unlocks/{unlock}",
    "unlocks/<str:number>/files/<str:digest>": "unlocks/{unlock}/files/{sha256}",
    "draws/<str:no>": "draws/{no}",
    "spot-checks/tasks/<str:task_no>": "spot-checks/tasks/{task_no}",
    "spot-checks/<str:check_no>": "spot-checks/{check_no}",
    "spot-checks/<str:check_no>/record.pdf": "spot-checks/{check_no}/record.pdf",
    "held-runs/<str:station>/<str:held_no>/settle": "held-runs/{station}/{held_no}/settle",
    "lines/<str:station>/<number:code>": "lines/{station}/{line}",
    "parties/<str:code>": "parties/{station}",
    "supervision/officials/<str:username>": "supervision/officials/{official}",
    "supervision/looks/<int:number>": "supervision/looks/{look}",
    "supervision/acts/<int:number>": "supervision/acts/{entry}",
    "couriers/<str:code>": "couriers/{receiver}",
    "copies/<int:number>": "copies/{copy_no}",
    "copies/<int:number>/files/<str:digest>": "copies/{copy_no}/files/{copy_file}",
    "matters/<str:matter_no>": "matters/{matter_no}",
    "matters/<str:matter_no>/files/<str:digest>": "matters/{matter_no}/files/{digest}",
    "complaints/<str:matter_no>/reporter": "complaints/{complaint_no}/reporter",
    "matters/<str:matter_no>/papers/<str:kind>.pdf": "matters/{matter_no}/papers/decision.pdf",
    "cases/<str:case_no>": "cases/{case_no}",
    "cases/<str:case_no>/decide": "cases/{case_no}/decide",
    "cases/<str:case_no>/release": "cases/{case_no}/release",
    "vehicles/<int:vehicle_id>": "vehicles/{vehicle_id}",
    "vehicles/<int:vehicle_id>/trace-back": "vehicles/{vehicle_id}/trace-back",
    "vehicles/<int:vehicle_id>/trace-back.pdf": "vehicles/{vehicle_id}/trace-back.pdf",
    "vehicles/lists/<str:evidence>.bin": "vehicles/lists/{list}.bin",
    "vehicles/import/<str:digest>.csv": "vehicles/import/0123456789abcdef.csv",
    "filters/<int:number>/delete": "filters/1/delete",
}
REFUSED = (403, 404, 405, 422)


def test_every_page_with_an_object_is_decided() -> None:
    assert sorted(ADDRESSES) == sorted(NAMED)
    public = [route for route, kinds in PAGES.items() if not kinds and "<" in route]
    by_secret = [route for route in public if TOKEN.search(route)]
    assert sorted(set(public) - set(by_secret)) == [
        "apply/<str:subject>",
        "open311/v2/requests/<str:number>.json",
        "public/draws/<str:no>",
        "public/journal/<int:number>",
        "public/stations/<str:code>",
        "public/stations/<str:code>/book",
        "public/stations/<str:code>/queue",
    ], "an object that anyone may see"


@pytest.fixture
def world(db: None, two_cities: TwoCities, monkeypatch: pytest.MonkeyPatch) -> TwoCities:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
    person("450203001")
    police, vehicle = two_cities.caller(f"{PLACE}-police"), two_cities.names["vehicle_id"]
    assert isinstance(vehicle, int)
    show_owner(police, vehicle, clock.now())
    seen(police, Door.ROAD, [vehicle])
    office = two_cities.caller(f"{PLACE}-environment")
    lead = two_cities.names["finding"]
    assert isinstance(lead, int)
    two_cities.names["lead_file"] = add_file(office, lead, "d.png", PNG + b"9", clock.now()).sha256
    two_cities.names["official"] = police.user
    two_cities.names["entry"] = JournalEntry.objects.latest("number").number
    two_cities.names["look"] = Look.objects.latest("pk").pk
    return two_cities


@pytest.mark.parametrize("kind", EVERY_DESK)
def test_strangers_are_refused(world: TwoCities, kind: str) -> None:
    for code in world.stranger(kind):
        client = person(code, name=f"stranger-{code}", head=True)
        for route, pattern in ADDRESSES.items():
            if kind not in PAGES[route] or REGISTER.get(route):
                continue
            path = "/" + pattern.format(**world.names)
            looks = JournalEntry.objects.filter(kind="looked-up").count()
            for answer in (
                client.get(path),
                client.post(path, {"what": "annul", "reason": "x", "sure": "1"}),
            ):
                led_back = (
                    route.endswith(("/decide", "/release"))
                    and answer.headers.get("Location") == path.rpartition("/")[0]
                )
                assert answer.status_code in REFUSED or led_back, (code, path, answer.status_code)
                shown = answer.content.decode(errors="replace")
                named = str(world.names.values()) + path
                assert not [word for word in world.told if word in shown and word not in named], (code, path)
            assert JournalEntry.objects.filter(kind="looked-up").count() == looks, "nobody looked"


@pytest.mark.parametrize("kind", EVERY_DESK)
def test_lists_hold_nothing_of_others(world: TwoCities, kind: str) -> None:
    for code in world.stranger(kind):
        client = person(code, name=f"stranger-{code}", head=True)
        for route in LISTS:
            if kind not in PAGES[route]:
                continue
            answer = client.get(f"/{route}")
            assert answer.status_code < 500, (code, route)
            shown = answer.content.decode(errors="replace")
            assert not [word for word in world.told if word in shown], (code, route)
