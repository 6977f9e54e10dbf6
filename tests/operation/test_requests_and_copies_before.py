"""Requests to read who reported, made before there was one mechanism for two persons, are proposals after the
migration, which is not undone while there are any: what waits can be confirmed, what was allowed can be read to its
end, and the journal agrees. Copies made before say that they are of a matter, and neither they nor evidence can be
changed."""

from __future__ import annotations

import json

from support.servers.commands import Commands

FILL = """
import django
django.setup()
from datetime import timedelta
from django.core.management import call_command
call_command("migrate", "store", "0060", verbosity=0)
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
then = MigrationExecutor(connection).loader.project_state([("store", "0060_resolved_about")]).apps
from django.utils import timezone
now = timezone.now() - timedelta(hours=1)
Party, Matter = then.get_model("store", "Party"), then.get_model("store", "Matter")
for kind in ("environment", "supervisor"):
    Party.objects.create(code=f"450200-{kind}", kind=kind, name=kind, place="450200")
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
head = Caller("450200-environment", "environment", "", "450200", user="head")
for number, allowed in enumerate((None, True, False), start=1):
    row = Matter.objects.create(
        matter_no=f"450200-S2026-0000{number}", kind="complaint", place="450200", title="x", state="received",
        opened_at=now, token=str(number), office="450200-environment",
    )
    complaint = then.get_model("store", "Complaint").objects.create(
        matter=row, category="other", about="anyone", text="x", on=now.date(), reporter="sealed"
    )
    then.get_model("store", "MatterCopy").objects.create(
        matter=row, sent_by="450200-environment", to=Party.objects.get(kind="supervisor"), wanted="look",
        sent_at=now, answer_due=now.date(),
    )
    then.get_model("store", "Evidence").objects.create(
        matter=row, kind="video", reference="https://v.invalid/1", added_at=now, added_by="x"
    )
    decided = {} if allowed is None else {"decided_at": now, "decided_by": "eye", "allowed": allowed}
    made = then.get_model("store", "IdentityOpening").objects.create(
        complaint=complaint, reason="why", asked_at=now, asked_by="head", office="450200-environment", **decided
    )
    with writing(now, head) as ledger:
        ledger.note("identity-asked", row.matter_no, {"opening": made.pk, "reason": "why"})
        if decided:
            kind = "identity-allowed" if allowed else "identity-refused"
            ledger.note(kind, row.matter_no, {"opening": made.pk})
"""
SAY = """
import django, json
django.setup()
from django.db import DatabaseError, transaction
from django.utils import timezone
from imloop.steps.desk.acts import ACTS
from imloop.steps.ground.access import Caller
from imloop.steps.journal.check_registers import proposals
from imloop.steps.matters.complaints.identity import readable
from imloop.steps.matters.complaints.progress import progress
from imloop.store.models import Copy, Evidence, Matter, Proposal
def is_frozen(rows, **change):
    try:
        with transaction.atomic():
            rows.update(**change)
    except DatabaseError:
        return True
    return False
copies = list(Copy.objects.order_by("id").values_list("of", "reference", "title"))
frozen = [is_frozen(Copy.objects.all(), wanted="x"), is_frozen(Evidence.objects.all(), words="x")]
free = is_frozen(Copy.objects.all(), answer="x")
head = Caller("450200-environment", "environment", "", "450200", user="head")
rows = list(Proposal.objects.order_by("id").values_list("subject", "state", "asked__code", "party__code", "reason"))
may = [readable(head, row[0], timezone.now()) is not None for row in rows]
before = list(proposals())
Proposal.objects.filter(pk=1).update(state="confirmed")
opened = [progress(str(number)).row.matter_no for number in (1, 2, 3)]
hashes = [len(each) for each in Matter.objects.values_list("token_sha256", flat=True)]
print(json.dumps([rows, may, before, list(proposals()), copies, [*frozen, free], opened, hashes]))
"""
BACK = """
import django, json
django.setup()
from django.core.management import call_command
from django.db.migrations.exceptions import IrreversibleError
from imloop.store.models import Proposal
try:
    call_command("migrate", "store", "0067", verbosity=0)
except IrreversibleError as error:
    said = [str(error)]
from django.db import connection
from importlib import import_module
from django.apps import apps
move = import_module("imloop.store.migrations.0064_one_mechanism_for_two")
try:
    move.keep(apps, connection.schema_editor())
except IrreversibleError as error:
    said.append(str(error))
print(json.dumps([said, Proposal.objects.filter(kind="reporter").count()]))
"""


def test_they_are_proposals_and_the_journal_agrees(unprepared: Commands) -> None:
    unprepared.python(FILL)
    done = unprepared("migrate")
    assert done.returncode == 0, done.stderr
    rows, may, before, forged, copies, frozen, opened, hashes = json.loads(unprepared.python(SAY))
    assert [row[1] for row in rows] == ["waiting", "confirmed", "rejected"]
    assert {tuple(row[2:]) for row in rows} == {("450200-supervisor", "450200-environment", "why")}
    assert copies == [["matter", f"450200-S2026-0000{number}", "x"] for number in (1, 2, 3)]
    assert frozen == [True, True, False]
    assert opened == [copy[1] for copy in copies], "the addresses of before open still"
    assert hashes == [64, 64, 64], "and are kept as hashes"
    assert may == [False, True, False]
    assert before == [] and forged == ["request to read who reported 1 was not decided as the journal says"]
    said, kept = json.loads(unprepared.python(BACK))
    assert "Only hashes of the addresses" in said[0] and "would lose 3 requests" in said[1] and kept == 3
