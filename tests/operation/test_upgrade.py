"""An installation of an older version is migrated, and everything it kept is still what it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.servers.commands import Commands

FILL = """
import base64, json, sys, django, zstandard
from pathlib import Path
django.setup()
from django.core.management import call_command
from django.db import connection, transaction
kept = json.loads(zstandard.ZstdDecompressor().decompress(Path(sys.argv[1]).read_bytes()))
call_command("migrate", "store", kept["migration"], verbosity=0)

def value(given, kind):
    if isinstance(given, dict):
        return base64.b64decode(given["base64"])
    return bool(given) if kind == "BooleanField" and given is not None else given

with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("DELETE FROM store_journalhead")
    for table, part in kept["tables"].items():
        described = connection.introspection.get_table_description(cursor, table)
        kinds = {c.name: connection.introspection.get_field_type(c.type_code, c) for c in described}
        marks = ", ".join(["%s"] * len(part["columns"]))
        sql = f"INSERT INTO {table} ({', '.join(part['columns'])}) VALUES ({marks})"
        for row in part["rows"]:
            cursor.execute(sql, [value(v, kinds[c]) for c, v in zip(part["columns"], row)])
        if connection.vendor == "postgresql" and "id" in part["columns"]:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
"""
NUMBERS = """
import django
django.setup()
from imloop.store.models import Repair, RepairPaper
kept = {kind: number for kind, number in RepairPaper.objects.values_list("kind", "number")}
papers = Repair.objects.get().record["documents"]
print(kept == {kind: papers[f"{kind}_no"] for kind in ("certificate", "settlement", "invoice")})
"""
GO_ON = """
import django
django.setup()
from imloop.steps.ground.access import caller_for
from imloop.store.models import Case, Party
from support.city import City, at
city = City(callers={p.code: caller_for(p) for p in Party.objects.all()})
city.repair("2026-03-05 15:00")
city.test("2026-03-06 09:00", co=0.1, test_no="T-3")
print([str(state) for state in Case.objects.values_list("state", flat=True)])
"""
FREEZE = """
import django
django.setup()
from django.db import DatabaseError, connection, transaction
tables = ("journalentry", "journalseal", "caseevent", "notice", "test", "repair", "repairpaper", "rawupload")
columns = {"rawupload": "sha256 = 'x'"}
for table in tables:
    for sql in (f"UPDATE store_{table} SET {columns.get(table, 'id = id')}", f"DELETE FROM store_{table}"):
        sql = sql.replace("id = id", "number = number") if table == "journalentry" else sql
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
        except DatabaseError as error:
            assert "never changed" in str(error), error
        else:
            raise SystemExit(f"not frozen: {sql}")
"""


@pytest.fixture(scope="module")
def upgraded(unprepared: Commands) -> Commands:
    """An older installation with a case in its second round, then the newest tables."""
    unprepared.python(FILL, Path(__file__).with_name("before_upgrade.json.zst"))
    assert "imloop migrate" in unprepared("check").stdout
    done = unprepared("migrate")
    assert done.returncode == 0, done.stderr
    return unprepared


def test_what_was_kept_is_what_it_was(upgraded: Commands) -> None:
    done = upgraded("check")
    assert done.returncode == 0, done.stdout
    assert upgraded("journal", "verify").returncode == 0
    replayed = upgraded("replay")
    # Values came into the law since that version, so that its hash is another; no verdict is.
    assert "0 不一致 · differing" in replayed.stdout, replayed.stdout


def test_what_was_frozen_is_frozen(upgraded: Commands) -> None:
    upgraded.python(FREEZE)


def test_the_numbers_of_earlier_papers_are_known(upgraded: Commands) -> None:
    assert upgraded.python(NUMBERS).strip() == "True"


PROVED = """
import json, django
from datetime import date
django.setup()
from imloop.proof import journal as proof
from imloop.steps.journal.prove_journal import published
from imloop.steps.journal.seals import place_of, seal
from imloop.store.models import JournalSeal, Repair, Test
from support.city import at
roots = published(date(2026, 3, 1))
found = {"seals": list(JournalSeal.objects.order_by("last").values_list("name", flat=True))}
test, repair = Test.objects.get(test_no="T-1").receipt, Repair.objects.get().receipt
for name, receipt in (("test", test), ("forged", {**test, "verdict": "pass"}), ("repair", repair)):
    inclusion = place_of(receipt["journal"]["number"]).to_json()
    found[name] = proof.check_receipt(receipt, inclusion, proof.published_in(roots)).lines()
print(json.dumps(found))
"""


def test_receipts_of_former_versions_are_vouched_for_as_far_as_their_entries_go(upgraded: Commands) -> None:
    found = json.loads(upgraded.python(PROVED))
    assert found["seals"] == ["2026-03-03", "2026-05-04"], "roots of days are kept"
    said = "is of a former version, which vouches for no more than: "
    for name, fields in (("test", "number, result, report, case"), ("repair", "number, case")):
        assert found[name][-1] == "not checkable" and found[name][-2].endswith(said + fields)
        assert not any("whole receipt" in line for line in found[name])
    assert found["forged"][0].startswith("the result of the receipt is not what entry")


SOURCES = """
import django, json
django.setup()
from imloop.store.models import JournalEntry, Vehicle
vehicle = Vehicle.objects.get()
entry = JournalEntry.objects.filter(kind="import", subject="vehicles").latest("number")
print(json.dumps([vehicle.registered, vehicle.facts, vehicle.stated["fuel"][0], json.loads(entry.body)["only_stated"]]))
"""


def test_what_only_stations_said_is_named_in_the_journal(upgraded: Commands) -> None:
    registered, facts, fuel, named = json.loads(upgraded.python(SOURCES))
    assert (registered, facts, fuel) == (False, {}, "gasoline")
    assert named == ["LFV2A21K6J3123456"]


def test_the_case_goes_on_where_it_was(upgraded: Commands) -> None:
    assert upgraded.python(GO_ON).strip() == "['closed']"
    assert upgraded("check").returncode == 0
