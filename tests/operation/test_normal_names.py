"""Vehicles stored before there was one normal form are found by every door after the migration, and two rows that would
bear one name are left to people, who are told."""

from __future__ import annotations

import json

import pytest

from support.servers.commands import Commands

FILL = """
import django
django.setup()
from datetime import date
from django.core.management import call_command
call_command("migrate", "store", "0025", verbosity=0)
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
then = MigrationExecutor(connection).loader.project_state([("store", "0025_paper_files")]).apps
PlateSpan, Vehicle = then.get_model("store", "PlateSpan"), then.get_model("store", "Vehicle")
def enter(vin, plate, former=""):
    facts = {key: value for key, value in (("vin", vin), ("plate", plate)) if value}
    row = Vehicle.objects.create(vin=vin, plate=plate, facts={**facts, "usage": "A"})
    if former:
        PlateSpan.objects.create(
            vehicle=row, plate=former, since=date(2020, 1, 1), until=date(2021, 1, 1), source="import"
        )
enter("LFV2A21K6J3123456", "桂B12345", "桂B·00001")
enter("", "桂B F8443", "桂B-00002")
enter("ＬＫＡ　ＢＤＵＳＰＸＫＣ６９５７", "桂BＦ0001")
enter("-", "桂B11111")
enter("", "桂B 12345", "桂B-00003")
enter("LKATY06K2RC81559 ", "")
enter("LKATY06K2RC81559", "桂B22222")
enter("", "桂B 33333")
enter("", "桂B-33333")
enter("-1", "无号牌")
"""
SAY = """
import django, json
django.setup()
from imloop.store.models import PlateSpan, Vehicle
rows = list(Vehicle.objects.order_by("id").values_list("vin", "plate", "facts"))
spans = list(PlateSpan.objects.order_by("id").values_list("plate", flat=True))
print(json.dumps([rows, spans]))
"""


@pytest.fixture(scope="module")
def migrated(unprepared: Commands) -> Commands:
    unprepared.python(FILL)
    done = unprepared("migrate")
    assert done.returncode == 0, done.stderr
    return unprepared


def test_what_stands_alone_is_brought_into_normal_form(migrated: Commands) -> None:
    rows, spans = json.loads(migrated.python(SAY))
    names = [(vin, plate) for vin, plate, _ in rows]
    assert names[:4] == [
        ("LFV2A21K6J3123456", "桂B12345"),
        ("", "桂BF8443"),
        ("LKABDUSPXKC6957", "桂BF0001"),
        ("", "桂B11111"),
    ]
    for vin, plate, facts in rows:
        assert (facts.get("vin", ""), facts.get("plate", "")) == (vin, plate)
        assert facts["usage"] == "A"
    assert spans == ["桂B00001", "桂B00002", "桂B-00003"]


def test_no_row_takes_the_name_of_another(migrated: Commands) -> None:
    rows, _ = json.loads(migrated.python(SAY))
    assert [(vin, plate) for vin, plate, _ in rows][4:] == [
        ("", "桂B 12345"),
        ("LKATY06K2RC81559 ", ""),
        ("LKATY06K2RC81559", "桂B22222"),
        ("", "桂B 33333"),
        ("", "桂B-33333"),
        ("-1", "无号牌"),
    ]


def test_check_names_them_and_calls_nothing_broken(migrated: Commands) -> None:
    done = migrated("check", "--json")
    notes = json.loads(done.stdout)["notes"]
    assert done.returncode == 0, done.stdout
    assert [note.split(":")[0] for note in notes] == [f"vehicle {pk}" for pk in (5, 6, 8, 9, 10, 10)]
    assert "桂B12345 is vehicle 1" in notes[0]
    assert "LKATY06K2RC81559 is vehicle 7" in notes[1]
    assert "note       vehicle 5" in migrated("check").stdout
