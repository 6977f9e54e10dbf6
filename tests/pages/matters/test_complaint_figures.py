"""What anybody, and a desk, is told of reports as figures: nothing of a person."""

from __future__ import annotations

import json
import re
from datetime import date

from django.test import Client

from imloop.store.models import Complaint
from support.casework.reports import FAKE, SMOKE, photo, reported
from support.city import PLACE, City
from support.doors import Doors
from support.people import person

ENVIRONMENT = f"{PLACE}-environment"


def test_open311_tells_any_client_what_was_reported_and_nothing_personal(city: City, doors: Doors) -> None:
    doors.at("2026-09-01 09:00")
    number, _, _ = reported(SMOKE, photo())
    reported(FAKE)
    services = Client().get("/open311/v2/services.json").json()
    wanted = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
    assert len(services) == 12 and all(set(each) == wanted for each in services)
    (found,) = Client().get("/open311/v2/requests.json").json()
    assert Client().get(f"/open311/v2/requests/{number}.json").json() == [found]
    assert (found["service_request_id"], found["status"]) == (number, "open")
    assert (found["lat"], found["long"], found["service_code"]) == (24.312, 109.428, "smoky_vehicle")
    assert found["requested_datetime"] == found["updated_datetime"] == "2026-09-01T09:00:00+08:00"
    assert found["expected_datetime"].startswith("2026-09-04T")
    assert found["media_url"] is None
    said = json.dumps(found, ensure_ascii=False)
    assert not any(word in said for word in ("桂B12345", "红色", "韦小明", "飞鹅路", "1390772"))
    narrowed = {
        "status=closed": 0,
        "status=open,closed": 1,
        "service_code=machine": 0,
        "start_date=2026-09-01T00:00:00Z&end_date=2026-09-02T00:00:00Z": 1,
        "end_date=2026-09-01T00:00:00Z": 0,
        "service_request_id=nothing": 0,
    }
    for query, count in narrowed.items():
        assert len(Client().get(f"/open311/v2/requests.json?{query}").json()) == count, query
    for query in (
        *("status=maybe", "start_date=gestern", "start_date=2015112", "end_date=1764547200"),
        *("service_request_id=a%00b", "service_code=a%00b", "start_date=9999-12-31T23:59:59-14:00"),
    ):
        answer = Client().get(f"/open311/v2/requests.json?{query}")
        assert answer.status_code == 400 and answer.json()[0]["code"] == 400, query
    for number, status in (("nothing", 404), ("a%00b", 400)):
        answer = Client().get(f"/open311/v2/requests/{number}.json")
        assert (answer.status_code, answer.json()[0]["code"]) == (status, status)


def test_counts_below_five_are_told_as_such_and_no_difference_tells_them(city: City, doors: Doors) -> None:
    for moment, count in (("2026-08-20 09:00", 2), ("2026-09-01 09:00", 5), ("2026-09-02 09:00", 1)):
        doors.at(moment)
        for each in range(count):
            reported({**SMOKE, "plate": f"桂B{moment[8:10]}{each}45"})
    window = person(ENVIRONMENT)

    def told(query: str) -> str:
        page = window.get(f"/complaints?{query}").content.decode()
        return re.findall(r'<td[^>]*class="num"[^>]*>\s*([^<\s]+)\s*</td>', page)[0]

    assert told("since=2026-09-01&until=2026-09-01") == told("since=2026-09-02&until=2026-09-30") == "6"
    assert told("since=2026-08-01&until=2026-08-31") == "&lt;5"
    assert told("since=2026-08-01&until=2026-09-30") == "6+", "not 8, from which 6 could be taken"
    assert date(2026, 8, 20) == Complaint.objects.order_by("id")[0].on
