"""Looks beside the journal: kept before the answer, sealed into it, and missed when one is changed or gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from imloop.steps.cases import ask_permit
from imloop.steps.cases.ask_permit import ask_permit as ask
from imloop.steps.ground import clock
from imloop.steps.ground.seen import Door, asked_hash, hash_of, listens, seen
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.journal.looks import seal_looks
from imloop.steps.vehicles.ask_mark import ask_mark
from imloop.store.models import JournalEntry, Look, LookedVehicle, Vehicle
from support.city import FAR, NEAR, PLACE, City, at
from support.messages.uploads import PLATE, VIN

NOW = at("2026-03-04 10:00")
POLICE = f"{PLACE}-police"


@pytest.fixture
def failed(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    city.test("2026-03-02 09:00", co=0.9)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return city


@pytest.fixture
def three(failed: City) -> City:
    """Three sealed looks, and one that is not sealed yet."""
    for _ in range(3):
        ask_mark(failed.callers[POLICE], plate=PLATE, at=NOW)
    assert seal_looks(NOW) == 3
    ask_mark(failed.callers[POLICE], plate=PLATE, at=NOW)
    assert unlike_the_journal() == []
    return failed


def by_force(change: Callable[[], object]) -> None:
    """As somebody does who owns the tables: the triggers are taken off first."""
    for table in ("store_look", "store_lookedvehicle"):
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        for event in ("update", "delete"):
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TRIGGER {table}_no_{event}{on}")
    change()


def test_a_look_says_who_when_where_and_of_what(failed: City) -> None:
    ask_mark(failed.callers[POLICE], plate=PLATE, at=NOW)
    row = Look.objects.get()
    assert (row.actor, row.door, row.at) == (failed.callers[POLICE].actor, Door.MARK, NOW.isoformat())
    assert json.loads(row.body) == {"vehicles": [Vehicle.objects.get().pk]} and row.hash == hash_of(row)
    assert LookedVehicle.objects.get().vehicle == Vehicle.objects.get()
    assert PLATE not in row.body and VIN not in row.body


def test_a_station_asks_for_its_own_case_without_a_word(
    failed: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One statement for the case: as many as before there were looks."""
    asked: list[str] = []
    one = ask_permit.fetch_one
    monkeypatch.setattr(ask_permit, "fetch_one", lambda sql, given: asked.append(sql) or one(sql, given))
    ask(failed.callers[NEAR], station=NEAR, at=NOW, vin=VIN)
    with connection.execute_wrapper(_nothing_is_written):
        answer = ask(failed.callers[NEAR], station=NEAR, at=NOW, vin=VIN)
    assert answer["case"] and len(asked) == 2 and not Look.objects.exists()
    ask(failed.callers[FAR], station=FAR, at=NOW, vin=VIN)
    ask(failed.callers[POLICE], station=NEAR, at=NOW, vin=VIN)
    assert list(Look.objects.order_by("pk").values_list("actor", flat=True)) == [
        FAR,
        failed.callers[POLICE].actor,
    ]


def _nothing_is_written(execute: Callable[..., object], sql: str, *rest: object) -> object:
    assert not sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")), sql
    return execute(sql, *rest)


def test_who_asks_for_nobody_is_kept_with_a_hash_of_what_was_typed(failed: City) -> None:
    ask(failed.callers[NEAR], station=NEAR, at=NOW, plate="桂B99999")
    row = Look.objects.get()
    assert row.asked == asked_hash(" 桂b·99999") and "99999" not in row.body + row.asked
    assert asked_hash("桂B99998") != row.asked


def test_the_purpose_is_kept(failed: City) -> None:
    seen(failed.callers[POLICE], Door.EXPORT, purpose="柳公交〔2026〕3号" * 40, more={"kind": "vehicles"})
    assert Look.objects.get().purpose.startswith("柳公交") and len(Look.objects.get().purpose) == 200


def test_nobody_changes_or_removes_a_look(three: City) -> None:
    for rows in (Look.objects.all(), LookedVehicle.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)  # type: ignore[attr-defined]
    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.update(actor="somebody")


def test_a_batch_is_one_entry_of_the_journal(three: City) -> None:
    entry = JournalEntry.objects.get(kind="looks-sealed")
    assert json.loads(entry.body)["count"] == 3
    assert seal_looks(NOW) == 1 and seal_looks(NOW) == 0
    assert JournalEntry.objects.filter(kind="looks-sealed").count() == 2 and unlike_the_journal() == []


def test_a_look_that_is_gone_is_named(three: City) -> None:
    second = Look.objects.order_by("pk")[1]

    def remove() -> None:
        second.seen.all().delete()
        Look.objects.filter(pk=second.pk).delete()

    number = second.pk
    by_force(remove)
    (said,) = unlike_the_journal()
    assert f"look {number} of entry" in said and said.endswith("is gone")


def test_a_look_that_was_changed_is_named(three: City) -> None:
    first = Look.objects.order_by("pk").first()
    assert first is not None
    by_force(lambda: Look.objects.filter(pk=first.pk).update(actor="450200-market"))
    assert f"look {first.pk} is not what was entered" in unlike_the_journal()
    first.refresh_from_db()
    Look.objects.filter(pk=first.pk).update(hash=hash_of(first))
    assert any("are not those of entry" in said for said in unlike_the_journal()), "with its hash made anew"


def test_another_vehicle_under_a_look_is_named(three: City) -> None:
    row = LookedVehicle.objects.order_by("pk").first()
    assert row is not None
    other = Vehicle.objects.create(plate="桂B00001")
    by_force(lambda: LookedVehicle.objects.filter(pk=row.pk).update(vehicle=other))
    assert unlike_the_journal() == [f"the vehicles of look {row.look_id} are not what was entered"]


def test_a_stream_leaves_one_look_an_hour(failed: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it breaks off and is opened again; who asks for earlier messages sees more."""
    police = failed.callers[POLICE]
    for after, looks in ((7, 1), (7, 1), (9, 1), (3, 2), (5, 2)):
        listens(police, after)
        assert Look.objects.count() == looks, after
    listens(failed.callers[f"{PLACE}-market"], 7)
    listens(replace(police, key="k2"), 7)
    assert Look.objects.count() == 4, "others listen for themselves"
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-04 11:00"))
    listens(police, 9)
    assert Look.objects.count() == 5 and json.loads(Look.objects.latest("pk").body)["after"] == 9
