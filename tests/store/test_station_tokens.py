"""The token of a station changes with every row its gates ask about, by whatever door, and only then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction

from imloop.steps.ground.access import caller_for
from imloop.steps.stations.certificates import NewCertificate, enter_certificate
from imloop.steps.stations.standing import is_active
from imloop.steps.stations.station_facts import facts_of
from imloop.store.models import (
    Certificate,
    Equipment,
    EquipmentCheck,
    Line,
    LineOrder,
    Party,
    RawUpload,
    Staff,
    Standing,
    StationToken,
    Vehicle,
)
from support.city import FAR, NEAR, City, at

DAY, MOMENT = date(2026, 3, 5), at("2026-03-05 09:00")


def token(code: str) -> str:
    return StationToken.objects.get(pk=Party.objects.get(code=code).pk).token


def line() -> Line:
    return Line.objects.get(station__code=NEAR, code="01")


def instrument() -> Equipment:
    return Equipment.objects.create(line=line(), kind="analyser", model="M", serial="S", since=DAY)


def check() -> None:
    station = Party.objects.get(code=NEAR)
    raw = RawUpload.objects.create(
        party=station, kind="check", sha256="0" * 64, size=0, body=b"", received_at=MOMENT
    )
    EquipmentCheck.objects.create(
        raw=raw,
        line=line(),
        check_no="1",
        kind="analyser_gas",
        started_at=MOMENT,
        finished_at=MOMENT,
        received_at=MOMENT,
        result="pass",
        law_hash="",
        answer={},
    )


def paper(**of: object) -> None:
    Certificate.objects.create(kind="cma", number="1", since=DAY, until=date(2027, 1, 1), **of)


CHANGES: dict[str, Callable[[], object]] = {
    "name": lambda: Party.objects.filter(code=NEAR).update(name="新名"),
    "standing": lambda: Standing.objects.filter(party__code=NEAR).update(until=DAY),
    "suspended": lambda: Standing.objects.create(
        party=Party.objects.get(code=NEAR), state="suspended", since=DAY, cite="x"
    ),
    "line": lambda: Line.objects.filter(station__code=NEAR).update(methods=[]),
    "order": lambda: LineOrder.objects.create(
        line=line(),
        kind="lock",
        since=MOMENT,
        until=at("2026-04-01 00:00"),
        reason="x",
        evidence="x",
        approver="x",
    ),
    "instrument": instrument,
    "verification": lambda: paper(equipment=instrument()),
    "certificate": lambda: paper(party=Party.objects.get(code=NEAR)),
    "check": check,
    "staff": lambda: Staff.objects.create(
        party=Party.objects.get(code=NEAR), name="甲", role="driver", since=DAY
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_changes_the_token_of_its_station_alone(city: City, change: str) -> None:
    before, other = token(NEAR), token(FAR)
    CHANGES[change]()
    assert token(NEAR) != before
    assert token(FAR) == other


def test_removal_changes_it_too_and_other_rows_do_not(city: City) -> None:
    row = instrument()
    before = token(NEAR)
    Vehicle.objects.create(vin="LFV2A21K6J3123456")
    assert token(NEAR) == before
    row.delete()
    assert token(NEAR) != before


def test_what_is_kept_in_memory_is_never_older_than_the_database(city: City) -> None:
    station = Party.objects.get(code=NEAR)
    assert is_active(station, DAY)
    Standing.objects.create(party=station, state="suspended", since=DAY, cite="x")
    assert not is_active(station, DAY)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_standing WHERE state = 'suspended'")
    assert is_active(station, DAY), "a change past the ORM counts as well"


def test_a_change_that_is_rolled_back_leaves_nothing_behind(city: City) -> None:
    station = Party.objects.get(code=NEAR)
    with pytest.raises(KeyError), transaction.atomic():
        Standing.objects.create(party=station, state="suspended", since=DAY, cite="x")
        assert not is_active(station, DAY)
        raise KeyError
    assert is_active(station, DAY)
    Staff.objects.create(party=station, name="甲", role="driver", since=DAY)
    assert is_active(station, DAY)


def test_a_certificate_counts_from_the_moment_it_is_entered(city: City) -> None:
    station = Party.objects.get(code=NEAR)
    paper(party=station)
    Certificate.objects.filter(party=station).update(since=date(2020, 1, 1), until=date(2026, 3, 1))
    assert not is_active(station, DAY)
    assert is_active(station, date(2026, 2, 28))
    market = caller_for(Party.objects.get(code="450200-market"), "mo")
    paper_of_2026 = NewCertificate(kind="cma", number="2", since=date(2026, 3, 1), until=date(2032, 3, 1))
    enter_certificate(market, NEAR, paper_of_2026, MOMENT)
    assert is_active(station, DAY)
    assert len(facts_of(station).certificates) == 2
