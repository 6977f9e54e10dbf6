"""Changes of the register that waited, or were decided, before there was one mechanism for two persons: each becomes a
proposal, the journal's check still finds what was done to it, and what waited can be decided."""

from __future__ import annotations

import json

import pytest

from support.servers.commands import Commands

FILL = """
import django
django.setup()
from datetime import UTC, datetime
from django.core.management import call_command
call_command("migrate", "store", "0060", verbosity=0)
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
then = MigrationExecutor(connection).loader.project_state([("store", "0060_resolved_about")]).apps
get = lambda name: then.get_model("store", name)
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
get("JournalHead").objects.get_or_create(pk=1)
police = get("Party").objects.create(code="450200-police", kind="police", name="x", place="450200")
for name in ("clerk", "chief"):
    get("User").objects.create(username=name, party=police, password="!")
car = get("Vehicle").objects.create(vin="LFV2A21K6J3123456", plate="桂B12345", fuel="diesel", registered=True,
    facts={"fuel": "diesel"}, sources={"fuel": ["police", "2026-03-01", "x"]}, status="cancelled")
now = datetime(2026, 3, 2, tzinfo=UTC)
clerk = Caller("450200-police", "police", "x", "450200", "clerk")
def hold(kind, fields, party=police, **more):
    row = get("HeldChange").objects.create(vehicle=car, kind=kind, party=party, source="police", fields=fields,
        proposed_at=now, proposed_by="450200-police/clerk" if party else "imloop", **more)
    with writing(now, clerk) as ledger:
        body = {"held": row.pk, "kind": kind, "fields": fields, "evidence": row.evidence}
        ledger.note("change-proposed", "桂B12345", {**body, "reason": row.reason, "source": "police"})
        if row.state != "waiting":
            done = {"applied": "confirmed"}.get(row.state, row.state)
            ledger.note(f"change-{done}", "桂B12345", {"held": row.pk, "fields": fields, "reason": "y"})
decided = {"decided_at": now, "decided_by": "450200-police/chief", "decision": "与档案一致"}
hold("list", {"fuel": ["diesel", "electric"]}, reason="更正", evidence="a" * 16)
hold("list", {"usage": ["", "A"]}, evidence="a" * 16, state="applied", **decided)
hold("difference", {"fuel": ["diesel", "lpg"]}, reason="x", state="rejected", **decided)
owner = {"owner_name": "黄某", "owner_phone": "13900000000", "new_plate": "", "vin": "", "plate": "桂B12345"}
said = {**owner, "kind": "moved_in", "on": "2026-03-02"}
hold("change", {"status": ["cancelled", "active"]}, reason="恢复", data=said)
hold("mark", {"valid_until": ["", "2027-03-31"]}, data={"changed": ["fuel"]})
hold("list", {"emission_stage": ["5", "6b"]}, party=None, reason="x")
"""
SAY = """
import django, json
django.setup()
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.store.models import Proposal
names = ("kind", "state", "needs", "batch", "private")
found = Proposal.objects.order_by("pk")
rows = [[row.body["what"], *(getattr(row, name) for name in names)] for row in found]
print(json.dumps([rows, unlike_the_journal()]))
"""
DECIDE = """
import django, json
django.setup()
from imloop.steps.ground import clock
from imloop.steps.ground.access import caller_for
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.second_person.decide import confirm, reject
from imloop.store.models import Party, Proposal, Vehicle
chief = caller_for(Party.objects.get(code="450200-police"), "chief")
change, operators = Proposal.objects.get(kind="vehicle-change"), Proposal.objects.get(needs="police")
confirm(chief, change.pk, said="已核对档案", now=clock.now())
reject(chief, operators.pk, said="与档案不符", now=clock.now())
car = Vehicle.objects.get()
print(json.dumps([car.status, car.owner_name, unlike_the_journal()]))
"""
TAMPER = """
import django, json, sys
django.setup()
from django.db import DatabaseError, connection, transaction
from imloop.steps.journal.check_against_journal import unlike_the_journal
for sql in ("UPDATE store_proposal SET reason = 'z'", "DELETE FROM store_proposal"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError as error:
        assert "never changed" in str(error), error
    else:
        raise SystemExit(f"not frozen: {sql}")
on = " ON store_proposal" if connection.vendor == "postgresql" else ""
with connection.cursor() as cursor:
    cursor.execute(f"DROP TRIGGER store_proposal_no_delete{on}")
    cursor.execute("DELETE FROM store_proposal WHERE kind = 'mark'")
    cursor.execute("UPDATE store_proposal SET state = 'confirmed' WHERE kind = 'register-correction'")
print(json.dumps(unlike_the_journal()))
"""


@pytest.fixture(scope="module")
def migrated(unprepared: Commands) -> Commands:
    unprepared.python(FILL)
    done = unprepared("migrate")
    assert done.returncode == 0, done.stderr
    return unprepared


def test_they_are_proposals_and_the_journal_knows_them(migrated: Commands) -> None:
    rows, faults = json.loads(migrated.python(SAY))
    owner = {"owner_name": "黄某", "owner_phone": "13900000000"}
    assert rows == [
        ["list", "register-correction", "waiting", "own", "a" * 16, {}],
        ["list", "register-correction", "confirmed", "own", "a" * 16, {}],
        ["difference", "register-correction", "rejected", "own", "", {}],
        ["change", "vehicle-change", "waiting", "own", "", owner],
        ["mark", "mark", "waiting", "own", "", {}],
        ["list", "register-correction", "waiting", "police", "", {}],
    ]
    assert faults == []


def test_what_waited_is_decided_like_all_others(migrated: Commands) -> None:
    assert json.loads(migrated.python(DECIDE)) == ["active", "黄某", []]


def test_what_was_moved_is_as_frozen_and_as_watched_as_before(migrated: Commands) -> None:
    faults = json.loads(migrated.python(TAMPER))
    assert "change of the register 5 is gone" in faults
    assert "change of the register 1 was not decided as the journal says" in faults
