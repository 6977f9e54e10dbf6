"""The demo city as it is served: full size, as a newcomer finds it."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.one_database("sqlite", reason="the steps behind the demo city are tested on both")


def test_some_repairers_have_enough_repairs_to_be_compared(live_server) -> None:
    address = f"{live_server.base_url}/api/v1/public/repairers"
    found = httpx.get(address, params={"order": "success"}).json()["repairers"]
    known = [each for each in found if each["passed_first"] is not None and each["median_yuan"] is not None]
    assert len(known) >= 3 and len(found) > len(known)
    shares = [each["passed_first"] for each in known]
    assert shares == sorted(set(shares), reverse=True), "an order by it is seen"
    assert [each["code"] for each in found[: len(known)]] == [each["code"] for each in known]


def test_the_lists_of_the_city_name_no_station_of_another_province(live_server) -> None:
    for page in ("/public/stations", "/public/repairers", "/api/v1/public/stations"):
        answer = httpx.get(live_server.base_url + page, follow_redirects=True)
        assert answer.status_code == 200, answer
        assert "石河子" not in answer.text and "太原" not in answer.text
