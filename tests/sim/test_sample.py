"""Sample messages tell one story when they are made without times: fail, repair, pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imloop.facts.codes import Method
from imloop.facts.refusal import Malformed
from imloop.sim.sample import sample_message, sample_repair

STATION, SHOP = "450203001", "450203M01"


def test_three_samples_walk_through_the_loop(db: None, tmp_path: Path) -> None:
    from imloop.exchange.uploads.intake import take_repair, take_test
    from imloop.sim.city.city import create_city
    from imloop.steps.ground.access import caller_for
    from imloop.steps.ground.clock import now
    from imloop.store.models import Link, Party

    create_city(now())
    Link.objects.update(
        sequence=95
    )  # a line that counts: the samples raise no doubt about numbers that are missing
    station, shop = (caller_for(Party.objects.get(code=code)) for code in (STATION, SHOP))
    failed = take_test(sample_message("ASM", station=STATION, fail=True), station, now()).body
    assert (failed["verdict"], failed["findings"]) == ("fail", [])
    repaired = sample_repair(SHOP, case_no=str(failed["case"]))
    assert take_repair(repaired, shop, now()).body["case_state"] == "awaiting_retest"
    passed = take_test(sample_message("ASM", station=STATION), station, now()).body
    assert (passed["verdict"], passed["case_state"], passed["findings"]) == ("pass", "closed", [])


@pytest.mark.parametrize("method", sorted(Method))
@pytest.mark.parametrize("fail", [True, False])
def test_a_sample_is_what_was_asked_for(method: str, fail: bool) -> None:
    body = sample_message(
        method, station=STATION, line="03", fail=fail, at="2026-03-05T09:00:00", plate="桂B11111"
    )
    message = json.loads(body)
    assert (message["method"], message["vehicle"]["plate"]) == (method, "桂B11111")
    assert message["started_at"] == "2026-03-05T09:00:00+08:00"
    assert message["claimed"]["verdict"] == ("fail" if fail else "pass")
    assert body == sample_message(
        method, station=STATION, line="03", fail=fail, at="2026-03-05T09:00:00", plate="桂B11111"
    )


def test_bad_requests_are_named() -> None:
    with pytest.raises(Malformed):
        sample_message("NONSENSE", station=STATION)
    with pytest.raises(Malformed):
        sample_message("ASM", station=STATION, at="yesterday")
    with pytest.raises(Malformed):
        sample_repair(SHOP, case_no="X")


def test_a_shop_of_another_city_repairs_as_well() -> None:
    record = json.loads(sample_repair("330106M01", case_no="330106-2026-000001"))
    assert (record["shop"], record["case_no"]) == ("330106M01", "330106-2026-000001") and record["items"]
