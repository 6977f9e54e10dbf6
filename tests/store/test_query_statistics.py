"""SQLite is told how large its tables have become; PostgreSQL knows by itself."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from imloop.store.models import Vehicle
from imloop.store.query_statistics import left_to_the_next, refresh


def counted() -> set[str]:
    with connection.cursor() as cursor:
        if "sqlite_stat1" not in connection.introspection.table_names(cursor):
            return set()
        cursor.execute("SELECT tbl FROM sqlite_stat1")
        return {table for (table,) in cursor.fetchall()}


@pytest.mark.one_database("sqlite", reason="PostgreSQL counts by itself")
@pytest.mark.usefixtures("db")
def test_a_table_that_grew_is_counted() -> None:
    assert "store_vehicle" not in counted()
    Vehicle.objects.bulk_create(Vehicle(vin=f"LSVAU2180N{number:07d}") for number in range(2000))
    assert not Vehicle.objects.filter(plate="桂B00000").exists()
    refresh()
    assert "store_vehicle" in counted()


@pytest.mark.one_database("postgresql", reason="SQLite is told")
@pytest.mark.usefixtures("db")
def test_postgresql_is_left_alone() -> None:
    assert refresh() == 0


def fails(words: str) -> None:
    raise OperationalError(words)


def test_what_is_locked_is_left_to_the_next_round_and_a_fault_is_not() -> None:
    with left_to_the_next():
        fails("database is locked")
    with pytest.raises(OperationalError, match="disk"), left_to_the_next():
        fails("disk I/O error")
