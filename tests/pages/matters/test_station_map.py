"""Where it was seen: chosen from the stations of the register, as a list and on a drawn map."""

from __future__ import annotations

import pytest
from django.test import Client

from imloop.pages.matters.complaints.station_map import station_map
from imloop.store.models import Complaint, Party
from support.city import LISTED, NEAR, City
from support.doors import Doors

SMOKE = {
    "category": "smoky_vehicle",
    "place": "450203",
    "text": "一辆红色货车冒黑烟，味道很大",
    "plate": "桂B12345",
    "kind": "truck",
    "sure": "1",
}


def reported(form: dict[str, str]) -> None:
    assert "已收到" in Client().post("/report", form).content.decode()


def test_a_place_is_chosen_from_the_list_of_stations_without_script(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    assert 'id="map"' not in Client().get("/report?category=smoky_vehicle").content.decode(), (
        "nothing is known"
    )
    Party.objects.filter(code=NEAR).update(latitude=24.31, longitude=109.42)
    Party.objects.filter(code=LISTED).update(latitude=24.35, longitude=109.38)
    page = Client().get("/report?category=smoky_vehicle").content.decode()
    name = Party.objects.get(code=NEAR).name
    assert page.count('class="mark') == 2 and f'value="{NEAR} {name}"' in page
    reported({**SMOKE, "near": f"{NEAR} {name}"})
    assert (Complaint.objects.get().latitude, Complaint.objects.get().longitude) == (24.31, 109.42)
    measured = {"latitude": "24.3122", "longitude": "109.428"}
    reported({**SMOKE, **measured, "near": NEAR, "text": "又看见那辆红色货车冒黑烟"})
    assert Complaint.objects.latest("pk").latitude == 24.3122, "what was measured goes before"
    refused = Client().post("/report?category=smoky_vehicle", {**SMOKE, "near": "nobody"})
    assert (
        refused.status_code == 422
        and "aria-invalid" in refused.content.decode().partition('id="near"')[2][:400]
    )


@pytest.mark.parametrize(
    "places",
    [[(24.31, 109.42)], [(24.31, 109.42), (24.31, 109.42)], [(24.31, 109.42), (24.2, 109.5), (24.4, 109.3)]],
)
def test_every_station_stands_on_the_sheet_where_its_degrees_say(places: list[tuple[float, float]]) -> None:
    parties = [
        Party(
            code=f"45020300{number}", kind="istation", name="x", place="450203", latitude=lat, longitude=lon
        )
        for number, (lat, lon) in enumerate(places)
    ]
    drawn = station_map(parties)
    assert drawn is not None and station_map([Party(code="1", kind="istation", place="450203")]) is None
    for (lat, lon), mark in zip(places, drawn.marks, strict=True):
        assert 0 < mark.x < 1000 and 0 < mark.y < drawn.height
        assert drawn.west + mark.x / drawn.per_east == pytest.approx(lon, abs=1e-4)
        assert drawn.north - mark.y / drawn.per_north == pytest.approx(lat, abs=1e-4)
